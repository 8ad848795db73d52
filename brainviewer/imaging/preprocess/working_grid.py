"""A study's sequences, turned to RAS order, cropped to the head and thinned to about 2 mm.

Everything that looks for a lesion works here, so that the order and direction of a file's axes
cannot change what is found: two files of the same head give the very same working arrays.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.lesion_probability import LesionProbability
from brainviewer.core.geometry import Grid, ToRas

WORKING_MM = 2.0
_MOST_VOXELS = 1 << 24
"""Voxels of a working array at most; a head has half as many where its voxels are smallest."""
_COARSER = 1.25
_NEAR = 0.25
"""What is below it does not reach one half by smoothing."""
Field = NDArray[np.float32]
Mask = NDArray[np.bool_]
Spacing = tuple[float, float, float]
"""Voxel size along R, A, S in mm."""


@dataclass(frozen=True, eq=False)
class WorkingGrid:
    """How the working arrays lie in a study's grid.

    ras : how its axes are brought into the order R, A, S.
    start, factors : first voxel of the box in RAS order and voxels averaged into one, per axis.
    shape : voxels of a working array.
    spacing : their size in mm.
    """

    grid: Grid
    ras: ToRas
    start: tuple[int, ...]
    factors: tuple[int, ...]
    shape: tuple[int, ...]
    spacing: Spacing

    @classmethod
    def around(cls, grid: Grid, data: NDArray[Any], swapped: bool = False) -> "WorkingGrid":
        """The grid that covers what is not background in ``data`` (i, j, k).

        swapped : take the second axis for the one that runs from side to side; for files that do
            not say how the patient lay.
        """
        ras = grid.to_ras if grid.oriented else ToRas()
        if swapped:
            ras = ras.sides_swapped()
        order = ras.order
        turned = ras.turn(data)
        size_mm = WORKING_MM
        while True:
            steps = [
                min(max(1, int(size_mm / grid.spacing[n] + 0.34)), grid.shape[n]) for n in order
            ]
            start, shape = [], []
            box = _box(turned, tuple(steps))
            for (low, high), step, count in zip(box, steps, turned.shape, strict=True):
                blocks = max(1, min(-(-(high - low) // step), count // step))
                start.append(min(low, count - blocks * step))
                shape.append(blocks)
            if math.prod(shape) <= _MOST_VOXELS:
                break
            size_mm *= _COARSER
        x, y, z = (grid.spacing[n] * step for n, step in zip(order, steps, strict=True))
        return cls(grid, ras, tuple(start), tuple(steps), tuple(shape), (x, y, z))

    @property
    def box(self) -> tuple[slice, ...]:
        """The box in the turned, full-resolution volume."""
        return tuple(
            slice(first, first + step * count)
            for first, step, count in zip(self.start, self.factors, self.shape, strict=True)
        )

    def turn(self, data: NDArray[Any]) -> NDArray[Any]:
        """A volume (i, j, k) in the order R, A, S, cropped to the box; a view."""
        return self.ras.turn(data)[self.box]

    def thin(self, data: NDArray[Any]) -> Field:
        """A volume (i, j, k) as a working array: the mean of every block of voxels."""
        turned = self.turn(data).astype(np.float32)
        for axis, step in enumerate(self.factors):
            if step > 1:
                along = np.moveaxis(turned, axis, 0)
                parts = [along[first::step] for first in range(step)]
                mean = np.asarray(sum(parts[1:], parts[0]) / np.float32(step))
                turned = np.moveaxis(mean, 0, axis)
        return np.ascontiguousarray(turned, dtype=np.float32)

    def refine(self, working: Mask | Field) -> Mask:
        """A working mask as a smooth mask (i, j, k) on the study's grid.

        working : a mask, or a field that is one half at the border of one.
        """
        whole = np.zeros(self.grid.shape, bool)
        near = working > _NEAR
        if near.any():
            place, fine = self._smoothed(working, box_of(near))
            self.turn(whole)[place] = fine > 0.5
        return whole

    def fine(self, fields: Sequence[Field], near: Mask) -> list[Field]:
        """Working fields on the study's grid, (i, j, k), as ``refine`` smooths them, around a mask
        (i, j, k) and 0 elsewhere."""
        whole = [np.zeros(self.grid.shape, np.float32) for _ in fields]
        if near.any():
            around = tuple(
                slice(part.start // step, -(-part.stop // step))
                for part, step in zip(box_of(self.turn(near)), self.factors, strict=True)
            )
            for one, working in zip(whole, fields, strict=True):
                place, fine = self._smoothed(working, around)
                self.turn(one)[place] = fine
        return whole

    def _smoothed(self, working: Mask | Field, around: tuple[slice, ...]) -> tuple[Any, Field]:
        """The working voxels in and beside a box on the study's grid, and where they lie there."""
        box = tuple(slice(max(0, part.start - 1), part.stop + 1) for part in around)
        fine = working[box].astype(np.float32)
        for axis, step in enumerate(self.factors):
            fine = fine.repeat(step, axis=axis)
        fine = _smooth(fine, [0.6 * step if step > 1 else 0.0 for step in self.factors])
        place = tuple(
            slice(part.start * step, part.start * step + count)
            for part, step, count in zip(box, self.factors, fine.shape, strict=True)
        )
        return place, fine

    def probability(self, working: Field) -> LesionProbability:
        """A working field of probabilities, 0..1, as it is kept with a finding."""
        steps = np.rint(np.clip(working, 0, 1) * 255).astype(np.uint8)
        return LesionProbability(steps, self.grid.shape, self.ras, self.start, self.factors)

    def spread(self, values: Field, axis: int) -> Field:
        """Values (n,) along the axis R, A or S as values along that voxel axis of the file."""
        index = np.arange(self.grid.shape[self.ras.order[axis]])
        if self.ras.flips[axis]:
            index = index[::-1]
        blocks = (index - self.start[axis]) // self.factors[axis]
        return values[np.clip(blocks, 0, len(values) - 1)]


def _smooth(volume: Field, sigmas: list[float]) -> Field:
    """A Gaussian filter that reaches four sigmas; in a third of SciPy's time."""
    (x, y, z), sides = sigmas, [2 * int(4 * sigma + 0.5) + 1 for sigma in sigmas]
    across = np.empty_like(volume)
    for layer, smooth in zip(volume, across, strict=True):
        cv2.GaussianBlur(layer, (sides[2], sides[1]), z or 1, smooth, y or 1, cv2.BORDER_REFLECT)
    flat = across.reshape(len(volume), -1)
    along = cv2.GaussianBlur(flat, (1, sides[0]), 1, None, x or 1, cv2.BORDER_REFLECT)
    return np.asarray(along, np.float32).reshape(volume.shape)


def background_of(data: NDArray[Any]) -> float:
    """The value of air: the median of the voxels on the edges of the volume that run S-I."""
    edges = [data[x, y].ravel() for x in (0, -1) for y in (0, -1)]
    return float(np.median(np.concatenate(edges)))


def filled(mask: Mask, axis: int) -> NDArray[np.intp]:
    """Where a mask has anything along an axis."""
    return np.flatnonzero(mask.any(axis=tuple(n for n in range(3) if n != axis)))


def box_of(mask: Mask) -> tuple[slice, ...]:
    """The smallest box that holds a mask (i, j, k); an empty one at the origin for none."""
    box: tuple[slice, ...] = ()
    for axis in range(3):
        where = filled(mask, axis)
        part = slice(int(where[0]), int(where[-1]) + 1) if len(where) else slice(0, 0)
        box, mask = (*box, part), mask[(slice(None),) * axis + (part,)]
    return box


def _box(turned: NDArray[Any], steps: tuple[int, ...]) -> list[tuple[int, int]]:
    """First voxel and the one after the last that is not background, per axis."""
    # Looking at every second or third voxel is enough to find the head.
    sparse = turned[:: steps[0], :: steps[1], :: steps[2]]
    low = background_of(sparse)
    inside = sparse > low + 0.02 * (float(np.percentile(sparse[::2, ::2], 99)) - low)
    box = []
    for axis, step in enumerate(steps):
        where = filled(inside, axis)
        if len(where) == 0:
            box.append((0, turned.shape[axis]))
        else:
            last = min(turned.shape[axis], (int(where[-1]) + 3) * step)
            box.append((max(0, (int(where[0]) - 2) * step), last))
    return box
