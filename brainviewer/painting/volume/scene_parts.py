"""What is solid in the 3D scene: the lesion's surfaces and the cursor's cross."""

from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import ArrayLike
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import (
    vtkCellArray,
    vtkPolyData,
)
from vtkmodules.vtkRenderingCore import (
    vtkActor,
    vtkPolyDataMapper,
    vtkProperty,
    vtkRenderer,
)

from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting.slice_image import rgb_of
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.rasteriser.picture import SURFACE_LIGHT
from brainviewer.painting.volume.rasteriser.shapes import (
    CURSOR_COLOUR,
    CURSOR_WIDE,
    cross_ends,
    with_fewer_triangles,
)


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

    def show_finely(self, fine: bool) -> None:
        """Draw all triangles, or fewer, which software OpenGL draws several times as fast."""
        for drawn in self._drawn:
            drawn.show_finely(fine)


class _SmoothSurface:
    def __init__(self, renderer: vtkRenderer) -> None:
        self._mapper = vtkPolyDataMapper(scalar_visibility=False)
        light = SURFACE_LIGHT
        self._style = vtkProperty(
            ambient=light.ambient,
            diffuse=light.diffuse,
            specular=light.specular,
            specular_power=light.power,
        )
        self._actor = vtkActor(mapper=self._mapper, property=self._style, visibility=False)
        self._mesh: SurfaceMesh | None = None
        self._all: vtkPolyData | None = None
        self._fewer: vtkPolyData | None = None
        renderer.AddActor(self._actor)

    def show_finely(self, fine: bool) -> None:
        if self._mesh is None or not self._actor.GetVisibility():
            return
        if not fine and self._fewer is None:
            self._fewer = _triangles(with_fewer_triangles(self._mesh))
        self._mapper.SetInputData(self._all if fine else self._fewer)

    def show(self, surface: Surface | None) -> None:
        self._actor.SetVisibility(surface is not None)
        if surface is not None:
            if surface.mesh is not self._mesh:
                self._mesh, self._all = surface.mesh, _triangles(surface.mesh)
                self._fewer = None
            self._mapper.SetInputData(self._all)
            self._style.SetColor(*(part / 255 for part in rgb_of(surface.colour)))
            self._style.SetFrontfaceCulling(surface.hollow)
            self._style.SetOpacity(surface.opacity)
            # Of what is seen through, one side is drawn once: triangles are not sorted by depth.
            self._style.SetBackfaceCulling(surface.opacity < 1 and not surface.hollow)
            self._style.SetLighting(not surface.wire)  # lines have no side that could be lit
            if surface.wire:
                self._style.SetRepresentationToWireframe()
            else:
                self._style.SetRepresentationToSurface()


class CursorCross:
    """Three short lines through the cursor."""

    def __init__(self, renderer: vtkRenderer) -> None:
        self._points = vtkPoints(number_of_points=6)
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(lines_between(self._points, [(0, 1), (2, 3), (4, 5)]))
        style = vtkProperty(color=CURSOR_COLOUR, line_width=CURSOR_WIDE, lighting=False)
        self._actor = vtkActor(mapper=mapper, property=style, visibility=False)
        renderer.AddActor(self._actor)

    def set_place(self, position_mm: ArrayLike | None, block: Block | None) -> None:
        """Put the cross at a place in mm, RAS+; hidden for None or without a head."""
        self._actor.SetVisibility(position_mm is not None and block is not None)
        if position_mm is None:
            return
        for n, place in enumerate(cross_ends(position_mm).reshape(-1, 3)):
            self._points.SetPoint(n, *place)
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
