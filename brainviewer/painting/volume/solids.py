"""What is solid in the 3D scene, drawn by VTK: surfaces and lines, and how far away they are."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkFloatArray, vtkUnsignedCharArray
from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer, vtkRenderWindow

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.scene_parts import CursorCross, Lesion
from brainviewer.painting.volume.scene_window import open_window, renderer_name
from brainviewer.painting.volume.voxels.look import LIGHTS
from brainviewer.painting.volume.voxels.solid_image import SMOOTHED, SolidImage


class OpenGLSolids:
    """Surfaces of the lesion and the cursor's cross in a window that nobody sees.

    window, renderer : where a graphics card may draw volumes, too. renderer_name : OpenGL's words.
    Raises BrainViewerError if OpenGL cannot start.
    """

    def __init__(self) -> None:
        self.window = open_window()
        self.window.SetAlphaBitPlanes(1)
        self.renderer_name = renderer_name(self.window)
        self.renderer = vtkRenderer()
        self.renderer.SetBackground(0, 0, 0)
        self.renderer.SetBackgroundAlpha(0)
        self.renderer.RemoveAllLights()
        self.renderer.AutomaticLightCreationOff()
        for lamp in LIGHTS:
            light = vtkLight(position=lamp.towards, focal_point=(0, 0, 0), intensity=lamp.strength)
            light.SetLightTypeToCameraLight()
            light.SetColor(*lamp.colour)
            self.renderer.AddLight(light)
        self.window.AddRenderer(self.renderer)
        self._lesion = Lesion(self.renderer)
        self._cross = CursorCross(self.renderer)

    def set_surfaces(self, surfaces: Sequence[Surface]) -> None:
        """Show surfaces in place of those before."""
        self._lesion.set_surfaces(surfaces)

    def set_cursor(self, position_mm: ArrayLike | None, block: Block | None) -> None:
        """Mark a place (3,) in mm, RAS+; hidden for None or without a head."""
        self._cross.set_place(position_mm, block)

    def image(self, camera: Camera, fine: bool) -> SolidImage | None:
        """What is seen of them; None if nothing is."""
        self._lesion.show_finely(fine)
        return solid_image(self.window, self.renderer, camera, fine)

    def abort(self) -> None:
        """Give up the rendering that is under way; the only call allowed from another thread."""
        self.window.SetAbortRender(1)

    def close(self) -> None:
        """Release the OpenGL context, in the thread that opened it."""
        self.renderer.RemoveAllViewProps()
        self.renderer.ReleaseGraphicsResources(self.window)
        self.window.RemoveRenderer(self.renderer)
        self.window.Finalize()


def aim(renderer: vtkRenderer, camera: Camera) -> None:
    """Have VTK see as a camera does."""
    seen = renderer.GetActiveCamera()
    distance = _distance(camera)
    seen.SetFocalPoint(*camera.focus)
    seen.SetPosition(*(camera.focus + distance * camera.rotation[2]))
    seen.SetViewUp(*camera.rotation[1])
    seen.SetParallelProjection(not math.isfinite(camera.distance))
    seen.SetParallelScale(camera.half_height)
    angle = 2 * math.degrees(math.atan(camera.half_height / distance))
    seen.SetViewAngle(min(150.0, angle))
    seen.SetClippingRange(*_range(camera))


def solid_image(
    window: vtkRenderWindow, renderer: vtkRenderer, camera: Camera, fine: bool = True
) -> SolidImage | None:
    """What stands in a renderer, with nothing behind it; None if nothing of it is seen."""
    if not any(prop.GetVisibility() for prop in renderer.GetViewProps()):
        return None
    width, height = camera.size
    times = 2 if fine and max(camera.size) <= SMOOTHED else 1
    window.SetSize(times * width, times * height)
    window.SetMultiSamples(0)
    aim(renderer, camera)
    _widen_lines(renderer, times)
    window.Render()
    last = times * width - 1, times * height - 1
    pixels, depths = vtkUnsignedCharArray(), vtkFloatArray()
    window.GetRGBACharPixelData(0, 0, *last, 0, pixels, 0)
    with _all_solid(renderer) as anew:
        if anew:
            window.Render()
        window.GetZbufferData(0, 0, *last, depths)
    _widen_lines(renderer, 1 / times)
    shape = times * height, times * width
    depth = vtk_to_numpy(depths).reshape(shape)[::-1]
    if not (depth < 1).any():
        return None
    colour = vtk_to_numpy(pixels).reshape(*shape, 4)[::-1]
    if times > 1:
        colour = cv2.resize(colour, camera.size, interpolation=cv2.INTER_AREA)
        depth = depth.reshape(height, times, width, times).min(axis=(1, 3))
    return SolidImage(np.ascontiguousarray(colour), _near(depth, camera))


def near_in(window: vtkRenderWindow, camera: Camera) -> NDArray[np.float32]:
    """How far before the focus what a window shows is, see ``SolidImage``; voxels do not count."""
    depths = vtkFloatArray()
    window.GetZbufferData(0, 0, camera.size[0] - 1, camera.size[1] - 1, depths)
    return _near(vtk_to_numpy(depths).reshape(camera.size[::-1])[::-1], camera)


@contextmanager
def _all_solid(renderer: vtkRenderer) -> Iterator[bool]:
    """With nothing that is seen through, of which OpenGL keeps no depth; whether there was any."""
    styles = [actor.GetProperty() for actor in renderer.GetActors() if actor.GetVisibility()]
    clear = [(style, style.GetOpacity()) for style in styles if style.GetOpacity() < 1]
    for style, _ in clear:
        style.SetOpacity(1)
    try:
        yield bool(clear)
    finally:
        for style, opacity in clear:
            style.SetOpacity(opacity)


def _widen_lines(renderer: vtkRenderer, times: float) -> None:
    for actor in renderer.GetActors():
        style = actor.GetProperty()
        style.SetLineWidth(style.GetLineWidth() * times)


def _near(depth: NDArray[np.float32], camera: Camera) -> NDArray[np.float32]:
    """From what OpenGL's depth buffer holds to mm before the focus."""
    nearest, farthest = _range(camera)
    near = np.full(depth.shape, -math.inf, np.float32)
    there = depth < 1
    seen = depth[there]
    if math.isfinite(camera.distance):
        away = nearest * farthest / (farthest - seen * (farthest - nearest))
    else:
        away = nearest + seen * (farthest - nearest)
    near[there] = _distance(camera) - away
    return near


def _distance(camera: Camera) -> float:
    """To the eye in mm; any will do where lines of sight are parallel."""
    return camera.distance if math.isfinite(camera.distance) else 3 * camera.reach


def _range(camera: Camera) -> tuple[float, float]:
    distance = _distance(camera)
    return max(1.0, distance - 1.2 * camera.reach), distance + 1.2 * camera.reach
