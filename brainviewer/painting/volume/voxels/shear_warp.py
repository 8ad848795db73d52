"""A volume drawn by the processor: slices sheared onto one plane, and that plane warped.

The order of memory is that of the work, so that a turn of a head takes some milliseconds where rays
through voxels take a hundred. After Lacroute and Levoy (1994), "Fast volume rendering using a
shear-warp factorization of the viewing transformation"; needs no OpenGL.
"""

import math
from copy import copy
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Affine
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST
from brainviewer.painting.volume.voxels.coded_block import LEVELS, CodedBlock
from brainviewer.painting.volume.voxels.look import VolumeLook, light_back
from brainviewer.painting.volume.voxels.normals import FLAT, directions
from brainviewer.painting.volume.voxels.stack import Sheared, Stack, box_of

Image = NDArray[np.float32]
_EDGES = 32
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
    """One block, ready to be drawn as a translucent body.

    weights : (i, j, k) 0 to 1, what part of the opacity of each voxel is left; None for all.
    """

    def __init__(
        self, coded: CodedBlock, look: VolumeLook, weights: NDArray[np.float32] | None = None
    ) -> None:
        self._coded, self._look = coded, look
        # Square roots, as there are more steps where little is left.
        left = np.sqrt(look.edge_of(np.arange(int(coded.steep.max()) + 1) / BRIGHTEST))
        edge = np.take(np.rint(left * (_EDGES - 1)).astype(np.uint16), coded.steep)
        if weights is not None:
            edge = np.rint(edge * np.sqrt(weights)).astype(np.uint16)
        matter = coded.levels * np.uint16(_EDGES) + edge
        self._stack = Stack(coded.block, coded.block.values > 0, matter, coded.normals)

    def in_look(self, look: VolumeLook) -> "ShearWarp | None":
        """The same block in another look, at no cost; None where that asks for other codes."""
        if look.blend is not self._look.blend or look.edges != self._look.edges:
            return None
        made = copy(self)
        made._look = look
        return made

    def draw(
        self, camera: Camera, solid: float, contrast: float, near: Image | None = None
    ) -> Planes:
        """The block as a camera sees it, see ``VolumeView`` for opacity and contrast.

        near : (height, width) how far before the focus, in mm, something solid is first seen in
            each pixel; minus infinity where there is nothing.
        """
        seen = self._stack.sheared(camera)
        columns, rows = seen.size
        whole = np.zeros((rows, columns, 4), np.float32)
        split = None if near is None else _Split(camera, near, seen, self._stack.to_voxel)
        matter = self._matter_table(solid, contrast, seen.way.step_mm)
        lit = np.ones((FLAT + 1, 4), np.float32)
        screen = self._coded.turn.T @ np.asarray(camera.rotation).T
        lit[:, :3] = light_back(_DIRECTIONS @ screen, self._look.shading)
        for one in seen.slices:
            painted = np.take(matter, one.codes[0], axis=0, mode="clip")
            cv2.multiply(painted, np.take(lit, one.codes[1], axis=0, mode="clip"), painted)
            painted, x, y = seen.put(one, painted)
            if split is not None:
                split.take(painted, x, y, one.place)
            _put_over(whole, painted, x, y)
        return Planes(whole, None if split is None else split.before, seen.to_screen)

    def _matter_table(self, solid: float, contrast: float, step_mm: float) -> Image:
        """(values × edges, 4) colour times opacity, and opacity, of a step through each matter."""
        values = np.linspace(0, 1, LEVELS)
        edges = np.linspace(0, 1, _EDGES) ** 2
        thin = self._look.opacity_of(values, solid)[:, None] * edges
        opacity = 1 - (1 - np.minimum(thin, 0.9999)) ** step_mm
        colour = self._look.colour_of(values, contrast)[:, None] * opacity[..., None]
        table = np.concatenate([colour, opacity[..., None]], axis=-1)
        return np.ascontiguousarray(table.reshape(-1, 4), dtype=np.float32)


_CLEAR = np.zeros((4, 5), np.float32)
_CLEAR[:, 3:] = -1, 1
"""From colour and opacity to what is seen through it."""


def _put_over(image: Image, painted: Image, x: int, y: int) -> None:
    """Put what is painted over what is there already, with its first pixel at a place."""
    there = image[y : y + painted.shape[0], x : x + painted.shape[1]]
    cv2.multiply(there, cv2.transform(painted, _CLEAR), there)
    cv2.add(there, painted, there)


class _Split:
    """Keeps what lies before something solid; see ``ShearWarp.draw``."""

    def __init__(self, camera: Camera, near: Image, seen: Sheared, to_voxel: Affine) -> None:
        self._rises = seen.way.rises
        nothing = -_FAR if self._rises else _FAR
        places = cv2.warpPerspective(
            _places(camera, near, to_voxel[seen.way.axis], nothing),
            seen.to_screen,
            seen.size,
            flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP,
            borderValue=nothing,
        )
        # What is beside it is taken too: the border of what is solid falls between pixels.
        wider = cv2.dilate if self._rises else cv2.erode
        places = wider(places, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_REPLICATE)
        there = np.abs(places) < _FAR / 2
        self._far = np.where(there, places, np.float32(-nothing))
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


def _places(
    camera: Camera, near: Image, row: NDArray[np.float64], nothing: float
) -> NDArray[np.float32]:
    """(height, width) which slice something solid lies in.

    row : (4,) from world points to the place of a slice. nothing : the place where nothing is.
    """
    height, width = near.shape
    places = np.full_like(near, nothing)
    there = np.isfinite(near)
    right, up, viewer = (float(row[:3] @ one) for one in camera.rotation)
    for rows, columns in box_of(there):
        x, y = np.arange(width)[columns], np.arange(height)[rows]
        x, y = (x - (width - 1) / 2) / camera.scale, ((height - 1) / 2 - y) / camera.scale
        across = right * x[None] + up * y[:, None]
        depth = np.where(there[rows, columns], near[rows, columns], 0)
        if math.isfinite(camera.distance):
            across = across * (1 - depth / camera.distance)
        found = across + viewer * depth + float(row[:3] @ camera.focus + row[3])
        places[rows, columns] = np.where(there[rows, columns], found, nothing)
    return places
