"""Filling the slices between those that were drawn.

Shape-based interpolation (Raya & Udupa, IEEE Trans Med Imaging 1990;9:32): the distance from the
border is interpolated from one drawn slice to the next. Both shapes are brought over each other by
their centres of mass first, so that a lesion that runs obliquely stays in one piece.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.correction.steps import Labels
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.slices import SliceView
from brainviewer.imaging.correction.label_edit import LabelEdit, edit_of, filled_box
from brainviewer.imaging.preprocess.working_grid import Mask


def interpolate(labels: Labels, view: SliceView) -> LabelEdit | None:
    """Fill the empty slices of a plane that lie between drawn ones; None where there are none.

    Every part is interpolated for itself; what encloses others first.
    """
    drawn = np.flatnonzero(labels.any(axis=(view.row_axis, view.column_axis)))
    gaps = [(int(a), int(b)) for a, b in pairwise(drawn) if b - a > 1]
    if not gaps:
        return None
    box = list(filled_box(labels))
    for axis in (view.row_axis, view.column_axis):  # the distance needs room around the shapes
        part = box[axis]
        box[axis] = slice(max(part.start - 1, 0), min(part.stop + 1, labels.shape[axis]))
    first = box[view.axis].start
    after = labels[tuple(box)].copy()
    stack = np.moveaxis(after, view.axis, 0)
    spacing = [view.grid.spacing[n] for n in range(3) if n != view.axis]
    for below, above in gaps:
        low, high = stack[below - first], stack[above - first]
        values = [int(v) for v in np.union1d(low, high) if v]
        values.sort(key=lambda v: -int(np.count_nonzero(low == v) + np.count_nonzero(high == v)))
        lesion = _between(low > 0, high > 0, above - below, spacing)
        for n, whole in enumerate(lesion):
            stack[below - first + 1 + n][whole] = values[0]
        for value in values[1:]:
            if (low == value).any() and (high == value).any():
                own = _between(low == value, high == value, above - below, spacing)
                for n, part_mask in enumerate(own):
                    plane = stack[below - first + 1 + n]
                    plane[part_mask & (plane > 0)] = value
    return edit_of(labels, box, after)


def _between(low: Mask, high: Mask, steps: int, spacing: list[float]) -> list[Mask]:
    """The shapes of the slices between two, (rows, columns) bool each."""
    depths = [_depth(one, spacing) for one in (low, high)]
    middles = [np.array(ndimage.center_of_mass(one)) for one in (low, high)]
    made = []
    for n in range(1, steps):
        t = n / steps
        middle = (1 - t) * middles[0] + t * middles[1]
        moved = [
            ndimage.shift(depth, middle - own, order=1, mode="nearest")
            for depth, own in zip(depths, middles, strict=True)
        ]
        made.append(np.asarray((1 - t) * moved[0] + t * moved[1] > 0))
    return made


def _depth(shape: Mask, spacing: list[float]) -> NDArray[np.float64]:
    """Distance from the border in mm, positive inside."""
    inside = ndimage.distance_transform_edt(np.pad(shape, 1), sampling=spacing)[1:-1, 1:-1]
    outside = ndimage.distance_transform_edt(~shape, sampling=spacing)
    half = min(spacing) / 2  # the border lies between two pixels
    return np.asarray(np.where(shape, inside - half, half - outside))
