"""The head is found again where it moved between two scans."""

import tracemalloc

import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial.transform import Rotation

from brainviewer.app.opening.study import demo_paths
from brainviewer.core.geometry import Grid
from brainviewer.files.nifti.reader import read_nifti
from brainviewer.imaging.preprocess.alignment import resample
from brainviewer.imaging.preprocess.registration.registration import LEAST_MM, Motion, head_motion

FIXED = Grid((90, 100, 30), np.diag([-2.0, 2.0, 5.0, 1.0]))
MOVED = Grid((100, 90, 28), np.diag([-2.0, 2.0, 5.5, 1.0]))


def head_at(grid: Grid, offset_mm=(0.0, 0.0, 0.0), turn_degrees=0.0, *, inverted=False):
    """A head with ventricles and uneven tissue, moved and turned about the vertical."""
    points = grid.to_world(np.indices(grid.shape).reshape(3, -1).T) - FIXED.centre - offset_mm
    angle = np.radians(turn_degrees)
    x, y, z = points.T
    x, y = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    head = (x / 65) ** 2 + (y / 82) ** 2 + (z / 62) ** 2 < 1
    tissue = 500 + 120 * np.sin(x / 11) * np.cos(y / 14 + 1) + 90 * np.sin(z / 13 + x / 40)
    dark = ((x - 12) / 8) ** 2 + ((y - 5) / 25) ** 2 + (z / 15) ** 2 < 1
    tissue = np.where(dark, 200, tissue)
    if inverted:
        tissue = 1100 - tissue
    values = np.where(head, tissue, 10) + np.random.default_rng(3).normal(0, 15, len(x))
    return values.reshape(grid.shape).astype(np.int16)


def test_motion_is_found_across_contrasts():
    fixed = head_at(FIXED)
    offset = (6.0, -4.0, 14.0)
    moved = head_at(MOVED, offset, 8.0, inverted=True)
    motion = head_motion(moved, MOVED, fixed, FIXED)
    assert motion is not None
    assert motion.distance_mm == pytest.approx(np.linalg.norm(offset), abs=2.0)
    head = ndimage.binary_erosion(fixed > 100, iterations=3)
    wanted = head_at(FIXED, inverted=True)[head].astype(float)
    before = resample(moved, MOVED, FIXED)[head]
    after = resample(moved, motion.grid, FIXED)[head]
    assert np.corrcoef(wanted, after)[0, 1] > 0.9 > np.corrcoef(wanted, before)[0, 1] + 0.3
    again = head_motion(moved, MOVED, fixed, FIXED)
    assert again is not None
    np.testing.assert_array_equal(again.grid.affine, motion.grid.affine)


def test_a_head_that_did_not_move_stays():
    motion = head_motion(head_at(MOVED, inverted=True), MOVED, head_at(FIXED), FIXED)
    assert motion is None or motion.distance_mm < 1.0


def test_what_tells_nothing_is_left_where_it_is():
    noise = np.random.default_rng(0).integers(0, 900, FIXED.shape).astype(np.int16)
    assert head_motion(noise, FIXED, noise[::-1], FIXED) is None
    constant = np.full(FIXED.shape, 7, np.int16)
    assert head_motion(constant, FIXED, head_at(FIXED), FIXED) is None
    away = Grid(FIXED.shape, FIXED.affine + np.array([[0, 0, 0, 900.0], *[[0] * 4] * 3]))
    assert head_motion(head_at(FIXED), away, head_at(FIXED), FIXED) is None
    small = Grid((6, 6, 6), np.eye(4))
    assert head_motion(noise[:6, :6, :6], small, noise[6:12, :6, :6], small) is None


# -- uneven brightness is no motion -----------------------------------------------------------

Scan = tuple[np.ndarray, Grid]


@pytest.fixture(scope="module")
def demo() -> tuple[Scan, Scan]:
    """FLAIR and T1 of the synthetic study; the T1 with thick, oblique slices of the same place."""
    flair, t1 = (
        read_nifti(path)
        for path in demo_paths()
        if path.name.endswith(("_flair.nii.gz", "_t1.nii.gz"))
    )
    spacing = np.array([0.9, 0.9, 5.0])
    affine = np.eye(4)
    affine[:3, :3] = turned(6, -3, 4)[:3, :3] @ (t1.grid.affine[:3, :3] * spacing)
    shape = (266, 266, 31)
    affine[:3, 3] = t1.grid.centre - affine[:3, :3] @ ((np.array(shape) - 1) / 2)
    oblique = Grid(shape, affine)
    return (flair.data, flair.grid), (resample(t1.data, t1.grid, oblique), oblique)


def turned(*degrees: float) -> np.ndarray:
    turn = np.eye(4)
    turn[:3, :3] = Rotation.from_euler("xyz", degrees, degrees=True).as_matrix()
    return turn


def ramp(scan: Scan, axis: int, size: float) -> Scan:
    """Brightness that rises by ``size`` towards one end of a voxel axis and falls at the other."""
    data, grid = scan
    along = np.linspace(-1, 1, data.shape[axis]).reshape([-1 if n == axis else 1 for n in range(3)])
    return np.rint(data * (1 + size * along)).astype(data.dtype), grid


def remaining(motion: Motion | None, true: Grid, fixed: Scan) -> float:
    """How far the head is from where it should be, in mm."""
    assert motion is not None
    data, grid = fixed
    head = np.argwhere(data[::8, ::8, ::8] > 100) * 8
    points = grid.to_world(head)
    found = motion.grid.to_world(true.to_voxel(points))
    return float(np.sqrt(((found - points) ** 2).sum(axis=1).mean()))


@pytest.mark.parametrize(
    ("of_moving", "of_fixed"),
    [((0, 0.2), None), ((2, 0.2), None), (None, (1, 0.2)), ((0, 0.2), (0, -0.2))],
)
def test_a_ramp_of_brightness_moves_nothing(demo, of_moving, of_fixed):
    fixed, moving = demo
    moving = ramp(moving, *of_moving) if of_moving else moving
    fixed = ramp(fixed, *of_fixed) if of_fixed else fixed
    assert head_motion(*moving, *fixed) is None


@pytest.mark.parametrize(
    ("offset", "degrees"),
    [((0, 0, 3), (0, 0, 0)), ((2, 1, -3), (2, -1, 2)), ((0, 5, 0), (5, 0, 0))],
)
def test_true_motion_is_corrected_under_a_ramp(demo, offset, degrees):
    fixed, (data, true) = demo
    motion = np.eye(4)
    motion[:3, 3] = fixed[1].centre + offset
    back = np.eye(4)
    back[:3, 3] = -fixed[1].centre
    moved = Grid(true.shape, motion @ turned(*degrees) @ back @ true.affine)
    for scan in ((data, moved), ramp((data, moved), 1, 0.2)):
        assert remaining(head_motion(*scan, *fixed), true, fixed) < LEAST_MM / 2


def test_less_than_the_error_of_the_method_is_left_alone(demo):
    fixed, (data, true) = demo
    shifted = true.affine.copy()
    shifted[:3, 3] += 0.5
    assert head_motion(data, Grid(true.shape, shifted), *fixed) is None


def test_shift_and_rotation_are_told(demo):
    """In the terms of the patient: how the head moved from the fixed scan to the other."""
    fixed, (data, true) = demo
    middle = fixed[1].to_world(np.argwhere(fixed[0][::4, ::4, ::4] > 100) * 4).mean(axis=0)
    done = turned(5, 0, -4)
    done[:3, 3] = middle + np.array([4, -3, 8]) - done[:3, :3] @ middle
    motion = head_motion(data, Grid(true.shape, done @ true.affine), *fixed)
    assert motion is not None
    np.testing.assert_allclose(motion.shift_mm, (4, -3, 8), atol=1.0)
    np.testing.assert_allclose(motion.rotation_degrees, (5, 0, -4), atol=1.0)


def test_a_displacement_is_found_to_a_millimetre(demo):
    fixed, (data, true) = demo
    found = []
    for shift, degrees in (((9.0, -6.0, 12.0), (4, 5, -3)), ((-8.0, 7.0, -10.0), (-5, 2, 6))):
        done = turned(*degrees)
        done[:3, 3] = fixed[1].centre + shift - done[:3, :3] @ fixed[1].centre
        motion = head_motion(data, Grid(true.shape, done @ true.affine), *fixed)
        found.append(remaining(motion, true, fixed))
    assert max(found) < 1.0


def test_looking_for_motion_makes_no_copy_of_the_volumes():
    data = np.zeros((256, 256, 160), np.int16, order="F")  # without a head it ends at once
    grid = Grid(data.shape, np.diag([-0.8, 0.8, 1.0, 1.0]))
    tracemalloc.start()
    try:
        assert head_motion(data, grid, data, grid) is None
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < data.nbytes / 2
