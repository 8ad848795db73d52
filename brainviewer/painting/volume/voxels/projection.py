"""The brightest or darkest voxel along each line of sight, drawn by the processor."""

from copy import copy

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.voxels.block_values import AIR, BRIGHTEST
from brainviewer.painting.volume.voxels.coded_block import LEVELS, CodedBlock
from brainviewer.painting.volume.voxels.look import Blend, VolumeLook, projected
from brainviewer.painting.volume.voxels.shear_warp import Planes
from brainviewer.painting.volume.voxels.stack import Stack

_THERE = 0.5 / LEVELS
_RIM_MM = 6.0


class Projection:
    """One block, ready to be projected: maximum or minimum intensity, air left out.

    weights : (i, j, k) 0 to 1; voxels of less than a half are left out; None for all.
    """

    def __init__(
        self, coded: CodedBlock, look: VolumeLook, weights: NDArray[np.float32] | None = None
    ) -> None:
        self._look = look
        self._darkest = look.blend is Blend.MINIMUM
        there = coded.block.values > AIR * BRIGHTEST
        if self._darkest:  # the border of the head would be all that is dark
            there = _within(there, coded.block.spacing)
        if weights is not None:
            there &= weights >= 0.5
        levels = coded.levels + np.uint16(1)
        if self._darkest:
            levels = np.uint16(LEVELS + 1) - levels
        self._stack = Stack(coded.block, there, levels * there)

    def in_look(self, look: VolumeLook) -> "Projection | None":
        """The same block in another look, at no cost; None where that is no such projection."""
        if look.blend is not self._look.blend:
            return None
        made = copy(self)
        made._look = look
        return made

    def draw(
        self,
        camera: Camera,
        solid: float,
        contrast: float,
        near: NDArray[np.float32] | None = None,
    ) -> Planes:
        """The block as a camera sees it; see ``ShearWarp.draw``. Nothing hides what is solid."""
        seen = self._stack.sheared(camera)
        most = np.zeros(seen.size[::-1], np.float32)
        for one in seen.slices:
            part = one.codes[0].astype(np.float32) * np.float32(1 / (LEVELS + 1))
            moved, x, y = seen.put(one, part)
            there = most[y : y + moved.shape[0], x : x + moved.shape[1]]
            cv2.max(there, moved, there)
        shown = most > _THERE
        # At its edge the head is mixed with the nothing beside it.
        shown = cv2.erode(shown.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        level = 1 - most if self._darkest else most
        colours = self._look.colour_of(level, contrast) * shown[..., None]
        whole = np.dstack([colours, shown]).astype(np.float32) * np.float32(projected(solid))
        before = None if near is None else np.zeros_like(whole)
        return Planes(whole, before, seen.to_screen)


def _within(there: NDArray[np.bool_], spacing: tuple[float, float, float]) -> NDArray[np.bool_]:
    """What lies ``_RIM_MM`` and more inside, along the axes."""
    from brainviewer.core.process.scipy_parts import ndimage

    inside = there.astype(np.uint8)
    for axis, mm in enumerate(spacing):
        width = 2 * round(_RIM_MM / mm) + 1
        inside = ndimage.minimum_filter1d(inside, width, axis=axis, mode="constant")
    return np.asarray(inside > 0)
