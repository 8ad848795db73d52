"""The slices of a lesion are the same however the study is stored."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.models.card import ModelInput, Step
from brainviewer.models.subtype.lesion_slices import lesion_slices

STEPS = (
    Step(
        "standardise_near_lesion",
        {"gap": 0.02, "reach": 1.0, "rim": 0.02, "floor": 0.1, "low": -4.0, "high": 8.0},
    ),
    Step("blacken_outside_brain", {"value": -4.0}),
    Step("crop_around_lesion", {"margin": 1.5, "least_of_head": 0.3}),
)
INPUT = ModelInput(32, ("T1", "FLAIR"), STEPS, slices=3, stacked=True)
SHAPE = (40, 48, 20)


def study_of(data: np.ndarray, affine: np.ndarray) -> Study:
    grid = Grid(data.shape[1:], affine)
    kinds = (Modality.T1, Modality.FLAIR)
    return Study({m: Volume(m, d, grid) for m, d in zip(kinds, data, strict=True)}, grid)


@pytest.fixture
def parts() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two sequences (2, i, j, k) in RAS order, lesion and brain."""
    random = np.random.default_rng(3)
    i, j, k = np.indices(SHAPE)
    brain = np.hypot(np.hypot(i - 20, j - 24), 1.5 * (k - 10)) < 18
    lesion = np.hypot(np.hypot(i - 12, j - 28), k - 8) < 5
    data = random.normal(100, 8, (2, *SHAPE)) * brain
    data[1] += 80 * lesion
    return data.astype(np.float32), lesion, brain


def test_the_slices_run_from_bottom_to_top(parts: tuple[np.ndarray, ...]) -> None:
    data, lesion, brain = parts
    seen = lesion_slices(study_of(data, np.eye(4)), lesion, brain, 8, INPUT)
    assert seen.indices in {(6, 8, 10), (7, 8, 9)}
    assert seen.indices[seen.main] == 8
    # Rows run from front to back, columns from the patient's right to the left.
    assert np.array_equal(seen.lesion[seen.main], lesion[::-1, ::-1, 8].T)
    alone = lesion_slices(study_of(data, np.eye(4)), lesion, brain, 9, INPUT, alone=True)
    assert alone.indices == (9,)
    assert alone.prepare(INPUT).tensor.shape == (1, 32, 32, 6)


@pytest.mark.parametrize("flips", [(0,), (1,), (2,), (0, 1, 2)])
def test_flips_and_turns_of_the_axes_change_nothing(
    parts: tuple[np.ndarray, ...], flips: tuple[int, ...]
) -> None:
    data, lesion, brain = parts
    expected = lesion_slices(study_of(data, np.eye(4)), lesion, brain, 8, INPUT)
    affine = np.eye(4)
    for axis in flips:
        affine[axis, axis], affine[axis, 3] = -1, SHAPE[axis] - 1
    turned = np.flip(data, [axis + 1 for axis in flips])
    masks = [np.flip(mask, flips) for mask in (lesion, brain)]
    index = SHAPE[2] - 1 - 8 if 2 in flips else 8
    # The first axis goes last.
    study = study_of(np.moveaxis(turned, 1, 3), affine[:, [1, 2, 0, 3]])
    moved = [np.moveaxis(mask, 0, 2) for mask in masks]
    seen = lesion_slices(study, moved[0], moved[1], index, INPUT)
    assert_allclose(seen.prepare(INPUT).tensor, expected.prepare(INPUT).tensor, atol=1e-5)


def test_oblong_pixels_become_square(parts: tuple[np.ndarray, ...]) -> None:
    data, lesion, brain = parts
    tall = study_of(data[:, :, ::2], np.diag([1.0, 2.0, 1.0, 1.0]))
    seen = lesion_slices(tall, lesion[:, ::2], brain[:, ::2], 8, INPUT)
    assert seen.lesion.shape == (3, 48, 40)
    assert seen.lesion.dtype == bool
    assert seen.brain is not None
    assert abs(int(seen.brain.sum()) / int(brain[..., list(seen.indices)].sum()) - 1) < 0.05
