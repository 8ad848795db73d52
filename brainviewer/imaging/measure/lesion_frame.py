"""A lesion in its brain: working arrays, the mid-sagittal plane, and values of the sequences."""

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.working_grid import (
    Field,
    Mask,
    Spacing,
    WorkingGrid,
    box_of,
    filled,
)

Places = NDArray[np.intp]

# In mm of a usual head; where no spacing is known, pixels of an image of a head come close.
_MARGIN_MM = 8.0
_AWAY_MM = 6.0
SURFACE_MM = 5.0
FEW = 20
_ENOUGH = 20000


@dataclass(frozen=True, eq=False)
class LesionFrame:
    """A lesion and its brain on working arrays (R, A, S; about 2 mm).

    whole : the grid of the working arrays. lesion, brain : (R, A, S) bool.
    """

    whole: WorkingGrid
    lesion: Mask
    brain: Mask

    @classmethod
    def around(cls, grid: Grid, lesion: Mask, brain: Mask) -> "LesionFrame":
        """From masks (i, j, k) on a study's grid."""
        whole = WorkingGrid.around(grid, (lesion | brain).astype(np.uint8))
        fraction = whole.thin(lesion)
        thin = fraction >= 0.5
        if np.count_nonzero(thin) < FEW:
            thin = fraction > 0
        return cls(whole, thin, (whole.thin(brain) >= 0.5) | thin)

    @property
    def spacing(self) -> Spacing:
        """Size of a working voxel in mm."""
        return self.whole.spacing

    @cached_property
    def places(self) -> Places:
        """(n, 3): the working voxels of the lesion."""
        return np.argwhere(self.lesion)

    @cached_property
    def aside(self) -> NDArray[np.float64]:
        """(n,): voxels that the lesion's places lie to the right of the mid-sagittal plane."""
        return self.right_of_middle(self.places)

    def right_of_middle(self, places: Places) -> NDArray[np.float64]:
        """(n,): voxels that places lie to the right of the mid-sagittal plane."""
        plane = self._middle
        return np.asarray(places[:, 0] - plane[0] - places[:, 1:] @ plane[1:])

    def along(self, places: Places, axis: int) -> NDArray[np.float64]:
        """(n,): where places lie in the brain's box along R, A or S, 0 to 1."""
        where = filled(self.brain, axis)
        return np.asarray((places[:, axis] - where[0] + 0.5) / (where[-1] - where[0] + 1))

    def infratentorial(self, places: Places) -> Mask:
        """(n,): whether places lie in the posterior fossa, by where its roof usually runs.

        The tentorium falls from the midbrain, two fifths of the way up the brain's box, to the
        sides and to the back; in front of it only the brain stem lies low at the midline.
        """
        front, top = self.along(places, 1), self.along(places, 2)
        aside = np.abs(self.right_of_middle(places)) / (extent(self.brain, 0) / 2)
        roof = 0.36 - 0.2 * aside - 0.2 * np.maximum(0, 0.25 - front)
        cerebellum = (front < 0.42) & (top < roof)
        stem = (front < 0.58) & (aside < 0.25) & (top < 0.28)
        return np.asarray(cerebellum | stem)

    @cached_property
    def _middle(self) -> NDArray[np.float64]:
        """(3,): the least-squares plane through the middles of the brain's rows from side to
        side."""
        rows = np.argwhere(self.brain.any(axis=0))
        filled = self.brain[:, rows[:, 0], rows[:, 1]]
        first = filled.argmax(axis=0)
        last = self.brain.shape[0] - 1 - filled[::-1].argmax(axis=0)
        # Long rows tell the middle best.
        weight = (last - first + 1.0) ** 2
        basis = np.column_stack([np.ones(len(rows)), rows])
        normal = basis.T @ (basis * weight[:, None]) + 1e-6 * np.eye(3)
        return np.asarray(np.linalg.solve(normal, basis.T @ (weight * (first + last) / 2)))

    @cached_property
    def pairs(self) -> tuple[Places, Places]:
        """Places of the lesion whose mirror image is healthy brain, and these mirror images."""
        mirrored = self.places.copy()
        across = np.rint(self.places[:, 0] - 2 * self.aside).astype(np.intp)
        mirrored[:, 0] = np.clip(across, 0, self.brain.shape[0] - 1)
        where = tuple(mirrored.T)
        healthy = self.brain[where] & ~self.lesion[where] & (np.abs(self.aside) > 1.5)
        return self.places[healthy], mirrored[healthy]

    @cached_property
    def depth(self) -> Field:
        """Distance from the brain's surface within the axial slice, in mm."""
        # The lowest and the highest slice may be the end of the image and not of the brain.
        wide = np.pad(self.brain, ((1, 1), (1, 1), (0, 0)))
        depth = np.zeros(wide.shape, np.float32)
        for index in np.flatnonzero(wide.any(axis=(0, 1))):
            plane = wide[:, :, index].astype(np.uint8)
            depth[:, :, index] = cv2.distanceTransform(plane, cv2.DIST_L2, 5)
        return depth[1:-1, 1:-1] * np.float32((self.spacing[0] + self.spacing[1]) / 2)

    @cached_property
    def normal_brain(self) -> Places:
        """(n, 3): brain away from the lesion and from the surface; at most some 20,000 places."""
        normal_brain = self.brain & (self.depth > SURFACE_MM)
        normal_brain[self.box] &= self.away > _AWAY_MM
        if np.count_nonzero(normal_brain) < 10 * FEW:
            normal_brain = (
                self.brain & ~self.lesion if (self.brain & ~self.lesion).any() else self.brain
            )
        places = np.argwhere(normal_brain)
        return places[:: max(1, len(places) // _ENOUGH)]

    def size(self, voxels: float) -> float:
        """Volume of working voxels as the edge of a cube, beside that of the brain's volume."""
        return math.cbrt(voxels / np.count_nonzero(self.brain))

    @property
    def edge_mm(self) -> float:
        """Edge of a cube of the brain's volume, which lengths are relative to."""
        return math.cbrt(np.count_nonzero(self.brain) * math.prod(self.spacing))

    def values(self, data: NDArray[Any], places: Places) -> Field:
        """(n,): the mean of a volume (i, j, k) in each working voxel of ``places``."""
        turned = self.whole.turn(data)
        corner = places * np.array(self.whole.factors)
        total = np.zeros(len(places), np.float32)
        for offset in np.ndindex(*self.whole.factors):
            total += turned[tuple((corner + offset).T)]
        return total / np.float32(math.prod(self.whole.factors))

    @cached_property
    def box(self) -> tuple[slice, ...]:
        """The lesion and its surroundings in the working arrays."""
        margins = [math.ceil(_MARGIN_MM / spacing) for spacing in self.spacing]
        return tuple(
            slice(max(0, part.start - margin), min(count, part.stop + margin))
            for part, margin, count in zip(
                box_of(self.lesion), margins, self.lesion.shape, strict=True
            )
        )

    @cached_property
    def away(self) -> Field:
        """Distance from the lesion in ``box``, in mm; outside of it there is more than there."""
        there = self.lesion[self.box]
        return np.asarray(ndimage.distance_transform_edt(~there, sampling=self.spacing), np.float32)

    def near(self, data: NDArray[Any]) -> Field:
        """A volume (i, j, k) as a working array of ``box`` only."""
        whole, first = self.whole, [part.start for part in self.box]
        start = np.array(whole.start) + first * np.array(whole.factors)
        shape = tuple(part.stop - part.start for part in self.box)
        return replace(whole, start=tuple(start.tolist()), shape=shape).thin(data)


def extent(mask: Mask, axis: int) -> float:
    """Voxels from the first to the last of a mask along an axis."""
    where = filled(mask, axis)
    return float(where[-1] - where[0] + 1)
