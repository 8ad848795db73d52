"""Whether two scans of a head lie over each other: where one has edges, so should the other.

Directions of edges are the same in all sequences, whatever is bright in them (normalised gradient
fields; Haber and Modersitzki, 2006), and no two heads share them. So they are compared where the
scans lie and some millimetres beside it: over each other they agree better than beside, which
holds for heads with skull and without, for parts of a head, and across contrasts.
"""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.alignment import mask_on, resample, thinned
from brainviewer.imaging.preprocess.brain import find_head
from brainviewer.imaging.preprocess.working_grid import Field, Mask

LEAST_FIT = 1.05
"""``fit_of`` below which scans do not lie over each other. Sequences of the eight research studies
that others brought together reach 1.14 to 1.57 and those of a raw head 1.25 to 1.34. What was
turned, shifted far, upside down, scaled or of another patient reaches 0.99 to 1.04 where
registration puts it. ``measure_registration.py`` prints it."""

_THIN_MM, _SLICES_MM = 2.0, 4.0
_SMOOTHING_MM = 1.5
_BESIDE_MM = 8.0
_FAINT = 0.5
"""Edges that are weaker than this part of the middle one count little: they are noise."""
_IN_PLANE = np.array([[[0], [1], [0]], [[1], [1], [1]], [[0], [1], [0]]], bool)
_RIM_MM = 6.0  # at the border of both heads that take no part, as all heads are round
_LEAST_VOXELS = 500
_LEAST_PART = 0.4  # of the smaller head that the other one shows, too
_NOTHING = 1e-6


def lie_over(
    data: NDArray[np.generic], placed: Grid, fixed: NDArray[np.generic], onto: Grid
) -> bool:
    """Whether a volume (i, j, k) on a grid lies over a fixed one; False where they do not tell."""
    return fit_of(data, placed, fixed, onto) >= LEAST_FIT


def fit_of(
    data: NDArray[np.generic], placed: Grid, fixed: NDArray[np.generic], onto: Grid
) -> float:
    """How much better the edges of two volumes agree than they do beside each other.

    Only what both show of a head is looked at. Returns 1 where they agree no better, which wrong
    places do, and 0 where they have too little in common to tell.
    """
    ours, grid = _thin(fixed, onto)
    other, its_grid = _thin(data, placed)
    inside = np.zeros(other.shape, bool)
    inside[1:-1, 1:-1, 1:-1] = find_head(other)[1:-1, 1:-1, 1:-1]
    head = find_head(ours)
    both = head & mask_on(inside, its_grid, grid)
    smaller = min(head.sum() * grid.voxel_volume, inside.sum() * its_grid.voxel_volume)
    if both.sum() * grid.voxel_volume < _LEAST_PART * smaller:
        return 0.0
    rim = max(1, round(_RIM_MM / min(grid.spacing[:2])))
    both = ndimage.binary_erosion(both, _IN_PLANE, rim)
    if np.count_nonzero(both) < _LEAST_VOXELS:
        return 0.0
    one, two = (_edges(image, both, grid) for image in (ours, resample(other, its_grid, grid)))
    i, j = (max(1, round(_BESIDE_MM / mm)) for mm in grid.spacing[:2])
    beside = [
        _agreement(one, np.roll(two, by, (1, 2)), both) for by in ((i, 0), (-i, 0), (0, j), (0, -j))
    ]
    return _agreement(one, two, both) / max(float(np.mean(beside)), _NOTHING)


def _thin(data: NDArray[np.generic], grid: Grid) -> tuple[Field, Grid]:
    """Fewer voxels, without the brightest spots."""
    every = max(1, int(_SLICES_MM / grid.spacing[2]))
    thin, its_grid = thinned(data[:, :, ::every], grid.every((1, 1, every)), _THIN_MM)
    return np.minimum(thin, np.float32(np.percentile(thin[::2, ::2], 99.5))), its_grid


def _edges(image: Field, inside: Mask, grid: Grid) -> Field:
    """Gradients along i and j, (2, i, j, k), of length 1 where an edge is plain and less where it
    is faint.

    inside : where the middle strength of edges is taken from. Across thick slices there are none.
    """
    sigma = [_SMOOTHING_MM / mm for mm in grid.spacing[:2]]
    along = []
    for axis in range(2):
        once = ndimage.gaussian_filter1d(image, sigma[axis], axis, order=1)
        along.append(ndimage.gaussian_filter1d(once, sigma[1 - axis], 1 - axis))
    edges = np.stack([one / mm for one, mm in zip(along, grid.spacing, strict=False)])
    squares = np.einsum("a...,a...->...", edges, edges)
    faint = _FAINT * float(np.median(np.sqrt(squares[inside])))
    return np.asarray(edges / np.sqrt(squares + max(faint, _NOTHING) ** 2), np.float32)


def _agreement(one: Field, other: Field, inside: Mask) -> float:
    """How well two fields of edges agree in place and direction, 0 to 1."""
    first, second = one[:, inside], other[:, inside]
    together = np.einsum("an,an->n", first, second)
    strong, too = ((field**2).sum(axis=0) for field in (first, second))
    norm = float(np.linalg.norm(strong) * np.linalg.norm(too))
    return float(together @ together) / max(norm, _NOTHING)
