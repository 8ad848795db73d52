"""Planes drawn by the processor: each warped onto the image, with how far away it is."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.planes.plane_picture import PlanePicture
from brainviewer.painting.volume.voxels.solid_image import SolidImage
from brainviewer.painting.volume.voxels.stack import box_of

Image = NDArray[np.uint8]
Part = tuple[slice, slice]
_THIN = 1e-3
"""The area of a pixel of a plane on the screen, in pixels, of what is seen from its edge."""
_NOWHERE = -1e6
_COVERED = 128


def with_planes(
    solid: SolidImage | None, planes: tuple[PlanePicture, ...], camera: Camera, fine: bool
) -> SolidImage | None:
    """What is solid, with planes in it; what is nearer hides the rest.

    fine : planes are enlarged by cubic interpolation instead of linear.
    """
    drawn = [made for plane in planes if (made := _layer(plane, camera, fine)) is not None]
    if not drawn:
        return solid
    if solid is None:
        shape = camera.size[::-1]
        nothing = np.full(shape, -math.inf, np.float32)
        solid = SolidImage(np.zeros((*shape, 4), np.uint8), nothing)
    for part, layer in drawn:
        there = SolidImage(solid.colour[part], solid.near[part])
        both = _together(there, layer, camera)
        solid.colour[part], solid.near[part] = both.colour, both.near
    return solid


def _layer(plane: PlanePicture, camera: Camera, fine: bool) -> tuple[Part, SolidImage] | None:
    """A part of the image with a plane alone; None where it is seen from its edge or not."""
    onto = camera.projection @ plane.to_world
    if _area(onto, plane) < _THIN:
        return None
    part = _part(onto, plane, camera)
    rows, columns = part
    size = columns.stop - columns.start, rows.stop - rows.start
    if min(size) <= 0:
        return None
    moved = np.array([[1, 0, -columns.start], [0, 1, -rows.start], [0, 0, 1]]) @ onto
    way = cv2.INTER_CUBIC if fine else cv2.INTER_LINEAR
    colour = np.asarray(cv2.warpPerspective(plane.premultiplied, moved, size, flags=way), np.uint8)
    covered = colour[..., 3] >= _COVERED
    if fine:
        # Cubic steps over a border make colours brighter than they can be.
        colour = np.asarray(cv2.min(colour, _four(np.ascontiguousarray(colour[..., 3]))), np.uint8)
    near = np.where(covered, _near(plane, camera, part), np.float32(-math.inf))
    return part, SolidImage(colour, near)


def _part(onto: NDArray[np.float64], plane: PlanePicture, camera: Camera) -> Part:
    """The rows and columns of the image that a plane falls on, as far as it is not clear."""
    (rows, columns), *_ = box_of(plane.rgba[..., 3] > 0) or [(slice(0, 0), slice(0, 0))]
    sides = (columns.start - 1, columns.stop), (rows.start - 1, rows.stop)
    corners = np.array([(x, y, 1) for x in sides[0] for y in sides[1]]) @ onto.T
    at = corners[:, :2] / corners[:, 2:]
    low = np.clip(np.floor(at.min(axis=0)).astype(int), 0, camera.size)
    high = np.clip(np.ceil(at.max(axis=0)).astype(int) + 1, 0, camera.size)
    return slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0]))


def _area(onto: NDArray[np.float64], plane: PlanePicture) -> float:
    """Pixels of the image that a pixel in the middle of a plane takes."""
    rows, columns = plane.rgba.shape[:2]
    x, y = (columns - 1) / 2, (rows - 1) / 2
    seen = np.array([(x, y, 1), (x + 1, y, 1), (x, y + 1, 1)]) @ onto.T
    at = seen[:, :2] / seen[:, 2:]
    (a, b), (c, d) = at[1] - at[0], at[2] - at[0]
    return abs(float(a * d - b * c))


def _near(plane: PlanePicture, camera: Camera, part: Part) -> NDArray[np.float32]:
    """How far before the focus lines of sight through a part meet the plane, in mm."""
    width, height = camera.size
    rows, columns = part
    x = (np.arange(columns.start, columns.stop) - (width - 1) / 2) / camera.scale
    y = ((height - 1) / 2 - np.arange(rows.start, rows.stop)) / camera.scale
    right, up, viewer = (float(plane.normal @ one) for one in camera.rotation)
    start = float(plane.normal @ (camera.focus - plane.origin))
    beside = (right * x + (up * y)[:, None]).astype(np.float32)
    # A point at x, y and z before the focus is seen where that at x (1 - z / distance) would be.
    along = viewer - beside / np.float32(camera.distance)
    along = np.where(np.abs(along) < 1e-6, np.float32(1e-6), along)
    return np.asarray(-(start + beside) / along, np.float32)


def _together(one: SolidImage, other: SolidImage, camera: Camera) -> SolidImage:
    """Two images in one. Where they cut each other, the border is a pixel wide."""
    ahead = np.maximum(other.near, _NOWHERE) - np.maximum(one.near, _NOWHERE)
    first = cv2.convertScaleAbs(np.clip(ahead * camera.scale + 0.5, 0, 1), alpha=255)
    first = _four(np.asarray(first, np.uint8))
    mixed = cv2.add(
        cv2.multiply(_over(other.colour, one.colour), first, scale=1 / 255),
        cv2.multiply(_over(one.colour, other.colour), 255 - first, scale=1 / 255),
    )
    return SolidImage(np.asarray(mixed, np.uint8), np.maximum(one.near, other.near))


def _over(front: Image, back: Image) -> Image:
    clear = 255 - _four(np.ascontiguousarray(front[..., 3]))
    return np.asarray(cv2.add(front, cv2.multiply(back, clear, scale=1 / 255)), np.uint8)


def _four(part: Image) -> Image:
    """The same number for colours and opacity."""
    return np.asarray(cv2.merge([part] * 4), np.uint8)
