"""Small pictures of looks: each shows its look and the lesion; none is made that nobody wants."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality
from brainviewer.painting import palette
from brainviewer.painting.slice_image import rgb_of
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.looks.pictures import PictureSubject, look_pictures
from brainviewer.painting.volume.looks.tones import tone_histogram
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST
from brainviewer.painting.volume.voxels.presets import PRESETS
from tests.phantoms import grid_of, marker_finding, marker_study, with_parts

SIDE = 48


@pytest.fixture(scope="module")
def subject() -> PictureSubject:
    study = marker_study(grid_of())
    return PictureSubject(study, Modality.T1, marker_finding(study))


def amber(picture: np.ndarray) -> int:
    red, green, blue = (picture[..., n].astype(int) for n in range(3))
    return int(((red - blue > 60) & (red > green)).sum())


def test_each_look_has_a_picture_of_its_own_with_the_lesion(subject: PictureSubject) -> None:
    looks = {name: preset.look for name, preset in PRESETS.items()}
    made = dict(look_pictures(subject, looks.values(), SIDE))
    assert list(made) == list(looks.values())
    pictures = {name: made[look] for name, look in looks.items()}
    for picture in pictures.values():
        assert picture.shape == (SIDE, SIDE, 3) and picture.dtype == np.uint8
    without = dict(look_pictures(replace(subject, finding=None), looks.values(), SIDE))
    for name in ("glass", "maximum", "tumour"):
        assert amber(pictures[name]) > amber(without[looks[name]]) + 3, name
    assert np.ptp(without[looks["tumour"]]) < 10 < np.ptp(without[looks["brain"]])
    assert np.abs(pictures["brain"].astype(int) - pictures["skin"]).mean() > 2


def coloured(picture: np.ndarray, colour: str) -> int:
    """Pixels that have the hue of a colour."""
    seen = picture.astype(float) - picture.min(axis=2, keepdims=True)
    hue = np.array(rgb_of(colour), float)
    hue -= hue.min()
    strong = seen.max(axis=2) > 50
    of_it = (seen @ hue) / (np.linalg.norm(seen, axis=2) + 1e-6) / np.linalg.norm(hue)
    return int((strong & (of_it > 0.97)).sum())


def test_parts_of_the_lesion_are_nested_in_their_colours(subject: PictureSubject) -> None:
    assert subject.finding is not None
    told = replace(subject, finding=with_parts(subject.finding, subject.study))
    looks = [PRESETS["tumour"].look]
    ((_, nested),) = look_pictures(told, looks, SIDE)
    for part in (LesionPart.OEDEMA, LesionPart.ENHANCING):
        assert coloured(nested, palette.PARTS[part]) > 3, part
    assert amber(nested) == 0
    ((_, whole),) = look_pictures(replace(told, parts=False), looks, SIDE)
    assert amber(whole) > 3 and coloured(whole, palette.PARTS[LesionPart.OEDEMA]) == 0


def test_the_histogram_counts_tissue_and_no_air() -> None:
    values = np.zeros((40, 40, 40), np.uint16)
    values[:20], values[20:22] = 1000, 3000
    edges, heights = tone_histogram(Block(np.asfortranarray(values), np.eye(4)))
    middles = (edges[1:] + edges[:-1]) / 2
    assert len(heights) == len(edges) - 1 and heights.max() == 1
    assert middles[heights.argmax()] == pytest.approx(1000 / BRIGHTEST, abs=0.01)
    there = heights > 0.05
    assert set(np.round(middles[there] * 4).astype(int)) == {1, 3}


def test_nothing_is_made_once_it_is_not_wanted(subject: PictureSubject) -> None:
    asked = []

    def wanted() -> bool:
        asked.append(None)
        return len(asked) < 4

    looks = [preset.look for preset in PRESETS.values()]
    assert len(list(look_pictures(subject, looks, SIDE, wanted))) == 2


def test_another_finding_or_study_is_another_head(subject: PictureSubject) -> None:
    assert subject.shows_same_head(replace(subject, modality=Modality.T2))
    assert not subject.shows_same_head(replace(subject, finding=None))
    assert not subject.shows_same_head(replace(subject, skull=True))
    assert not subject.shows_same_head(replace(subject, parts=False))
