"""The box that the head is cut by in 3D: its faces, and how a hand moves them."""

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.view import VolumeView, look_rotation, turned
from brainviewer.painting.volume.voxels.box import (
    FACES,
    THINNEST_MM,
    box_round,
    dragged,
    edges,
    facing,
    holds,
    middle_of,
    whole_box,
    with_face,
    within,
)
from brainviewer.painting.volume.voxels.clip import Box
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_mask, marker_position

BOX: Box = ((-30.0, -40.0, -20.0), (30.0, 40.0, 25.0))


def camera(view: VolumeView) -> Camera:
    affine = np.eye(4)
    affine[:3, 3] = -50
    return camera_of(view, Block(np.zeros((101, 101, 101), np.uint16), affine), (400, 300))


def test_faces_lie_where_their_numbers_say() -> None:
    assert [float(middle_of(BOX, face)[face // 2]) for face in FACES] == [-30, 30, -40, 40, -20, 25]
    assert middle_of(BOX, 5)[:2] == pytest.approx((0, 0))
    assert len(edges(BOX)) == 12
    for ends, faces in edges(BOX):
        for face in faces:  # both ends lie in both faces
            assert ends[:, face // 2] == pytest.approx(BOX[face % 2][face // 2])
        assert (ends[0] != ends[1]).sum() == 1


@pytest.mark.parametrize("perspective", [True, False])
@pytest.mark.parametrize("face", FACES)
def test_a_face_follows_the_hand(face: int, perspective: bool) -> None:
    seen = camera(VolumeView(turned(look_rotation("A"), 33, -24), perspective=perspective))
    wanted = middle_of(BOX, face)
    wanted[face // 2] += 7.5
    start, now = (tuple(seen.pixels(p).tolist()) for p in (middle_of(BOX, face), wanted))
    to = dragged(BOX, face, seen, (start[0], start[1]), (now[0], now[1]))
    assert to == pytest.approx(BOX[face % 2][face // 2] + 7.5, abs=0.2)
    # Where a handle is taken beside its middle, it does not jump.
    assert dragged(BOX, face, seen, (start[0] + 5, start[1]), (start[0] + 5, start[1])) == (
        pytest.approx(BOX[face % 2][face // 2])
    )


def test_a_face_that_is_looked_at_straight_goes_away_upwards() -> None:
    seen = camera(VolumeView(look_rotation("A"), perspective=False))
    to = dragged(BOX, 3, seen, (200.0, 150.0), (200.0, 150.0 - 4 * seen.scale))
    assert to == pytest.approx(44)


def test_faces_keep_apart_and_inside() -> None:
    most = ((-50.0, -50.0, -50.0), (50.0, 50.0, 50.0))
    assert with_face(BOX, 1, 99.0, most)[1] == (50.0, 40.0, 25.0)
    assert with_face(BOX, 1, -99.0, most)[1][0] == -30 + THINNEST_MM
    assert with_face(BOX, 4, 99.0, most)[0][2] == 25 - THINNEST_MM
    assert with_face(BOX, 2, 1.0, most) == ((-30.0, 1.0, -20.0), (30.0, 40.0, 25.0))


def test_what_faces_the_viewer_is_known() -> None:
    seen = camera(VolumeView(look_rotation("S"), perspective=False))
    assert [face for face in FACES if facing(BOX, face, seen)] == [5]
    seen = camera(VolumeView(turned(look_rotation("L"), 30, -20), perspective=False))
    assert [face for face in FACES if facing(BOX, face, seen)] == [0, 3, 5]


@pytest.mark.parametrize("case", AXIS_CASES[::13], ids=case_name)
def test_the_box_round_a_mask_holds_it(case: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    grid: Grid = grid_of(*case)
    mask = marker_mask(grid)
    box = box_round(mask, grid, margin_mm=2.0)
    assert box is not None
    low, high = np.array(box)
    where = grid.to_world(np.argwhere(mask))
    half = np.abs(grid.affine[:3, :3]).sum(axis=1) / 2
    assert low == pytest.approx(where.min(axis=0) - half - 2)
    assert high == pytest.approx(where.max(axis=0) + half + 2)
    assert ((low < marker_position(grid)) & (marker_position(grid) < high)).all()
    assert box_round(np.zeros_like(mask), grid) is None


def test_the_whole_box_is_round_all_voxels_and_nothing_is_left_of_what_is_beside() -> None:
    block = Block(np.zeros((11, 21, 31), np.uint16), np.diag([2.0, 1.0, 1.0, 1.0]))
    most = whole_box(block)
    assert most == ((-1.0, -0.5, -0.5), (21.0, 20.5, 30.5))
    assert within(((5.0, -9.0, 3.0), (15.0, 9.0, 90.0)), most) == ((5, -0.5, 3), (15, 9, 30.5))
    assert within(((50.0, 0.0, 0.0), (60.0, 9.0, 9.0)), most) == most
    assert holds(most, most) and holds(((0.0, 0.0, 0.0), (90.0, 90.0, 90.0)), most)
    assert not holds(((5.0, -1.0, -1.0), (21.0, 21.0, 31.0)), most)
