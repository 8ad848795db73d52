"""What images seem to be by how they look: all of them, one beside known ones, and no head."""

import csv
from itertools import combinations, permutations

import numpy as np
import pytest
from PIL import Image

from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.imaging.preprocess.sequence_content import seen_sequences
from tests.contrast_phantom import GRID, head
from tests.studies import DATA

FLAIR, T1, T1CE, T2 = SEQUENCES
IMAGES = {m: (head(m, True), GRID) for m in SEQUENCES}
NOBODY = (None,) * 4


def seen(*order: Modality, known: int = 0) -> tuple[Modality | None, ...]:
    names = [*order[:known], *[None] * (len(order) - known)]
    return seen_sequences([IMAGES[m] for m in order], names)


def test_all_four_in_any_order() -> None:
    for order in permutations(SEQUENCES):
        assert seen(*order) == order


@pytest.mark.parametrize("unknown", SEQUENCES)
def test_one_beside_the_others(unknown: Modality) -> None:
    others = [m for m in SEQUENCES if m is not unknown]
    assert seen(*others, unknown, known=3) == (*others, unknown)


def test_what_is_known_stays_whatever_it_looks_like() -> None:
    wrong = [T2, T1CE, FLAIR, T1]
    assert seen_sequences([IMAGES[m] for m in SEQUENCES], wrong) == tuple(wrong)


def test_other_grids_are_compared_by_place() -> None:
    data, grid = IMAGES[T2]
    affine = grid.affine @ np.diag([2.0, 1, 1, 1])
    affine[:3, 3] = grid.to_world((0, 0, 8))
    part = data[::2, :, 8:]
    images = [IMAGES[T1], (part, Grid(part.shape, affine)), IMAGES[FLAIR], IMAGES[T1CE]]
    assert seen_sequences(images, NOBODY) == (T1, T2, FLAIR, T1CE)


def test_no_head_and_no_images() -> None:
    assert seen_sequences([], []) == ()
    noise = np.random.default_rng(0).normal(0, 90, IMAGES[T1][0].shape)
    assert seen_sequences([(noise, IMAGES[T1][1]), IMAGES[T2]], (None, None)) == (None, None)
    empty = np.zeros(IMAGES[T1][0].shape)
    assert seen_sequences([(empty, IMAGES[T1][1])], (None,)) == (None,)


def test_the_same_image_twice_is_not_named() -> None:
    images = [IMAGES[T1], IMAGES[T1], IMAGES[FLAIR], IMAGES[T2]]
    names = seen_sequences(images, NOBODY)
    assert names[2:] == (FLAIR, T2)
    assert T1 not in names


def test_too_many_images_are_not_tried() -> None:
    assert seen_sequences([IMAGES[T1]] * 9, (None,) * 9) == (None,) * 9


@pytest.mark.data
def test_patients_with_all_four_sequences() -> None:
    """Of the patients that gave the numbers that are used."""
    folder = DATA / "brats18"
    named = right = patients = 0
    with (folder / "patients.csv").open() as table:
        rows = list(csv.DictReader(table))
    for row in rows[::2]:
        slices: dict[Modality, list[np.ndarray]] = {m: [] for m in SEQUENCES}
        for z in range(4, 155, 4):
            path = folder / row["patient"] / f"{z:03d}.webp"
            if path.exists():
                with Image.open(path) as image:
                    mosaic = np.array(image.convert("L"))[::2, ::2]
                height, width = mosaic.shape[0] // 2, mosaic.shape[1] // 2
                slices[T1].append(mosaic[:height, :width].T)
                slices[FLAIR].append(mosaic[:height, width:].T)
                slices[T1CE].append(mosaic[height:, :width].T)
                slices[T2].append(mosaic[height:, width:].T)
        volumes = [np.stack(slices[m], axis=-1) for m in SEQUENCES]
        grid = Grid(volumes[0].shape, np.diag([2.0, 2.0, 4.0, 1.0]))
        names = seen_sequences([(data, grid) for data in volumes], NOBODY)
        named += sum(name is not None for name in names)
        right += sum(name is m for name, m in zip(names, SEQUENCES, strict=True))
        patients += 1
    assert patients == 22
    assert named >= 0.95 * 4 * patients
    assert right >= 0.97 * named


def test_every_pair_has_a_number() -> None:
    from brainviewer.imaging.preprocess.sequence_content import _TOGETHER

    assert _TOGETHER.keys() == set(map(frozenset, combinations(SEQUENCES, 2)))
