"""Planes drawn by a graphics card: textures of VTK, among what is solid."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from vtkmodules.util.numpy_support import numpy_to_vtk
from vtkmodules.vtkCommonDataModel import vtkImageData
from vtkmodules.vtkFiltersSources import vtkPlaneSource
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper, vtkRenderer, vtkTexture

from brainviewer.painting.volume.planes.plane_picture import PlanePicture

_SOLID = "if (gl_FragData[0].a < 0.5) discard;"


class CardPlanes:
    """Planes in a renderer."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._renderer = renderer
        self._drawn: list[_CardPlane] = []

    def show(self, planes: Sequence[PlanePicture]) -> None:
        """Show planes in place of those before."""
        while len(self._drawn) < len(planes):
            self._drawn.append(_CardPlane(self._renderer))
        for drawn, plane in zip_longest(self._drawn, planes):
            drawn.show(plane)


class _CardPlane:
    def __init__(self, renderer: vtkRenderer) -> None:
        self._image = vtkImageData()
        texture = vtkTexture(interpolate=True)
        texture.SetInputData(self._image)
        self._plane = vtkPlaneSource()
        mapper = vtkPolyDataMapper(scalar_visibility=False)
        mapper.SetInputConnection(self._plane.GetOutputPort())
        self._actor = vtkActor(mapper=mapper, visibility=False)
        self._actor.SetTexture(texture)
        self._actor.GetProperty().SetLighting(False)
        # Else what is clear somewhere would hide nothing, and no voxels would stop at it.
        self._actor.ForceOpaqueOn()
        place = "//VTK::TCoord::Impl"
        self._actor.GetShaderProperty().AddFragmentShaderReplacement(
            place, True, f"{place}\n{_SOLID}\n", False
        )
        self._shown: PlanePicture | None = None
        renderer.AddActor(self._actor)

    def show(self, plane: PlanePicture | None) -> None:
        self._actor.SetVisibility(plane is not None)
        if plane is None or plane is self._shown:
            return
        self._shown = plane
        rows, columns = plane.rgba.shape[:2]
        self._image.SetDimensions(columns, rows, 1)
        pixels = np.ascontiguousarray(plane.rgba).reshape(-1, 4)
        self._image.GetPointData().SetScalars(numpy_to_vtk(pixels, deep=True))
        self._image.Modified()
        first = plane.origin - 0.5 * plane.across - 0.5 * plane.down
        self._plane.SetOrigin(*first)
        self._plane.SetPoint1(*(first + columns * plane.across))
        self._plane.SetPoint2(*(first + rows * plane.down))
