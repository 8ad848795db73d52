"""Sequences around a lesion, in units of normal-appearing brain: 0 is its middle, 1 its spread.

All in the order R, A, S, so that the same voxels are looked at however a file stores them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.working_grid import Field, Mask, background_of, box_of
from brainviewer.imaging.robust_spread import robust_spread

_SPARSE_MM = 4.0
_MARGIN_MM = 6.0
_LEAST_VOXELS = 200
# Least spread, as a fraction of the brightness over air: a made-up image may have no contrast.
_LEAST_CONTRAST = 0.05

Box = tuple[slice, ...]


@dataclass(frozen=True, eq=False)
class NormalAppearingBrain:
    """Brain away from a lesion, on a sparse grid, and the box around the lesion.

    spacing : voxel size along R, A, S in mm.
    sparse, voxels : every n-th voxel of the volume, and (R, A, S) bool, which of these count.
    box, lesion : the box and (R, A, S) bool, the lesion inside of it.
    """

    grid: Grid
    spacing: tuple[float, ...]
    sparse: Box
    voxels: Mask
    box: Box
    lesion: Mask

    @classmethod
    def around(
        cls, grid: Grid, lesion: Mask | None, brain: Mask | None
    ) -> "NormalAppearingBrain | None":
        """Normal-appearing brain for a lesion, both (i, j, k) bool; None if one is not known, or
        too little brain is left."""
        if lesion is None or brain is None:
            return None
        spacing = tuple(grid.spacing[axis] for axis in grid.to_ras.order)
        whole, head = grid.to_ras.turn(lesion), grid.to_ras.turn(brain)
        steps = [max(1, round(_SPARSE_MM / size)) for size in spacing]
        sparse = tuple(slice(None, None, step) for step in steps)
        margin = [
            2 * max(1, round(_MARGIN_MM / (size * step))) + 1
            for size, step in zip(spacing, steps, strict=True)
        ]
        near = ndimage.maximum_filter(whole[sparse].astype(np.uint8), margin) > 0
        voxels = head[sparse] & ~near
        if voxels.sum() < _LEAST_VOXELS or not lesion.any():
            return None
        box = box_of(whole)
        return cls(grid, spacing, sparse, voxels, box, np.ascontiguousarray(whole[box]))

    def normalised(self, data: NDArray[Any]) -> tuple[Field, Field]:
        """A sequence (i, j, k) in the box, (R, A, S), and in normal-appearing brain, (n,)."""
        turned = self.grid.to_ras.turn(data)
        values = turned[self.sparse][self.voxels].astype(np.float32)
        middle = float(np.median(values))
        spread = robust_spread(values, middle)
        spread = max(spread, _LEAST_CONTRAST * abs(middle - background_of(turned)), 1e-30)
        around = (turned[self.box].astype(np.float32) - np.float32(middle)) / np.float32(spread)
        return around, (values - np.float32(middle)) / np.float32(spread)

    def restore(self, part: Mask) -> Mask:
        """A mask in the box (R, A, S) as a mask (i, j, k) on the whole grid."""
        mask = np.zeros(self.grid.shape, bool)
        self.grid.to_ras.turn(mask)[self.box] = part
        return mask
