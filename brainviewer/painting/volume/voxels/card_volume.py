"""The volume of the 3D scene drawn by a graphics card, by VTK."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import vtkmodules.vtkRenderingVolumeOpenGL2  # noqa: F401  registers the drawing of volumes
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkUnsignedCharArray
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPiecewiseFunction, vtkPlane
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkColorTransferFunction,
    vtkRenderer,
    vtkRenderWindow,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import vtkGPUVolumeRayCastMapper

from brainviewer.core.graphics.choice import GraphicsChoice
from brainviewer.painting.volume.block import Block, fitting
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.solids import aim, near_in
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.block_values import AIR, BRIGHTEST
from brainviewer.painting.volume.voxels.clip import Clip, CutBlock, cuts_of, weights_of
from brainviewer.painting.volume.voxels.look import UNSHADED, Blend, VolumeLook, projected
from brainviewer.painting.volume.voxels.picking import Seen
from brainviewer.painting.volume.voxels.turning_rays import TurningRays

# Distance of samples along a ray, in voxels, of a coarse and of a fine image.
_ALONG_RAY = {False: 2.0, True: 0.6}
_BLENDS = {
    Blend.COMPOSITE: vtkGPUVolumeRayCastMapper.COMPOSITE_BLEND,
    Blend.MAXIMUM: vtkGPUVolumeRayCastMapper.MAXIMUM_INTENSITY_BLEND,
    Blend.MINIMUM: vtkGPUVolumeRayCastMapper.MINIMUM_INTENSITY_BLEND,
}
_PEELS = 6
_HOLLOW_MM = 12.0
"""What is this near darkens a hollow."""
_STEPS = 64
"""Points of curves that VTK is given."""


class CardVolume:
    """A sequence as a translucent body.

    background : colour of what lies behind all, 0 to 1. choice : what the card can do.
    """

    is_refined = True

    def __init__(
        self,
        window: vtkRenderWindow,
        renderer: vtkRenderer,
        background: tuple[float, float, float],
        choice: GraphicsChoice,
    ) -> None:
        self._window, self._renderer = window, renderer
        self._background = background
        self._largest_side = choice.largest_side
        self._turning = TurningRays(choice.rays_while_turning)
        self._mapper = vtkGPUVolumeRayCastMapper()
        self._mapper.AutoAdjustSampleDistancesOff()
        self._colour = vtkColorTransferFunction()
        self._opacity = vtkPiecewiseFunction()
        self._edges = vtkPiecewiseFunction()
        self._style = vtkVolumeProperty(scalar_opacity_unit_distance=1.0)
        self._style.SetInterpolationTypeToLinear()
        self._style.SetColor(self._colour)
        self._style.SetScalarOpacity(self._opacity)
        self._style.SetGradientOpacity(self._edges)
        self._volume = vtkVolume(mapper=self._mapper, property=self._style, visibility=False)
        self._shown: tuple[VolumeLook, float, float] | None = None
        self._voxel_mm = 1.0
        self._block: Block | None = None
        self.seen: Seen | None = None
        """What the last picture shows."""
        self._clip: Clip | None = None
        self._left: NDArray[np.float32] | None = None
        renderer.AddVolume(self._volume)
        _let_shade(renderer)

    def set_block(self, block: Block | None, finer: Callable[[], Block] | None = None) -> None:
        """Show a block, or nothing; a card draws the finer one as fast."""
        if block is not None and finer is not None:
            block = finer()
        self._volume.SetVisibility(block is not None)
        self._block = None if block is None else fitting(block, self._largest_side)
        self._clip, self.seen = None, None

    def refine(self) -> None:
        """Nothing is left to be made."""

    def cut(self, view: VolumeView, _fine: bool) -> CutBlock:
        """What of the head is drawn for a view; there must be one."""
        assert self._block is not None
        self._cut(view.clip)
        return CutBlock(self._block, self._left)

    def picture(
        self,
        camera: Camera,
        view: VolumeView,
        fine: bool,
        _solid_image: object = None,
    ) -> NDArray[np.uint8]:
        """(height, width, 3) the volume, with what stands in the renderer in it."""
        window, renderer = self._window, self._renderer
        self._cut(view.clip)
        self._show(view)
        self._mapper.SetSampleDistance(_ALONG_RAY[fine] * self._voxel_mm)
        longer = max(camera.size)
        self._mapper.SetImageSampleDistance(1.0 if fine else self._turning.distance(longer))
        renderer.SetBackground(*self._background)
        renderer.SetBackgroundAlpha(1)
        width, height = camera.size
        window.SetSize(width, height)
        window.SetMultiSamples(0)  # what is translucent would not be put in order
        renderer.SetUseSSAO(fine and view.voxel_look.shading != UNSHADED)
        aim(renderer, camera)
        began = time.perf_counter()
        window.Render()
        pixels = vtkUnsignedCharArray()
        window.GetPixelData(0, 0, width - 1, height - 1, 0, pixels, 0)
        if not fine:  # reading the pixels waits for the graphics card
            self._turning.took(time.perf_counter() - began, longer)
        near = near_in(window, camera) if fine else None
        if self._block is not None:
            look = view.voxel_look
            self.seen = Seen(camera, self._block, look, view.opacity, self._left, near)
        return np.ascontiguousarray(vtk_to_numpy(pixels).reshape(height, width, 3)[::-1])

    def _cut(self, clip: Clip) -> None:
        """Give the card what a clip leaves of the block."""
        if self._block is None or clip == self._clip:
            return
        known, self._clip, block = self._clip, clip, self._block
        self._left = weights_of(clip, block)
        self._mapper.RemoveAllClippingPlanes()
        for cut in cuts_of(clip):
            # VTK keeps what the normal points to.
            kept = vtkPlane(origin=cut.point, normal=[-part for part in cut.normal])
            self._mapper.AddClippingPlane(kept)
        if known is not None and known.peel_mm == clip.peel_mm:
            return
        peeled = weights_of(Clip(peel_mm=clip.peel_mm), block)
        if peeled is not None:
            values = np.asfortranarray(block.values * peeled, dtype=block.values.dtype)
            block = Block(values, block.affine)
        self._voxel_mm = min(block.spacing)
        self._mapper.SetInputData(_image(block))
        self._volume.SetUserMatrix(_rotation(block))

    def _show(self, view: VolumeView) -> None:
        look = view.voxel_look
        wanted = look, view.opacity, view.contrast
        if self._shown == wanted:
            return
        self._shown = wanted
        values = np.linspace(0, 1, _STEPS)
        self._colour.RemoveAllPoints()
        for value, colour in zip(values, look.colour_of(values, view.contrast), strict=True):
            self._colour.AddRGBPoint(value * BRIGHTEST, *colour)
        self._opacity.RemoveAllPoints()
        if look.blend is Blend.COMPOSITE:
            for value, _ in look.opacity:
                # Linear in between, so that the points of the curve are all that is needed.
                solid = float(look.opacity_of(np.array(value), view.opacity))
                self._opacity.AddPoint(value * BRIGHTEST, min(1.0, solid))
        else:
            for value, part in ((0.0, 0.0), (AIR, 0.0), (AIR + 0.01, 1.0), (1.0, 1.0)):
                self._opacity.AddPoint(value * BRIGHTEST, part * projected(view.opacity))
        self._edges.RemoveAllPoints()
        for gradient, part in look.edges:
            self._edges.AddPoint(gradient * BRIGHTEST, part)
        light = look.shading
        self._style.SetShade(light != UNSHADED)
        self._style.SetAmbient(light.ambient)
        self._style.SetDiffuse(light.diffuse)
        self._style.SetSpecular(light.specular)
        self._style.SetSpecularPower(light.power)
        self._mapper.SetBlendMode(_BLENDS[look.blend])


def _let_shade(renderer: vtkRenderer) -> None:
    """Have what is translucent in its order, smooth edges, and hollows darker than what stands out.

    After Bavoil and Myers (2008), "Order independent transparency with dual depth peeling", and
    Bavoil and Sainz (2008), "Screen space ambient occlusion".
    """
    renderer.SetUseDepthPeeling(True)
    renderer.SetMaximumNumberOfPeels(_PEELS)
    renderer.SetOcclusionRatio(0.0)
    renderer.SetUseFXAA(True)
    renderer.SetSSAORadius(_HOLLOW_MM)
    renderer.SetSSAOBias(_HOLLOW_MM / 30)
    renderer.SetSSAOKernelSize(64)
    renderer.SSAOBlurOn()


def _image(block: Block) -> vtkImageData:
    """The voxels with their spacing; where they stand is the user matrix's part."""
    image = vtkImageData()
    image.SetDimensions(*block.values.shape)
    image.SetSpacing(*block.spacing)
    values: NDArray[Any] = block.values.ravel(order="F")
    # Deep, so that VTK never reads memory that numpy has given back.
    image.GetPointData().SetScalars(numpy_to_vtk(values, deep=True))
    return image


def _rotation(block: Block) -> vtkMatrix4x4:
    """From millimetres along the voxel axes to world mm: the affine without the spacing."""
    matrix = vtkMatrix4x4()
    numbers = block.affine.copy()
    numbers[:3, :3] /= block.spacing
    matrix.DeepCopy(numbers.ravel().tolist())
    return matrix
