"""The slices of a volume, and how they are sheared onto one plane for a way of looking."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

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

    place : along the axis. start : its first row and column. matter, normals : codes, in rows.
    """

    place: int
    start: tuple[int, int]
    matter: NDArray[np.uint16]
    normals: NDArray[np.uint16]

    def sheared(
        self,
        way: Way,
        low: NDArray[np.float64],
        size: tuple[int, int],
        matter: Image,
        lit: Image,
    ) -> tuple[Image, int, int]:
        """The slice on the plane, colour times opacity and opacity, and its first column and row.

        low : of the plane. size : its columns and rows. matter, lit : what codes stand for.
        """
        shape = (*self.matter.shape, 4)
        painted = np.take(matter, self.matter, axis=0, mode="clip").reshape(shape)
        light = np.take(lit, self.normals, axis=0, mode="clip").reshape(shape)
        cv2.multiply(painted, light, painted)
        scale, shift = way.onto_base(self.place)
        left, top = scale * np.array(self.start[::-1]) + shift - low
        x, y = max(0, int(left) - 1), max(0, int(top) - 1)
        width = min(math.ceil(scale * shape[1]) + 3, size[0] - x)
        height = min(math.ceil(scale * shape[0]) + 3, size[1] - y)
        onto = np.array([[scale, 0, left - x], [0, scale, top - y]])
        moved = cv2.warpAffine(painted, onto, (width, height), flags=cv2.INTER_LINEAR)
        return np.asarray(moved), x, y

    def corners(self, way: Way) -> NDArray[np.float64]:
        """(2, 2) the first and the last (column, row) on the plane that slices are sheared onto."""
        scale, shift = way.onto_base(self.place)
        first = np.array(self.start[::-1], dtype=np.float64)
        last = first + self.matter.shape[::-1]
        return np.array([scale * first + shift, scale * last + shift])


def box_of(there: NDArray[np.bool_]) -> list[tuple[slice, slice]]:
    """The box round what is there in a slice, or nothing."""
    sides = []
    for axis in (1, 0):
        used = np.flatnonzero(there.any(axis=axis))
        if not used.size:
            return []
        sides.append(slice(int(used[0]), int(used[-1]) + 1))
    return [(sides[0], sides[1])]
