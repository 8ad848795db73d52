"""The head made ready for volume rendering: a block that is quickly made, and a finer one."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Affine, Grid, voxel_to_world
from brainviewer.core.voi.voi_window import head_values
from brainviewer.painting.volume.block import Block, canonical, coarsened, cropped
from brainviewer.painting.volume.voxels.block_values import AIR, BRIGHTEST, TISSUE

_COARSE_MM, _FINE_MM = 2.0, 1.0
_SOFT = 1.0
"""Blur of the brain's border, in voxels of a block."""


@dataclass(frozen=True)
class _Tone:
    """From stored values to parts of the brightest: (value - low) / (high - low), to a power."""

    low: float
    high: float
    power: float

    @classmethod
    def of(cls, values: NDArray[Any]) -> "_Tone":
        """Of the values in the head, or in the brain where nothing else is shown."""
        low, high = float(min(0.0, values.min())), float(np.percentile(values, 99.5))
        if high <= low:
            high = low + 1
        # Normal tissue is made equally light in every sequence, also where fluid or contrast
        # medium is several times as bright.
        middle = float(np.clip((np.median(values) - low) / (high - low), 0.2, 0.9))
        return cls(low, high, math.log(TISSUE) / math.log(middle))


def head_block(
    data: NDArray[Any],
    grid: Grid,
    brain: NDArray[np.bool_] | None = None,
    voxel_mm: float = _COARSE_MM,
) -> Block:
    """A sequence made ready for volume rendering.

    data : (i, j, k) on ``grid``.
    brain : (i, j, k), to show nothing else; the box stays that of the head, so that the brain
        stands where it stood in it.

    Returns a block of uint16 in 0..BRIGHTEST: 0 is air, BRIGHTEST the 99.5th percentile of the
    head, and the head's median lies at TISSUE (by a gamma). Noise around the head is set to 0, and
    the box is cut down to the head.
    """
    return _head(data, grid, brain, voxel_mm)[0]


def head_blocks(
    data: NDArray[Any], grid: Grid, brain: NDArray[np.bool_] | None = None
) -> tuple[Block, Callable[[], Block] | None]:
    """A block that is quickly made and turned, and what makes a finer one; see ``head_block``.

    None if there is nothing finer.
    """
    coarse, tone = _head(data, grid, brain, _COARSE_MM)
    if min(grid.spacing) > 0.75 * _COARSE_MM:
        return coarse, None
    return coarse, partial(_finer, data, grid, brain, coarse, tone)


def _head(
    data: NDArray[Any], grid: Grid, brain: NDArray[np.bool_] | None, voxel_mm: float
) -> tuple[Block, _Tone]:
    # SciPy takes a third of a second to import; the window must not wait for it.
    from brainviewer.core.process.scipy_parts import ndimage

    values = head_values(data)
    if brain is not None and brain.any():
        values = data[brain]
    tone = _Tone.of(values)
    small, affine = coarsened(*canonical(data, grid), voxel_mm)
    small = np.clip((small - tone.low) / (tone.high - tone.low), 0, 1)
    small = _smoothed(small)
    head = _largest_part(small > AIR)
    # A soft rim: the first voxels outside still carry the partial volume of the surface.
    small[~ndimage.binary_dilation(head, iterations=2)] = 0
    if brain is not None:
        small *= _softened(coarsened(*canonical(brain, grid), voxel_mm)[0])
    small **= tone.power
    small, affine = cropped(small, affine, head, margin=2)
    return Block(np.asfortranarray(small * BRIGHTEST, dtype=np.uint16), affine), tone


def _finer(
    data: NDArray[Any], grid: Grid, brain: NDArray[np.bool_] | None, coarse: Block, tone: _Tone
) -> Block:
    """The same head as a block with smaller voxels, in the box of the coarse one."""
    volume, affine = canonical(data, grid)
    to_voxel: Affine = np.asarray(np.linalg.inv(affine), dtype=np.float64)
    corners = voxel_to_world(to_voxel, coarse.corners)
    low = np.maximum(np.floor(corners.min(axis=0)).astype(int), 0)
    high = np.minimum(np.ceil(corners.max(axis=0)).astype(int) + 1, volume.shape)
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    affine[:3, 3] = voxel_to_world(affine, low)
    inside = None if brain is None else coarsened(canonical(brain, grid)[0][box], affine, _FINE_MM)
    small, affine = coarsened(volume[box], affine, _FINE_MM)
    small = np.ascontiguousarray(small)
    small -= np.float32(tone.low)
    small *= np.float32(1 / (tone.high - tone.low))
    small = _smoothed(np.clip(small, 0, 1, out=small))
    if inside is not None:
        small *= _softened(inside[0])
    tones = np.linspace(0, 1, BRIGHTEST + 1) ** tone.power * BRIGHTEST
    values = np.take(np.rint(tones).astype(np.uint16), (small * BRIGHTEST).astype(np.int16))
    values *= _there(coarse, affine, values.shape)
    return Block(np.asfortranarray(values), affine)


def _there(coarse: Block, affine: Affine, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """(i, j, k) where a coarse block is not air, for voxels along the same axes."""
    # The axes are the same, so that each has places of its own.
    onto = np.linalg.inv(coarse.affine) @ affine
    places = []
    for axis, count in enumerate(shape):
        at = np.rint(onto[axis, axis] * np.arange(count) + onto[axis, 3]).astype(int)
        places.append(np.clip(at, 0, coarse.values.shape[axis] - 1))
    return np.asarray((coarse.values > 0)[np.ix_(*places)])


def _smoothed(volume: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blurred by half a voxel along each axis. volume : (i, j, k), changed."""
    kernel, one = cv2.getGaussianKernel(3, 0.5, cv2.CV_32F), np.ones(1, np.float32)
    volume = np.ascontiguousarray(volume, dtype=np.float32)
    n, rows, columns = volume.shape
    along = {"borderType": cv2.BORDER_REPLICATE}
    first = cv2.sepFilter2D(volume.reshape(n, -1), -1, one, kernel, **along)
    last = cv2.sepFilter2D(first.reshape(-1, columns), -1, kernel, one, **along)
    blurred = last.reshape(n, rows, columns)
    for slice_ in blurred:
        slice_[:] = cv2.sepFilter2D(slice_, -1, one, kernel, **along)
    return np.asarray(blurred)


def _softened(inside: NDArray[np.float32]) -> NDArray[np.float32]:
    from brainviewer.core.process.scipy_parts import ndimage

    soft = 2 * ndimage.gaussian_filter(inside, _SOFT) - 0.1
    return np.asarray(np.clip(soft, 0, 1), dtype=np.float32)


def _largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    from brainviewer.core.process.scipy_parts import ndimage

    labels, count = ndimage.label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(labels == sizes.argmax())
