"""The volume drawn by the processor: places, opacities, light, and what is solid in it."""

import math
from dataclasses import replace
from itertools import product

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.geometry import voxel_to_world
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.view import VolumeView, look_rotation, turned
from brainviewer.painting.volume.voxels.block_values import BRIGHTEST
from brainviewer.painting.volume.voxels.coded_block import CodedBlock
from brainviewer.painting.volume.voxels.look import UNSHADED, VolumeLook
from brainviewer.painting.volume.voxels.normals import FLAT, code_directions, directions
from brainviewer.painting.volume.voxels.shear_warp import Planes, ShearWarp

SIZE = (160, 140)
EVEN = VolumeLook(
    colours=((0, 0, 0), (1, 1, 1)),
    opacity=((0, 0), (1, 1)),
    edges=((0, 1), (1, 1)),
    shading=UNSHADED,
)
"""Opacity by the value alone, and no light."""
_TO_THE_FULL = 0.5
"""Opacity of the view at which the opacities below are given."""
VIEWS = [
    VolumeView(turned(look_rotation(letter), azimuth, elevation), perspective=perspective)
    for (letter, azimuth, elevation), perspective in product(
        (("A", 0, 0), ("P", 10, 0), ("L", 44, 20), ("R", -30, 50), ("S", 20, 20), ("I", 46, -46)),
        (True, False),
    )
]


def oblique_affine(spacing: tuple[float, float, float]) -> NDArray[np.float64]:
    rotation = turned(turned(np.eye(3), 20, 10), 5, -30)
    affine = np.eye(4)
    affine[:3, :3] = rotation * spacing
    affine[:3, 3] = 10, -40, 25
    return affine


def seen(planes: Planes, plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(cv2.warpPerspective(plane, planes.to_screen, size))


def at_full(look: VolumeLook) -> VolumeLook:
    """The same with the opacities as they are given, at the view's usual opacity."""
    most = float(VolumeLook(opacity=((0, 1), (1, 1))).opacity_of(np.array(0.5), _TO_THE_FULL))
    return replace(look, opacity=tuple((value, part / most) for value, part in look.opacity))


def drawn(block: Block, camera: Camera, look: VolumeLook = EVEN) -> NDArray[np.float32]:
    planes = ShearWarp(CodedBlock.of(block), at_full(look)).draw(camera, _TO_THE_FULL, 0.5)
    return seen(planes, planes.whole, camera.size)


# Places


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.8, 1.0, 3.0)])
def test_a_marker_is_seen_where_the_camera_has_it(
    view: VolumeView, spacing: tuple[float, float, float]
) -> None:
    values = np.zeros((40, 36, 20), np.uint16)
    values[:2, :2, :2] = values[-2:, -2:, -2:] = 1  # so that the box is that of the whole
    values[28:31, 8:11, 12:15] = BRIGHTEST
    block = Block(np.asfortranarray(values), oblique_affine(spacing))
    camera = camera_of(view, block, SIZE)
    # Thin, so that the front does not hide the back.
    opacity = drawn(block, camera, replace(EVEN, opacity=((0, 0), (1, 0.01))))[..., 3]
    rows, columns = np.indices(opacity.shape)
    centre = [float((part * opacity).sum() / opacity.sum()) for part in (columns, rows)]
    expected = camera.pixels(voxel_to_world(block.affine, (29, 9, 13)))
    assert centre == pytest.approx(expected, abs=0.6)


def test_the_camera_is_that_of_vtk() -> None:
    from vtkmodules.vtkRenderingCore import vtkCoordinate, vtkRenderer

    from brainviewer.painting.volume.scene_window import open_window
    from brainviewer.painting.volume.solids import aim

    block = Block(np.ones((30, 40, 20), np.uint16), oblique_affine((2, 1, 3)))
    window, renderer = open_window(), vtkRenderer()
    window.AddRenderer(renderer)
    window.SetSize(*SIZE)
    place = vtkCoordinate()
    place.SetCoordinateSystemToWorld()
    for view in VIEWS:
        camera = camera_of(replace(view, size=1.3, place=(0.2, -0.1)), block, SIZE)
        aim(renderer, camera)
        for point in block.corners:
            place.SetValue(*point)
            x, y = place.GetComputedDoubleDisplayValue(renderer)
            # VTK counts from the lower left corner, and to the edge of pixels.
            assert camera.pixels(point) == pytest.approx((x - 0.5, SIZE[1] - y - 0.5), abs=0.02)
    window.Finalize()


@pytest.mark.parametrize("view", VIEWS)
def test_a_ray_goes_through_its_pixel(view: VolumeView) -> None:
    block = Block(np.ones((30, 40, 20), np.uint16), oblique_affine((2, 1, 3)))
    camera = camera_of(view, block, SIZE)
    through, way = camera.ray((33.0, 90.0))
    for mm in (-30.0, 0.0, 50.0):
        assert camera.pixels(through + mm * way) == pytest.approx((33, 90), abs=1e-6)
    assert float(way @ camera.rotation[2]) < 0
    few = camera.with_most(80)
    assert few.size == (80, 70)
    ratio = few.pixels(through) - camera.pixels(through) / 2
    assert np.abs(ratio).max() < 0.5


# Opacity


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (1.0, 1.0, 2.0)])
def test_as_much_is_seen_through_a_ball_from_all_sides(
    view: VolumeView, spacing: tuple[float, float, float]
) -> None:
    """A ball takes the light that its thickness does, whatever the slices are."""
    shape = (48, 48, round(48 / spacing[2]))
    places = (np.indices(shape).T - (np.array(shape) - 1) / 2) * spacing
    ball = (np.linalg.norm(places, axis=-1) < 16).T
    values = np.where(ball, BRIGHTEST, 0).astype(np.uint16)
    values[0, 0, 0] = values[-1, -1, -1] = 1
    block = Block(np.asfortranarray(values), oblique_affine(spacing))
    thin = replace(EVEN, opacity=((0, 0), (0.5, 0), (1, 0.05)))
    camera = camera_of(view, block, SIZE)
    image = drawn(block, camera, thin)
    x, y = np.rint(camera.pixels(voxel_to_world(block.affine, (np.array(shape) - 1) / 2))).astype(
        int
    )
    assert image[y, x, 3] == pytest.approx(1 - 0.95**32, abs=0.03)


def test_edges_alone_are_seen_where_edges_alone_are_opaque() -> None:
    values = np.zeros((40, 40, 40), np.uint16)
    values[10:30, 10:30, 10:30] = 2000
    block = Block(np.asfortranarray(values), np.eye(4))
    shell = replace(EVEN, edges=((0.0, 0.0), (0.05, 1.0)), opacity=((0, 0), (0.1, 0.2), (1, 0.2)))
    camera = camera_of(VolumeView(look_rotation("A"), perspective=False), block, SIZE)
    middle = drawn(block, camera, shell)[SIZE[1] // 2, SIZE[0] // 2, 3]
    # Two layers of which each is a voxel thick.
    assert middle == pytest.approx(1 - 0.8**2, abs=0.02)


def test_weights_take_away() -> None:
    values = np.full((20, 20, 20), BRIGHTEST, np.uint16)
    block = Block(np.asfortranarray(values), np.eye(4))
    left = np.zeros(values.shape, np.float32)
    left[10:] = 1
    camera = camera_of(VolumeView(look_rotation("A"), perspective=False), block, SIZE)
    planes = ShearWarp(CodedBlock.of(block), at_full(EVEN), left).draw(camera, _TO_THE_FULL, 0.5)
    opacity = seen(planes, planes.whole, SIZE)[SIZE[1] // 2, :, 3]
    # From anterior the patient's left is on the right.
    assert opacity[SIZE[0] // 2 + 6 :].max() < 0.01
    assert opacity[: SIZE[0] // 2 - 3].max() > 0.9


def test_air_is_nothing() -> None:
    block = Block(np.zeros((9, 8, 7), np.uint16, order="F"), np.eye(4))
    camera = camera_of(VolumeView(), block, SIZE)
    assert not drawn(block, camera).any()


# What is solid


@pytest.mark.parametrize("view", VIEWS)
def test_what_lies_before_something_solid_is_told_from_the_rest(view: VolumeView) -> None:
    block = Block(np.full((40, 40, 40), BRIGHTEST, np.uint16, order="F"), oblique_affine((1, 1, 1)))
    thin = replace(EVEN, opacity=((0, 0.03), (1, 0.03)))
    camera = camera_of(view, block, SIZE)
    volume = ShearWarp(CodedBlock.of(block), at_full(thin))
    before = []
    for near in (-200.0, 0.0, 200.0):
        plate = np.full((SIZE[1], SIZE[0]), -math.inf, np.float32)
        plate[40:100, 50:110] = near
        planes = volume.draw(camera, _TO_THE_FULL, 0.5, plate)
        assert planes.before is not None
        part = seen(planes, planes.before, SIZE)[..., 3]
        whole = seen(planes, planes.whole, SIZE)[..., 3]
        before.append(part[SIZE[1] // 2, SIZE[0] // 2] / whole[SIZE[1] // 2, SIZE[0] // 2])
    behind_all, within, before_all = before
    assert behind_all == pytest.approx(1, abs=0.01)
    assert before_all == 0
    whole = planes.whole[..., 3].max()
    # Through half of the way as much is seen as through both halves one after the other.
    half = within * float(seen(planes, planes.whole, SIZE)[SIZE[1] // 2, SIZE[0] // 2, 3])
    assert 1 - (1 - half) ** 2 == pytest.approx(whole, abs=0.06)


def test_without_anything_solid_nothing_lies_before() -> None:
    block = Block(np.full((9, 9, 9), BRIGHTEST, np.uint16, order="F"), np.eye(4))
    camera = camera_of(VolumeView(), block, SIZE)
    volume = ShearWarp(CodedBlock.of(block), EVEN)
    assert volume.draw(camera, 0.5, 0.5).before is None
    nothing = np.full((SIZE[1], SIZE[0]), -math.inf, np.float32)
    planes = volume.draw(camera, 0.5, 0.5, nothing)
    assert planes.before is not None and not planes.before.any()
    assert np.array_equal(planes.whole, volume.draw(camera, 0.5, 0.5).whole)


# Directions


def test_directions_are_told_to_three_degrees() -> None:
    wanted = np.random.default_rng(1).normal(size=(200, 3))
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    known = directions()
    for normal in wanted:
        # Values fall along the normal.
        values = 2000 - 40 * np.tensordot(normal, np.indices((5, 5, 5)) - 2, axes=1)
        codes, steep = code_directions(values, (1.0, 1.0, 1.0))
        assert known[codes[2, 2, 2]] @ normal > math.cos(math.radians(3))
        assert steep[2, 2, 2] == pytest.approx(40, abs=1)


def test_directions_are_those_of_millimetres() -> None:
    values = np.broadcast_to(-30.0 * np.arange(6)[:, None, None], (6, 6, 6))
    values = values - 30.0 * np.arange(6)[None, None, :]
    codes, steep = code_directions(values, (1.0, 1.0, 3.0))
    expected = np.array((1, 0, 1 / 3)) / math.hypot(1, 1 / 3)
    assert directions()[codes[3, 3, 3]] == pytest.approx(expected, abs=0.04)
    assert steep[3, 3, 3] == pytest.approx(30 * math.hypot(1, 1 / 3), abs=1)


def test_even_values_have_no_direction() -> None:
    codes, steep = code_directions(np.full((4, 1, 9), 700), (1.0, 1.0, 1.0))
    assert (codes == FLAT).all() and not steep.any()
    assert not directions()[FLAT].any()


def test_slabs_fit_together() -> None:
    values = np.random.default_rng(3).integers(0, 4000, (37, 9, 8))
    codes, steep = code_directions(values, (1.0, 1.0, 1.0))
    for first in range(1, 34, 5):
        part, steepness = code_directions(values[first - 1 : first + 3], (1.0, 1.0, 1.0))
        assert np.array_equal(part[1:-1], codes[first : first + 2])
        assert np.array_equal(steepness[1:-1], steep[first : first + 2])
