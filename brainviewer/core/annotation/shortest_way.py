"""The shortest way along a plane into a box of voxels."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_FAR = 1e5
"""Half the side of the square that is cut, in mm; no head is as large."""
Corners = list[NDArray[np.float64]]


def shortest_way(
    ways: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """The shortest shift (2,) in the plane that brings something into a box; None without one.

    ways : (3, 2) voxels that a mm along each of the two directions of the plane goes.
    low, high : (3,) voxels that it must be shifted by at least, and at most.

    The shifts that do are what six half planes leave of a plane: a convex polygon (clipped one
    after another, Sutherland and Hodgman 1974), of which the place nearest to no shift is taken.
    """
    if np.all(low <= 0) and np.all(high >= 0):
        return np.zeros(2)
    corners: Corners = [np.array(place) * _FAR for place in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    for way, least, most in zip(ways, low, high, strict=True):
        corners = _cut(_cut(corners, way, most), -way, -least)
    if not corners:
        return None
    near = [_nearest_to_origin(a, b) for a, b in pairwise([*corners, corners[0]])]
    return min(near, key=lambda place: float(place @ place))


def _cut(corners: Corners, way: NDArray[np.float64], most: float) -> Corners:
    """What of a convex polygon lies where ``way @ place <= most``."""
    kept: Corners = []
    for one, other in pairwise([*corners, corners[0]] if corners else []):
        here, there = float(way @ one) - most, float(way @ other) - most
        if here <= 0:
            kept.append(one)
        if (here < 0 < there) or (there < 0 < here):
            kept.append(one + here / (here - there) * (other - one))
    return kept


def _nearest_to_origin(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    along = other - one
    length = float(along @ along)
    part = min(max(-float(one @ along) / length, 0.0), 1.0) if length else 0.0
    return np.asarray(one + part * along)
