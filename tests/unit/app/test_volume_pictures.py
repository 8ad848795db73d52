"""Pictures and films of the 3D view without a window: what is asked for, and what is saved."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from brainviewer.app.exporting.turntable import (
    TurntableRequest,
    save_turntable,
    turned_about_the_patient,
)
from brainviewer.app.exporting.volume_pictures import (
    SIDES,
    VolumeLook,
    volume_drawing,
    volume_figure,
    volume_request,
)
from brainviewer.app.report.provenance import provenance_record
from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.files.image2d import cine
from brainviewer.painting.figure import draw_figure
from brainviewer.painting.volume.looks.own_look import OwnLook
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.scene import render_volume
from brainviewer.painting.volume.view import VolumeView, first_view, look_rotation, three_quarter
from brainviewer.painting.volume.voxels.presets import PRESETS
from tests.phantoms import marker_finding, marker_study
from tests.schemas import check_output

SECRET = "Doe_Jane_1970"


@pytest.fixture(scope="module")
def study() -> Study:
    study = marker_study()
    volumes = {m: replace(v, file_name=f"{SECRET}.nii") for m, v in study.volumes.items()}
    return replace(study, name=SECRET, volumes=volumes)


@pytest.fixture(scope="module")
def shown(study: Study) -> RenderRequest:
    return volume_request(study, marker_finding(study))


def test_without_options_it_is_what_the_window_opens_with(study: Study) -> None:
    finding = marker_finding(study)
    shown = volume_request(study, finding)
    assert np.array_equal(shown.view.rotation, first_view(study, finding).rotation)
    with volume_drawing(shown) as draw:
        image = draw(shown, (160, 120), lambda _: None)
        other = draw(replace(shown, view=shown.view.looking("S")), (160, 120), lambda _: None)
        again = draw(shown, (160, 120), lambda _: None)
    assert np.array_equal(image, render_volume(study, finding, (160, 120)))
    assert np.array_equal(image, again)
    assert np.abs(image.astype(int) - other).mean() > 3


def test_every_option_reaches_the_picture(study: Study) -> None:
    finding = marker_finding(study)
    seen = {side: volume_request(study, finding, VolumeLook(side=side)) for side in SIDES}
    assert np.array_equal(seen["left"].view.rotation, look_rotation("L"))
    assert np.array_equal(seen["oblique-right"].view.rotation, three_quarter("R"))
    assert len({one.view.rotation.tobytes() for one in seen.values()}) == len(SIDES)
    look = VolumeLook(
        study.modalities[1], "glass", "left", 0.2, 0.8, 2.0, False, True, False, "tumour", 3.0
    )
    shown = volume_request(study, finding, look)
    view = shown.view
    assert (view.preset, view.opacity, view.contrast, view.size) == ("glass", 0.2, 0.8, 2.0)
    assert not view.perspective and shown.skull and not shown.parts
    assert shown.modality is study.modalities[1]
    assert view.clip.peel_mm == 3.0 and view.clip.plane is not None
    # Seen from the left, what is left of the tumour's middle is cut away.
    assert np.array_equal(view.clip.plane.normal, (-1.0, 0.0, 0.0))
    assert np.allclose(view.clip.plane.point, finding.position_mm)


def test_a_look_of_the_user_is_known_by_its_name(study: Study) -> None:
    own = OwnLook("My look", PRESETS["hot"].look)
    view = volume_request(study, None, VolumeLook(preset="My look", own=(own,))).view
    assert (view.preset, view.voxel_look) == ("My look", own.look)
    again = volume_request(study, None, VolumeLook(preset="mY  LOOK", own=(own,))).view
    assert (again.preset, again.voxel_look) == ("My look", own.look)
    with pytest.raises(BrainViewerError, match="no preset 'My look'"):
        volume_request(study, None, VolumeLook(preset="My look"))


def test_a_second_sequence_is_blended(study: Study) -> None:
    first, second, *_ = study.modalities
    shown = volume_request(study, None, VolumeLook(first, second=second, share=0.3))
    assert shown.second is not None
    assert (shown.second.modality, shown.second.share) == (second, 0.3)


@pytest.mark.parametrize("plane", ["axial", "coronal", "sagittal"])
def test_a_cut_is_at_its_slice(study: Study, plane: str) -> None:
    look = VolumeLook(cut=f"{plane}:7")
    clip = volume_request(study, None, look).view.clip
    assert clip.plane is not None
    view = next(one for one in map(study_view(study), ["axial", "coronal", "sagittal"])
                if one.plane == plane)  # fmt: skip
    assert view.index_of(clip.plane.point) == 7
    assert abs(np.dot(clip.plane.normal, view.normal)) == pytest.approx(1)


def study_view(study: Study) -> Callable[[str], SliceView]:
    from brainviewer.core.slices import Plane

    return lambda name: SliceView.of(study.grid, Plane(name))


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (VolumeLook(preset="gold"), "no preset 'gold'"),
        (VolumeLook(second=Modality.FLAIR), "FLAIR cannot be blended with FLAIR"),
        (VolumeLook(second=Modality.T1, share=2), "share cannot be 2"),
        (VolumeLook(side="below"), "no side 'below'"),
        (VolumeLook(opacity=1.5), "opacity cannot be 1.5"),
        (VolumeLook(contrast=float("nan")), "contrast cannot be nan"),
        (VolumeLook(size=9), "size cannot be 9"),
        (VolumeLook(peel_mm=-1), "peel cannot be -1"),
        (VolumeLook(peel_mm=61), "peel cannot be 61"),
        (VolumeLook(share=0.2), "no second sequence"),
        (VolumeLook(cut=""), "'' is no cut"),
        (VolumeLook(cut="axial"), "is no cut"),
        (VolumeLook(cut="axial:999"), "no axial slice 999"),
        (VolumeLook(cut="tumour"), "No lesion"),
    ],
)
def test_what_makes_no_sense_is_a_sentence(study: Study, look: VolumeLook, said: str) -> None:
    with pytest.raises(BrainViewerError, match=said) as error:
        volume_request(study, None, look)
    assert error.value.advice


@pytest.mark.parametrize("size", [(10, 800), (800, 9000)])
def test_a_picture_has_a_sensible_size(shown: RenderRequest, size: tuple[int, int]) -> None:
    with pytest.raises(BrainViewerError, match="pixels large"):
        volume_figure(shown, size)


def test_the_page_holds_the_picture_pixel_by_pixel(shown: RenderRequest) -> None:
    figure, scale = volume_figure(shown, (1400, 1300))
    assert scale == 2
    rng = np.random.default_rng(3)
    image = rng.integers(0, 256, (1300, 1400, 3), np.uint8)
    figure = replace(figure, volume_image=image)
    page = draw_figure(figure, scale)
    assert np.array_equal(page[100:1300, :1400], image[100:])  # the title is above
    record = provenance_record(figure, scale)
    check_output(record)
    assert record["volume"]["preset"] == "brain"
    assert SECRET not in str(record)


class Film:
    """Draws an image of one colour, as fast as it is asked for."""

    def __init__(self, cancel_at: int = 10_000) -> None:
        self.views: list[VolumeView] = []
        self.cancel_at = cancel_at

    def draw(self, shown: RenderRequest, size: tuple[int, int], waiting: Any) -> np.ndarray:
        waiting(0.5)
        assert shown.cursor is None
        self.views.append(shown.view)
        return np.full((size[1], size[0], 3), 20 * len(self.views) % 256, np.uint8)

    def report(self, fraction: float, text: str) -> None:
        assert 0 <= fraction <= 1
        if len(self.views) >= self.cancel_at:
            raise Cancelled


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_a_turn_is_a_whole_film(shown: RenderRequest, tmp_path: Path, suffix: str) -> None:
    film, path = Film(), tmp_path / f"turn{suffix}"
    figure, scale = volume_figure(shown, (320, 240))
    saved = save_turntable(TurntableRequest(path, 1.0, 10.0), figure, scale, film.draw, film.report)
    assert saved.frames == len(film.views) == 10
    assert list(tmp_path.iterdir()) == [path]
    content = path.read_bytes()
    assert SECRET.encode() not in content and b"brainviewer-provenance/1" in content
    assert RESEARCH_ONLY.encode() in content
    if suffix == ".gif":
        with Image.open(path) as image:
            assert (image.n_frames, image.info["duration"]) == (10, 100)
    else:
        reader, frames = cv2.VideoCapture(str(path)), []
        while (read := reader.read())[0]:
            frames.append(read[1])
        assert len(frames) == 10 and frames[0].shape[1] == 320
        assert abs(float(frames[4][120, 160, 0]) - 100) < 12
        assert saved.codec
    # The first and a further step would meet again.
    steps = [a.rotation @ b.rotation.T for a, b in zip(film.views, film.views[1:], strict=False)]
    assert all(np.allclose(step, steps[0]) for step in steps)
    assert np.allclose(np.linalg.matrix_power(steps[0], 10), np.eye(3))


def test_the_head_turns_about_its_own_axis_and_to_the_right() -> None:
    for view in (VolumeView(), VolumeView(look_rotation("A"))):
        turned = turned_about_the_patient(view, 0.02)
        assert np.allclose(turned.rotation[:, 2], view.rotation[:, 2])
        facing = view.rotation[2] * (1, 1, 0)
        assert turned.rotation[0] @ facing > view.rotation[0] @ facing
    quarter = turned_about_the_patient(VolumeView(look_rotation("A")), 0.25)
    assert np.allclose(quarter.rotation, look_rotation("R"))


@pytest.mark.parametrize("suffix", [".gif", ".mp4"])
def test_cancelled_it_leaves_what_was_there(
    shown: RenderRequest, tmp_path: Path, suffix: str
) -> None:
    path, film = tmp_path / f"turn{suffix}", Film(cancel_at=4)
    path.write_bytes(b"before")
    figure, scale = volume_figure(shown, (320, 240))
    with pytest.raises(Cancelled):
        save_turntable(TurntableRequest(path, 1.0, 10.0), figure, scale, film.draw, film.report)
    assert path.read_bytes() == b"before" and list(tmp_path.iterdir()) == [path]


def test_a_missing_codec_is_told(
    shown: RenderRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cine, "_CODECS", ())
    figure, scale = volume_figure(shown, (320, 240))
    request = TurntableRequest(tmp_path / "turn.mp4", 1.0, 10.0)
    with pytest.raises(BrainViewerError, match="no codec") as error:
        save_turntable(request, figure, scale, Film().draw)
    assert "GIF" in error.value.advice and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "seconds", "per_second", "said"),
    [
        ("turn.avi", 6, 20, "cannot be saved as"),
        ("nowhere/turn.gif", 6, 20, "does not exist"),
        ("turn.gif", 0.2, 20, "0.2 seconds"),
        ("turn.gif", 6, 100, "100 images a second"),
        ("turn.gif", 1, 2, "made of 2 images"),
        ("turn.gif", float("nan"), 20, "nan seconds"),
    ],
)
def test_a_turn_that_cannot_be_is_a_sentence(
    tmp_path: Path, name: str, seconds: float, per_second: float, said: str
) -> None:
    with pytest.raises(BrainViewerError, match=said) as error:
        TurntableRequest(tmp_path / name, seconds, per_second).check()
    assert error.value.advice
