"""What the 3D view draws, prepared with numpy so that it can be made beside the main thread.

A block's voxel axes run towards Right, Anterior and Superior as nearly as the grid allows, with a
right-handed affine. Flipped and permuted files are thereby put in order once, in numpy, and VTK is
given nothing but a rotation: no mirrored matrices, no wrong sides.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Affine, Grid, spacing_of, voxel_to_world

_MOST_VOXELS = 1 << 23
"""Voxels of a block; a head has a tenth of them."""
_MOST_PADDED = 1 << 28
BORDER = 0.5
"""Where the surface of a mask runs in its block."""
_SMOOTH, _CLEAR = 0.8, 0.1
"""Blur of a mask, in voxels of a block; and how far from the border what it would take away is."""


@dataclass(frozen=True, eq=False)
class Block:
    """A small volume.

    values : (i, j, k) array, Fortran order (i fastest, as VTK expects it).
    affine : (4, 4), voxel index to world mm, RAS+; positive determinant.
    """

    values: NDArray[Any]
    affine: Affine

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size in mm."""
        return spacing_of(self.affine)

    @property
    def corners(self) -> NDArray[np.float64]:
        """(8, 3) world positions of the outermost voxels' centres."""
        last = np.array(self.values.shape) - 1
        return voxel_to_world(self.affine, np.array(list(np.ndindex(2, 2, 2))) * last)


def canonical(data: NDArray[Any], grid: Grid) -> tuple[NDArray[Any], Affine]:
    """The same voxels with axes towards Right, Anterior, Superior, and their affine.

    A view of ``data``; nothing is copied. The affine's determinant is positive.
    """
    ras = grid.to_ras
    columns = grid.affine[:3, ras.order]
    if np.linalg.det(columns * [-1 if flip else 1 for flip in ras.flips]) < 0:
        # Only where a grid is so oblique that its nearest axes have the other handedness.
        ras = replace(ras, flips=(not ras.flips[0], *ras.flips[1:]))
    data = ras.turn(data)
    affine = np.eye(4)
    affine[:3, 3] = grid.affine[:3, 3]
    for axis, flip in enumerate(ras.flips):
        column = columns[:, axis]
        if flip:
            affine[:3, 3] += column * (data.shape[axis] - 1)
        affine[:3, axis] = -column if flip else column
    return data, affine


def cropped(
    data: NDArray[Any], affine: Affine, inside: NDArray[np.bool_], margin: int
) -> tuple[NDArray[Any], Affine]:
    """The box around the True voxels of ``inside`` with a margin in voxels; a view."""
    box = []
    for axis in range(3):
        others = tuple(n for n in range(3) if n != axis)
        used = np.flatnonzero(inside.any(axis=others))
        low, high = (used[0], used[-1]) if used.size else (0, data.shape[axis] - 1)
        box.append(slice(max(0, int(low) - margin), int(high) + 1 + margin))
    affine = affine.copy()
    affine[:3, 3] = voxel_to_world(affine, [part.start for part in box])
    return data[tuple(box)], affine


Refined = Callable[[NDArray[np.float32], Sequence[float], Sequence[int]], NDArray[np.float32]]
"""Puts so many voxels in place of each along (i, j, k); given the voxel size in mm before."""


def _linear(
    values: NDArray[np.float32], _spacing: Sequence[float], times: Sequence[int]
) -> NDArray[np.float32]:
    from brainviewer.core.process.scipy_parts import ndimage

    shape = [(n - 1) * t + 1 for n, t in zip(values.shape, times, strict=True)]
    finer = ndimage.affine_transform(
        values, 1 / np.array(times), output_shape=tuple(shape), order=1, mode="nearest"
    )
    return np.asarray(finer, np.float32)


def _between_slices(
    fraction: NDArray[np.float32], spacing: Sequence[float], times: Sequence[int]
) -> NDArray[np.float32]:
    """A mask (0..1) whose border runs from slice to slice without steps.

    Distances from the border are interpolated in place of the mask (Raya and Udupa 1990,
    "Shape-based interpolation of multidimensional objects").
    """
    from brainviewer.core.process.scipy_parts import ndimage

    inside = _inside(fraction)
    away = ndimage.distance_transform_edt(inside, sampling=spacing)
    away -= ndimage.distance_transform_edt(~inside, sampling=spacing)
    away = _linear(away.astype(np.float32), spacing, times)
    size = min(mm / n for mm, n in zip(spacing, times, strict=True))
    return np.asarray(np.clip(0.5 + away / (2 * size), 0, 1), np.float32)


def coarsened(
    data: NDArray[Any], affine: Affine, voxel_mm: float, refined: Refined = _linear
) -> tuple[NDArray[np.float32], Affine]:
    """Means of neighbouring voxels, so that none is much smaller than ``voxel_mm``.

    Axes with thicker slices than that are interpolated to about ``voxel_mm`` instead.
    """
    spacing = spacing_of(affine)
    factors = _factors(data.shape, spacing, voxel_mm)
    whole = [n // f * f for n, f in zip(data.shape, factors, strict=True)]
    # Means go to float32 as soon as they are fewer; a whole volume in float32 is never made.
    result = data[: whole[0], : whole[1], : whole[2]]
    for axis, factor in enumerate(factors):
        if factor > 1:
            before = (slice(None),) * axis
            # Several times faster than a mean over an axis of two or three.
            first, *others = (result[(*before, slice(n, None, factor))] for n in range(factor))
            result = first.astype(np.float32)
            for other in others:
                result += other
            result /= np.float32(factor)
    result = np.asarray(result, dtype=np.float32)
    affine = affine.copy()
    affine[:3, 3] = voxel_to_world(affine, [(f - 1) / 2 for f in factors])
    affine[:3, :3] *= factors
    drawn = [s * f for s, f in zip(spacing, factors, strict=True)]
    size = _drawable(result.shape, drawn, voxel_mm)
    thick = [max(1, round(mm / size)) for mm in drawn]
    if max(thick) > 1:
        result = refined(result, drawn, thick)
        affine[:3, :3] /= thick
    return result, affine


def _drawable(shape: Sequence[int], spacing: Sequence[float], voxel_mm: float) -> float:
    """The voxel size, or a larger one where a block would have more voxels than can be drawn."""
    cubic_mm = math.prod(n * mm for n, mm in zip(shape, spacing, strict=True))
    return max(voxel_mm, float(np.cbrt(cubic_mm / _MOST_VOXELS)))


def _factors(shape: Sequence[int], spacing: Sequence[float], voxel_mm: float) -> list[int]:
    """Voxels along each axis that become one of about ``voxel_mm``; never more than there are."""
    size = _drawable(shape, spacing, voxel_mm)
    return [min(n, max(1, round(size / mm))) for n, mm in zip(shape, spacing, strict=True)]


def _factors_without_end(shape: Sequence[int], affine: Affine, voxel_mm: float) -> list[int]:
    """The same of a volume that is padded, and has as many voxels as are wanted."""
    spacing = spacing_of(affine)
    size = _drawable(shape, spacing, voxel_mm)
    return [max(1, round(size / mm)) for mm in spacing]


def mask_block(mask: NDArray[np.bool_], grid: Grid, voxel_mm: float = 1.0) -> Block | None:
    """A mask made ready for a smooth surface at ``BORDER``: float32, 0..1; None if it is empty."""
    from brainviewer.core.process.scipy_parts import ndimage

    volume, affine = canonical(mask, grid)
    if not volume.any():
        return None
    volume, affine = cropped(volume, affine, volume, margin=0)
    # Room for the blur, so that the surface closes also where the mask touches the grid's edge.
    while True:
        margin = [3 * f for f in _factors_without_end(volume.shape, affine, voxel_mm)]
        shape = [n + 7 * m // 3 for n, m in zip(volume.shape, margin, strict=True)]
        if math.prod(shape) <= _MOST_PADDED or max(margin) == 3:
            break
        voxel_mm /= 2
    padded = np.pad(volume, [(m, m + m // 3) for m in margin])
    affine = affine.copy()
    affine[:3, 3] = voxel_to_world(affine, [-m for m in margin])
    rough, affine = coarsened(padded, affine, voxel_mm, _between_slices)
    blurred = ndimage.gaussian_filter(rough, _SMOOTH)
    inside, within = _inside(rough), blurred >= BORDER
    blurred[_lost(inside, inside & within)] = BORDER + _CLEAR
    blurred[_lost(~inside, ~(inside | within))] = BORDER - _CLEAR
    return Block(np.asfortranarray(blurred, dtype=np.float32), affine)


def _inside(fraction: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The voxels of a mask that was made coarser; of what is smaller than a voxel, that one in
    which most of it lies."""
    from brainviewer.core.process.scipy_parts import ndimage

    most = ndimage.maximum_filter(fraction, 3)
    return np.asarray((fraction > 0) & (fraction >= np.minimum(BORDER, most)))


def _lost(there: NDArray[np.bool_], left: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is so thin that the blur takes it away, and what joins it to the rest.

    left : what the blur leaves of what is there. Corners that it rounds off are not lost.
    """
    lost = there & ~_spread(left, 1)
    return there & ~left & _spread(lost, 2) if lost.any() else lost


def _spread(mask: NDArray[np.bool_], voxels: int) -> NDArray[np.bool_]:
    """A mask and all that is so near to it along every axis; ten times as fast as SciPy's."""
    for axis in range(3):
        turned = np.moveaxis(mask, axis, 0)
        wider = turned.copy()
        for n in range(1, voxels + 1):
            wider[n:] |= turned[:-n]
            wider[:-n] |= turned[n:]
        mask = np.moveaxis(wider, 0, axis)
    return mask


def fitting(block: Block, largest_side: int) -> Block:
    """The block, or every second (third…) voxel along the sides that have more than these."""
    steps = [-(-n // largest_side) for n in block.values.shape]
    if max(steps) == 1:
        return block
    every = tuple(slice(None, None, step) for step in steps)
    affine = block.affine.copy()
    affine[:3, :3] *= steps
    return Block(np.asfortranarray(block.values[every]), affine)
