"""A closed surface of triangles in world millimetres."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SurfaceMesh:
    """A surface that encloses what it is of.

    vertices : (n, 3) float32, in mm, RAS+.
    triangles : (m, 3) int32, the numbers of its corners, counter-clockwise seen from outside.
    normals : (n, 3) float32 unit vectors, outwards.
    """

    vertices: NDArray[np.float32]
    triangles: NDArray[np.int32]
    normals: NDArray[np.float32]

    @classmethod
    def of(cls, vertices: ArrayLike, triangles: ArrayLike) -> "SurfaceMesh":
        """From vertices (n, 3) in mm and triangles (m, 3); the normals follow from them."""
        places = np.asarray(vertices, np.float64)
        corners = np.ascontiguousarray(triangles, np.int32)
        normals = unit_normals(places, corners)
        return cls(places.astype(np.float32), corners, normals.astype(np.float32))

    @cached_property
    def volume_ml(self) -> float:
        """What it encloses, in mL, by the divergence theorem."""
        return float(signed_volumes(self.vertices.astype(np.float64), self.triangles).sum()) / 1000

    @cached_property
    def area_mm2(self) -> float:
        """Its area in mm²."""
        areas = doubled_areas(self.vertices.astype(np.float64), self.triangles)
        return float(np.linalg.norm(areas, axis=1).sum() / 2)

    @property
    def is_closed(self) -> bool:
        """Whether every edge is passed as often in one direction as in the other."""
        ends = self.triangles.astype(np.int64)
        count = len(self.vertices)
        there = np.concatenate([ends[:, n] * count + ends[:, (n + 1) % 3] for n in range(3)])
        back = np.concatenate([ends[:, (n + 1) % 3] * count + ends[:, n] for n in range(3)])
        return bool(np.array_equal(np.sort(there), np.sort(back)))


def signed_volumes(vertices: Points, triangles: NDArray[np.int32]) -> Points:
    """(m,): in mm³, of the tetrahedra of each triangle and the middle of the vertices (n, 3).

    Of a closed surface their sum is what it encloses (the divergence theorem; Zhang and Chen 2001,
    "Efficient feature extraction for 2D/3D objects in mesh representation").
    """
    if not len(vertices):
        return np.zeros(0)
    # About the middle: far from the origin, large volumes would cancel out with rounding errors.
    a, b, c = ((vertices - vertices.mean(axis=0))[triangles[:, n]] for n in range(3))
    return np.asarray(np.einsum("ij,ij->i", a, np.cross(b, c)) / 6)


def unit_normals(vertices: Points, triangles: NDArray[np.int32]) -> Points:
    """(n, 3): at each vertex the mean direction of its triangles, weighted by their areas."""
    areas = doubled_areas(vertices, triangles)
    corners = triangles.ravel()
    normals = np.stack(
        [np.bincount(corners, np.repeat(areas[:, n], 3), len(vertices)) for n in range(3)], axis=1
    )
    length = np.linalg.norm(normals, axis=1, keepdims=True)
    return np.asarray(np.divide(normals, length, out=np.zeros_like(normals), where=length > 0))


def doubled_areas(vertices: Points, triangles: NDArray[np.int32]) -> Points:
    """(m, 3): the cross product of two edges of each triangle, in mm²."""
    a, b, c = (vertices[triangles[:, n]] for n in range(3))
    return np.asarray(np.cross(b - a, c - a))


@dataclass(frozen=True, eq=False)
class NamedSurface:
    """A surface with what it is of.

    name : in files, such as ``core``. colour : ``#RRGGBB``. opacity : 0 to 1.
    """

    name: str
    mesh: SurfaceMesh
    colour: str
    opacity: float = 1.0

    @property
    def rgb(self) -> tuple[int, int, int]:
        """Its colour, 0 to 255."""
        red, green, blue = bytes.fromhex(self.colour[1:])
        return red, green, blue
