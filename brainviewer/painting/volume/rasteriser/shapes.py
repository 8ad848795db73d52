"""Surfaces and lines of the 3D scene as arrays for the rasteriser."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting.slice_image import rgb_of
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.voxels.look import Colour

CURSOR_COLOUR = (0.353, 0.663, 0.902)
CURSOR_WIDE = 2
"""Pixels across."""
_HALF_CROSS_MM = 9.0
_MANY_TRIANGLES = 4000
_APART_MM = 2.5


@dataclass(frozen=True, eq=False)
class Faces:
    """Triangles with how they are drawn.

    vertices, normals : (n, 3) in world mm, RAS+. triangles : (m, 3) their numbers.
    colour : (m, 3) 0 to 1. opacity : (m,). front, back : (m,) whether that side is drawn.
    """

    vertices: NDArray[np.float32]
    normals: NDArray[np.float32]
    triangles: NDArray[np.int32]
    colour: NDArray[np.float32]
    opacity: NDArray[np.float32]
    front: NDArray[np.bool_]
    back: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Lines:
    """Straight lines that no light falls on.

    ends : (m, 2, 3) in world mm, RAS+. colour : 0 to 1. wide : pixels across.
    """

    ends: NDArray[np.float64]
    colour: Colour
    opacity: float = 1.0
    wide: int = 1


def faces_of(surfaces: Sequence[Surface], fine: bool) -> Faces | None:
    """The surfaces that are not wires, in one; coarsely with fewer triangles."""
    solid = [one for one in surfaces if not one.wire and one.opacity > 0]
    meshes = [one.mesh if fine else with_fewer_triangles(one.mesh) for one in solid]
    if not solid:
        return None
    counts = [len(mesh.triangles) for mesh in meshes]
    starts = np.cumsum([0, *(len(mesh.vertices) for mesh in meshes)])

    # The far side of what is closed is hidden by the near one, and is left out of what is seen
    # through, as OpenGL does.
    back = [one.hollow or not one.mesh.is_closed for one in solid]
    colours = np.array([rgb_of(one.colour) for one in solid], np.float32) / 255
    return Faces(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([m.triangles + n for m, n in zip(meshes, starts, strict=False)]),
        np.repeat(colours, counts, axis=0),
        np.repeat(np.array([one.opacity for one in solid], np.float32), counts),
        np.repeat([not one.hollow for one in solid], counts),
        np.repeat(back, counts),
    )


def wires_of(surfaces: Sequence[Surface]) -> tuple[Lines, ...]:
    """The edges of those that are drawn as wires."""
    wires = []
    for one in surfaces:
        if one.wire and one.opacity > 0:
            pairs = np.sort(one.mesh.triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
            ends = one.mesh.vertices[np.unique(pairs, axis=0)].astype(np.float64)
            red, green, blue = (c / 255 for c in rgb_of(one.colour))
            wires.append(Lines(ends, (red, green, blue), one.opacity))
    return tuple(wires)


def cross_ends(place: ArrayLike) -> NDArray[np.float64]:
    """(3, 2, 3) the ends of lines along the world's axes through a place (3,), in mm, RAS+."""
    middle, half = np.asarray(place, np.float64), _HALF_CROSS_MM * np.eye(3)
    return np.stack([middle - half, middle + half], axis=1)


def with_fewer_triangles(mesh: SurfaceMesh) -> SurfaceMesh:
    """About the same surface, with one vertex in each cube of some millimetres.

    It stands in the middle of those that were there (Rossignac and Borrel 1993, "Multi-resolution
    3D approximations for rendering complex scenes"). The mesh itself if it has few triangles.
    """
    if len(mesh.triangles) < _MANY_TRIANGLES:
        return mesh
    cubes = np.floor((mesh.vertices - mesh.vertices.min(axis=0)) / _APART_MM).astype(np.int64)
    _, y, z = cubes.max(axis=0) + 1
    _, cube = np.unique((cubes[:, 0] * y + cubes[:, 1]) * z + cubes[:, 2], return_inverse=True)
    counts = np.bincount(cube)
    places = np.stack([np.bincount(cube, column) for column in mesh.vertices.T], axis=1)
    corners = cube[mesh.triangles]
    kept = (corners != np.roll(corners, 1, axis=1)).all(axis=1)
    return SurfaceMesh.of(places / counts[:, None], corners[kept])
