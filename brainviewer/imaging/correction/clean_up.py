"""Holes, islands and rough borders of a segmentation."""

import numpy as np

from brainviewer.core.correction.steps import Labels
from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.slices import SliceView
from brainviewer.imaging.correction.label_edit import (
    LabelEdit,
    Paint,
    edit_of,
    filled_box,
    slice_box,
)
from brainviewer.imaging.preprocess.working_grid import Field, Mask

_EVERY_NEIGHBOUR = np.ones((3, 3, 3))
_REACH = 3.0
"""Widths of the Gaussian after which it counts for nothing."""


def fill_holes(labels: Labels, paint: Paint) -> LabelEdit | None:
    """Fill what the lesion encloses in space; None without a hole."""
    box = filled_box(labels)
    mask = labels[box] > 0
    return paint.over(labels, box, holes(mask))


def fill_holes_in_slice(
    labels: Labels, view: SliceView, index: int, paint: Paint
) -> LabelEdit | None:
    """Fill what the lesion encloses in one slice; None without a hole."""
    box = slice_box(view.grid.shape, view.axis, index)
    flat = labels[box].squeeze(view.axis) > 0
    return paint.over(labels, box, np.expand_dims(holes(flat), view.axis))


def holes(mask: Mask) -> Mask:
    """What a mask encloses, in a slice or in space; what reaches the edge is not enclosed."""
    outside, _ = ndimage.label(np.pad(~mask, 1, constant_values=True))
    inside = tuple(slice(1, -1) for _ in range(mask.ndim))
    around = outside[(0,) * mask.ndim]
    return np.asarray((outside[inside] != around) & ~mask)


def remove_islands(labels: Labels, grid: Grid, least_ml: float | None = None) -> LabelEdit | None:
    """Remove what hangs together with less than ``least_ml``; None where there is no such island.

    least_ml : without it, everything goes but the largest piece, which always stays.
    """
    box = filled_box(labels)
    pieces, count = ndimage.label(labels[box] > 0, _EVERY_NEIGHBOUR)
    if count < 2:
        return None
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    gone = np.ones(len(sizes), bool)
    if least_ml is not None:
        gone = sizes * grid.voxel_volume / 1000 < least_ml
    gone[0], gone[int(sizes.argmax())] = False, False
    return edit_of(labels, box, np.where(gone[pieces], np.uint8(0), labels[box]))


def remove_piece(labels: Labels, voxel: tuple[int, int, int]) -> LabelEdit | None:
    """Remove the piece that hangs together with a voxel; None where there is none."""
    if not labels[voxel]:
        return None
    box = filled_box(labels)
    pieces, _ = ndimage.label(labels[box] > 0, _EVERY_NEIGHBOUR)
    at = tuple(n - part.start for n, part in zip(voxel, box, strict=True))
    return edit_of(labels, box, np.where(pieces == pieces[at], np.uint8(0), labels[box]))


def smooth(labels: Labels, grid: Grid, width_mm: float = 1.5) -> LabelEdit | None:
    """Smooth the borders of the lesion and of its parts; None where nothing changes.

    width_mm : standard deviation of the Gaussian. A voxel is lesion where at least half of what
        lies around it is, and of the part that most of that is.
    """
    sigmas = [width_mm / mm for mm in grid.spacing]
    margin = int(np.ceil(_REACH * max(sigmas)))
    box = filled_box(labels, margin)
    there = labels[box]
    values = [int(v) for v in np.flatnonzero(np.bincount(there.ravel())) if v]
    if not values:
        return None
    amounts = [_blurred(there, value, sigmas) for value in values]
    lesion = np.sum(amounts, axis=0) >= 0.5
    most = np.array(values, np.uint8)[np.argmax(amounts, axis=0)]
    return edit_of(labels, box, np.where(lesion, most, np.uint8(0)))


def _blurred(there: Labels, value: int, sigmas: list[float]) -> Field:
    """How much of what lies around each voxel has a value, (i, j, k) float32."""
    amount: Field = (there == value).astype(np.float32)
    for axis, sigma in enumerate(sigmas):
        if there.shape[axis] > 1:
            # The lesion goes on beyond the edge of the images.
            amount = ndimage.gaussian_filter1d(amount, sigma, axis, mode="nearest", truncate=_REACH)
    return amount
