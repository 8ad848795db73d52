"""A volume drawn by the processor: slices sheared onto one plane, and that plane warped.

The order of memory is that of the work, so that a turn of a head takes some milliseconds where rays
through voxels take a hundred. After Lacroute and Levoy (1994), "Fast volume rendering using a
shear-warp factorization of the viewing transformation"; needs no OpenGL.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.voxels.head_block import BRIGHTEST
from brainviewer.painting.volume.voxels.look import VolumeLook, light_back
from brainviewer.painting.volume.voxels.normals import FLAT, code_directions, directions
from brainviewer.painting.volume.voxels.sheared_slice import Slice, Way, box_of

Image = NDArray[np.float32]
_VALUES, _EDGES = 256, 32
_DIRECTIONS = directions()
_FAR = 1e6
"""The place, in slices, of what is not there."""


@dataclass(frozen=True, eq=False)
class Planes:
    """What the slices gave on the plane of the foremost one.

    whole : (rows, columns, 4) float32, colour times opacity, and opacity.
    before : the same of what lies before something solid; None without it.
    to_screen : (3, 3) homography from (column, row, 1) to pixels.
    """

    whole: Image
    before: Image | None
    to_screen: NDArray[np.float64]


class ShearWarp:
    """One block, ready to be drawn.

    weights : (i, j, k) 0 to 1, what part of the opacity of each voxel is left; None for all.
    """

    def __init__(
        self, block: Block, look: VolumeLook, weights: NDArray[np.float32] | None = None
    ) -> None:
        self._block, self.look = block, look
        self._to_voxel = np.asarray(np.linalg.inv(block.affine), dtype=np.float64)
        self._turn = block.affine[:3, :3] / np.array(block.spacing)
        self._normals, steep = code_directions(block.values, block.spacing)
        # Square roots, as there are more steps where little is left.
        left = np.sqrt(look.edge_of(np.arange(int(steep.max()) + 1) / BRIGHTEST))
        edge = np.take(np.rint(left * (_EDGES - 1)).astype(np.uint16), steep)
        if weights is not None:
            edge = np.rint(edge * np.sqrt(weights)).astype(np.uint16)
        value = np.minimum(block.values, BRIGHTEST) // ((BRIGHTEST + 1) // _VALUES)
        self._matter = value.astype(np.uint16) * np.uint16(_EDGES) + edge
        self._axis = -1
        self._slices: tuple[Slice, ...] = ()

    def draw(
        self, camera: Camera, solid: float, contrast: float, near: Image | None = None
    ) -> Planes:
        """The block as a camera sees it, see ``VolumeView`` for opacity and contrast.

        near : (height, width) how far before the focus, in mm, something solid is first seen in
            each pixel; minus infinity where there is nothing.
        """
        way = Way.of(camera, self._to_voxel, self._block.values.shape)
        self._lay_out(way.axis)
        corners = np.array([one.corners(way) for one in self._slices] or [np.zeros((2, 2))])
        low = np.floor(corners.min(axis=(0, 1)))
        columns, rows = (int(n) for n in np.ceil(corners.max(axis=(0, 1))) - low + 2)
        base = np.zeros((4, 3))
        base[way.across[1], 0] = base[way.across[0], 1] = base[3, 2] = 1
        base[way.across[1], 2], base[way.across[0], 2] = low
        base[way.axis, 2] = way.base
        to_screen = camera.projection @ self._block.affine @ base
        whole = np.zeros((rows, columns, 4), np.float32)
        split = None
        if near is not None:
            places = self._places(camera, near, way)
            flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
            border = -_FAR if way.rises else _FAR
            split = _Split(
                cv2.warpPerspective(
                    places, to_screen, (columns, rows), flags=flags, borderValue=border
                ),
                way.rises,
            )
        matter = self._matter_table(solid, contrast, way.step_mm)
        lit = np.ones((FLAT + 1, 4), np.float32)
        screen = self._turn.T @ np.asarray(camera.rotation).T
        lit[:, :3] = light_back(_DIRECTIONS @ screen, self.look.shading)
        for one in self._slices if way.rises else reversed(self._slices):
            painted, x, y = one.sheared(way, low, (columns, rows), matter, lit)
            if split is not None:
                split.take(painted, x, y, one.place)
            _put_over(whole, painted, x, y)
        return Planes(whole, None if split is None else split.before, to_screen)

    def _places(self, camera: Camera, near: Image, way: Way) -> Image:
        """(height, width) which slice something solid lies in."""
        height, width = near.shape
        nothing = -_FAR if way.rises else _FAR
        places = np.full_like(near, nothing)
        there = np.isfinite(near)
        for rows, columns in box_of(there):
            x, y = np.arange(width)[columns], np.arange(height)[rows]
            x, y = (x - (width - 1) / 2) / camera.scale, ((height - 1) / 2 - y) / camera.scale
            row = self._to_voxel[way.axis]
            right, up, viewer = (float(row[:3] @ one) for one in camera.rotation)
            across = right * x[None] + up * y[:, None]
            depth = np.where(there[rows, columns], near[rows, columns], 0)
            if math.isfinite(camera.distance):
                across = across * (1 - depth / camera.distance)
            found = across + viewer * depth + float(row[:3] @ camera.focus + row[3])
            places[rows, columns] = np.where(there[rows, columns], found, nothing)
        return places

    def _matter_table(self, solid: float, contrast: float, step_mm: float) -> Image:
        """(values × edges, 4) colour times opacity, and opacity, of a step through each matter."""
        values = np.linspace(0, 1, _VALUES)
        edges = np.linspace(0, 1, _EDGES) ** 2
        thin = self.look.opacity_of(values, solid)[:, None] * edges
        opacity = 1 - (1 - np.minimum(thin, 0.9999)) ** step_mm
        colour = self.look.colour_of(values, contrast)[:, None] * opacity[..., None]
        table = np.concatenate([colour, opacity[..., None]], axis=-1)
        return np.ascontiguousarray(table.reshape(-1, 4), dtype=np.float32)

    def _lay_out(self, axis: int) -> None:
        """Have the slices across an axis lie one after another in memory."""
        if axis == self._axis:
            return
        self._axis = axis
        order = (axis, *(n for n in range(3) if n != axis))
        there = self._block.values.transpose(order) > 0
        matter, normals = (one.transpose(order) for one in (self._matter, self._normals))
        self._slices = tuple(
            Slice(
                n,
                (rows.start, columns.start),
                np.ascontiguousarray(matter[n][rows, columns]),
                np.ascontiguousarray(normals[n][rows, columns]),
            )
            for n in range(len(there))
            for rows, columns in box_of(there[n])
        )


_CLEAR = np.zeros((4, 5), np.float32)
_CLEAR[:, 3:] = -1, 1
"""From colour and opacity to what is seen through it."""


def _put_over(image: Image, painted: Image, x: int, y: int) -> None:
    """Put what is painted over what is there already, with its first pixel at a place."""
    there = image[y : y + painted.shape[0], x : x + painted.shape[1]]
    cv2.multiply(there, cv2.transform(painted, _CLEAR), there)
    cv2.add(there, painted, there)


class _Split:
    """Keeps what lies before something solid.

    places : (rows, columns) in which slice that is, ``_FAR`` where there is nothing.
    """

    def __init__(self, places: Image, rises: bool) -> None:
        # What is beside it is taken too: the border of what is solid falls between pixels.
        kernel = np.ones((7, 7), np.uint8)
        around = {"borderType": cv2.BORDER_REPLICATE}
        places = (cv2.dilate if rises else cv2.erode)(places, kernel, **around)
        there = np.abs(places) < _FAR / 2
        self._far = np.where(there, places, np.float32(_FAR if rises else -_FAR))
        self._rises = rises
        self._box = box_of(there)
        self.before = np.zeros((*places.shape, 4), np.float32)

    def take(self, painted: Image, x: int, y: int, place: int) -> None:
        """Take of a slice what lies before."""
        for rows, columns in self._box:
            top, left = max(y, rows.start), max(x, columns.start)
            bottom = min(y + painted.shape[0], rows.stop)
            right = min(x + painted.shape[1], columns.stop)
            if top >= bottom or left >= right:
                return
            far = self._far[top:bottom, left:right]
            beyond = place - far if self._rises else far - place
            part = np.clip(beyond + np.float32(0.5), 0, 1)
            if part.any():
                mine = painted[top - y : bottom - y, left - x : right - x]
                mine = cv2.multiply(mine, cv2.merge([part] * 4))
                _put_over(self.before, mine, left, top)
