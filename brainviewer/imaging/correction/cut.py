"""Cutting a piece off a lesion along a line: in one slice, or by the plane through the line."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.correction.steps import Box, Labels
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.slices import SliceView
from brainviewer.imaging.correction.label_edit import LabelEdit, edit_of, filled_box, slice_box
from brainviewer.imaging.preprocess.working_grid import Mask


def cut_in_slice(
    labels: Labels, view: SliceView, index: int, ends_mm: ArrayLike
) -> LabelEdit | None:
    """Remove the smaller pieces that a line cuts off in one slice; None where it cuts nothing off.

    index : the slice, from 0. ends_mm : (2, 3) world mm, in that slice.
    """
    box = slice_box(view.grid.shape, view.axis, index)
    return _cut(labels, view, box, ends_mm)


def cut_by_plane(labels: Labels, view: SliceView, ends_mm: ArrayLike) -> LabelEdit | None:
    """Remove what the plane cuts off that stands on the line at a right angle to the slice.

    The plane is as wide as the line; see ``cut_in_slice``.
    """
    return _cut(labels, view, filled_box(labels), ends_mm)


def _cut(labels: Labels, view: SliceView, box: Box, ends_mm: ArrayLike) -> LabelEdit | None:
    mask = labels[box] > 0
    ends = np.asarray(ends_mm, np.float64)
    if not mask.any() or np.allclose(ends[0], ends[1]):
        return None
    away, between, thickness = _from_line(view, box, ends)
    blade = mask & between & (np.abs(away) <= thickness / 2)
    if not blade.any():
        return None
    whole, count = ndimage.label(mask)
    pieces, _ = ndimage.label(mask & ~blade)
    gone = np.zeros_like(mask)
    for part in np.unique(whole[blade]):
        if part == 0 or part > count:
            continue
        inside = whole == part
        sizes = np.bincount(pieces[inside])
        sizes[0] = 0
        there = np.flatnonzero(sizes)
        if len(there) < 2:
            continue
        kept = int(sizes.argmax())
        off = inside & (pieces > 0) & (pieces != kept)
        # What lies under the blade goes with the piece on its side.
        side = np.sign(away[off].mean())
        gone |= off | (inside & blade & (np.sign(away) == side))
    return edit_of(labels, box, np.where(gone, np.uint8(0), labels[box]))


def _from_line(
    view: SliceView, box: Box, ends: NDArray[np.float64]
) -> tuple[NDArray[np.float64], Mask, float]:
    """Of every voxel of a box: signed mm from the plane, and whether it lies beside the line.

    The third is how thick a plane is that no step from a voxel to the next one passes over.
    """
    affine = view.grid.affine
    row, column = affine[:3, view.row_axis], affine[:3, view.column_axis]
    through = np.cross(row, column)
    way = ends[1] - ends[0]
    length = float(np.linalg.norm(way))
    along = way / length
    normal = np.cross(through / np.linalg.norm(through), along)
    normal /= np.linalg.norm(normal)

    def of(direction: NDArray[np.float64]) -> NDArray[np.float64]:
        per_voxel = affine[:3, :3].T @ direction
        at_origin = float((affine[:3, 3] - ends[0]) @ direction)
        i, j, k = (
            np.arange(part.start, part.stop) * per_voxel[axis] for axis, part in enumerate(box)
        )
        return np.asarray(i[:, None, None] + j[None, :, None] + k[None, None, :] + at_origin)

    position = of(along)
    # A line is drawn by hand: half a voxel of room at its ends.
    room = float(np.abs(affine[:3, :3].T @ along).max()) / 2
    between = (position >= -room) & (position <= length + room)
    thickness = float(np.abs(affine[:3, :3].T @ normal).max()) * (1 + 1e-9)
    return of(normal), np.asarray(between), thickness
