"""Whether a scan lies over another is seen by its edges, and what lies nowhere is left out."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.alignment import resample, shifted
from brainviewer.imaging.preprocess.registration.frame_registration import place_nearby
from brainviewer.imaging.preprocess.registration.pose_check import fit_of, lie_over
from tests.follow_up_phantom import current, stranger
from tests.lesion_phantoms import BRAIN, GRID
from tests.searching import find_tumour

FLAIR = current().volumes[Modality.FLAIR].data
T2 = current().volumes[Modality.T2].data
UPSIDE_DOWN = np.ascontiguousarray(T2[:, :, ::-1])
OF_ANOTHER = stranger().volumes[Modality.T2].data


def part(data: np.ndarray, slices: slice) -> tuple[np.ndarray, Grid]:
    """Some slices of a volume, where they lie."""
    cut = data[:, :, slices]
    affine = GRID.affine.copy()
    affine[:3, 3] = GRID.to_world((0, 0, slices.start))
    return cut, Grid((cut.shape[0], cut.shape[1], cut.shape[2]), affine)


def test_edges_agree_across_contrasts_where_heads_lie_over_each_other():
    assert fit_of(T2, GRID, FLAIR, GRID) > 1.15
    thick = Grid((96, 112, 18), GRID.affine @ np.diag([1, 1, GRID.shape[2] / 18, 1]))
    assert fit_of(resample(T2, GRID, thick), thick, FLAIR, GRID) > 1.1


@pytest.mark.parametrize("by_mm", [(12, 0, 0), (0, -9, 7), (25, 0, 20), (300, 0, 0)])
def test_a_scan_that_lies_elsewhere_is_told(by_mm):
    assert not lie_over(T2, shifted(GRID, np.array(by_mm, float)), FLAIR, GRID)


def test_a_turned_or_empty_scan_does_not_lie_over_it():
    assert not lie_over(UPSIDE_DOWN, GRID, FLAIR, GRID)
    assert not lie_over(OF_ANOTHER, GRID, FLAIR, GRID)
    assert not lie_over(np.zeros_like(T2), GRID, FLAIR, GRID)
    noise = np.random.default_rng(0).integers(0, 900, GRID.shape).astype(np.int16)
    assert not lie_over(noise, GRID, FLAIR, GRID)


def test_a_part_of_a_head_and_one_without_skull_are_not_refused():
    middle = GRID.shape[2] // 2
    assert lie_over(*part(T2, slice(middle - 9, middle + 9)), FLAIR, GRID)
    assert lie_over(T2, GRID, *part(FLAIR, slice(10, middle + 10)))
    around = resample(BRAIN.astype(np.float32), GRID, larger()) > 0.5
    with_skull = np.where(around & ~BRAIN, 300, T2).astype(np.int16)
    assert lie_over(with_skull, GRID, FLAIR, GRID)


def test_a_head_with_skull_is_brought_over_a_brain_without():
    around = resample(BRAIN.astype(np.float32), GRID, larger()) > 0.5
    skull = np.random.default_rng(3).integers(200, 900, GRID.shape)
    with_skull = np.where(around & ~BRAIN, skull, T2).astype(np.int16)
    away = shifted(GRID, np.array((9.0, -6.0, 5.0)))
    placed = place_nearby(with_skull, away, FLAIR, GRID)
    assert placed is not None
    np.testing.assert_allclose(placed.grid.centre, GRID.centre, atol=1.0)


def larger() -> Grid:
    """A grid in which the head of ``GRID`` is 12 % larger."""
    affine = GRID.affine.copy()
    affine[:3, :3] /= 1.12
    affine[:3, 3] += GRID.centre - Grid(GRID.shape, affine).centre
    return Grid(GRID.shape, affine)


def test_what_registration_misses_nearby_is_found_far_away():
    away = shifted(GRID, np.array((90.0, 0.0, 0.0)))
    placed = place_nearby(T2, away, FLAIR, GRID)
    assert placed is not None
    np.testing.assert_allclose(placed.grid.centre, GRID.centre, atol=1.0)
    assert placed.distance_mm == pytest.approx(90, abs=2)


def test_a_wrong_registration_is_no_motion():
    """Upside down there is a best place for it, and it is not the right one."""
    assert place_nearby(UPSIDE_DOWN, GRID, FLAIR, GRID) is None


def test_nothing_is_computed_from_what_lies_elsewhere():
    study = current()
    apart = replace(study.volumes[Modality.T1CE], unplaced=True)
    study = replace(study, volumes={**study.volumes, Modality.T1CE: apart})
    assert Modality.T1CE not in study.together.volumes
    assert study.together is study.together.together
    found = find_tumour(study, "model-free").measurements
    whole = find_tumour(current(), "model-free").measurements
    assert found is not None and whole is not None
    assert found.enhancing_ml is None
    assert whole.enhancing_ml is not None
