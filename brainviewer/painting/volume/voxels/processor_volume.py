"""The volume of the 3D scene drawn by the processor, with what is solid in it."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.clip import Clip, CutBlock, weights_of
from brainviewer.painting.volume.voxels.coded_block import CodedBlock
from brainviewer.painting.volume.voxels.look import Blend, VolumeLook
from brainviewer.painting.volume.voxels.picking import Seen
from brainviewer.painting.volume.voxels.projection import Projection
from brainviewer.painting.volume.voxels.shear_warp import Planes, ShearWarp
from brainviewer.painting.volume.voxels.solid_image import SolidImage
from brainviewer.painting.volume.voxels.turning_rays import TurningRays

log = logging.getLogger(__name__)
Picture = NDArray[np.uint8]
_FINER = 3
_LEAST_WHILE_TURNING, _MOST_WHILE_TURNING = 220, 480
"""Pixels of the longer side that are drawn while the head is turned, and enlarged."""


@dataclass(frozen=True, eq=False)
class _Drawing:
    wanted: tuple[VolumeLook, Clip]
    block: CodedBlock
    volume: ShearWarp | Projection
    left: NDArray[np.float32] | None


class ProcessorVolume:
    """A sequence as a translucent body.

    background : colour of what lies behind all, 0 to 1.
    """

    def __init__(self, background: tuple[float, float, float]) -> None:
        self._background = np.array(background) * 255
        most = _MOST_WHILE_TURNING
        self._turning = TurningRays(most, _LEAST_WHILE_TURNING, most)
        self._coarse: CodedBlock | None = None
        self._fine: CodedBlock | None = None
        self._finer: Callable[[], Block] | None = None
        self._refining = threading.Lock()
        self._drawing: dict[bool, _Drawing] = {}
        self.seen: Seen | None = None
        """What the last picture shows."""

    def set_block(self, block: Block | None, finer: Callable[[], Block] | None = None) -> None:
        """Show a block, or nothing. finer : makes a finer one, for images that are not turned."""
        self._coarse = None if block is None else CodedBlock.of(block)
        self._fine = self._coarse if finer is None else None
        self._finer = finer
        self._drawing.clear()
        self.seen = None

    @property
    def is_refined(self) -> bool:
        """Whether a fine image needs nothing that is still to be made."""
        return self._coarse is None or self._fine is not None

    def refine(self) -> None:
        """Have the finer block ready; from any thread. A fine image waits for it without this."""
        with self._refining:
            coarse, finer = self._coarse, self._finer
            if self.is_refined or finer is None:
                return
            try:
                made: CodedBlock | None = CodedBlock.of(finer())
            except Exception:  # without memory for it, say, the coarse one is all there is
                log.exception("No finer 3D view")
                made = coarse
            if finer is self._finer:
                self._fine = made

    def cut(self, view: VolumeView, fine: bool) -> CutBlock:
        """What of the head is drawn for a view."""
        if fine:
            self.refine()
        drawing = self._drawn(view.voxel_look, view.clip, fine)
        return CutBlock(drawing.block.block, drawing.left)

    def picture(
        self,
        camera: Camera,
        view: VolumeView,
        fine: bool,
        solid_image: Callable[[Camera, bool], SolidImage | None] = lambda *_: None,
    ) -> Picture:
        """(height, width, 3) the volume, with what is solid in it.

        solid_image : draws that for a camera, finely or not; None if nothing of it is seen.
        """
        if fine:
            self.refine()
        drawing = self._drawn(view.voxel_look, view.clip, fine)
        began = time.perf_counter()
        seen = camera if fine else camera.with_most(round(self._turning.rays))
        solid = solid_image(seen, fine)
        near = None if solid is None else solid.near
        planes = drawing.volume.draw(seen, view.opacity, view.contrast, near)
        block = drawing.block.block
        self.seen = Seen(seen, block, view.voxel_look, view.opacity, drawing.left, near)
        image = cv2.transform(self._pixels(planes.whole, planes, seen), self._onto_background())
        if solid is not None and planes.before is not None:
            before = self._pixels(planes.before, planes, seen)
            image = _with_solid(np.asarray(image, np.uint8), solid, before)
        if seen.size != camera.size:
            image = cv2.resize(image, camera.size, interpolation=cv2.INTER_LINEAR)
        if not fine:
            self._turning.took(time.perf_counter() - began, max(camera.size))
        return np.asarray(image, np.uint8)

    def _drawn(self, look: VolumeLook, clip: Clip, fine: bool) -> "_Drawing":
        """The block in a look, cut; the last one is kept."""
        block = self._fine if fine else self._coarse
        assert block is not None
        kept = self._drawing.get(fine)
        if kept is not None and kept.wanted == (look, clip) and kept.block is block:
            return kept
        made: ShearWarp | Projection | None = None
        if kept is not None and kept.wanted[1] == clip and kept.block is block:
            made, left = kept.volume.in_look(look), kept.left
        if made is None:
            left = weights_of(clip, block.block)
            kind = ShearWarp if look.blend is Blend.COMPOSITE else Projection
            made = kind(block, look, left)
        self._drawing[fine] = kept = _Drawing((look, clip), block, made, left)
        return kept

    def _onto_background(self) -> NDArray[np.float64]:
        """(3, 5) from colour and opacity to colours before the background."""
        onto = np.zeros((3, 5))
        onto[:, :3] = np.eye(3)
        onto[:, 3] = -self._background / 255
        onto[:, 4] = self._background
        return onto

    @staticmethod
    def _pixels(plane: NDArray[np.float32], planes: Planes, camera: Camera) -> Picture:
        """(height, width, 4) what a plane shows: colour times opacity, and opacity."""
        colours = cv2.convertScaleAbs(np.maximum(plane, 0), alpha=255)
        # Cubic steps on the few pixels of the plane, linear ones on the many of the screen.
        larger = cv2.resize(colours, None, fx=_FINER, fy=_FINER, interpolation=cv2.INTER_CUBIC)
        back = np.diag([1 / _FINER, 1 / _FINER, 1])
        back[:2, 2] = (1 / _FINER - 1) / 2
        seen = cv2.warpPerspective(larger, planes.to_screen @ back, camera.size)
        return np.asarray(seen, np.uint8)


def _with_solid(image: Picture, solid: SolidImage, before: Picture) -> Picture:
    """An image (height, width, 3), and where something solid is, that behind what lies before."""
    rows = np.flatnonzero(solid.colour[..., 3].any(axis=1))
    if not rows.size:
        return image
    part = slice(int(rows[0]), int(rows[-1]) + 1)
    colour, veil = solid.colour[part], before[part]
    covered = _each(colour[..., 3])
    shown = cv2.multiply(
        np.ascontiguousarray(colour[..., :3]), _each(255 - veil[..., 3]), scale=1 / 255
    )
    shown = cv2.add(
        shown, cv2.multiply(np.ascontiguousarray(veil[..., :3]), covered, scale=1 / 255)
    )
    image[part] = cv2.add(cv2.multiply(image[part], 255 - covered, scale=1 / 255), shown)
    return image


def _each(opacity: Picture) -> Picture:
    """The same number for all three colours."""
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(opacity), cv2.COLOR_GRAY2BGR), np.uint8)
