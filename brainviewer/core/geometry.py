"""Where a voxel is: one affine per grid, and everything derived from it.

World positions are millimetres in RAS+ space: x grows towards the patient's Right, y towards
Anterior, z towards Superior. Voxel indices (i, j, k) follow the order of the file and are the
centres of voxels. Single images, which often know neither the patient nor a millimetre, have a
world of their own: see ``Grid.as_stored`` and ``Unit``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.errors import GeometryError

Affine = NDArray[np.float64]
AXIS_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


SIZE_UNKNOWN = "The file does not say how large its pixels are: lengths are in pixels."


class Unit(StrEnum):
    """What world positions of a grid count in."""

    MM = "mm"
    MICRON = "µm"
    PIXEL = "px"
    """The file does not know how large its pixels are."""

    @property
    def key(self) -> str:
        """The unit as a part of names in JSON."""
        return "um" if self is Unit.MICRON else self.value


def spacing_of(affine: Affine) -> tuple[float, float, float]:
    """Voxel size along i, j, k in mm."""
    x, y, z = np.linalg.norm(affine[:3, :3], axis=0)
    return float(x), float(y), float(z)


def voxel_to_world(affine: Affine, points: ArrayLike) -> NDArray[np.float64]:
    """World positions (n, 3) in mm, RAS+, of voxel indices (n, 3); one point may be (3,)."""
    points = np.asarray(points, dtype=np.float64)
    return points @ affine[:3, :3].T + affine[:3, 3]


@dataclass(frozen=True)
class ToRas:
    """How the axes of a volume are brought into the order Right, Anterior, Superior.

    Written out, since importing ``nibabel.orientations`` costs every command a fifth of a second.

    order : the voxel axes that run from left to right, from back to front and upwards.
    flips : which of these run the other way.
    """

    order: tuple[int, int, int] = (0, 1, 2)
    flips: tuple[bool, bool, bool] = (False, False, False)

    def turn(self, data: NDArray[Any]) -> NDArray[Any]:
        """A volume (i, j, k) with its axes towards R, A, S; a view."""
        x, y, z = (slice(None, None, -1 if flip else 1) for flip in self.flips)
        return data.transpose(self.order)[x, y, z]

    def sides_swapped(self) -> "ToRas":
        """The same with the first two voxel axes taken for each other."""
        (first, second, third), (one, other, last) = self.order, self.flips
        return ToRas((second, first, third), (other, one, last))


@dataclass(frozen=True, eq=False)
class Grid:
    """The voxel grid that the sequences of a study share.

    shape : voxels along i, j, k.
    affine : (4, 4) float64, voxel index to world mm, RAS+.
    oriented : False when a file does not say how the patient lay; then no letters, sides and
        positions may be told. The affine holds the spacing, and, where other files of the study
        know it, how they lie.
    as_stored : a single image, (columns, rows, frames): shown the way round that it is stored,
        whatever the display convention. Not ``oriented``, its world grows to the right and down
        from the middle of its first pixel.
    unit : of world positions, spacing and everything measured; other than mm only in images.
    """

    shape: tuple[int, int, int]
    affine: Affine
    oriented: bool = True
    as_stored: bool = False
    unit: Unit = Unit.MM

    @cached_property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size along i, j, k in mm, or in the grid's own unit."""
        return spacing_of(self.affine)

    @cached_property
    def axes(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        """Which world axis each voxel axis runs along, and in which direction.

        (axes, signs): voxel axis n runs along world axis axes[n] (0 = R, 1 = A, 2 = S), towards
        its positive end if signs[n] is 1. Every world axis is used once, also for oblique
        affines: the assignment with the largest sum of direction cosines wins.
        """
        cosines = self.affine[:3, :3] / np.maximum(
            np.linalg.norm(self.affine[:3, :3], axis=0), 1e-12
        )
        a, b, c = max(
            permutations(range(3)), key=lambda p: sum(abs(cosines[p[n], n]) for n in range(3))
        )
        x, y, z = (1 if cosines[axis, n] >= 0 else -1 for n, axis in enumerate((a, b, c)))
        return (a, b, c), (x, y, z)

    @cached_property
    def to_ras(self) -> ToRas:
        """How its voxel axes lie in the world."""
        axes, signs = self.axes
        x, y, z = (axes.index(world) for world in range(3))
        return ToRas((x, y, z), (signs[x] < 0, signs[y] < 0, signs[z] < 0))

    @property
    def coordinates(self) -> str:
        """What world positions are, in words."""
        if self.as_stored and not self.oriented:
            words = {Unit.MM: "millimetres", Unit.MICRON: "micrometres", Unit.PIXEL: "pixels"}
            return f"{words[self.unit]}, to the right and down from the first pixel; frame"
        return "millimetres, RAS+" if self.oriented else "millimetres; orientation unknown"

    @property
    def orientation(self) -> str:
        """Three letters such as ``LPS``: where i, j and k grow to; ``???`` if unknown."""
        if not self.oriented:
            return "???"
        axes, signs = self.axes
        return "".join(AXIS_LETTERS[a][s > 0] for a, s in zip(axes, signs, strict=True))

    @cached_property
    def _inverse(self) -> Affine:
        """World mm to voxel index. Raises GeometryError if a voxel has no volume."""
        try:
            return np.linalg.inv(self.affine).astype(np.float64)
        except np.linalg.LinAlgError:
            raise GeometryError(
                "The image says that its voxels have no volume.", "Export it again from its source."
            ) from None

    @cached_property
    def voxel_volume(self) -> float:
        """Volume of a voxel in mm³."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    @cached_property
    def centre(self) -> NDArray[np.float64]:
        """World position (3,) in mm of the middle of the grid."""
        return voxel_to_world(self.affine, (np.array(self.shape) - 1) / 2)

    def to_world(self, points: ArrayLike) -> NDArray[np.float64]:
        """World mm of voxel indices, (n, 3) or (3,)."""
        return voxel_to_world(self.affine, points)

    def to_voxel(self, points: ArrayLike) -> NDArray[np.float64]:
        """Fractional voxel indices of world mm, (n, 3) or (3,)."""
        return voxel_to_world(self._inverse, points)

    def nearest_voxel(self, point: ArrayLike) -> tuple[int, int, int]:
        """The voxel inside the grid that is nearest to a world position (3,) in mm."""
        index = np.rint(self.to_voxel(point)).astype(int)
        i, j, k = np.clip(index, 0, np.array(self.shape) - 1)
        return int(i), int(j), int(k)

    def part(self, first: ArrayLike, shape: Sequence[int]) -> "Grid":
        """The grid of a box of voxels.

        first : (3,) the voxel that it begins with, which may lie outside. shape : (3,) voxels.
        """
        affine = self.affine.copy()
        affine[:3, 3] = self.to_world(first)
        i, j, k = (int(n) for n in shape)
        return replace(self, shape=(i, j, k), affine=affine)

    def every(self, steps: Sequence[int]) -> "Grid":
        """The grid of every so many voxels, ``data[::i, ::j, ::k]``; steps : (i, j, k)."""
        i, j, k = (-(-n // step) for n, step in zip(self.shape, steps, strict=True))
        return replace(self, shape=(i, j, k), affine=self.affine @ np.diag([*steps, 1.0]))

    def contains(self, point: ArrayLike) -> bool:
        """Whether a world position (3,) in mm lies in a voxel of the grid."""
        index = np.rint(self.to_voxel(point))
        return bool(np.all(index >= 0) and np.all(index < self.shape))

    def matches(self, other: "Grid", tolerance_mm: float = 0.05) -> bool:
        """Whether both grids put every voxel at the same place."""
        if self.shape != other.shape or self.oriented != other.oriented:
            return False
        corners = np.array([(0, 0, 0), self.shape])
        return bool(
            np.allclose(self.to_world(corners), other.to_world(corners), atol=tolerance_mm)
            and np.allclose(self.affine[:3, :3], other.affine[:3, :3], atol=1e-3)
        )
