"""How near the surface of a mask comes to the mid-sagittal plane, and to that of the brain."""

import math

import numpy as np

from brainviewer.core.findings.measurements import Point
from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.working_grid import Mask, box_of

_FIRST_MM = 10.0


def distance_to_midline(
    mask: Mask, grid: Grid, mid_sagittal: tuple[Point, Point] | None
) -> float | None:
    """The least distance in mm of a mask's surface from the mid-sagittal plane.

    mask : (i, j, k). mid_sagittal : see ``TumourFinding``.

    0 where the mask reaches to the plane or across it; None for an empty mask, or where the plane
    is not known. The surface is that of the voxels, half a voxel beyond their centres.
    """
    if mid_sagittal is None or not mask.any():
        return None
    point, normal = (np.array(one) for one in mid_sagittal)
    per_voxel = grid.affine[:3, :3].T @ normal
    voxels = np.argwhere(mask)
    away = voxels @ per_voxel + float((grid.affine[:3, 3] - point) @ normal)
    half = float(np.abs(per_voxel).sum()) / 2
    low, high = float(away.min()) - half, float(away.max()) + half
    return 0.0 if low <= 0 <= high else min(abs(low), abs(high))


def distance_to_brain_surface(mask: Mask, grid: Grid, brain: Mask | None) -> float | None:
    """The least distance in mm between the surfaces of a mask and of the brain around it.

    mask, brain : (i, j, k).

    0 where the mask reaches the surface; None for an empty mask, without a brain, or where the
    brain has no surface on the grid: its end is the end of the images, and not that of the brain.
    """
    if brain is None or not mask.any():
        return None
    if (mask & ~brain).any():
        return 0.0
    box, reach = box_of(mask), _FIRST_MM
    while True:
        margin = [math.ceil(reach / mm) for mm in grid.spacing]
        part = tuple(
            slice(max(0, one.start - more), min(count, one.stop + more))
            for one, more, count in zip(box, margin, mask.shape, strict=True)
        )
        whole = all(
            one.start == 0 and one.stop == n for one, n in zip(part, mask.shape, strict=True)
        )
        found = _between(mask[part], brain[part], grid)
        # What is further away than the margin could lie nearer outside the box.
        if whole or (found is not None and found + max(grid.spacing) < reach):
            return found
        reach *= 2


def _between(mask: Mask, brain: Mask, grid: Grid) -> float | None:
    """The least distance of the mask's surface from what is not brain; None where all is brain."""
    if brain.all():
        return None
    away, outside = ndimage.distance_transform_edt(
        brain, sampling=grid.spacing, return_indices=True
    )
    voxels = np.argwhere(mask)
    nearest = voxels[np.argsort(away[mask], kind="stable")[:1000]]
    ways = outside[(slice(None), *nearest.T)].T - nearest
    # A way leaves the first voxel, and enters the last one, half a voxel along its longest axis.
    inside = 1 / np.abs(ways).max(axis=1)
    length = np.linalg.norm(ways @ grid.affine[:3, :3].T, axis=1)
    return float(np.maximum(length * (1 - inside), 0).min())
