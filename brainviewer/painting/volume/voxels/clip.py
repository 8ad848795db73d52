"""What of the head is cut away in the 3D view."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.geometry import voxel_to_world
from brainviewer.painting.volume.block import Block

Point = tuple[float, float, float]
Box = tuple[Point, Point]

MOST_PEELED_MM = 60.0
"""More than that leaves nothing of a head."""


@dataclass(frozen=True)
class ClipPlane:
    """Cuts away what lies on the side that its normal points to.

    point : on it, in mm, RAS+. normal : a world direction of any length; raises ValueError for 0.
    """

    point: Point
    normal: Point

    def __post_init__(self) -> None:
        if not any(self.normal):
            raise ValueError("A plane without a direction cuts nothing.")

    @classmethod
    def facing(cls, point: ArrayLike, normal: ArrayLike, viewer: ArrayLike) -> "ClipPlane":
        """The plane of a normal that cuts away what is on the side of the viewer.

        viewer : (3,) world direction towards the viewer.
        """
        (x, y, z), across = np.asarray(point, float).tolist(), np.asarray(normal, float)
        a, b, c = (across if float(across @ np.asarray(viewer)) >= 0 else -across).tolist()
        return cls((x, y, z), (a, b, c))


@dataclass(frozen=True)
class Clip:
    """What is cut away; by default nothing.

    box : the lowest and the highest corner of what is left, in mm, RAS+.
    plane : in addition to the box.
    peel_mm : how much is taken off the surface of the head or brain.
    """

    box: Box | None = None
    plane: ClipPlane | None = None
    peel_mm: float = 0.0

    def __bool__(self) -> bool:
        return self.box is not None or self.plane is not None or self.peel_mm > 0


def cuts_of(clip: Clip) -> tuple[ClipPlane, ...]:
    """The planes that a clip cuts along; their normals point to what is cut away."""
    cuts = [] if clip.plane is None else [clip.plane]
    if clip.box is not None:
        for axis in range(3):
            for corner, side in zip(clip.box, (-1.0, 1.0), strict=True):
                a, b, c = (side * np.eye(3)[axis]).tolist()
                cuts.append(ClipPlane(corner, (a, b, c)))
    return tuple(cuts)


@dataclass(frozen=True, eq=False)
class CutBlock:
    """A block as it is drawn. left : (i, j, k) 0 to 1, see ``weights_of``; None for all."""

    block: Block
    left: NDArray[np.float32] | None


def weights_of(clip: Clip, block: Block) -> NDArray[np.float32] | None:
    """(i, j, k) 0 to 1, what part of each voxel is left; None if nothing is cut away.

    Cuts are as soft as a voxel, so that slanting ones have no steps.
    """
    if not clip:
        return None
    left = np.ones(block.values.shape, np.float32)
    for cut in cuts_of(clip):
        _cut(left, block, np.array(cut.point), np.array(cut.normal))
    if clip.peel_mm > 0:
        np.minimum(left, _peeled(block, clip.peel_mm), out=left)
    return left


def _cut(
    left: NDArray[np.float32],
    block: Block,
    point: NDArray[np.float64],
    normal: NDArray[np.float64],
) -> None:
    """Take away what lies beyond a plane, in place."""
    normal = normal / np.linalg.norm(normal)
    # How far beyond the plane each voxel is, in mm, is a sum of parts for its three indices.
    along = normal @ block.affine[:3, :3]
    start = float(normal @ (voxel_to_world(block.affine, (0, 0, 0)) - point))
    i, j, k = (
        step * np.arange(count, dtype=np.float32)
        for step, count in zip(along.astype(np.float32), left.shape, strict=True)
    )
    size = float(np.abs(along).max())
    beyond = (i[:, None, None] + j[:, None] + (k + np.float32(start))) / np.float32(size)
    np.minimum(left, np.clip(0.5 - beyond, 0, 1), out=left)


def _peeled(block: Block, depth_mm: float) -> NDArray[np.float32]:
    from brainviewer.core.process.scipy_parts import ndimage

    there = ndimage.binary_fill_holes(block.values > 0)
    # Air beside the block counts as air.
    padded = np.pad(there, 1)
    depth = ndimage.distance_transform_edt(padded, sampling=block.spacing)[1:-1, 1:-1, 1:-1]
    voxel = min(block.spacing)
    return np.asarray(np.clip((depth - depth_mm) / voxel + 0.5, 0, 1), dtype=np.float32)
