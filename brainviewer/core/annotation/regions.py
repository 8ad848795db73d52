"""The pixels that regions enclose, and how large regions are.

Corners are (n, 2), (row, column) on a slice for pixels, and the same in mm for areas.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Corners = NDArray[np.float64]


@dataclass(frozen=True)
class Region:
    """A shape that encloses pixels.

    contains : whether pixel centres, given as open (rows, 1) and (1, columns) arrays, lie in it.
    area : of the drawn shape, in the unit of its corners, squared.
    boxed : it lies between two opposite corners; drawn with Shift, it is as high as it is wide.
    """

    contains: Callable[[NDArray[Any], NDArray[Any], Corners], NDArray[np.bool_]]
    area: Callable[[Corners], float]
    boxed: bool = False


def _in_rectangle(rows: NDArray[Any], columns: NDArray[Any], corners: Corners) -> NDArray[np.bool_]:
    (r0, c0), (r1, c1) = corners
    inside = (rows >= min(r0, r1)) & (rows <= max(r0, r1))
    return np.asarray(inside & (columns >= min(c0, c1)) & (columns <= max(c0, c1)))


def _in_ellipse(rows: NDArray[Any], columns: NDArray[Any], corners: Corners) -> NDArray[np.bool_]:
    (r0, c0), (r1, c1) = corners
    half_r, half_c = max(abs(r1 - r0) / 2, 1e-6), max(abs(c1 - c0) / 2, 1e-6)
    mid_r, mid_c = (r0 + r1) / 2, (c0 + c1) / 2
    return np.asarray(((rows - mid_r) / half_r) ** 2 + ((columns - mid_c) / half_c) ** 2 <= 1)


def _in_polygon(rows: NDArray[Any], columns: NDArray[Any], corners: Corners) -> NDArray[np.bool_]:
    """By the number of sides left of a place, which is odd inside; where sides cross each other,
    what they enclose twice is outside."""
    across = columns.ravel()
    inside = np.zeros((rows.size, across.size), dtype=bool)
    starts, ends = corners, np.roll(corners, -1, axis=0)
    for place, row in enumerate(rows.ravel()):
        crossed = (starts[:, 0] <= row) != (ends[:, 0] <= row)
        if crossed.any():
            (r0, c0), (r1, c1) = starts[crossed].T, ends[crossed].T
            at = np.sort(c0 + (row - r0) / (r1 - r0) * (c1 - c0))
            inside[place] = np.searchsorted(at, across, side="right") % 2 == 1
    return inside


def _box_area(corners: Corners) -> float:
    down, across = np.abs(corners[1] - corners[0]).tolist()
    return float(down * across)


def _polygon_area(corners: Corners) -> float:
    """What ``_in_polygon`` takes for inside: exact also where sides cross each other.

    Between two heights at which a side begins, ends or crosses another, sides are straight and
    apart, so that their middle tells the width.
    """
    starts, ends = corners, np.roll(corners, -1, axis=0)
    heights = np.unique(np.concatenate([corners[:, 0], _crossings(starts, ends)]))
    area = 0.0
    for low, high in zip(heights[:-1].tolist(), heights[1:].tolist(), strict=True):
        middle = (low + high) / 2
        crossed = (starts[:, 0] <= middle) != (ends[:, 0] <= middle)
        (r0, c0), (r1, c1) = starts[crossed].T, ends[crossed].T
        at = np.sort(c0 + (middle - r0) / (r1 - r0) * (c1 - c0))
        area += (high - low) * float((at[1::2] - at[::2]).sum())
    return area


def _crossings(starts: Corners, ends: Corners) -> NDArray[np.float64]:
    """The heights at which sides cross each other."""
    way = ends - starts
    gap = starts[None] - starts[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = way[:, None, 0] * way[None, :, 1] - way[:, None, 1] * way[None, :, 0]
        one = (gap[..., 0] * way[None, :, 1] - gap[..., 1] * way[None, :, 0]) / turn
        other = (gap[..., 0] * way[:, None, 1] - gap[..., 1] * way[:, None, 0]) / turn
        meet = (one > 0) & (one < 1) & (other > 0) & (other < 1)
        heights = starts[:, None, 0] + one * way[:, None, 0]
    return np.asarray(heights[meet])


RECTANGLE = Region(_in_rectangle, _box_area, boxed=True)
ELLIPSE = Region(_in_ellipse, lambda corners: math.pi / 4 * _box_area(corners), boxed=True)
POLYGON = Region(_in_polygon, _polygon_area)
