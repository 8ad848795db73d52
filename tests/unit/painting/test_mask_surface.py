"""Surfaces of masks: closed, the right way round, where the mask is, and as large as it is."""

import math
import time

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.core.geometry import Grid
from brainviewer.core.surface_mesh import SurfaceMesh, signed_volumes
from brainviewer.painting.volume.mask_surface import mask_surface
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_mask, oblique_grid

Mask = NDArray[np.bool_]
SPACINGS = [(1, 1, 1), (1, 1, 5), (5, 1, 1), (0.4, 0.4, 5), (0.3, 0.3, 0.3), (2, 2, 2)]


def made(mask: Mask, grid: Grid) -> SurfaceMesh:
    """The surface, of which everything is checked that holds for each."""
    mesh = mask_surface(mask, grid)
    assert mesh is not None
    assert mesh.vertices.dtype == mesh.normals.dtype == np.float32
    assert mesh.triangles.dtype == np.int32
    assert mesh.is_closed
    voxels = np.count_nonzero(mask) * grid.voxel_volume / 1000
    assert mesh.volume_ml == pytest.approx(voxels, rel=0.002)
    assert np.linalg.norm(mesh.normals, axis=1) == pytest.approx(1, abs=1e-3)
    return mesh


def ball(grid: Grid, radius_mm: float, away_mm: tuple[float, float, float] = (0, 0, 0)) -> Mask:
    voxels = np.indices(grid.shape).reshape(3, -1).T
    away = grid.to_world(voxels) - grid.centre - away_mm
    return (np.linalg.norm(away, axis=1) < radius_mm).reshape(grid.shape)


def box_grid(spacing: tuple[float, ...], mm: float = 60) -> Grid:
    i, j, k = (math.ceil(mm / one) for one in spacing)
    return Grid((i, j, k), np.diag([*spacing, 1.0]))


@pytest.mark.parametrize("spacing", [(1, 1, 1), (0.5, 0.5, 0.5), (1, 1, 5), (0.9, 0.9, 3)])
def test_a_ball_is_a_ball(spacing: tuple[float, ...]) -> None:
    grid = box_grid(spacing)
    mesh = made(ball(grid, 20), grid)
    away = np.linalg.norm(mesh.vertices - grid.centre, axis=1)
    assert away == pytest.approx(20, abs=0.25 * max(spacing) + 0.5)
    # A smooth surface has hardly more area; steps would have half as much again.
    assert mesh.area_mm2 == pytest.approx(4 * math.pi * 20**2, rel=0.04)
    outwards = (mesh.vertices - grid.centre) / away[:, None]
    assert np.einsum("ij,ij->i", outwards, mesh.normals).min() > 0.7


@pytest.mark.parametrize("spacing", SPACINGS, ids=str)
def test_small_thin_and_scattered_masks_keep_their_volume(spacing: tuple[float, ...]) -> None:
    grid = Grid((20, 20, 20), np.diag([*spacing, 1.0]))
    single, line, sheet, several = (np.zeros(grid.shape, bool) for _ in range(4))
    single[5, 5, 5] = True
    line[3:17, 5, 5] = True
    sheet[3:17, 3:17, 5] = True
    several[10:15, 10:15, 10:15] = several[5, 5, 5] = several[0, 19, 0] = True
    several[12, 12, 12] = False
    noise = np.random.default_rng(1).random(grid.shape) > 0.9
    for mask in (single, line, sheet, several, noise, np.ones(grid.shape, bool)):
        made(mask, grid)


def test_each_of_several_pieces_keeps_its_own_volume() -> None:
    grid = box_grid((1, 1, 1))
    large, small = ball(grid, 10, (-12, 0, 0)), ball(grid, 2, (15, 0, 0))
    mesh = made(large | small, grid)
    right = mesh.vertices[mesh.triangles[:, 0], 0] > grid.centre[0] + 8
    volumes = signed_volumes(mesh.vertices.astype(float), mesh.triangles[right])
    assert volumes.sum() == pytest.approx(np.count_nonzero(small), rel=0.01)


def test_a_hollow_mask_has_an_inner_surface() -> None:
    grid = box_grid((1, 1, 1))
    mesh = made(ball(grid, 20) & ~ball(grid, 12), grid)
    away = np.linalg.norm(mesh.vertices - grid.centre, axis=1)
    inner = away < 16
    assert away[inner] == pytest.approx(12, abs=0.6)
    towards = (mesh.vertices - grid.centre) / away[:, None]
    assert np.einsum("ij,ij->i", towards, mesh.normals)[inner].max() < -0.7


@pytest.mark.parametrize("corner", [(-29, -29, -29), (29, 0, 0), (0, -29, 29)], ids=str)
def test_masks_at_the_edge_of_the_grid_are_closed(corner: tuple[float, float, float]) -> None:
    grid = box_grid((1, 1, 1))
    mesh = made(ball(grid, 15, corner), grid)
    low, high = (grid.to_world(n) for n in (np.full(3, -0.9), np.array(grid.shape) - 0.1))
    assert (mesh.vertices > low).all() and (mesh.vertices < high).all()


@pytest.mark.parametrize("case", AXIS_CASES[::5], ids=case_name)
def test_surfaces_lie_where_the_mask_does(case: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    for grid in (grid_of(*case), grid_of(*case, tilt_degrees=(9, 5, -7)), oblique_grid()):
        mask = marker_mask(grid)
        mesh = made(mask, grid)
        corners = mesh.vertices[mesh.triangles].astype(float)
        weight = signed_volumes(mesh.vertices.astype(float), mesh.triangles)
        middle = mesh.vertices.mean(axis=0)
        tetrahedra = (corners.sum(axis=1) + middle) / 4
        centroid = weight @ tetrahedra / weight.sum()
        assert centroid == pytest.approx(grid.to_world(np.argwhere(mask)).mean(axis=0), abs=0.15)


def test_a_sheared_grid_is_measured_as_its_voxels() -> None:
    affine = np.diag([1.0, 1.0, 4.0, 1.0])
    affine[0, 2] = 1.2  # as a tilted gantry makes it
    grid = Grid((50, 50, 15), affine)
    made(ball(grid, 14), grid)


def test_an_empty_mask_has_no_surface() -> None:
    grid = box_grid((1, 1, 1))
    assert mask_surface(np.zeros(grid.shape, bool), grid) is None


def test_a_large_lesion_takes_tenths_of_a_second() -> None:
    grid = box_grid((1, 1, 1), 80)
    mask = ball(grid, 24.3)
    assert np.count_nonzero(mask) * grid.voxel_volume == pytest.approx(60_000, rel=0.01)
    mask_surface(mask[20:40, 20:40, 20:40], grid.part((20, 20, 20), (20, 20, 20)))  # imports
    seconds = []
    for _ in range(3):
        began = time.process_time()
        mask_surface(mask, grid)
        seconds.append(time.process_time() - began)
    assert min(seconds) < 0.6  # of all processors together; 0.2 were measured


def test_an_open_surface_is_told_from_a_closed_one() -> None:
    grid = box_grid((1, 1, 1))
    mesh = made(ball(grid, 5), grid)
    assert not SurfaceMesh(mesh.vertices, mesh.triangles[1:], mesh.normals).is_closed
    turned = mesh.triangles.copy()
    turned[3] = turned[3][::-1]
    assert not SurfaceMesh(mesh.vertices, turned, mesh.normals).is_closed
    inside_out = SurfaceMesh(mesh.vertices, mesh.triangles[:, ::-1], mesh.normals)
    assert inside_out.volume_ml == pytest.approx(-mesh.volume_ml)


def scattered() -> dict[str, Mask]:
    """Masks of which a blur leaves little or nothing."""
    shell = np.zeros((24, 24, 24), bool)
    away = np.linalg.norm(np.indices(shell.shape) - 11.5, axis=0)
    rim = (away > 6) & (away < 7.2)
    thorny = away < 5
    thorny[11, 11, 2:22] = thorny[3:12, 12, 12] = True
    slit = (away < 8) & ~((np.indices(shell.shape)[0] == 11) & (away < 7))
    noise = np.random.default_rng(3).random(shell.shape) > 0.93
    return {"rim": rim, "thorny": thorny, "slit": slit, "noise": noise}


@pytest.mark.parametrize("spacing", [(1, 1, 1), (1, 1, 4), (0.4, 0.4, 0.4)], ids=str)
@pytest.mark.parametrize("name", ["rim", "thorny", "slit", "noise"])
def test_what_is_thin_stays_where_it_is(name: str, spacing: tuple[float, ...]) -> None:
    mask = scattered()[name]
    grid = Grid((24, 24, 24), np.diag([*spacing, 1.0]))
    mesh = made(mask, grid)
    where = np.rint(grid.to_voxel(mesh.vertices)).astype(int) + 2
    # Where voxels are put together, a millimetre is as near as can be told.
    voxels = 1 if min(spacing) >= 1 else 2
    wide = np.pad(mask, 2)
    around = ndimage.binary_dilation(wide, np.ones((3, 3, 3)), iterations=voxels)
    assert around[tuple(where.T)].mean() > 0.99
    reached = np.zeros(wide.shape, bool)
    reached[tuple(where.T)] = True
    near = ndimage.binary_dilation(reached, np.ones((3, 3, 3)), iterations=voxels)
    border = wide & ~ndimage.binary_erosion(wide)
    assert near[border].mean() > 0.97
