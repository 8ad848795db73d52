"""Directions of slices, and where voxels lie by them (PS3.3, C.7.6.2.1.1)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

TO_RAS = np.diag((-1.0, -1.0, 1.0))
"""From LPS+ to RAS+, both in mm."""
Axes = tuple[NDArray[Any], NDArray[Any]]
_LEAST_LENGTH = 0.5
"""Of a direction, which should be 1."""
_MOST_COSINE = 0.01
"""Between the directions of a row and of a column, which should be 0."""


def axes_of(orientation: Sequence[float]) -> Axes | None:
    """Unit vectors along a row and along a column, LPS+; None if they are no right angle."""
    if len(orientation) != 6:
        return None
    across, down = np.array(orientation[:3]), np.array(orientation[3:])
    lengths = np.linalg.norm(across), np.linalg.norm(down)
    if not np.isfinite(lengths).all() or min(lengths) < _LEAST_LENGTH:
        return None
    if abs(across @ down) > _MOST_COSINE:
        return None
    return across / lengths[0], down / lengths[1]


def affine_of(
    axes: Axes,
    pixel_spacing: Sequence[float],
    through: NDArray[Any],
    first: NDArray[Any] | Sequence[float] = (0.0, 0.0, 0.0),
) -> NDArray[np.float64]:
    """The affine of slices.

    axes : unit vectors along a row and along a column, LPS+
    pixel_spacing : height and width of a pixel in mm
    through : from a slice to the next, in mm, LPS+
    first : middle of the first pixel of the first slice, in mm, LPS+

    Returns (4, 4) float from (column, row, slice) to mm, RAS+.
    """
    (across, down), (height, width) = axes, pixel_spacing
    affine = np.eye(4)
    affine[:3, :3] = TO_RAS @ np.stack((across * width, down * height, through), axis=1)
    affine[:3, 3] = TO_RAS @ np.asarray(first)
    return affine
