"""Which part of a slice a picture shows, so that the head fills it."""

from collections.abc import Iterable

import numpy as np

from brainviewer.core.annotations import Annotation
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study
from brainviewer.core.voi_window import head_threshold
from brainviewer.painting.slice_image import Viewport

_ROOM = 26
"""Points kept free at every edge for letters and corners."""


def head_viewport(
    study: Study,
    view: SliceView,
    index: int,
    size: tuple[int, int],
    marks: Iterable[Annotation] = (),
) -> Viewport | None:
    """The viewport in which the whole head, seen along the plane's axis, fills a pane.

    The same for all slices of a plane, so that their pictures can be compared. None if nothing
    is gained over the whole slice.

    size : width and height of the pane in points.
    marks : annotations; those on this slice are shown whole.
    """
    if study.is_picture:
        return None
    step = max(1, min(study.grid.shape) // 64)
    sample = study.reference.data[::step, ::step, ::step]
    if sample.min() == sample.max():
        return None
    inside = (sample > head_threshold(sample)).sum(axis=view.axis) > 1
    axes = [axis for axis in range(3) if axis != view.axis]
    first, last = np.full(3, float(index)), np.full(3, float(index))
    for place, axis in enumerate(axes):
        taken = np.flatnonzero(inside.any(axis=1 - place))
        if not taken.size:
            return None
        first[axis] = max(0, (taken[0] - 1) * step)
        last[axis] = min(study.grid.shape[axis] - 1, (taken[-1] + 1) * step)
    ends = study.grid.to_world(np.array((first, last)))
    shown = [mark.points for mark in marks if mark.on_slice(view, index)]
    corners = view.to_screen(np.concatenate((ends, *shown)))
    top_left, bottom_right = corners.min(axis=0), corners.max(axis=0)
    height, width = bottom_right - top_left + 1
    height_mm, width_mm = view.pixel_spacing
    mm = max(
        float(width) * width_mm / max(1, size[0] - 2 * _ROOM),
        float(height) * height_mm / max(1, size[1] - 2 * _ROOM),
    )
    whole = max(view.shape[1] * width_mm / size[0], view.shape[0] * height_mm / size[1])
    x, y, z = view.to_world(index, (top_left + bottom_right) / 2)[0]
    return Viewport((float(x), float(y), float(z)), mm) if mm < whole else None
