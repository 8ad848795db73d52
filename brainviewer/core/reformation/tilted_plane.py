"""A tilted plane as a value: where something lies that was drawn or measured on it."""

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.oblique import (
    NOT_TURNED_DEGREES,
    ObliqueView,
    Obliquity,
    oblique_view,
)
from brainviewer.core.slices import Convention, Plane, SliceView

Vector = tuple[float, float, float]

_SAME = math.sin(math.radians(NOT_TURNED_DEGREES))
"""Sine of the angle between planes, and of directions in them, that are taken for the same."""
_UNIT = 1e-6
_FURTHEST_MM = 1e5


@dataclass(frozen=True)
class TiltedPlane:
    """A plane in the patient's space, tilted from one of a grid's own planes.

    origin : a position on it, in mm, RAS+. right, down : the directions of the screen in the
        radiological display, upright; of length 1 and perpendicular to each other.
    """

    origin: Vector
    right: Vector
    down: Vector

    @classmethod
    def of(cls, view: SliceView, index: int) -> "TiltedPlane | None":
        """The plane of slice ``index`` of a view; None of a slice of the grid.

        The view that is made of it again has its pixels at the same places.
        """
        if not isinstance(view, ObliqueView):
            return None
        usual = oblique_view(view.source, view.plane, Convention.RADIOLOGICAL, view.obliquity)
        pixel = np.rint(usual.grid.to_voxel(view.source.centre))
        pixel[2] = index
        right, down = usual.screen_axes
        return cls(_vector(usual.grid.to_world(pixel)), _vector(right), _vector(down))

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """The direction (3,) perpendicular to it, of length 1."""
        return np.asarray(np.cross(self.right, self.down), dtype=np.float64)

    @property
    def place(self) -> tuple[float, ...]:
        """Equal for values of what is one plane, but for those at a step of its rounding."""
        offset = float(self.normal @ self.origin)
        return (*np.round(self.normal, 3).tolist(), round(offset, 1))

    def view(self, grid: Grid, plane: Plane) -> SliceView:
        """Slices parallel to it, in the radiological display: one of them is the plane itself.

        plane : of the grid, that it is tilted from.
        """
        return _view(self, grid, plane)

    def obliquity(self, grid: Grid, plane: Plane) -> Obliquity:
        """How the planes of a grid are turned for one of them to be this one."""
        usual = Obliquity().normal(grid, plane)
        normal = self.normal if float(self.normal @ usual) >= 0 else -self.normal
        axis = np.cross(usual, normal)
        angle = math.atan2(float(np.linalg.norm(axis)), float(usual @ normal))
        start = Obliquity.through(self.origin)
        return start.turned(grid, axis, angle, self.origin) if angle else start

    def tilt_degrees(self, grid: Grid, plane: Plane) -> float:
        """The angle to a plane of a grid."""
        view = self.view(grid, plane)
        return view.tilt_degrees if isinstance(view, ObliqueView) else 0.0

    def parallel_to(self, view: SliceView) -> bool:
        """Whether the slices of a view lie in its direction, the same way round but for a turned
        display; whose plane it is, is not asked.

        At a tilt of 90° planes that are hardly turned against each other change their way round.
        """
        return view.oblique and any(
            _parallel(self.right, one) and _parallel(self.down, other)
            for one, other in (view.screen_axes, view.screen_axes[::-1])
        )

    def fits(self, grid: Grid, plane: Plane) -> bool:
        """Whether a plane of a grid can be turned into it, and it is tilted at all."""
        return self.parallel_to(self.view(grid, plane))

    def depths(self, points: ArrayLike) -> NDArray[np.float64]:
        """(n,) how far positions (n, 3) lie in front of it, in mm; negative behind it."""
        by = np.atleast_2d(np.asarray(points, dtype=np.float64)) - self.origin
        return np.asarray(by @ self.normal)

    def flattened(self, points: ArrayLike) -> NDArray[np.float64]:
        """Positions (n, 3) brought onto it, along its normal."""
        points = np.atleast_2d(np.asarray(points, dtype=np.float64))
        return np.asarray(points - self.depths(points)[:, None] * self.normal)

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON file."""
        return {
            "origin_mm": list(self.origin),
            "right": list(self.right),
            "down": list(self.down),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "TiltedPlane":
        """The plane that ``to_json`` wrote. Raises KeyError, TypeError or ValueError if damaged."""
        origin, right, down = (_read(data[key]) for key in ("origin_mm", "right", "down"))
        lengths = math.hypot(*right), math.hypot(*down)
        across = sum(r * d for r, d in zip(right, down, strict=True))
        if max(abs(lengths[0] - 1), abs(lengths[1] - 1), abs(across)) > _UNIT:
            raise ValueError("directions have length 1 and are perpendicular")
        return cls(origin, right, down)


def _parallel(one: Vector, other: NDArray[np.float64]) -> bool:
    return float(np.linalg.norm(np.cross(one, other))) < _SAME


@lru_cache(maxsize=256)
def _view(tilted: TiltedPlane, grid: Grid, plane: Plane) -> SliceView:
    return oblique_view(grid, plane, Convention.RADIOLOGICAL, tilted.obliquity(grid, plane))


def linear_values(data: NDArray[Any], voxels: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) values of a volume (i, j, k) between its voxels, interpolated linearly.

    voxels : (n, 3) fractional indices; up to half a voxel beyond the outermost ones these hold,
        as in ``imaging.reslicing``. NaN further out.
    """
    last = np.array(data.shape) - 1
    inside = np.all((voxels >= -0.5) & (voxels <= last + 0.5), axis=1)
    held = np.clip(voxels[inside], 0, last)
    low = np.minimum(held.astype(np.intp), np.maximum(last - 1, 0))
    part, high = held - low, np.minimum(low + 1, last)
    found = np.zeros(len(held))
    for corner in np.ndindex(2, 2, 2):
        upper = np.array(corner, dtype=bool)
        i, j, k = np.where(upper, high, low).T
        found += np.where(upper, part, 1 - part).prod(axis=1) * data[i, j, k]
    values = np.full(len(voxels), np.nan)
    values[inside] = found
    return values


def _vector(place: ArrayLike) -> Vector:
    x, y, z = np.asarray(place, dtype=np.float64).tolist()
    return x, y, z


def _read(place: Any) -> Vector:
    x, y, z = place
    if any(type(value) not in (int, float) for value in (x, y, z)):
        raise TypeError("positions are numbers")
    if not all(abs(value) < _FURTHEST_MM for value in (x, y, z)):
        raise ValueError("positions are finite, and in a scanner")
    return float(x), float(y), float(z)
