"""The slices of a volume, and how they are sheared onto one plane for a way of looking."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Affine
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera

Image = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Way:
    """Lines of sight in voxels: across which axis slices lie, and how they are sheared.

    across : the two other axes. rises : whether the viewer is where slices have high numbers.
    base : the slice onto whose plane the others go. step_mm : from slice to slice along the sight.
    """

    axis: int
    across: tuple[int, int]
    rises: bool
    base: float
    step_mm: float
    viewer: NDArray[np.float64]
    eye: NDArray[np.float64] | None

    @classmethod
    def of(cls, camera: Camera, to_voxel: NDArray[np.float64], shape: tuple[int, ...]) -> "Way":
        viewer = to_voxel[:3, :3] @ camera.rotation[2]
        axis = int(np.abs(viewer).argmax())
        first, second = (n for n in range(3) if n != axis)
        eye = None
        focus = to_voxel[:3, :3] @ camera.focus + to_voxel[:3, 3]
        if math.isfinite(camera.distance):
            eye = focus + camera.distance * viewer
        rises = bool(viewer[axis] > 0)
        # The foremost slice keeps its size, the others are smaller: no detail is lost.
        base = shape[axis] - 1.0 if rises else 0.0
        step = 1 / abs(float(viewer[axis]))
        return cls(axis, (first, second), rises, base, step, viewer, eye)

    def onto_base(self, place: float) -> tuple[float, NDArray[np.float64]]:
        """Scale and shift (2,) from (column, row) in a slice to the plane of the base."""
        row, column = self.across
        if self.eye is None:
            slope = self.viewer[[column, row]] / self.viewer[self.axis]
            return 1.0, -slope * (place - self.base)
        scale = (self.base - self.eye[self.axis]) / (place - self.eye[self.axis])
        return float(scale), self.eye[[column, row]] * (1 - scale)


@dataclass(frozen=True, eq=False)
class Slice:
    """What is not air of a slice.

    place : along the axis. start : its first row and column. codes : arrays (rows, columns).
    """

    place: int
    start: tuple[int, int]
    codes: tuple[NDArray[np.uint16], ...]

    def corners(self, way: Way) -> NDArray[np.float64]:
        """(2, 2) the first and the last (column, row) on the plane that slices are sheared onto."""
        scale, shift = way.onto_base(self.place)
        first = np.array(self.start[::-1], dtype=np.float64)
        last = first + self.codes[0].shape[::-1]
        return np.array([scale * first + shift, scale * last + shift])


@dataclass(frozen=True, eq=False)
class Sheared:
    """Slices on the plane of the foremost one, for a way of looking.

    slices : from the farthest to the nearest. low : (2,) the first (column, row) of the plane.
    size : its columns and rows. to_screen : (3, 3) homography from (column, row, 1) to pixels.
    """

    way: Way
    slices: tuple[Slice, ...]
    low: NDArray[np.float64]
    size: tuple[int, int]
    to_screen: NDArray[np.float64]

    def put(self, one: Slice, painted: Image) -> tuple[Image, int, int]:
        """What a slice is painted with, on the plane, and its first column and row there.

        painted : (rows, columns) or (rows, columns, channels), as its codes.
        """
        scale, shift = self.way.onto_base(one.place)
        left, top = scale * np.array(one.start[::-1]) + shift - self.low
        x, y = max(0, int(left) - 1), max(0, int(top) - 1)
        width = min(math.ceil(scale * painted.shape[1]) + 3, self.size[0] - x)
        height = min(math.ceil(scale * painted.shape[0]) + 3, self.size[1] - y)
        onto = np.array([[scale, 0, left - x], [0, scale, top - y]])
        moved = cv2.warpAffine(painted, onto, (width, height), flags=cv2.INTER_LINEAR)
        return np.asarray(moved), x, y


class Stack:
    """Codes of a block, laid out slice by slice for the way that it is looked at.

    codes : arrays (i, j, k). there : (i, j, k) where the block is not air.
    """

    def __init__(self, block: Block, there: NDArray[np.bool_], *codes: NDArray[np.uint16]) -> None:
        self._block, self._there, self._codes = block, there, codes
        self.to_voxel: Affine = np.asarray(np.linalg.inv(block.affine), dtype=np.float64)
        self._axis = -1
        self._slices: tuple[Slice, ...] = ()

    def sheared(self, camera: Camera) -> Sheared:
        """The slices as a camera sees them."""
        way = Way.of(camera, self.to_voxel, self._block.values.shape)
        self._lay_out(way.axis)
        corners = np.array([one.corners(way) for one in self._slices] or [np.zeros((2, 2))])
        low = np.floor(corners.min(axis=(0, 1)))
        columns, rows = (int(n) for n in np.ceil(corners.max(axis=(0, 1))) - low + 2)
        base = np.zeros((4, 3))
        base[way.across[1], 0] = base[way.across[0], 1] = base[3, 2] = 1
        base[way.across[1], 2], base[way.across[0], 2] = low
        base[way.axis, 2] = way.base
        to_screen = camera.projection @ self._block.affine @ base
        slices = self._slices if way.rises else self._slices[::-1]
        return Sheared(way, slices, low, (columns, rows), to_screen)

    def _lay_out(self, axis: int) -> None:
        """Have the slices across an axis lie one after another in memory."""
        if axis == self._axis:
            return
        self._axis = axis
        order = (axis, *(n for n in range(3) if n != axis))
        there = self._there.transpose(order)
        codes = [one.transpose(order) for one in self._codes]
        self._slices = tuple(
            Slice(
                n,
                (rows.start, columns.start),
                tuple(np.ascontiguousarray(one[n][rows, columns]) for one in codes),
            )
            for n in range(len(there))
            for rows, columns in box_of(there[n])
        )


def box_of(there: NDArray[np.bool_]) -> list[tuple[slice, slice]]:
    """The box round what is there in a slice, or nothing."""
    sides = []
    for axis in (1, 0):
        used = np.flatnonzero(there.any(axis=axis))
        if not used.size:
            return []
        sides.append(slice(int(used[0]), int(used[-1]) + 1))
    return [(sides[0], sides[1])]
