"""Where the slice of one pane cuts that of another, as a line on it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.slices import SliceView

_PARALLEL = 1e-3
"""The sine of the angle under which two planes count as parallel: 0.06 degrees."""


class CrossLine(NamedTuple):
    """A line on a slice. start, end : world positions in mm. chosen : of the chosen pane."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    chosen: bool = False


def cross_line(
    view: SliceView, index: int, other: SliceView, other_index: int, chosen: bool = False
) -> CrossLine | None:
    """Where slice ``other_index`` of another view cuts slice ``index`` of a view.

    The line ends at the edges of the other slice. None where the planes are parallel, or do not
    meet within that slice.
    """
    corners, others = _corners(view, index), _corners(other, other_index)
    normal, across = _normal(corners), _normal(others)
    if np.linalg.norm(np.cross(normal, across)) < _PARALLEL:
        return None
    heights = (others - corners[0]) @ normal
    ends = []
    for here, there in zip(range(4), (1, 2, 3, 0), strict=True):
        one, two = heights[here], heights[there]
        if (one < 0) != (two < 0):
            ends.append(others[here] + (others[there] - others[here]) * one / (one - two))
    if len(ends) != 2:
        return None
    start, end = (tuple(float(value) for value in point) for point in ends)
    return CrossLine(start, end, chosen)  # type: ignore[arg-type]  # three values each


def _corners(view: SliceView, index: int) -> NDArray[np.float64]:
    """(4, 3) mm, the outer corners of a slice, one after the other around it."""
    rows, columns = view.shape
    top, left, bottom, right = -0.5, -0.5, rows - 0.5, columns - 0.5
    return view.to_world(index, [(top, left), (top, right), (bottom, right), (bottom, left)])


def _normal(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    across = np.cross(corners[1] - corners[0], corners[3] - corners[0])
    return np.asarray(across / np.linalg.norm(across), dtype=np.float64)
