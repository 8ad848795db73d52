"""Measurements of lesions at known places, in heads that are shifted, tilted and stored anyhow."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.core.findings.measurements import Side
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.preprocess.midsagittal import MidPlane, MidSagittalPlane
from brainviewer.imaging.preprocess.working_grid import WorkingGrid, box_of
from tests.phantoms import AXIS_CASES, case_name, grid_of, oblique_grid
from tests.searching import find_tumour
from tests.unit.imaging import test_tumour
from tests.unit.imaging.test_tumour import only, stored, study_of

demo = test_tumour.demo


def world(grid):
    voxels = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    return grid.to_world(voxels.reshape(-1, 3)).reshape(*grid.shape, 3)


def ball(grid, offset, radius):
    return np.linalg.norm(world(grid) - grid.centre - offset, axis=-1) <= radius


def finding_of(grid, mask):
    axis = SliceView.of(grid, Plane.AXIAL).axis
    others = tuple(n for n in range(3) if n != axis)
    return TumourFinding("test", True, index=int(mask.sum(axis=others).argmax()), mask=mask)


def empty_study(grid):
    data = np.zeros(grid.shape, np.int16)
    return Study({Modality.FLAIR: Volume(Modality.FLAIR, data, grid)}, grid)


def middle_plane(grid, offset=0.0):
    """The plane through the grid's middle, or to the right of it."""
    right = np.array([1.0, 0, 0])
    return MidSagittalPlane(grid.centre + offset * right, right)


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_side_volume_and_slices_however_it_is_stored(case):
    grid = grid_of(*case)
    mask = ball(grid, (-14, 6, -8), 9)
    found = measured(empty_study(grid), finding_of(grid, mask), middle_plane(grid))
    taken = found.measurements
    assert taken.side is Side.LEFT
    assert taken.midline_mm == pytest.approx(14, abs=0.3)
    assert taken.volume_ml == pytest.approx(4 / 3 * np.pi * 9**3 / 1000, rel=0.05)
    assert taken.lesion.longest_mm == pytest.approx(18, abs=1.5)
    assert taken.enhancing_ml is None
    assert taken.enhancing is None
    assert found.enhancing is None
    assert set(found.slices) == set(Plane)
    centre = grid.to_voxel(grid.centre + np.array((-14, 6, -8)))
    for plane, index in found.slices.items():
        assert abs(index - centre[SliceView.of(grid, plane).axis]) <= 1
    assert found.slices[Plane.AXIAL] == found.index == taken.lesion.index


@pytest.mark.parametrize(
    ("x", "side"),
    [(-14, Side.LEFT), (14, Side.RIGHT), (0, Side.BOTH), (3, Side.BOTH), (7, Side.RIGHT)],
)
def test_which_side(x, side):
    grid = grid_of()
    found = measured(
        empty_study(grid), finding_of(grid, ball(grid, (x, 0, 0), 9)), middle_plane(grid)
    )
    assert found.measurements.side is side
    assert found.measurements.midline_mm == pytest.approx(abs(x), abs=0.3)


def test_the_head_counts_and_not_the_grid():
    grid = grid_of()
    mask = ball(grid, (-6, 0, 0), 5)
    to_the_left = measured(empty_study(grid), finding_of(grid, mask), middle_plane(grid, -15))
    assert to_the_left.measurements.side is Side.RIGHT
    assert to_the_left.measurements.midline_mm == pytest.approx(9, abs=0.3)


def test_no_side_without_orientation_or_plane():
    grid = grid_of(signs=(1, 1, 1), oriented=False)
    finding = finding_of(grid, ball(grid, (-6, 0, 0), 5))
    unknown = measured(empty_study(grid), finding, middle_plane(grid)).measurements
    assert unknown.side is None
    assert unknown.midline_mm == pytest.approx(6, abs=0.3)
    without = measured(empty_study(grid_of()), finding_of(grid_of(), finding.mask)).measurements
    assert (without.side, without.midline_mm) == (None, None)


def test_tiny_lesion_is_not_measurable():
    grid = grid_of()
    found = measured(empty_study(grid), finding_of(grid, ball(grid, (5, 5, 5), 4)))
    assert not found.measurements.lesion.measurable
    assert found.measurements.lesion.longest_mm == pytest.approx(8, abs=1.5)


@pytest.mark.parametrize("found", [True, False])
def test_nothing_to_measure(found):
    grid = grid_of()
    nothing = TumourFinding("test", found, mask=np.zeros(grid.shape, bool))
    assert measured(empty_study(grid), nothing) is nothing


def test_box_of_a_mask():
    mask = np.zeros((6, 7, 8), bool)
    assert mask[box_of(mask)].size == 0
    mask[2, 3:6, 7] = True
    mask[4, 1, 5] = True
    assert box_of(mask) == (slice(2, 5), slice(1, 6), slice(5, 8))


PLANE = MidPlane(21.0, 0.08, -0.05)


@pytest.mark.parametrize(
    "grid",
    [oblique_grid(), *(grid_of(*case) for case in AXIS_CASES[::5])],
    ids=lambda g: g.orientation,
)
def test_plane_of_working_arrays_in_the_world(grid):
    head = ball(grid, (0, 0, 0), 18).astype(np.float32)
    working = WorkingGrid.around(grid, head)
    assert working.shape != grid.shape
    plane = MidSagittalPlane.in_world(PLANE, working)
    # Where the working voxels are, found by averaging the places of the voxels in them.
    places = np.stack([working.thin(world(grid)[..., n]) for n in range(3)], axis=-1)
    voxels = np.stack(np.meshgrid(*map(np.arange, working.shape), indexing="ij"), axis=-1)
    expected = PLANE.distance((voxels * working.spacing).reshape(-1, 3))
    np.testing.assert_allclose(
        (places.reshape(-1, 3) - plane.point) @ plane.normal, expected, atol=2e-4
    )
    assert plane.normal[0] > 0.9
    per_voxel, at_origin = plane.of_voxels(grid)
    at = np.array([3.0, 5.0, 7.0])
    assert at @ per_voxel + at_origin == pytest.approx(
        (grid.to_world(at) - plane.point) @ plane.normal
    )


# The synthetic head is made around voxel 119 of 240.
MIDLINE = 119 / 2


def lesion_to_midline(mask):
    return abs(np.argwhere(mask)[:, 0].mean() - MIDLINE) * 2


def test_demo_study(demo):
    study, truth = demo
    finding = find_tumour(study)
    taken = finding.measurements
    assert taken.side is Side.LEFT
    assert taken.midline_mm == pytest.approx(lesion_to_midline(truth), abs=3)
    assert taken.volume_ml == pytest.approx(finding.mask.sum() * 0.008, rel=1e-6)
    assert 0.05 < taken.enhancing_ml / taken.volume_ml < 0.25
    assert not (finding.enhancing & ~finding.mask).any()
    assert taken.enhancing.measurable
    assert taken.lesion.measurable
    assert taken.enhancing.product_mm2 < taken.lesion.product_mm2
    for plane, index in finding.slices.items():
        axis = SliceView.of(study.grid, plane).axis
        area = truth.sum(axis=tuple(n for n in range(3) if n != axis))
        assert area[index] > 0.9 * area.max()


@pytest.fixture(scope="module")
def as_it_is(demo):
    return find_tumour(only(demo[0], Modality.FLAIR, Modality.T1, Modality.T1CE)).measurements


@pytest.mark.parametrize("case", AXIS_CASES[::11], ids=case_name)
def test_demo_study_stored_otherwise(demo, as_it_is, case):
    study = only(demo[0], Modality.FLAIR, Modality.T1, Modality.T1CE)
    expected, taken = as_it_is, find_tumour(stored(study, *case)).measurements
    assert taken.side is expected.side
    assert taken.midline_mm == pytest.approx(expected.midline_mm, abs=1e-6)
    assert taken.enhancing_ml == pytest.approx(expected.enhancing_ml, rel=1e-6)
    for one, other in ((taken.lesion, expected.lesion), (taken.enhancing, expected.enhancing)):
        assert one.longest_mm == pytest.approx(other.longest_mm, abs=1.0)
        assert one.perpendicular_mm == pytest.approx(other.perpendicular_mm, abs=2.0)


def moved(study, degrees, shift_mm):
    """The head turned about the vertical axis and shifted to the right inside of its array."""
    turn = np.radians(degrees)
    matrix = np.array(
        [[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]]
    )
    middle = (np.array(study.grid.shape) - 1) / 2
    # Voxels of this study run to the left.
    offset = middle - matrix @ (middle - (shift_mm / 2, 0, 0))
    images = {
        m: ndimage.affine_transform(v.data.astype(np.float32), matrix, offset, order=1)
        for m, v in study.volumes.items()
    }
    return study_of(images, study.grid.affine)


@pytest.mark.parametrize(("degrees", "shift_mm"), [(0, 14), (7, -10), (-8, 6)])
def test_distance_to_the_midline_of_a_head_that_lies_askew(demo, degrees, shift_mm):
    study, truth = demo
    finding = find_tumour(moved(only(study, Modality.FLAIR), degrees, shift_mm))
    assert finding.measurements.side is Side.LEFT
    assert finding.measurements.midline_mm == pytest.approx(lesion_to_midline(truth), abs=3.5)
    # Neither x = 0 nor the middle of the array gives that.
    away = np.abs(study.grid.to_world(np.argwhere(finding.mask))[:, 0].mean())
    assert abs(away - lesion_to_midline(truth)) > 20


def test_place_of_the_file_in_the_world_does_not_matter(demo, as_it_is):
    study = only(demo[0], Modality.FLAIR, Modality.T1, Modality.T1CE)
    affine = study.grid.affine.copy()
    affine[:3, 3] += (150, -30, 20)
    there = Grid(study.grid.shape, affine)
    elsewhere = replace(
        study,
        grid=there,
        volumes={m: replace(v, grid=there) for m, v in study.volumes.items()},
    )
    expected, taken = as_it_is, find_tumour(elsewhere).measurements
    assert taken.side is expected.side
    assert taken.midline_mm == pytest.approx(expected.midline_mm, abs=1e-6)
