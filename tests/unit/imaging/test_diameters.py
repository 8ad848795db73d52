"""RANO's two diameters on shapes of known size, on any grid."""

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.diameters import _Area, diameters
from tests.phantoms import AXIS_CASES, case_name, grid_of, oblique_grid


def grid_2d(spacing=(1.0, 1.0), shape=(70, 70)):
    return Grid((*shape, 3), np.diag([*spacing, 2.0, 1.0]))


def places(grid):
    """Distance in mm from the grid's middle along Right, Anterior, Superior of the grid itself."""
    order = [grid.axes[0].index(axis) for axis in range(3)]
    voxels = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    middle = (np.array(grid.shape) - 1) / 2
    offset = (voxels - middle) * np.array(grid.spacing) * np.array(grid.axes[1])
    return np.moveaxis(offset[..., order], -1, 0)


def ellipsoid(grid, radii, degrees=0.0, centre=(0, 0, 0)):
    x, y, z = (p - c for p, c in zip(places(grid), centre, strict=True))
    turn = np.radians(degrees)
    a, b = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    return (a / radii[0]) ** 2 + (b / radii[1]) ** 2 + (z / radii[2]) ** 2 <= 1


def disc(grid, radius, centre=(0, 0)):
    return ellipsoid(grid, (radius, radius, 1e6), centre=(*centre, 0))


def measure(grid, mask):
    axis = grid.axes[0].index(2)
    return diameters(grid, mask, axis, grid.shape[axis] // 2)


def length(ends):
    return float(np.linalg.norm(np.subtract(*ends)))


def assert_consistent(grid, mask, found):
    """Ends in the slice, at a right angle, as far apart as is said, and tissue all the way."""
    axis = grid.axes[0].index(2)
    assert length(found.longest_ends) == pytest.approx(found.longest_mm)
    assert length(found.perpendicular_ends) == pytest.approx(found.perpendicular_mm)
    assert found.product_mm2 == pytest.approx(found.longest_mm * found.perpendicular_mm)
    assert found.longest_mm >= found.perpendicular_mm
    first, second = (np.subtract(*ends) for ends in (found.longest_ends, found.perpendicular_ends))
    assert abs(first @ second) < 1e-6 * found.product_mm2
    for start, end in (found.longest_ends, found.perpendicular_ends):
        along = np.linspace(0.02, 0.98, 200)[:, None]
        voxels = grid.to_voxel(np.array(start) * (1 - along) + np.array(end) * along)
        np.testing.assert_allclose(voxels[:, axis], found.index, atol=1e-6)
        inside = mask[tuple(np.rint(voxels).astype(int).T)]
        assert inside.mean() > 0.95


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_ellipsoid_however_it_is_stored(case):
    grid = grid_of(*case)
    mask = ellipsoid(grid, (20, 11, 18), degrees=27)
    found = measure(grid, mask)
    assert found.longest_mm == pytest.approx(40, abs=1.5)
    assert found.perpendicular_mm == pytest.approx(22, abs=1.5)
    assert found.measurable
    assert_consistent(grid, mask, found)
    # The longest one runs from left-behind to right-front in every file.
    right, front, up = np.abs(np.subtract(*found.longest_ends))
    assert np.degrees(np.arctan2(front, right)) == pytest.approx(27, abs=4)
    assert np.prod(np.subtract(*found.longest_ends)[:2]) > 0
    assert up == pytest.approx(0, abs=1e-9)


def test_ellipsoid_in_a_tilted_scan():
    grid = oblique_grid()
    mask = ellipsoid(grid, (18, 10, 14), degrees=-40)
    found = measure(grid, mask)
    assert found.longest_mm == pytest.approx(36, abs=1.5)
    assert found.perpendicular_mm == pytest.approx(20, abs=1.5)
    assert_consistent(grid, mask, found)


@pytest.mark.parametrize("spacing", [(1, 1), (0.5, 0.5), (0.6, 1.8), (2, 2), (3.1, 0.9)])
@pytest.mark.parametrize("degrees", [0, 33, 90, 135])
def test_within_a_pixel_on_any_pixels(spacing, degrees):
    shape = tuple(int(60 / s) + 3 for s in spacing)
    grid = grid_2d(spacing, shape)
    mask = ellipsoid(grid, (25, 9, 1e6), degrees)
    found = measure(grid, mask)
    assert found.longest_mm == pytest.approx(50, abs=max(spacing))
    assert found.perpendicular_mm == pytest.approx(18, abs=max(spacing))


def test_necrosis_and_cyst_are_not_measured():
    grid = grid_2d()
    ring = disc(grid, 25) & ~disc(grid, 15)
    found = measure(grid, ring)
    # The longest way through the wall touches the inner circle.
    assert found.longest_mm == pytest.approx(2 * np.sqrt(25**2 - 15**2), abs=1.5)
    assert_consistent(grid, ring, found)
    assert measure(grid, disc(grid, 25)).longest_mm == pytest.approx(50, abs=1)


def test_two_lesions_in_a_slice_are_not_measured_across():
    grid = grid_2d()
    mask = disc(grid, 12, (-17, 0)) | disc(grid, 8, (20, 3))
    found = measure(grid, mask)
    assert found.longest_mm == pytest.approx(24, abs=1.5)
    assert found.perpendicular_mm == pytest.approx(24, abs=1.5)
    assert max(end[0] for end in found.longest_ends) < grid.centre[0]


def test_around_a_corner_no_straight_line_leaves_the_lesion():
    grid = grid_2d()
    mask = np.zeros(grid.shape, bool)
    mask[10:20, 10:60] = True
    mask[10:60, 10:20] = True
    found = measure(grid, mask)
    # From tip to tip it would be 71 mm.
    assert 50 <= found.longest_mm < 56
    assert_consistent(grid, mask, found)


@pytest.mark.parametrize("seed", range(4))
def test_no_shorter_than_the_best_of_all_pairs(seed):
    from scipy import ndimage

    rng = np.random.default_rng(seed)
    grid = grid_2d((1.3, 0.9), (40, 44))
    blob = ndimage.gaussian_filter(rng.standard_normal(grid.shape[:2]), 4)
    plane = ndimage.binary_erosion(blob > 0)
    mask = np.repeat(plane[..., None], 3, axis=2)
    edge = np.argwhere(plane & ~ndimage.binary_erosion(plane))
    along = np.linspace(0, 1, 120)[:, None]
    best = 0.0
    for n, start in enumerate(edge):
        for end in edge[n + 1 :]:
            far = float(np.hypot(*((end - start) * (1.3, 0.9))))
            way = np.rint(start * (1 - along) + end * along).astype(int)
            if far > best and plane[tuple(way.T)].all():
                best = far
    found = measure(grid, mask)
    # Pairs of pixel centres leave out half a pixel at either end.
    assert best - 1.3 <= found.longest_mm <= best + 2 * 1.3
    assert_consistent(grid, mask, found)


@pytest.mark.parametrize(
    ("radii", "measurable"), [((6, 6), True), ((4, 4), False), ((20, 4), False), ((20, 6), True)]
)
def test_measurable_from_ten_by_ten(radii, measurable):
    found = measure(grid_2d(), ellipsoid(grid_2d(), (*radii, 1e6)))
    assert found.measurable is measurable


def test_nothing_and_next_to_nothing():
    grid = grid_2d((0.3, 0.4))
    mask = np.zeros(grid.shape, bool)
    assert diameters(grid, mask, 2, 1) is None
    mask[30, 40, 1] = True
    found = measure(grid, mask)
    assert 0.3 <= found.longest_mm <= 0.6
    assert 0 < found.perpendicular_mm <= found.longest_mm
    assert not found.measurable
    assert diameters(grid, mask, 2, 0) is None


def test_looking_only_where_the_hull_is_long_enough_misses_nothing():
    """The same chord as when every line of every direction is looked at."""
    generator = np.random.default_rng(3)
    for trial in range(12):
        shape = tuple(generator.integers(12, 60, 2))
        smooth = ndimage.gaussian_filter(generator.normal(size=shape), generator.uniform(1, 5))
        mask = (smooth > np.quantile(smooth, generator.uniform(0.4, 0.9)))[..., None]
        affine = np.diag([*generator.uniform(0.5, 1.5, 2), 3.0, 1.0])
        affine[0, 1] = generator.uniform(-0.2, 0.2)
        area = _Area.of(Grid(mask.shape, affine), np.pad(mask[..., 0], 1).astype(np.float32), 2)
        angles = np.arange(0.0, 180.0, 3.0).tolist()
        every = [area._longest_along(angle, 0.5, 0.0) for angle in angles]
        longest = max(every, key=lambda chord: chord.length)
        angle, found = area._longest_of(angles, 0.5)
        assert angle == angles[every.index(longest)], trial
        assert found.length == longest.length
        assert np.array_equal([found.start, found.end], [longest.start, longest.end])
