"""What stands in the 3D scene: the translucent brain, the lesion's surfaces, the cursor's cross."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import (
    vtkCellArray,
    vtkImageData,
    vtkPiecewiseFunction,
    vtkPolyData,
)
from vtkmodules.vtkCommonMath import vtkMatrix4x4
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkColorTransferFunction,
    vtkPolyDataMapper,
    vtkProperty,
    vtkRenderer,
    vtkVolume,
    vtkVolumeProperty,
)
from vtkmodules.vtkRenderingVolume import (
    vtkFixedPointVolumeRayCastMapper,
    vtkGPUVolumeRayCastMapper,
)

from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting.slice_image import rgb_of
from brainviewer.painting.volume.block import AIR, BRIGHTEST, Block
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.view import VolumeView

CURSOR_COLOUR = (0.353, 0.663, 0.902)
# Grey levels of the brain, dark to light: warm, as in the drawing.
_TISSUE = ((0.10, 0.085, 0.075), (0.46, 0.41, 0.375), (0.80, 0.745, 0.69), (1.0, 0.965, 0.92))

# Distance of samples along a ray, in voxels, of a coarse and of a fine image. A processor takes
# two thirds of the time for the second, and smooth tissue hardly shows it.
_ALONG_RAY = {False: 2.0, True: 0.6}
_ALONG_RAY_ON_PROCESSOR = {False: 2.0, True: 1.0}
_RAYS_ACROSS = 130
"""Rays over the longer side of a coarse image that a processor draws."""


class Brain:
    """A sequence as a translucent body."""

    def __init__(self, renderer: vtkRenderer, software: bool) -> None:
        self.block: Block | None = None
        self._software = software
        self._mapper = (
            vtkFixedPointVolumeRayCastMapper() if software else vtkGPUVolumeRayCastMapper()
        )
        self._mapper.AutoAdjustSampleDistancesOff()
        self._colour = vtkColorTransferFunction()
        self._opacity = vtkPiecewiseFunction()
        edges = vtkPiecewiseFunction()
        # Even tissue is nearly clear and its borders are not: the tumour shows through.
        edges.AddPoint(0, 0.05)
        edges.AddPoint(0.03 * BRIGHTEST, 0.20)
        edges.AddPoint(0.12 * BRIGHTEST, 1.0)
        shading = vtkVolumeProperty(
            scalar_opacity_unit_distance=1.0,
            shade=True,
            ambient=0.40,
            diffuse=1.10,
            specular=0.20,
            specular_power=12,
        )
        shading.SetInterpolationTypeToLinear()
        shading.SetColor(self._colour)
        shading.SetScalarOpacity(self._opacity)
        shading.SetGradientOpacity(edges)
        self._volume = vtkVolume(mapper=self._mapper, property=shading, visibility=False)
        self._shown: tuple[float, float] | None = None
        renderer.AddVolume(self._volume)

    def set_block(self, block: Block | None) -> None:
        """Show a block, or nothing."""
        self.block = block
        self._volume.SetVisibility(block is not None)
        if block is not None:
            self._mapper.SetInputData(_image(block))
            self._volume.SetUserMatrix(_rotation(block))

    def show(self, view: VolumeView, fine: bool, pixels: int, apart: float) -> None:
        """Opacity and contrast of a view; coarse sampling unless ``fine``.

        pixels : of the longer side of the image.
        apart : pixels from ray to ray of a coarse image that a graphics card draws.
        """
        if self.block is not None:
            along_ray = (_ALONG_RAY_ON_PROCESSOR if self._software else _ALONG_RAY)[fine]
            coarse = max(1.5, pixels / _RAYS_ACROSS) if self._software else apart
            self._mapper.SetSampleDistance(along_ray * min(self.block.spacing))
            self._mapper.SetImageSampleDistance(1.0 if fine else coarse)
        if self._shown == (view.opacity, view.contrast):
            return
        self._shown = (view.opacity, view.contrast)
        middle, width = 0.49, 2.2 * 0.06**view.contrast
        self._colour.RemoveAllPoints()
        for n, colour in enumerate(_TISSUE):
            value = middle + width * (n / (len(_TISSUE) - 1) - 0.5)
            self._colour.AddRGBPoint(value * BRIGHTEST, *colour)
        solid = min(1.0, 0.60 * view.opacity**2.6)
        self._opacity.RemoveAllPoints()
        for value, part in ((0, 0), (AIR, 0), (AIR + 0.13, 0.55), (0.7, 0.8), (1, 1)):
            self._opacity.AddPoint(value * BRIGHTEST, part * solid)


class Lesion:
    """Smooth surfaces of the lesion or of its parts; the brain in front veils them."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._drawn: list[_SmoothSurface] = []

    def set_surfaces(self, surfaces: Sequence[Surface]) -> None:
        """Show surfaces in place of those before."""
        while len(self._drawn) < len(surfaces):
            self._drawn.append(_SmoothSurface(self._renderer))
        for drawn, surface in zip_longest(self._drawn, surfaces):
            drawn.show(surface)


class _SmoothSurface:
    def __init__(self, renderer: vtkRenderer) -> None:
        self._mapper = vtkPolyDataMapper(scalar_visibility=False)
        look = {"ambient": 0.32, "diffuse": 0.68, "specular": 0.14, "specular_power": 25}
        self._style = vtkProperty(**look)
        self._actor = vtkActor(mapper=self._mapper, property=self._style, visibility=False)
        renderer.AddActor(self._actor)

    def show(self, surface: Surface | None) -> None:
        self._actor.SetVisibility(surface is not None)
        if surface is not None:
            self._mapper.SetInputData(_triangles(surface.mesh))
            self._style.SetColor(*(part / 255 for part in rgb_of(surface.colour)))
            self._style.SetFrontfaceCulling(surface.hollow)
            self._style.SetOpacity(surface.opacity)
            if surface.wire:
                self._style.SetRepresentationToWireframe()
            else:
                self._style.SetRepresentationToSurface()


class CursorCross:
    """Three short lines through the cursor."""

    def __init__(self, renderer: vtkRenderer, half_length_mm: float = 9.0) -> None:
        self._half = half_length_mm
        self._points = vtkPoints(number_of_points=6)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(lines_between(self._points, [(0, 1), (2, 3), (4, 5)]))
        style = vtkProperty(color=CURSOR_COLOUR, line_width=2, lighting=False)
        self._actor = vtkActor(mapper=mapper, property=style, visibility=False)
        renderer.AddActor(self._actor)

    def set_place(self, position_mm: ArrayLike | None, block: Block | None) -> None:
        """Put the cross at a place in mm, RAS+; hidden for None or without a head."""
        self._actor.SetVisibility(position_mm is not None and block is not None)
        if position_mm is None:
            return
        place = np.asarray(position_mm, dtype=np.float64)
        for n, direction in enumerate(np.eye(3)):
            self._points.SetPoint(2 * n, *(place - self._half * direction))
            self._points.SetPoint(2 * n + 1, *(place + self._half * direction))
        self._points.Modified()


def lines_between(points: vtkPoints, ends: Sequence[tuple[int, int]]) -> vtkPolyData:
    """Straight lines, each between two of the points."""
    lines = vtkCellArray()
    for pair in ends:
        lines.InsertNextCell(2, pair)
    data = vtkPolyData(lines=lines)
    data.SetPoints(points)
    return data


def _triangles(mesh: SurfaceMesh) -> vtkPolyData:
    """A surface for VTK, which keeps arrays of its own."""
    points, corners = vtkPoints(), vtkCellArray()
    points.SetData(numpy_to_vtk(mesh.vertices, deep=True))
    corners.SetData(3, numpy_to_vtkIdTypeArray(mesh.triangles.astype(np.int64).ravel(), deep=True))
    data = vtkPolyData(polys=corners)
    data.SetPoints(points)
    data.GetPointData().SetNormals(numpy_to_vtk(mesh.normals, deep=True))
    return data


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
