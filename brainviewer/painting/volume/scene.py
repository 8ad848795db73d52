"""The head in 3D, drawn off screen: translucent brain, lesion surfaces, orientation letters.

Surfaces are drawn by VTK, and with a graphics card the brain, too; the processor draws it itself,
much faster than VTK does there. Without OpenGL, the processor draws all. Everything stands in world
millimetres (RAS+). A scene belongs to the thread that made it, because OpenGL contexts do.
"""

import logging
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.graphics.choice import (
    INSTALL,
    SWITCHED_OFF_OUTSIDE,
    DrawnBy,
    GraphicsChoice,
    without_opengl,
)
from brainviewer.core.graphics.probe import is_software
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.lesion_surfaces import Surface, bare_brain, lesion_surfaces
from brainviewer.painting.volume.planes.scene_planes import ScenePlanes
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES, ShownSlices
from brainviewer.painting.volume.rasteriser.solids import RasterisedSolids
from brainviewer.painting.volume.scene_letters import draw_letters
from brainviewer.painting.volume.view import VolumeView, first_view
from brainviewer.painting.volume.voxels.head_block import head_blocks
from brainviewer.painting.volume.voxels.look import BACKGROUND
from brainviewer.painting.volume.voxels.picking import Seen
from brainviewer.painting.volume.voxels.processor_volume import ProcessorVolume
from brainviewer.painting.volume.voxels.solid_image import SolidImage

if TYPE_CHECKING:
    from brainviewer.painting.volume.solids import OpenGLSolids
    from brainviewer.painting.volume.voxels.card_volume import CardVolume

    Solids = OpenGLSolids | RasterisedSolids

log = logging.getLogger(__name__)


class VolumeScene:
    """One head, its tumour, and a view of them.

    choice : what draws volumes, and how; by the name of the renderer without one.
    view : how it is seen; may be set at any time.

    Raises BrainViewerError if the 3D view is switched off.
    """

    def __init__(self, choice: GraphicsChoice | None = None) -> None:
        self._solids, self.choice = _drawing(choice)
        self.renderer_name = self._solids.renderer_name
        self.software = self.choice.by is DrawnBy.PROCESSOR
        self._brain = _brain_by(self._solids, self.choice)
        self._planes = _planes_by(self._solids, self.choice)
        self._block: Block | None = None
        self._oriented = False
        self._study: Study | None = None
        self.view = VolumeView()

    # What is shown

    def set_study(
        self,
        study: Study | None,
        modality: Modality | None = None,
        brain: NDArray[np.bool_] | None = None,
    ) -> None:
        """Show a sequence of a study (its first by default); None empties the scene.

        brain : show nothing else; see ``head_block``.
        """
        self._study = study
        self.set_lesion(None)
        if study is None:
            self.set_head(None)
            return
        volume = study.volumes[modality] if modality else study.reference
        block, finer = head_blocks(volume.data, volume.grid, brain)
        self.set_head(block, study.grid.oriented, finer)

    def set_lesion(self, finding: TumourFinding | None) -> None:
        """Show the lesion found in the study that is shown, by its parts where they are known."""
        self.set_surfaces(lesion_surfaces(self._study, finding))

    def set_head(
        self,
        block: Block | None,
        oriented: bool = True,
        finer: Callable[[], Block] | None = None,
    ) -> None:
        """Show what ``head_blocks`` made; letters only where sides are known."""
        self._block, self._oriented = block, oriented
        self._brain.set_block(block, finer)
        if block is None:
            self._solids.set_cursor(None, block)
            self._planes.show(None)

    def set_surfaces(self, surfaces: Sequence[Surface]) -> None:
        """Show what ``lesion_surfaces`` made."""
        self._solids.set_surfaces(surfaces)

    def set_cursor(self, position_mm: ArrayLike | None) -> None:
        """Mark a place (3,) in mm, RAS+, by a small cross; None hides it."""
        self._solids.set_cursor(position_mm, self._block)

    def set_slices(
        self,
        volume: Volume | None,
        shown: ShownSlices = NO_SLICES,
        finding: TumourFinding | None = None,
    ) -> None:
        """Show slices of a sequence, with the lesion on them, in the head; None for none."""
        self._planes.show(volume, shown, finding)

    # Images

    def render_image(
        self, size: tuple[int, int], fine: bool = True, ratio: float | None = None
    ) -> NDArray[np.uint8]:
        """The scene as an image.

        size : width and height in pixels.
        fine : False draws several times as fast and coarser, for use while turning.
        ratio : pixels a point of the screen that it is for, whose letters are as large as texts are
            there; those of other images grow with them.

        Returns (height, width, 3) uint8.
        """
        width, height = (max(16, int(n)) for n in size)
        if self._block is None:
            return np.full((height, width, 3), np.rint(np.array(BACKGROUND) * 255), np.uint8)
        camera = camera_of(self.view, self._block, (width, height))
        self._planes.prepare(self.view, self._brain.cut(self.view, fine), camera, fine)
        image = self._brain.picture(camera, self.view, fine, self._solid_image)
        if self._oriented:
            draw_letters(image, self.view.rotation, ratio)
        return image

    def _solid_image(self, camera: Camera, fine: bool) -> SolidImage | None:
        return self._planes.among(self._solids.image(camera, fine), camera, fine)

    @property
    def seen(self) -> Seen | None:
        """What the last image shows, for places in it; None without a head."""
        return None if self._block is None else self._brain.seen

    @property
    def is_refined(self) -> bool:
        """Whether a fine image needs nothing that is still to be made."""
        return self._brain.is_refined

    def refine(self) -> None:
        """Make what fine images need; may be called from another thread."""
        self._brain.refine()

    def abort(self) -> None:
        """Give up the rendering that is under way; the only call allowed from another thread."""
        self._solids.abort()

    def close(self) -> None:
        """Release what it holds, in the thread that made the scene."""
        self._solids.close()


def _drawing(choice: GraphicsChoice | None) -> "tuple[Solids, GraphicsChoice]":
    """What draws surfaces, and what else, where that was not chosen or does not start."""
    if os.environ.get("BRAINVIEWER_NO_3D"):
        raise BrainViewerError(SWITCHED_OFF_OUTSIDE.why, SWITCHED_OFF_OUTSIDE.advice)
    if choice is not None and not choice.opengl:
        return RasterisedSolids(), choice
    try:
        from brainviewer.painting.volume.solids import OpenGLSolids

        solids = OpenGLSolids()
    except ImportError as error:  # VTK without a library that it draws with
        log.warning("No OpenGL: %s", type(error).__name__)
        return RasterisedSolids(), without_opengl("OpenGL cannot be loaded.", INSTALL)
    except BrainViewerError as error:
        return RasterisedSolids(), without_opengl(error.message, error.advice)
    if choice is None:
        software = is_software(solids.renderer_name)
        choice = GraphicsChoice(DrawnBy.PROCESSOR if software else DrawnBy.GRAPHICS_CARD, "")
    return solids, choice


def _brain_by(solids: "Solids", choice: GraphicsChoice) -> "ProcessorVolume | CardVolume":
    if choice.by is DrawnBy.PROCESSOR:
        return ProcessorVolume(BACKGROUND)
    from brainviewer.painting.volume.solids import OpenGLSolids
    from brainviewer.painting.volume.voxels.card_volume import CardVolume

    assert isinstance(solids, OpenGLSolids)
    return CardVolume(solids.window, solids.renderer, BACKGROUND, choice)


def _planes_by(solids: "Solids", choice: GraphicsChoice) -> ScenePlanes:
    if choice.by is DrawnBy.PROCESSOR:
        return ScenePlanes()
    from brainviewer.painting.volume.planes.card_planes import CardPlanes
    from brainviewer.painting.volume.solids import OpenGLSolids

    assert isinstance(solids, OpenGLSolids)
    return ScenePlanes(CardPlanes(solids.renderer))


def render_volume(
    study: Study,
    finding: TumourFinding | None,
    size: tuple[int, int] = (1200, 900),
    modality: Modality | None = None,
    choice: GraphicsChoice | None = None,
) -> NDArray[np.uint8]:
    """An image of the head with its tumour, without a window or a display.

    size : width and height in pixels.
    modality : the sequence shown; the study's first by default. choice : what draws.

    Returns (height, width, 3) uint8. Raises BrainViewerError if the 3D view is switched off.
    """
    scene = VolumeScene(choice)
    try:
        scene.set_study(study, modality, bare_brain(study, finding))
        scene.set_lesion(finding)
        scene.view = first_view(study, finding)
        return scene.render_image(size)
    finally:
        scene.close()
