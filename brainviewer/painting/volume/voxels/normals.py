"""Directions of surfaces in a volume, each as a small whole number.

Lighting is then worked out for each number once, and looked up for each voxel. Octahedral code
after Meyer et al. (2010), "On floating-point normal vectors".
"""

import numpy as np
from numpy.typing import NDArray

_SIDE = 96
FLAT = _SIDE * _SIDE
"""The code where there is no surface."""
_AT_ONCE = 8
_LEAST = 1.0
"""Gradient, in values per mm, from which on there is a surface."""


def code_directions(
    values: NDArray[np.generic], spacing: tuple[float, float, float]
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """Which way falling values point, and how steeply they fall.

    values : (i, j, k). spacing : of voxels in mm.
    Returns (i, j, k) codes, ``FLAT`` where values are even, and (i, j, k) gradients per mm, to the
    nearest whole number.
    """
    values = np.asarray(values)
    codes = np.empty(values.shape, np.uint16)
    steepness = np.empty(values.shape, np.uint16)
    # A few slices at a time stay in the processor's memory.
    for first in range(0, len(values), _AT_ONCE):
        last = min(first + _AT_ONCE, len(values))
        before, after = max(0, first - 1), min(last + 1, len(values))
        slab = np.asarray(values[before:after], dtype=np.float32)
        part = slice(first - before, last - before)
        gradient = [-one[part] for one in _central_differences(slab, spacing)]
        codes[first:last], steepness[first:last] = _coded(gradient)
    return codes, steepness


def _coded(
    gradient: list[NDArray[np.float32]],
) -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    steep = np.sqrt(sum(part * part for part in gradient))
    total = sum(np.abs(part) for part in gradient)
    x, y, z = (part / np.maximum(total, np.float32(1e-6)) for part in gradient)
    # The lower half of the octahedron is folded over the upper one.
    below = np.flatnonzero(z < 0)
    under_x, under_y = x.flat[below], y.flat[below]
    x.flat[below] = np.copysign(1 - np.abs(under_y), under_x)
    y.flat[below] = np.copysign(1 - np.abs(under_x), under_y)
    scale = np.float32((_SIDE - 1) / 2)
    column, row = (((one + 1) * scale + np.float32(0.5)).astype(np.uint16) for one in (x, y))
    codes = row * np.uint16(_SIDE) + column
    codes[steep < _LEAST] = FLAT
    return codes, (steep + np.float32(0.5)).astype(np.uint16)


def directions() -> NDArray[np.float64]:
    """(FLAT + 1, 3) the unit vector of each code; zeros for ``FLAT``."""
    codes = np.arange(FLAT)
    x, y = (2 * part / (_SIDE - 1) - 1 for part in (codes % _SIDE, codes // _SIDE))
    z = 1 - np.abs(x) - np.abs(y)
    under = np.maximum(-z, 0)
    x, y = (part - np.where(part < 0, -under, under) for part in (x, y))
    vectors = np.stack([x, y, z], axis=1)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.vstack([vectors, np.zeros(3)])


def _central_differences(
    volume: NDArray[np.float32], spacing: tuple[float, float, float]
) -> list[NDArray[np.float32]]:
    return [
        np.gradient(volume, np.float32(mm), axis=axis)
        if volume.shape[axis] > 1
        else np.zeros_like(volume)
        for axis, mm in enumerate(spacing)
    ]
