"""The camera of the 3D view, as arithmetic: from world millimetres to pixels and back."""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.view import Rotation, VolumeView

VIEW_ANGLE = 22.0
"""Degrees that a head of size 1 takes of the field of view."""
_ROOM = 0.72
"""Half of the image, as part of the farthest corner's distance from the middle."""


@dataclass(frozen=True, eq=False)
class Camera:
    """How world points (mm, RAS+) fall on an image.

    rotation : (3, 3), rows are the world directions of screen right, screen up, to the viewer.
    focus : (3,) the world point in the middle of the image.
    distance : from the eye to the focus in mm; infinite where lines of sight are parallel.
    half_height : of the image in mm, in the plane of the focus.
    size : width and height of the image in pixels.
    reach : radius in mm round the focus of all that is to be seen.
    """

    rotation: Rotation
    focus: NDArray[np.float64]
    distance: float
    half_height: float
    size: tuple[int, int]
    reach: float

    @property
    def scale(self) -> float:
        """Pixels of a millimetre in the plane of the focus."""
        return self.size[1] / 2 / self.half_height

    @property
    def eye(self) -> NDArray[np.float64]:
        """(3,) where the eye is, in mm; infinitely far where lines of sight are parallel."""
        return np.asarray(self.focus + self.distance * self.rotation[2])

    @property
    def projection(self) -> NDArray[np.float64]:
        """(3, 4) from homogeneous world points to homogeneous pixels, x to the right, y down.

        The centre of the first pixel is (0, 0). The third row is 1 in the plane of the focus, and
        less nearer to the eye.
        """
        right, up, viewer = self.rotation
        nearer = -viewer / self.distance if math.isfinite(self.distance) else np.zeros(3)
        middle = (self.size[0] - 1) / 2, (self.size[1] - 1) / 2
        rows = np.array(
            [middle[0] * nearer + self.scale * right, middle[1] * nearer - self.scale * up, nearer]
        )
        shift = (*middle, 1.0) - rows @ self.focus
        return np.column_stack([rows, shift])

    def with_most(self, pixels: int) -> "Camera":
        """The same for an image of at most so many pixels along its longer side."""
        part = min(1.0, pixels / max(self.size))
        width, height = (max(1, round(n * part)) for n in self.size)
        return replace(self, size=(width, height))

    def pixels(self, points: ArrayLike) -> NDArray[np.float64]:
        """Where world points (…, 3) are seen: (…, 2) x to the right and y down."""
        seen = np.asarray(points) @ self.projection[:, :3].T + self.projection[:, 3]
        return np.asarray(seen[..., :2] / seen[..., 2:])

    def ray(self, pixel: tuple[float, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """A point (3,) in the plane of the focus that is seen there, and the way from the viewer.

        The way (3,) has the length 1.
        """
        right, up, viewer = self.rotation
        x = (pixel[0] - (self.size[0] - 1) / 2) / self.scale
        y = ((self.size[1] - 1) / 2 - pixel[1]) / self.scale
        through = self.focus + x * right + y * up
        if not math.isfinite(self.distance):
            return through, -viewer
        way = through - self.eye
        return through, way / np.linalg.norm(way)


def camera_of(view: VolumeView, block: Block, size: tuple[int, int]) -> Camera:
    """The camera of a view of a block. size : width and height of the image in pixels."""
    corners = block.corners
    centre = (corners.min(axis=0) + corners.max(axis=0)) / 2
    # What is smaller than a millimetre is one point on the grid of the image.
    spread = max(1.0, float(np.linalg.norm(corners - centre, axis=1).max()))
    half = _ROOM * spread
    right, up, _ = view.rotation
    aspect = size[0] / size[1]
    return Camera(
        view.rotation,
        centre - half * (view.place[0] * right + view.place[1] * up),
        half / math.tan(math.radians(VIEW_ANGLE / 2)) if view.perspective else math.inf,
        half / view.size / min(1.0, aspect),
        size,
        spread + half * float(np.hypot(*view.place)),
    )
