"""A stroke of the brush: a disc in a slice, or a ball, of a diameter in mm."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.correction.steps import Box, Labels
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import SliceView
from brainviewer.imaging.correction.label_edit import LabelEdit, Paint
from brainviewer.imaging.preprocess.working_grid import Mask


def disc_stroke(
    labels: Labels,
    view: SliceView,
    index: int,
    ends_mm: ArrayLike,
    diameter_mm: float,
    paint: Paint,
) -> LabelEdit | None:
    """Paint along a straight line in one slice.

    index : the slice, from 0. ends_mm : (2, 3) world mm, in that slice.
    The voxels under the line are always painted, however small the brush is.
    """
    ends = _to_slice(view, index, ends_mm)
    box = _box_around(view.grid, ends, diameter_mm / 2)
    box = _within(box, view.axis, index)
    return paint.over(labels, box, _capsule(view.grid, box, ends, diameter_mm / 2))


def ball_stroke(
    labels: Labels, grid: Grid, ends_mm: ArrayLike, diameter_mm: float, paint: Paint
) -> LabelEdit | None:
    """Paint along a straight line in space; see ``disc_stroke``."""
    ends = np.asarray(ends_mm, np.float64)
    box = _box_around(grid, ends, diameter_mm / 2)
    return paint.over(labels, box, _capsule(grid, box, ends, diameter_mm / 2))


def _to_slice(view: SliceView, index: int, ends_mm: ArrayLike) -> NDArray[np.float64]:
    return np.stack([view.move(end, index) for end in np.asarray(ends_mm, np.float64)])


def _box_around(grid: Grid, ends: NDArray[np.float64], radius: float) -> Box:
    """The voxels of the grid that may lie within a radius of a line."""
    per_mm = np.linalg.norm(np.linalg.inv(grid.affine[:3, :3]), axis=1)
    voxels = grid.to_voxel(ends)
    low = np.floor(voxels.min(axis=0) - radius * per_mm).astype(int)
    high = np.ceil(voxels.max(axis=0) + radius * per_mm).astype(int) + 1
    low, high = (np.clip(one, 0, np.array(grid.shape)) for one in (low, high))
    i, j, k = (slice(int(a), int(b)) for a, b in zip(low, np.maximum(high, low), strict=True))
    return i, j, k


def _within(box: Box, axis: int, index: int) -> Box:
    held = list(box)
    held[axis] = slice(index, index + 1)
    return held[0], held[1], held[2]


def _capsule(grid: Grid, box: Box, ends: NDArray[np.float64], radius: float) -> Mask:
    """Which voxels of a box have their middle within a radius of a line, or lie under it."""
    shape = tuple(part.stop - part.start for part in box)
    first = np.array([part.start for part in box], np.float64)
    start, way = ends[0], ends[1] - ends[0]
    length2 = float(way @ way)
    # World mm from the line's start, axis by axis, so that no array of points is made.
    steps = [
        (np.arange(count) + n)[:, None] * grid.affine[:3, axis]
        for axis, (count, n) in enumerate(zip(shape, first, strict=True))
    ]
    from_start = [
        steps[0][:, None, None, c]
        + steps[1][None, :, None, c]
        + steps[2][None, None, :, c]
        + (grid.affine[c, 3] - start[c])
        for c in range(3)
    ]
    along = np.zeros(shape)
    if length2 > 0:
        along = sum((way[c] * from_start[c] for c in range(3)), along) / length2
        np.clip(along, 0, 1, out=along)
    away2 = sum((from_start[c] - along * way[c]) ** 2 for c in range(3))
    inside = np.asarray(away2 <= radius**2)
    for place in _under(grid, ends):
        here = tuple(int(n) for n in place - first.astype(int))
        if all(0 <= n < count for n, count in zip(here, shape, strict=True)):
            inside[here] = True
    return inside


def _under(grid: Grid, ends: NDArray[np.float64]) -> NDArray[np.intp]:
    """(n, 3) the voxels that a line passes."""
    voxels = grid.to_voxel(ends)
    count = int(2 * np.abs(voxels[1] - voxels[0]).max()) + 2
    fraction = np.linspace(0, 1, count)[:, None]
    return np.unique(np.rint(voxels[0] + fraction * (voxels[1] - voxels[0])).astype(int), axis=0)
