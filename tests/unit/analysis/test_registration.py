"""The head is found again where it moved between two scans."""

import numpy as np
import pytest
from scipy import ndimage

from brainviewer.analysis.alignment import resample
from brainviewer.analysis.registration import head_motion
from brainviewer.core.geometry import Grid

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
