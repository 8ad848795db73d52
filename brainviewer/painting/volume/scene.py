"""The head in 3D, drawn by VTK off screen: translucent brain, lesion surfaces, orientation letters.

Everything stands in world millimetres (RAS+). A scene belongs to the thread that made it, because
OpenGL contexts do; while it renders, Python's lock is free.
"""

import math
import time
from collections.abc import Sequence

import cv2
import numpy as np
import vtkmodules.vtkRenderingFreeType  # registers the drawing of text
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401  registers the drawing of volumes
from numpy.typing import ArrayLike, NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.graphics.probe import is_software
from brainviewer.core.study import Modality, Study
from brainviewer.painting.volume.block import Block, fitting, head_block
from brainviewer.painting.volume.lesion_surfaces import Surface, bare_brain, lesion_surfaces
from brainviewer.painting.volume.scene_letters import OrientationLetters
from brainviewer.painting.volume.scene_parts import Brain, CursorCross, Lesion
from brainviewer.painting.volume.scene_window import open_window, renderer_name
from brainviewer.painting.volume.turning_rays import TurningRays
from brainviewer.painting.volume.view import VolumeView, first_view

BACKGROUND = (0.032, 0.043, 0.051)
VIEW_ANGLE = 22.0
_MOST_WHILE_TURNING = 480
"""Pixels of the longer side that a processor draws while the head is turned, and enlarges: what it
takes does not grow with the pane then."""


class VolumeScene:
    """One head, its tumour, and a view of them.

    choice : what draws volumes, and how; by the name of the renderer without one.
    view : how it is seen; may be set at any time.

    Raises BrainViewerError if OpenGL cannot start.
    """

    def __init__(self, choice: GraphicsChoice | None = None) -> None:
        self._window = open_window()
        self.renderer_name = renderer_name(self._window)
        if choice is None:
            by_processor = is_software(self.renderer_name)
            by = DrawnBy.PROCESSOR if by_processor else DrawnBy.GRAPHICS_CARD
            choice = GraphicsChoice(by, "")
        self.choice = choice
        self.software = choice.by is DrawnBy.PROCESSOR
        self._turning = TurningRays(choice.rays_while_turning)
        self._renderer = vtkRenderer()
        self._renderer.SetBackground(*BACKGROUND)
        self._renderer.RemoveAllLights()
        self._renderer.AutomaticLightCreationOff()
        # Warm light over the viewer's left shoulder, and a weak cool one from the other side.
        for place, colour, strength in (
            ((-0.7, 0.9, 1.0), (1.0, 0.98, 0.94), 0.95),
            ((1.0, -0.3, 0.6), (0.85, 0.92, 1.0), 0.30),
        ):
            light = vtkLight(position=place, focal_point=(0, 0, 0), intensity=strength)
            light.SetLightTypeToCameraLight()
            light.SetColor(*colour)
            self._renderer.AddLight(light)
        self._window.AddRenderer(self._renderer)
        self._brain = Brain(self._renderer, self.software)
        self._lesion = Lesion(self._renderer)
        self._cross = CursorCross(self._renderer)
        self._letters = OrientationLetters(self._renderer)
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
        self.set_head(head_block(volume.data, volume.grid, brain), study.grid.oriented)

    def set_lesion(self, finding: TumourFinding | None) -> None:
        """Show the lesion found in the study that is shown, by its parts where they are known."""
        self.set_surfaces(lesion_surfaces(self._study, finding))

    def set_head(self, block: Block | None, oriented: bool = True) -> None:
        """Show a block made by ``head_block``; letters only where sides are known."""
        if block is not None:
            block = fitting(block, self.choice.largest_side)
        self._brain.set_block(block)
        self._letters.show(block is not None and oriented)
        if block is None:
            self._cross.set_place(None, block)

    def set_surfaces(self, surfaces: Sequence[Surface]) -> None:
        """Show what ``lesion_surfaces`` made."""
        self._lesion.set_surfaces(surfaces)

    def set_cursor(self, position_mm: ArrayLike | None) -> None:
        """Mark a place (3,) in mm, RAS+, by a small cross; None hides it."""
        self._cross.set_place(position_mm, self._brain.block)

    # Images

    def render_image(
        self, size: tuple[int, int], fine: bool = True, ratio: float = 1.0
    ) -> NDArray[np.uint8]:
        """The scene as an image.

        size : width and height in pixels.
        fine : False draws several times as fast and coarser, for use while turning.
        ratio : pixels a point of the screen that it is for, so that its letters can be read there.

        Returns (height, width, 3) uint8.
        """
        whole = tuple(max(16, int(n)) for n in size)
        fraction = 1.0
        if self.software and not fine:
            fraction = min(1.0, _MOST_WHILE_TURNING / max(whole))
        width, height = (max(16, round(n * fraction)) for n in whole)
        self._window.SetSize(width, height)
        # Smooth edges cost software OpenGL more than the whole head does.
        self._window.SetMultiSamples(4 if fine or not self.software else 0)
        self._letters.place(self.view.rotation, (width, height), fraction * ratio)
        longer = max(width, height)
        self._brain.show(self.view, fine, longer, self._turning.distance(longer))
        self._aim(width / height)
        began = time.perf_counter()
        self._window.Render()
        pixels = vtkUnsignedCharArray()
        self._window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        if not fine:  # reading the pixels waits for the graphics card
            self._turning.took(time.perf_counter() - began, longer)
        rows: NDArray[np.uint8] = vtk_to_numpy(pixels).reshape(height, width, 3)[::-1]
        if fraction < 1:
            return np.asarray(cv2.resize(rows, whole, interpolation=cv2.INTER_LINEAR), np.uint8)
        return np.ascontiguousarray(rows)

    def abort(self) -> None:
        """Give up the rendering that is under way; the only call allowed from another thread."""
        self._window.SetAbortRender(1)

    def close(self) -> None:
        """Release the OpenGL context, in the thread that made the scene."""
        self._renderer.RemoveAllViewProps()
        self._renderer.ReleaseGraphicsResources(self._window)
        self._window.RemoveRenderer(self._renderer)
        self._window.Finalize()

    def _aim(self, aspect: float) -> None:
        block = self._brain.block
        if block is None:
            return
        corners = block.corners
        centre = (corners.min(axis=0) + corners.max(axis=0)) / 2
        # What is smaller than a millimetre is one point on the grid of the image.
        spread = max(1.0, float(np.linalg.norm(corners - centre, axis=1).max()))
        half = 0.72 * spread
        distance = half / math.tan(math.radians(VIEW_ANGLE / 2))
        visible = half / self.view.size / min(1.0, aspect)
        right, up, viewer = self.view.rotation
        centre = centre - half * (self.view.place[0] * right + self.view.place[1] * up)
        camera = self._renderer.GetActiveCamera()
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(centre + distance * viewer))
        camera.SetViewUp(*up)
        camera.SetViewAngle(min(150.0, 2 * math.degrees(math.atan(visible / distance))))
        camera.SetClippingRange(max(1.0, distance - 1.2 * spread), distance + 1.2 * spread)


def render_volume(
    study: Study,
    finding: TumourFinding | None,
    size: tuple[int, int] = (1200, 900),
    modality: Modality | None = None,
) -> NDArray[np.uint8]:
    """An image of the head with its tumour, without a window or a display.

    size : width and height in pixels.
    modality : the sequence shown; the study's first by default.

    Returns (height, width, 3) uint8. Raises BrainViewerError if OpenGL cannot start.
    """
    scene = VolumeScene()
    try:
        scene.set_study(study, modality, bare_brain(study, finding))
        scene.set_lesion(finding)
        scene.view = first_view(study, finding)
        return scene.render_image(size)
    finally:
        scene.close()
