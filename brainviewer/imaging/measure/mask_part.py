"""What is measured on a mask alone: volume, largest slice, diameters, side."""

from dataclasses import dataclass, replace

import numpy as np

from brainviewer.core.findings.measurements import Diameters, Side
from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.diameters import diameters
from brainviewer.imaging.measure.slice_area import areas, largest_slice
from brainviewer.imaging.preprocess.midsagittal import MidSagittalPlane
from brainviewer.imaging.preprocess.working_grid import Mask, box_of

# A lesion lies across the midline if the smaller part of it is at least this share: a ball 40 mm
# wide that reaches 10 mm beyond. What a bulging midline or an uncertain plane does is less.
_ACROSS = 0.15


@dataclass(frozen=True, eq=False)
class MaskPart:
    """A mask cut out of its grid, which saves most of the time.

    grid, mask : the box that holds the mask; of no voxels where the mask is empty.
    start : (3,) first voxel of the box in the whole grid.
    """

    grid: Grid
    mask: Mask
    start: tuple[int, ...]

    @property
    def box(self) -> tuple[slice, ...]:
        """The box in the whole grid."""
        return tuple(
            slice(n, n + size) for n, size in zip(self.start, self.mask.shape, strict=True)
        )

    def within(self, grid: Grid, mask: Mask) -> "MaskPart":
        """A mask on the whole grid that has nothing outside this box."""
        inside = MaskPart.of(self.grid, mask[self.box])
        start = tuple(n + m for n, m in zip(self.start, inside.start, strict=True))
        return MaskPart(grid.part(start, inside.mask.shape), inside.mask, start)

    @classmethod
    def of(cls, grid: Grid, mask: Mask) -> "MaskPart":
        box = box_of(mask)
        inside = mask[box]
        start = tuple(part.start for part in box)
        return cls(grid.part(start, inside.shape), inside, start)

    @property
    def millilitres(self) -> float:
        return float(np.count_nonzero(self.mask)) * self.grid.voxel_volume / 1000

    def largest(self, axis: int) -> int:
        """The slice of the whole grid with the largest area; the first one of an empty mask."""
        if not self.mask.any():
            return 0
        area = areas(self.grid, self.mask, axis)
        return self.start[axis] + largest_slice(area, self.grid.spacing[axis])

    def diameters(self, axis: int, index: int) -> Diameters | None:
        """Diameters in a slice of the whole grid; None without any mask there."""
        inside = index - self.start[axis]
        if not 0 <= inside < self.mask.shape[axis]:
            return None
        found = diameters(self.grid, self.mask, axis, inside)
        return None if found is None else replace(found, index=index)

    def side(self, plane: MidSagittalPlane) -> tuple[Side, float]:
        """The side that holds it, and how far its centre of mass is from the plane, in mm."""
        per_voxel, at_origin = plane.of_voxels(self.grid)
        right, total, count = 0, 0.0, 0
        for index, plane_mask in enumerate(self.mask):  # plane by plane, which takes little memory
            places = np.argwhere(plane_mask)
            distances = places @ per_voxel[1:] + (index * per_voxel[0] + at_origin)
            right += int(np.count_nonzero(distances > 0))
            total += float(distances.sum())
            count += len(places)
        fraction = right / count
        if _ACROSS <= fraction <= 1 - _ACROSS:
            side = Side.BOTH
        else:
            side = Side.RIGHT if fraction > 0.5 else Side.LEFT
        return side, abs(total / count)
