"""Which place is seen at a pixel of the 3D view."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.geometry import voxel_to_world
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import camera_of
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import LOOKS, VolumeView, look_rotation
from brainviewer.painting.volume.voxels.clip import Clip, ClipPlane
from tests.phantoms import grid_of, marker_finding, marker_study

SIZE = (140, 120)


@pytest.fixture(scope="module")
def ball() -> Block:
    """A ball of 20 mm around (5, -3, 2)."""
    places = (np.indices((50, 50, 50)) - 24.5).astype(np.float32)
    values = np.clip((20 - np.sqrt((places**2).sum(axis=0))) / 2, 0, 1) * 2600
    affine = np.eye(4)
    affine[:3, 3] = np.array((5, -3, 2)) - 24.5
    return Block(np.asfortranarray(values, dtype=np.uint16), affine)


def scene_of(block: Block, by: DrawnBy = DrawnBy.PROCESSOR) -> VolumeScene:
    scene = VolumeScene(GraphicsChoice(by, ""))
    scene.set_head(block, oriented=False)
    return scene


@pytest.mark.parametrize("perspective", [True, False])
@pytest.mark.parametrize("letter", LOOKS)
def test_the_middle_of_a_ball_is_its_nearest_point(
    ball: Block, letter: str, perspective: bool
) -> None:
    scene = scene_of(ball)
    scene.view = VolumeView(look_rotation(letter), preset="skin", perspective=perspective)
    scene.render_image(SIZE)
    assert scene.seen is not None
    place = scene.seen.place(0.5, 0.5)
    scene.close()
    expected = np.array((5, -3, 2)) + 19 * np.array(LOOKS[letter][0])
    assert place == pytest.approx(expected, abs=1.6)


@pytest.mark.parametrize("fine", [True, False])
def test_a_place_is_seen_where_it_was_picked(ball: Block, fine: bool) -> None:
    scene = scene_of(ball)
    scene.view = VolumeView(preset="skin", size=1.2, place=(0.1, -0.2))
    scene.render_image(SIZE, fine)
    for x, y in ((0.5, 0.45), (0.6, 0.55), (0.42, 0.6)):
        assert scene.seen is not None
        place = scene.seen.place(x, y)
        assert place is not None
        camera = camera_of(scene.view, ball, SIZE)
        assert camera.pixels(place) == pytest.approx(
            (x * SIZE[0] - 0.5, y * SIZE[1] - 0.5), abs=0.6
        )
    scene.close()


def test_beside_the_head_there_is_nothing(ball: Block) -> None:
    scene = scene_of(ball)
    assert scene.seen is None
    scene.render_image(SIZE)
    assert scene.seen is not None
    assert scene.seen.place(0.02, 0.02) is None
    scene.set_head(None)
    assert scene.seen is None
    scene.close()


def test_what_is_cut_away_is_not_picked(ball: Block) -> None:
    scene = scene_of(ball)
    clip = Clip(plane=ClipPlane((0, 4.0, 0), (0, 1, 0)))
    scene.view = VolumeView(look_rotation("A"), preset="skin", clip=clip, perspective=False)
    scene.render_image(SIZE)
    assert scene.seen is not None
    place = scene.seen.place(0.5, 0.5)
    scene.close()
    assert place == pytest.approx((5, 4, 2), abs=1.6)


def test_projections_pick_the_extreme(ball: Block) -> None:
    values = ball.values.copy(order="F")
    values[25, 20, 25] = 4000
    scene = scene_of(Block(values, ball.affine))
    scene.view = VolumeView(look_rotation("A"), preset="maximum", perspective=False)
    scene.render_image(SIZE)
    assert scene.seen is not None
    bright = voxel_to_world(ball.affine, (25, 20, 25))
    x, y = camera_of(scene.view, ball, SIZE).pixels(bright)
    place = scene.seen.place((x + 0.5) / SIZE[0], (y + 0.5) / SIZE[1])
    scene.close()
    assert place == pytest.approx(bright, abs=1.1)


@pytest.mark.parametrize("by", [DrawnBy.PROCESSOR, DrawnBy.GRAPHICS_CARD])
def test_a_surface_in_the_translucent_brain_is_picked(by: DrawnBy) -> None:
    study = marker_study(grid_of())
    finding = marker_finding(study)
    scene = VolumeScene(GraphicsChoice(by, ""))
    scene.set_study(study)
    scene.set_lesion(finding)
    assert finding.position_mm is not None
    middle = np.array(finding.position_mm)
    scene.view = replace(VolumeView(look_rotation("L")), preset="tumour")
    scene.render_image(SIZE)
    assert scene.seen is not None and scene.seen.near is not None
    assert np.isfinite(scene.seen.near).any()
    x, y = scene.seen.camera.pixels(middle)
    place = scene.seen.place((x + 0.5) / SIZE[0], (y + 0.5) / SIZE[1])
    scene.close()
    assert place is not None
    # On the near side of the marker, on the line of sight through its middle.
    assert place[0] < middle[0]
    assert np.linalg.norm(np.array(place) - middle) < 8
    assert np.array(place)[1:] == pytest.approx(middle[1:], abs=2.5)


@pytest.mark.parametrize("perspective", [True, False])
def test_a_place_is_hidden_behind_voxels_and_behind_what_is_solid(
    ball: Block, perspective: bool
) -> None:
    scene, study = scene_of(ball), marker_study(grid_of())
    scene.view = VolumeView(look_rotation("A"), perspective=perspective, preset="skin")
    scene.render_image(SIZE)
    # In front of the ball, on its near side, in it, behind it, and beside it at the same depth.
    places = np.array([(5, 27, 2), (5, 17, 2), (5, -3, 2), (5, -30, 2), (35, -30, 2)], float)
    assert scene.seen is not None
    assert scene.seen.hides(places).tolist() == [False, False, True, True, False]
    scene.view = replace(scene.view, preset="maximum")
    scene.render_image(SIZE)
    assert not scene.seen.hides(places).any()
    scene.set_study(study)
    scene.set_lesion(marker_finding(study))
    scene.render_image(SIZE)
    marker = np.array(marker_finding(study).position_mm)
    lesion = marker + np.array([(0, 30, 0), (0, -30, 0)])
    assert scene.seen.hides(lesion).tolist() == [False, True]
    scene.close()
