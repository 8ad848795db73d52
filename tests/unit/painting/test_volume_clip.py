"""Cutting the head in the 3D view: what is left, and where it is seen."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.geometry import voxel_to_world
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView, look_rotation, turned
from brainviewer.painting.volume.voxels.clip import Clip, ClipPlane, weights_of

SIZE = (120, 120)


@pytest.fixture(scope="module")
def ball() -> Block:
    """A ball of 20 mm around the origin, on an oblique grid of 1 × 1 × 2 mm."""
    affine = np.eye(4)
    affine[:3, :3] = turned(np.eye(3), 25, -15) * (1.0, 1.0, 2.0)
    shape = np.array((48, 48, 24))
    affine[:3, 3] = -affine[:3, :3] @ ((shape - 1) / 2)
    away = np.linalg.norm(world(affine, shape), axis=-1)
    values = np.clip((20 - away) / 2, 0, 1) * 2400
    return Block(np.asfortranarray(values, dtype=np.uint16), affine)


def world(affine: np.ndarray, shape: np.ndarray) -> np.ndarray:
    return voxel_to_world(affine, np.moveaxis(np.indices(shape), 0, -1))


def places(block: Block) -> np.ndarray:
    return world(block.affine, np.array(block.values.shape))


def test_nothing_is_cut_by_default(ball: Block) -> None:
    assert not Clip()
    assert weights_of(Clip(), ball) is None
    assert weights_of(Clip(peel_mm=0.0), ball) is None


@pytest.mark.parametrize("normal", [(1, 0, 0), (0, -2, 0), (0.3, 0.5, -0.8)])
def test_a_plane_cuts_what_its_normal_points_to(
    ball: Block, normal: tuple[float, float, float]
) -> None:
    point = (3.0, -2.0, 4.0)
    left = weights_of(Clip(plane=ClipPlane(point, normal)), ball)
    assert left is not None
    unit = np.array(normal) / np.linalg.norm(normal)
    beyond = (places(ball) - point) @ unit
    assert (left[beyond > 2] == 0).all() and (left[beyond < -2] == 1).all()
    assert left[np.abs(beyond) < 0.02] == pytest.approx(0.5, abs=0.05)
    soft = (left > 0) & (left < 1)
    assert soft.any() and np.abs(beyond[soft]).max() < 1.1  # at most half a thick voxel


def test_a_box_is_its_six_planes(ball: Block) -> None:
    low, high = (-8.0, -30.0, 2.0), (12.0, 6.0, 30.0)
    left = weights_of(Clip(box=(low, high)), ball)
    assert left is not None
    at = places(ball)
    inside = ((at > np.array(low) + 2) & (at < np.array(high) - 2)).all(axis=-1)
    outside = ((at < np.array(low) - 2) | (at > np.array(high) + 2)).any(axis=-1)
    assert (left[inside] == 1).all() and inside.any()
    assert (left[outside] == 0).all() and outside.any()


def test_peeling_takes_off_as_many_millimetres_everywhere(ball: Block) -> None:
    left = weights_of(Clip(peel_mm=8.0), ball)
    assert left is not None
    away = np.linalg.norm(places(ball), axis=-1)
    assert (left[away > 14.5] == 0).all()
    assert (left[away < 9.5] == 1).all()


def test_cuts_add_up(ball: Block) -> None:
    plane = ClipPlane((0, 0, 0), (1, 0, 0))
    both = weights_of(Clip(plane=plane, peel_mm=5.0), ball)
    first, second = (weights_of(clip, ball) for clip in (Clip(plane=plane), Clip(peel_mm=5.0)))
    assert both is not None and first is not None and second is not None
    assert np.array_equal(both, np.minimum(first, second))


def test_a_plane_needs_a_direction() -> None:
    with pytest.raises(ValueError, match="direction"):
        ClipPlane((0, 0, 0), (0, 0, 0))


@pytest.mark.parametrize("by", [DrawnBy.PROCESSOR, DrawnBy.GRAPHICS_CARD])
@pytest.mark.parametrize("preset", ["skin", "maximum"])
def test_what_is_cut_away_is_not_seen(ball: Block, by: DrawnBy, preset: str) -> None:
    scene = VolumeScene(GraphicsChoice(by, ""))
    scene.set_head(ball, oriented=False)
    view = VolumeView(look_rotation("A"), preset=preset, opacity=1.0)
    pictures = []
    # The patient's left, which from anterior is on the right of the image; nothing; it again.
    cut = Clip(plane=ClipPlane((0, 0, 0), (-1, 0, 0)))
    for clip in (cut, Clip(), cut):
        scene.view = replace(view, clip=clip)
        pictures.append(scene.render_image(SIZE).astype(int))
    scene.close()
    half, whole, again = pictures
    assert np.array_equal(half, again)
    assert np.ptp(half[:, SIZE[0] // 2 + 4 :], axis=(0, 1)).max() < 12
    assert np.abs(whole - half)[:, SIZE[0] // 2 + 8 : SIZE[0] // 2 + 20].max() > 60
    far_from_cut = np.abs(whole - half)[:, : SIZE[0] // 2 - 12]
    assert far_from_cut.mean() < 12
