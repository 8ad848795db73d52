"""The box that the head can be cut by: six faces across the axes of the world, and their places.

Faces are numbered by axis and end: 0 and 1 are Left and Right, 2 and 3 Posterior and Anterior,
4 and 5 Inferior and Superior, where sides are known.
"""

import itertools

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid, voxel_to_world
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.voxels.clip import Box

FACES = range(6)
THINNEST_MM = 4.0
"""Opposite faces come no nearer to each other."""
_VOXELS_MM = 3.0
_EDGE_ON = 1e-9
_PARALLEL = 0.05
"""Sine of the angle between an axis and the line of sight, below which a hand cannot follow it."""


def _box(low: NDArray[np.float64], high: NDArray[np.float64]) -> Box:
    (a, b, c), (d, e, f) = low.tolist(), high.tolist()
    return (a, b, c), (d, e, f)


def whole_box(block: Block) -> Box:
    """The box round all that is drawn of a head."""
    corners, half = block.corners, np.abs(block.affine[:3, :3]).sum(axis=1) / 2
    return _box(corners.min(axis=0) - half, corners.max(axis=0) + half)


def box_round(mask: NDArray[np.bool_], grid: Grid, margin_mm: float = 2.0) -> Box | None:
    """The box round a mask (i, j, k), with a margin; None if it is empty."""
    used = [np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {n}))) for n in range(3)]
    if not used[0].size:
        return None
    ends = [(float(one[0]) - 0.5, float(one[-1]) + 0.5) for one in used]
    # Of an oblique grid the corners of the voxels' box are more than is needed, and never less.
    corners = voxel_to_world(grid.affine, np.array(list(itertools.product(*ends))))
    return _box(corners.min(axis=0) - margin_mm, corners.max(axis=0) + margin_mm)


def within(box: Box, most: Box) -> Box:
    """A box cut down to another one; the other where nothing would be left."""
    low, high = np.maximum(box[0], most[0]), np.minimum(box[1], most[1])
    return _box(low, high) if (high - low >= THINNEST_MM).all() else most


def holds(box: Box, most: Box) -> bool:
    """Whether a box cuts nothing of another, as far as voxels go."""
    low, high = np.array(box[0]) - most[0], np.array(most[1]) - box[1]
    return bool((np.maximum(low, high) < _VOXELS_MM).all())


def with_face(box: Box, face: int, to: float, most: Box) -> Box:
    """A box with one of its faces at another place along its axis, in mm, kept in its bounds."""
    axis, end = divmod(face, 2)
    corners = [list(corner) for corner in box]
    low, high = most[0][axis], most[1][axis]
    if end:
        low = box[0][axis] + THINNEST_MM
    else:
        high = box[1][axis] - THINNEST_MM
    corners[end][axis] = min(max(to, min(low, high)), max(low, high))
    return _box(np.array(corners[0]), np.array(corners[1]))


def middle_of(box: Box, face: int) -> NDArray[np.float64]:
    """(3,) the middle of a face, in mm, RAS+."""
    axis, end = divmod(face, 2)
    middle = (np.array(box[0]) + box[1]) / 2
    middle[axis] = box[end][axis]
    return middle


def facing(box: Box, face: int, camera: Camera) -> bool:
    """Whether the outside of a face can be seen."""
    axis, end = divmod(face, 2)
    towards = camera.rotation[2]
    if np.isfinite(camera.distance):
        towards = camera.eye - middle_of(box, face)
    return float(towards[axis]) * (1 if end else -1) > _EDGE_ON


def edges(box: Box) -> list[tuple[NDArray[np.float64], tuple[int, int]]]:
    """The twelve edges: ends (2, 3) in mm, and the two faces that meet there."""
    found = []
    for axis in range(3):
        one, other = (n for n in range(3) if n != axis)
        for first, second in itertools.product((0, 1), repeat=2):
            ends = np.array(box)
            ends[:, one], ends[:, other] = box[first][one], box[second][other]
            found.append((ends, (2 * one + first, 2 * other + second)))
    return found


def dragged(
    box: Box, face: int, camera: Camera, start: tuple[float, float], now: tuple[float, float]
) -> float:
    """The place along its axis, in mm, that a face is dragged to.

    box : before the drag. start, now : pixels of the camera's image under the pointer.
    """
    axis, _ = divmod(face, 2)
    middle, along = middle_of(box, face), np.eye(3)[axis]
    begun, reached = (_nearest(middle, along, *camera.ray(at)) for at in (start, now))
    if begun is None or reached is None:
        # The axis points to the viewer: up is away.
        return float(middle[axis] + (start[1] - now[1]) / camera.scale)
    return float(middle[axis] + reached - begun)


def _nearest(
    point: NDArray[np.float64],
    along: NDArray[np.float64],
    through: NDArray[np.float64],
    way: NDArray[np.float64],
) -> float | None:
    """How far along a line it is nearest to a line of sight; None if both are nearly parallel."""
    across = np.cross(along, way)
    if (square := float(across @ across)) < _PARALLEL**2:
        return None
    return float(np.cross(through - point, way) @ across / square)
