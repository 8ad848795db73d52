"""A picture of surfaces and lines by a z-buffer (Catmull 1974), lit pixel by pixel (Phong 1975)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.rasteriser.fragments import (
    Fragments,
    Triangles,
    line_fragments,
)
from brainviewer.painting.volume.rasteriser.shapes import Faces, Lines
from brainviewer.painting.volume.voxels.look import Shading, light_back
from brainviewer.painting.volume.voxels.solid_image import SolidImage

SURFACE_LIGHT = Shading(ambient=0.32, diffuse=0.68, specular=0.14, power=25)
_BAND_PIXELS = 1 << 20
"""Pixels that are worked on at a time, so that large pictures need no more memory."""
_BEHIND = 1e-3


def rasterised(
    camera: Camera, faces: Faces | None, lines: Sequence[Lines], times: int = 1
) -> SolidImage | None:
    """What stands before a camera, with nothing behind it; None if nothing of it is seen.

    times : so many pixels along each side of one, so that edges are smooth.
    """
    width, height = camera.size
    screen = _Screen.of(camera, faces, lines, times)
    left, top, right, bottom = screen.box
    colour = np.zeros((height, width, 4), np.uint8)
    near = np.full((height, width), -math.inf, np.float32)
    if right <= left or bottom <= top:
        return None
    band = max(1, _BAND_PIXELS // ((right - left) * times * times))
    for first in range(top, bottom, band):
        last = min(bottom, first + band)
        shown, depth = screen.rows(first, last)
        if times > 1:
            shown = cv2.resize(shown, (right - left, last - first), interpolation=cv2.INTER_AREA)
            nearest = (depth[y::times, x::times] for y in range(times) for x in range(times))
            depth = reduce(np.maximum, nearest)
        colour[first:last, left:right] = cv2.convertScaleAbs(shown, alpha=255)
        near[first:last, left:right] = depth
    return SolidImage(colour, near) if np.isfinite(near[top:bottom, left:right]).any() else None


@dataclass(frozen=True, eq=False)
class _Screen:
    """What stands before a camera, on its pixels.

    box : the columns and rows of the image that hold all of it: left, top, right, bottom. Places
        are on pixels so many times as fine, the first of the box being (0, 0).
    opaque, clear : the numbers of faces that hide what is behind them, and that do not.
    """

    camera: Camera
    times: int
    box: tuple[int, int, int, int]
    faces: Faces | None
    triangles: Triangles
    opaque: NDArray[np.intp]
    clear: NDArray[np.intp]
    lines: tuple[tuple[Lines, NDArray[np.float64], NDArray[np.float64]], ...]

    @classmethod
    def of(
        cls, camera: Camera, faces: Faces | None, lines: Sequence[Lines], times: int
    ) -> "_Screen":
        triangles = Triangles(np.zeros((0, 3, 2)), np.zeros((0, 3)))
        opaque = clear = np.zeros(0, np.intp)
        if faces is not None:
            places, nearness = _seen(camera, faces.vertices, times)
            triangles = Triangles(places[faces.triangles], nearness[faces.triangles])
            # Counter-clockwise from outside in the world, and y runs down on the screen.
            front = triangles.doubled_areas < 0
            drawn = np.where(front, faces.front, faces.back)
            drawn &= (triangles.nearness > -math.inf).all(axis=1)
            opaque = np.flatnonzero(drawn & (faces.opacity >= 1))
            clear = np.flatnonzero(drawn & (faces.opacity < 1))
        placed = []
        for one in lines:
            at, q = _seen(camera, one.ends, times)
            before = (q > -math.inf).all(axis=1)
            placed.append((one, at[before], q[before]))
        chosen = np.concatenate([opaque, clear])
        corners = [triangles.corners[chosen], *(at for _, at, _ in placed)]
        widest = max((one.wide for one in lines), default=0)
        box = _box(np.concatenate([c.reshape(-1, 2) for c in corners]), camera, times, widest)
        start = np.array(box[:2]) * times
        triangles = Triangles(triangles.corners - start, triangles.nearness)
        moved = tuple((one, at - start, q) for one, at, q in placed)
        return cls(camera, times, box, faces, triangles, opaque, clear, moved)

    @property
    def width(self) -> int:
        """Of the box in fine pixels."""
        return (self.box[2] - self.box[0]) * self.times

    def rows(self, top: int, bottom: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Of rows of the image, in fine pixels of the box.

        Returns (rows, width, 4) colour times coverage, and coverage; and (rows, width) how near.
        """
        first, behind = ((row - self.box[1]) * self.times for row in (top, bottom))
        count = (behind - first) * self.width
        nearest = np.full(count, -math.inf, np.float32)
        shown = np.zeros((count, 4), np.float32)
        start = first * self.width
        hit = self.triangles.fragments(self.opaque, self.width, (first, behind))
        np.maximum.at(nearest, hit.pixel - start, hit.q)
        hit = hit.where(hit.q >= nearest[hit.pixel - start])
        # Two that are equally near are seen as one.
        owner = np.full(count, -1, np.intp)
        owner[hit.pixel - start] = hit.owner
        pixel = np.flatnonzero(owner >= 0)
        if pixel.size:
            seen = Fragments(pixel + start, owner[pixel], nearest[pixel])
            shown[pixel, :3], shown[pixel, 3] = self._lit(seen), 1
        for one, ends, nearness in self.lines:
            wide = one.wide * self.times
            hit = line_fragments(ends, nearness, wide, self.width, (first, behind))
            _put_over(shown, nearest, hit, np.array((*one.colour, 1)) * one.opacity, start)
        if self.clear.size:
            self._put_clear(shown, nearest, first, behind)
        depth = _near(nearest, self.camera).reshape(-1, self.width)
        return shown.reshape(-1, self.width, 4), depth

    def _put_clear(
        self, shown: NDArray[np.float32], nearest: NDArray[np.float32], first: int, behind: int
    ) -> None:
        """What is seen through, from far to near."""
        assert self.faces is not None
        start = first * self.width
        hit = self.triangles.fragments(self.clear, self.width, (first, behind))
        hit = hit.where(hit.q > nearest[hit.pixel - start])
        hit = hit.where(np.lexsort((hit.q, hit.pixel)))
        if not hit.pixel.size:
            return
        colours, opacity = self._lit(hit), self.faces.opacity[hit.owner]
        place = np.arange(len(hit.pixel))
        begins = np.concatenate([[True], np.diff(hit.pixel) > 0])
        layer = place - np.maximum.accumulate(np.where(begins, place, 0))
        for n in range(int(layer.max()) + 1):
            which = layer == n
            pixel, part = hit.pixel[which] - start, opacity[which, None]
            over = np.concatenate([colours[which], np.ones((len(pixel), 1))], axis=1) * part
            shown[pixel] = shown[pixel] * (1 - part) + over
        np.maximum.at(nearest, hit.pixel - start, hit.q)

    def _lit(self, seen: Fragments) -> NDArray[np.float32]:
        """(n, 3) the colours of pieces of faces in the light."""
        faces = self.faces
        assert faces is not None
        y, x = np.divmod(seen.pixel, self.width)
        weights = self.triangles.weights(seen.owner, x, y)
        if math.isfinite(self.camera.distance):  # on the face itself, not on the screen
            weights *= self.triangles.nearness[seen.owner]
        corners = faces.triangles[seen.owner]
        across = faces.normals @ self.camera.rotation.T.astype(np.float32)
        normals = np.einsum("nc,ncd->nd", weights.astype(np.float32), across[corners])
        length = np.linalg.norm(normals, axis=1, keepdims=True)
        normals /= np.maximum(length, 1e-6)
        # Both sides are lit alike.
        normals[self.triangles.doubled_areas[seen.owner] > 0] *= -1
        light = light_back(normals, SURFACE_LIGHT)
        return np.asarray(np.minimum(faces.colour[seen.owner] * light, 1), np.float32)


def _box(
    places: NDArray[np.float64], camera: Camera, times: int, margin: int
) -> tuple[int, int, int, int]:
    """Columns and rows of an image that hold places (n, 2) on finer pixels, with a margin."""
    if not len(places):
        return 0, 0, 0, 0
    size = np.array(camera.size)
    low = np.floor(places.min(axis=0) / times) - margin
    high = np.ceil(places.max(axis=0) / times) + 1 + margin
    left, top = np.clip(low, 0, size).astype(int).tolist()
    right, bottom = np.clip(high, 0, size).astype(int).tolist()
    return left, top, right, bottom


def _put_over(
    shown: NDArray[np.float32],
    nearest: NDArray[np.float32],
    hit: Fragments,
    colour: NDArray[np.float64],
    start: int,
) -> None:
    """Draw pieces of one colour (4,), times its coverage, where nothing is before them."""
    hit = hit.where(hit.q >= nearest[hit.pixel - start])
    pixel = np.unique(hit.pixel) - start
    shown[pixel] = shown[pixel] * (1 - colour[3]) + colour
    np.maximum.at(nearest, hit.pixel - start, hit.q)


def _seen(
    camera: Camera, points: NDArray[np.floating], times: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where points (…, 3) fall on an image so many times as fine, and how near they are.

    Nearness is one over the third row of the projection, or mm where lines of sight are parallel;
    minus infinity behind the eye.
    """
    across = points @ camera.projection[:, :3].T + camera.projection[:, 3]
    away = across[..., 2]
    before = away > _BEHIND
    away = np.where(before, away, 1)
    # The centre of the first pixel is (0, 0) in both.
    places = (across[..., :2] / away[..., None] + 0.5) * times - 0.5
    towards = (points - camera.focus) @ camera.rotation[2]
    q = 1 / away if math.isfinite(camera.distance) else towards
    return places, np.where(before, q, -math.inf)


def _near(q: NDArray[np.float32], camera: Camera) -> NDArray[np.float32]:
    """From nearness to mm before the focus."""
    if not math.isfinite(camera.distance):
        return q
    near = np.full(q.shape, -math.inf, np.float32)
    there = q > -math.inf
    near[there] = camera.distance * (1 - 1 / q[there])
    return near
