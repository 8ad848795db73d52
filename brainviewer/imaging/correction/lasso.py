"""What a closed line in a slice encloses."""

import numpy as np
from numpy.typing import ArrayLike

from brainviewer.core.correction.steps import Labels
from brainviewer.core.slices import SliceView
from brainviewer.imaging.correction.label_edit import LabelEdit, Paint, slice_box
from brainviewer.imaging.preprocess.working_grid import Mask


def lasso(
    labels: Labels, view: SliceView, index: int, points_mm: ArrayLike, paint: Paint
) -> LabelEdit | None:
    """Paint what a line encloses in one slice; None where nothing changes.

    index : the slice, from 0. points_mm : (n, 3) world mm; the last is joined to the first.
    A voxel is inside where its middle is, by the rule of even and odd.
    """
    inside = enclosed(view.shape, view.to_screen(points_mm))
    box = slice_box(view.grid.shape, view.axis, index)
    return paint.over(labels, box, np.expand_dims(view.restore(inside), view.axis))


def enclosed(shape: tuple[int, int], points: ArrayLike) -> Mask:
    """Which pixels a polygon encloses, (rows, columns) bool.

    points : (n, 2) as (row, column); pixel middles at integers.
    """
    rows, columns = shape
    corners = np.asarray(points, np.float64)
    crossings = np.zeros((rows, columns + 1), np.int32)
    for (y0, x0), (y1, x1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        low, high = sorted((y0, y1))
        first, last = max(int(np.ceil(low)), 0), min(int(np.ceil(high)), rows)
        if last <= first:
            continue
        crossed = np.arange(first, last)
        x = x0 + (crossed - y0) * (x1 - x0) / (y1 - y0)
        np.add.at(crossings, (crossed, np.clip(np.ceil(x), 0, columns).astype(int)), 1)
    return np.asarray(np.cumsum(crossings, axis=1)[:, :columns] % 2, bool)
