"""The separate lesions of a mask, each with its volume and diameters."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.measurements import Diameters, Point
from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.measure.lesion_parts import separate
from brainviewer.imaging.measure.mask_part import MaskPart
from brainviewer.imaging.measure.rano import LEAST_SLICES
from brainviewer.imaging.measure.slice_area import axial_axis, middle_of
from brainviewer.imaging.preprocess.working_grid import Mask

LEAST_ML = 0.065
"""A ball 5 mm wide. What is smaller is not measured and counts in the volume alone."""


@dataclass(frozen=True, eq=False)
class SeparateLesion:
    """A part of a mask that is apart from all others.

    diameters : in its own largest axial slice, in the world of the grid that it was measured on;
        None of what is smaller than ``LEAST_ML``.
    middle_mm : (x, y, z) in mm, RAS+: deepest inside that slice.
    measurable : by RANO (see ``rano``): large enough, on two slices at least.
    """

    volume_ml: float
    diameters: Diameters | None
    middle_mm: Point
    measurable: bool

    @property
    def product_mm2(self) -> float:
        """Of its two diameters; 0 where it is too small to be measured."""
        return 0.0 if self.diameters is None else self.diameters.product_mm2


@dataclass(frozen=True, eq=False)
class SeparateLesions:
    """The lesions of one mask.

    voxels : (n, 3) indices of the mask; labels : (n,) which lesion each belongs to, from 0.
    """

    lesions: tuple[SeparateLesion, ...]
    voxels: NDArray[np.int64]
    labels: NDArray[np.int64]


def separate_lesions(grid: Grid, mask: Mask) -> SeparateLesions:
    """The parts of a mask (i, j, k) that a gap of 6 mm or more lies between, as of foci.

    A narrower gap is one in a rim, or between what a reader would measure as one.
    """
    whole = MaskPart.of(grid, mask)
    if not whole.mask.any():
        return SeparateLesions((), np.zeros((0, 3), np.int64), np.zeros(0, np.int64))
    labels = separate(whole.mask, grid.spacing)
    axis = axial_axis(grid)
    found = []
    for label, place in enumerate(ndimage.find_objects(labels), 1):
        own = np.zeros_like(whole.mask)
        own[place] = labels[place] == label
        found.append(_measured(replace(whole, mask=own), axis))
    voxels = np.argwhere(whole.mask)
    return SeparateLesions(
        tuple(found), voxels + whole.start, labels[tuple(voxels.T)].astype(np.int64) - 1
    )


def _measured(own: MaskPart, axis: int) -> SeparateLesion:
    """One lesion in the box that holds all."""
    part = MaskPart.of(own.grid, own.mask)
    index = part.largest(axis)
    middle = middle_of(own.grid, own.mask, axis, index)
    volume = part.millilitres
    found = part.diameters(axis, index) if volume >= LEAST_ML else None
    if found is None:
        return SeparateLesion(volume, None, middle, False)
    measurable = found.measurable and part.mask.shape[axis] >= LEAST_SLICES
    found = replace(found, index=index + own.start[axis])
    return SeparateLesion(volume, found, middle, measurable)
