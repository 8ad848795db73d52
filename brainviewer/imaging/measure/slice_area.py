"""A mask slice by slice: its area, its largest slice and the middle of it."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.working_grid import Mask

# Chosen by cross-validation on the low-grade-glioma collection.
_SMOOTHING_MM = 1.5
# Depths that differ by less are one.
_SAME_MM = 1e-3


def axial_axis(grid: Grid) -> int:
    """The voxel axis nearest to inferior-superior; the last one if the grid is not oriented."""
    return grid.axes[0].index(2) if grid.oriented else 2


def areas(grid: Grid, mask: Mask, axis: int) -> NDArray[np.float32]:
    """Area of the mask in every slice along a voxel axis, (slices,) in mm²."""
    others = _others(axis)
    pixel = grid.spacing[others[0]] * grid.spacing[others[1]]
    return np.asarray(mask.sum(axis=others) * pixel, dtype=np.float32)


def largest_slice(
    area: NDArray[np.float32], spacing: float, smoothing_mm: float = _SMOOTHING_MM
) -> int:
    """The slice with the largest area (slices,) after smoothing over a little distance."""
    smooth = ndimage.gaussian_filter1d(area, smoothing_mm / spacing, mode="constant")
    return int(np.where(area > 0, smooth, -1).argmax())


def middle_of(grid: Grid, mask: Mask, axis: int, index: int) -> tuple[float, float, float]:
    """The point of a slice that lies deepest inside the mask: (x, y, z) in mm, RAS+.

    Of several it is the one in their midst, and the same one however the file stores them.
    """
    plane = np.pad(np.take(mask, index, axis), 1)
    spacing = [grid.spacing[n] for n in _others(axis)]
    depth = ndimage.distance_transform_edt(plane, sampling=spacing)[1:-1, 1:-1]
    deepest = np.argwhere(depth > depth.max() - _SAME_MM)
    places = grid.to_world(np.insert(deepest, axis, index, axis=1))
    away = np.linalg.norm(places - places.mean(axis=0), axis=1)
    first = np.lexsort([*places.round(2).T, away.round(2)])[0]
    x, y, z = places[first]
    return float(x), float(y), float(z)


def _others(axis: int) -> tuple[int, int]:
    first, second = (n for n in range(3) if n != axis)
    return first, second
