"""Smooth surfaces of masks, which enclose as much as the masks do. VTK without OpenGL.

The mask is blurred a little, but for what is so thin that the blur would take it away, and its
surface taken (flying edges: Schroeder, Maynard and Geveci 2015), then smoothed by a low-pass filter
(windowed sinc: Taubin, Zhang and Golub 1996). Both make parts smaller. So at the end the vertices
of each separate part are moved along their normals until its volume is right: what a surface gains
is its area times the way (compare Desbrun, Meyer, Schroeder and Barr 1999, "Implicit fairing",
section 4, who scale about the middle instead, which pulls parts of odd shapes from their places).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkImageData, vtkPolyData
from vtkmodules.vtkFiltersCore import (
    vtkFlyingEdges3D,
    vtkPolyDataConnectivityFilter,
    vtkWindowedSincPolyDataFilter,
)

from brainviewer.core.geometry import Affine, Grid, voxel_to_world
from brainviewer.core.surface_mesh import (
    Points,
    SurfaceMesh,
    doubled_areas,
    signed_volumes,
    unit_normals,
)
from brainviewer.painting.volume.block import BORDER, Block, mask_block

Zones = NDArray[np.int32]
_REACH = 2
"""Voxels of a mask around one of its parts within which its blur is worth mentioning."""
_MOST_FOR_ZONES = 1 << 23
_ACROSS, _FINEST = 16, 4
"""Voxels of the block along a mask at least, and at most in place of one."""
_TURNS = 12
_EXACT = 1e-4
"""The volume may be wrong by this fraction, a hundredth of what is asked for."""
_LOST, _GROWN = 0.3, 3.0
"""Parts that the filter leaves less of, or makes more of, stay as they were before it."""


def mask_surface(
    mask: NDArray[np.bool_], grid: Grid, voxel_mm: float = 1.0, across: int = _ACROSS
) -> SurfaceMesh | None:
    """The closed smooth surface of a mask (i, j, k); None if it is empty.

    voxel_mm : what smaller voxels are brought to, and thicker slices interpolated to.
    across : finer than that for what would be less than so many voxels long.

    Its volume is that of the voxels, also where the mask touches the edge of the grid, is as thin
    as a voxel, or is of several pieces, each of which keeps its own volume where the pieces are
    further apart than the blur reaches.
    """
    block = mask_block(mask, grid, _voxel_mm(mask, grid, voxel_mm, across))
    if block is None:
        return None
    block = Block(np.ascontiguousarray(block.values), block.affine)
    zones, wanted = _zones(block, mask, grid)
    surface, regions = _in_regions(_surface(block.values))
    places, triangles = _arrays(surface)
    group, wanted = _groups(regions, zones, places, wanted)
    world = voxel_to_world(block.affine, places)
    if signed_volumes(world, triangles).sum() < 0:
        triangles = triangles[:, ::-1]
    smooth = voxel_to_world(block.affine, _smoothed(surface, block.spacing))
    world = _usable(smooth, world, triangles, group, wanted)
    return SurfaceMesh.of(_with_volume(world, triangles, group, wanted), triangles)


def _voxel_mm(mask: NDArray[np.bool_], grid: Grid, usual: float, across: int) -> float:
    """Finer for what is small, of which else little but corners would be left."""
    lengths = []
    for axis, mm in enumerate(grid.spacing):
        used = np.flatnonzero(mask.any(axis=tuple(n for n in range(3) if n != axis)))
        lengths.append((used[-1] - used[0] + 1) * mm if used.size else 0.0)
    return float(min(usual, max(max(lengths) / across, min(grid.spacing) / _FINEST)))


def _zones(block: Block, mask: NDArray[np.bool_], grid: Grid) -> tuple[Zones | None, Points]:
    """The separate parts of a mask, and what each is to enclose.

    Returns the part, from 0, that each voxel of the block is of or near to, -1 elsewhere, and the
    volume of each in mm³. None where all is one part.
    """
    from brainviewer.core.process.scipy_parts import ndimage

    whole = np.array([np.count_nonzero(mask) * grid.voxel_volume])
    if block.values.size > _MOST_FOR_ZONES:
        return None, whole
    marked = np.zeros(block.values.shape, bool)
    voxels = np.argwhere(mask)
    inside = _nearest(block.affine, grid.to_world(voxels), block.values.shape)
    marked[inside] = True
    # Between interpolated slices there are no voxels of the mask.
    marked |= block.values >= BORDER
    labels, count = ndimage.label(marked, np.ones((3, 3, 3)))
    if count < 2:
        return None, whole
    finer = np.maximum(1, _along_axes(grid) / block.spacing)
    near = ndimage.maximum_filter(labels, [2 * math.ceil(_REACH * one) + 1 for one in finer])
    zones = np.where(labels > 0, labels, near) - 1
    counts = np.bincount(labels[inside] - 1, minlength=count)
    return zones.astype(np.int32), np.asarray(counts * grid.voxel_volume, np.float64)


def _along_axes(grid: Grid) -> Points:
    """Voxel sizes of a grid in mm in the order of a block's axes."""
    return np.array(grid.spacing)[list(grid.to_ras.order)]


def _nearest(affine: Affine, world: Points, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The voxels that places (n, 3) lie in, as an index."""
    inverse = np.asarray(np.linalg.inv(affine), np.float64)
    found = np.rint(voxel_to_world(inverse, world)).astype(np.intp)
    return tuple(np.clip(found, 0, np.array(shape) - 1).T)


def _surface(values: NDArray[np.float32]) -> vtkPolyData:
    """The surface in voxel indices."""
    image = vtkImageData()
    image.SetDimensions(*values.shape)
    flat = np.ascontiguousarray(values.ravel(order="F"))
    image.GetPointData().SetScalars(numpy_to_vtk(flat, deep=True))
    edges = vtkFlyingEdges3D(compute_normals=False, compute_scalars=False)
    edges.SetInputData(image)
    edges.SetValue(0, BORDER)
    edges.Update()
    found: vtkPolyData = edges.GetOutput()
    return found


def _arrays(surface: vtkPolyData) -> tuple[Points, NDArray[np.int32]]:
    corners = vtk_to_numpy(surface.GetPolys().GetConnectivityArray())
    return _points(surface), corners.reshape(-1, 3).astype(np.int32)


def _points(surface: vtkPolyData) -> Points:
    return np.asarray(vtk_to_numpy(surface.GetPoints().GetData()), np.float64)


def _in_regions(surface: vtkPolyData) -> tuple[vtkPolyData, NDArray[np.intp]]:
    """The same surface with its vertices in another order, and the piece (n,) that each is of."""
    apart = vtkPolyDataConnectivityFilter()
    apart.SetInputData(surface)
    apart.SetExtractionModeToAllRegions()
    apart.ColorRegionsOn()
    apart.Update()
    ordered: vtkPolyData = apart.GetOutput()
    found = ordered.GetPointData().GetArray("RegionId")
    return ordered, np.asarray(vtk_to_numpy(found), np.intp)


def _smoothed(surface: vtkPolyData, spacing: tuple[float, float, float]) -> Points:
    """(n, 3): the vertices in voxel indices after the low-pass filter."""
    scaled = vtkPolyData()
    scaled.ShallowCopy(surface)
    points = type(surface.GetPoints())()
    points.SetData(numpy_to_vtk((_points(surface) * spacing).astype(np.float32), deep=True))
    scaled.SetPoints(points)
    smooth = vtkWindowedSincPolyDataFilter(
        number_of_iterations=15,
        pass_band=0.03,
        boundary_smoothing=False,
        non_manifold_smoothing=True,
        normalize_coordinates=True,
    )
    smooth.SetInputData(scaled)
    smooth.Update()
    return np.asarray(_points(smooth.GetOutput()) / spacing)


def _groups(
    regions: NDArray[np.intp], zones: Zones | None, places: Points, wanted: Points
) -> tuple[NDArray[np.intp], Points]:
    """Pieces of the surface and parts of the mask that belong together.

    A part may have several pieces (those of its holes), and a piece may hold several parts.

    Returns the group of each vertex, and what each group is to enclose in mm³.
    """
    if zones is None:
        return np.zeros(len(regions), np.intp), wanted
    count = int(regions.max()) + 1
    part = zones[tuple(np.rint(places).astype(np.intp).T)]
    pairs = np.unique(np.stack([regions[part >= 0], part[part >= 0]], axis=1), axis=0)
    of_region, of_part = np.arange(count), np.full(len(wanted), count)
    while True:
        before = of_region.copy()
        np.minimum.at(of_part, pairs[:, 1], of_region[pairs[:, 0]])
        np.minimum.at(of_region, pairs[:, 0], of_part[pairs[:, 1]])
        if np.array_equal(before, of_region):
            break
    there = of_part < count
    volume = np.bincount(of_part[there], wanted[there], count)
    # What was lost is so little that it may be anywhere.
    return of_region[regions], volume * (wanted.sum() / volume.sum())


def _volumes(
    world: Points, triangles: NDArray[np.int32], group: NDArray[np.intp], count: int
) -> Points:
    of_group = np.bincount(group[triangles[:, 0]], signed_volumes(world, triangles), count)
    return np.asarray(of_group, np.float64)


def _usable(
    smooth: Points,
    rough: Points,
    triangles: NDArray[np.int32],
    group: NDArray[np.intp],
    wanted: Points,
) -> Points:
    """The smoothed vertices, and those before it where a part has all but vanished."""
    volume = _volumes(smooth, triangles, group, len(wanted))
    before = _volumes(rough, triangles, group, len(wanted))
    good = (volume > _LOST * before) & (volume < _GROWN * before)
    return np.where(good[group][:, None], smooth, rough)


def _with_volume(
    world: Points, triangles: NDArray[np.int32], group: NDArray[np.intp], wanted: Points
) -> Points:
    """Vertices moved along their normals, all of a group as far, until its volume is right."""
    there = wanted > 0
    for _ in range(_TURNS):
        volume = _volumes(world, triangles, group, len(wanted))
        missing = np.where(there, wanted - volume, 0.0)
        if (np.abs(missing) <= _EXACT * wanted).all():
            break
        areas = np.linalg.norm(doubled_areas(world, triangles), axis=1) / 2
        area = np.bincount(group[triangles[:, 0]], areas, len(wanted))
        way = np.divide(missing, area, out=np.zeros_like(missing), where=area > 0)
        # A ball of that volume is as wide: further would turn small parts inside out.
        radius = np.cbrt(3 * np.maximum(wanted, 0) / (4 * np.pi))
        way = np.clip(way, -radius / 4, radius / 4)
        world = world + unit_normals(world, triangles) * way[group][:, None]
    return world
