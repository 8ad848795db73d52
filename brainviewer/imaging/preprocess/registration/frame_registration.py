"""Brings a scan over another one whose frame of reference is not its own.

Positions count within one frame of reference only (PS3.3, C.7.4.1): a patient who was taken out and
put back, or another scanner, has another. Some programs that remove names give every series a new
one, although its positions are still those of the others: so these are tried first.
"""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.imaging.preprocess.alignment import shifted
from brainviewer.imaging.preprocess.registration.head_place import BESIDE_MM, middle_of_head
from brainviewer.imaging.preprocess.registration.pose_check import lie_over
from brainviewer.imaging.preprocess.registration.registration import LEAST_MM, Motion, head_motion


def place_scan(
    data: NDArray[np.generic], grid: Grid, fixed: NDArray[np.generic], onto: Grid
) -> Motion | None:
    """Where the head of a volume (i, j, k) lies in the space of a fixed one, by rigid registration.

    ``distance_mm`` is 0 and ``grid`` the volume's own if it lies where its positions say.
    Returns None where the volumes do not tell.
    """
    ours, theirs = middle_of_head(fixed, onto), middle_of_head(data, grid)
    if ours is None or theirs is None:
        return None
    for start in (grid, shifted(grid, ours - theirs)):
        motion = head_motion(data, shifted(start, np.array(BESIDE_MM)), fixed, onto)
        if motion is not None and lie_over(data, motion.grid, fixed, onto):
            return _motion(grid, motion.grid, ours)
    return None


def place_nearby(
    data: NDArray[np.generic], grid: Grid, fixed: NDArray[np.generic], onto: Grid
) -> Motion | None:
    """The same where positions count within one frame of reference: it is looked for from there,
    and farther away only where nothing fits."""
    motion = head_motion(data, grid, fixed, onto) or Motion(grid, 0.0)
    if lie_over(data, motion.grid, fixed, onto):
        return motion
    return place_scan(data, grid, fixed, onto)


def _motion(grid: Grid, placed: Grid, middle: NDArray[np.float64]) -> Motion:
    """From where a volume should lie to where it does, told at the middle of the fixed head."""
    from scipy.spatial.transform import Rotation  # after ``scipy_parts``, see there

    world = grid.affine @ np.linalg.inv(placed.affine)
    shift = world[:3, :3] @ middle + world[:3, 3] - middle
    turn = Rotation.from_matrix(world[:3, :3])
    # A head is a ball of some 80 mm: how far its surface moves by the turn alone.
    distance = float(np.hypot(np.linalg.norm(shift), 60.0 * turn.magnitude()))
    if distance <= LEAST_MM:
        return Motion(grid, 0.0)
    x, y, z = map(float, shift)
    about_r, about_a, about_s = map(float, turn.as_euler("xyz", degrees=True))
    return Motion(placed, distance, (x, y, z), (about_r, about_a, about_s))
