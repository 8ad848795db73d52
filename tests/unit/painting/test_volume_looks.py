"""Presets of the 3D view: what each shows, and projections."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.geometry import voxel_to_world
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView, look_rotation
from brainviewer.painting.volume.voxels.block_values import AIR, BRIGHTEST
from brainviewer.painting.volume.voxels.coded_block import CodedBlock
from brainviewer.painting.volume.voxels.look import Blend, VolumeLook, light_back
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS
from brainviewer.painting.volume.voxels.processor_volume import ProcessorVolume
from brainviewer.painting.volume.voxels.projection import Projection

SIZE = (150, 150)
BACKGROUND = (0.1, 0.2, 0.3)


@pytest.fixture(scope="module")
def head() -> Block:
    """A ball of tissue with a brighter one in it, left of the middle, and a dark one, right."""
    places = (np.indices((60, 60, 60)) - 29.5).astype(np.float32)
    values = np.where((places**2).sum(axis=0) < 27**2, 2200, 0)
    values[((places - np.array((-12, 0, 0))[:, None, None, None]) ** 2).sum(axis=0) < 25] = 4000
    values[((places - np.array((12, 0, 0))[:, None, None, None]) ** 2).sum(axis=0) < 25] = 700
    soft = cv2.GaussianBlur(values.astype(np.float32).reshape(60, -1), (1, 3), 0.5)
    return Block(np.asfortranarray(soft.reshape(values.shape), dtype=np.uint16), np.eye(4))


def camera(head: Block, letter: str = "A", perspective: bool = False) -> Camera:
    return camera_of(VolumeView(look_rotation(letter), perspective=perspective), head, SIZE)


def at(camera: Camera, head: Block, voxel: tuple[float, float, float]) -> tuple[int, int]:
    x, y = np.rint(camera.pixels(voxel_to_world(head.affine, voxel))).astype(int)
    return int(y), int(x)


def picture(head: Block, preset: str, **changes: float) -> NDArray[np.uint8]:
    volume = ProcessorVolume(BACKGROUND)
    volume.set_block(head)
    view = VolumeView(look_rotation("A"), perspective=False, preset=preset).shown(**changes)
    return volume.picture(camera_of(view, head, SIZE), view, True)


@pytest.mark.parametrize("perspective", [False, True])
@pytest.mark.parametrize(
    ("blend", "bright", "dark"), [(Blend.MAXIMUM, 4000, 2200), (Blend.MINIMUM, 2200, 700)]
)
def test_a_projection_shows_the_extreme_along_each_line(
    head: Block, blend: Blend, bright: int, dark: int, perspective: bool
) -> None:
    name = "maximum" if blend is Blend.MAXIMUM else "minimum"
    # A window over all values, so that grey tells the value.
    look = replace(PRESETS[name].look, middle=0.5, width=1.0)
    seen = camera(head, "A", perspective)
    planes = Projection(CodedBlock.of(head), look).draw(seen, 0.5, 0.5)
    image = cv2.warpPerspective(planes.whole, planes.to_screen, SIZE)
    left, right = (at(seen, head, (29.5 + x, 29.5, 29.5)) for x in (-12, 12))
    # Within what the soft rim of the ball does.
    assert image[left][0] * BRIGHTEST == pytest.approx(bright, abs=150)
    assert image[right][0] * BRIGHTEST == pytest.approx(dark, abs=150)
    assert image[3, 3, 3] == 0


def test_what_is_left_out_is_not_projected(head: Block) -> None:
    weights = np.ones(head.values.shape, np.float32)
    weights[:30] = 0
    look = replace(PRESETS["maximum"].look, middle=0.5, width=1.0)
    seen = camera(head)
    planes = Projection(CodedBlock.of(head), look, weights).draw(seen, 0.5, 0.5)
    image = cv2.warpPerspective(planes.whole, planes.to_screen, SIZE)
    assert image[at(seen, head, (15, 29.5, 29.5))][3] == 0
    assert image[at(seen, head, (45, 29.5, 29.5))][0] * BRIGHTEST == pytest.approx(2200, abs=60)


def test_every_preset_is_a_picture_of_its_own(head: Block) -> None:
    pictures = {name: picture(head, name) for name in PRESETS}
    empty = np.rint(np.array(BACKGROUND) * 255)
    for name, image in pictures.items():
        assert image.shape == (*SIZE[::-1], 3)
        away = np.abs(image.astype(int) - empty).max()
        assert (away > 25) == (name != "tumour"), name
    names = list(PRESETS)
    for n, one in enumerate(names):
        for other in names[n + 1 :]:
            assert np.abs(pictures[one].astype(int) - pictures[other]).mean() > 0.5, (one, other)


OWN = VolumeLook(
    colours=((0.1, 0.1, 0.5), (0.9, 0.2, 0.1), (1.0, 1.0, 0.8)),
    opacity=((0.0, 0.0), (0.2, 0.1), (1.0, 3.0)),
    stops=(0.3, 0.5, 0.9),
    width=0.9,
)


@pytest.mark.parametrize("preset", [BRAIN, "skin", "glass", "vessels", "hot", "maximum", "own"])
def test_a_graphics_card_draws_the_same(head: Block, preset: str) -> None:
    """VTK's ray casting as an independent measure of the processor's picture."""
    pictures = []
    for by in (DrawnBy.GRAPHICS_CARD, DrawnBy.PROCESSOR):
        scene = VolumeScene(GraphicsChoice(by, ""))
        scene.set_head(head, oriented=False)
        own = OWN if preset == "own" else None
        scene.view = VolumeView(look_rotation("A"), preset=preset, own=own)
        pictures.append(cv2.GaussianBlur(scene.render_image(SIZE), (5, 5), 0).astype(float))
        scene.close()
    card, processor = pictures
    # VTK leaves out ambient light.
    assert np.abs(card - processor).mean() < 20
    assert np.corrcoef(card.ravel(), processor.ravel())[0, 1] > 0.9


def test_the_usual_preset_is_that_of_the_view() -> None:
    assert VolumeView().preset == BRAIN


def test_skin_is_solid_and_glass_is_not(head: Block) -> None:
    """Behind skin nothing is seen; behind glass the balls are."""
    with_balls, without = head, Block(np.minimum(head.values, 2200), head.affine)
    skin = picture(with_balls, "skin").astype(int) - picture(without, "skin")
    glass = picture(with_balls, "glass").astype(int) - picture(without, "glass")
    assert np.abs(skin).max() < 12
    assert np.abs(glass).max() > 12


def test_bright_voxels_stand_out_as_vessels(head: Block) -> None:
    seen = camera(head)
    image = picture(head, "vessels").astype(int)
    bright, even = (
        image[at(seen, head, (17.5, 29.5, 29.5))],
        image[at(seen, head, (29.5, 29.5, 45))],
    )
    assert bright[0] - bright[2] > 60 > abs(even[0] - even[2])


def test_the_look_changes_at_once_and_comes_back(head: Block) -> None:
    volume = ProcessorVolume(BACKGROUND)
    volume.set_block(head)
    view = VolumeView(look_rotation("A"))
    first, _, last = (
        volume.picture(camera_of(view, head, SIZE), replace(view, preset=name), True)
        for name in (BRAIN, "skin", BRAIN)
    )
    assert np.array_equal(first, last)


def test_a_look_that_is_edited_is_drawn_as_if_it_had_always_been(head: Block) -> None:
    """What is kept of the look before, for speed, leaves no trace."""
    volume = ProcessorVolume(BACKGROUND)
    volume.set_block(head)
    view = VolumeView(look_rotation("A"))
    for look in (PRESETS["hot"].look, OWN, replace(OWN, colours=OWN.colours[::-1])):
        seen = replace(view, own=look)
        edited = volume.picture(camera_of(seen, head, SIZE), seen, True)
        fresh = ProcessorVolume(BACKGROUND)
        fresh.set_block(head)
        assert np.array_equal(edited, fresh.picture(camera_of(seen, head, SIZE), seen, True))


def test_opacity_and_contrast_are_those_of_the_view() -> None:
    look = PRESETS[BRAIN].look
    values = np.linspace(AIR + 0.2, 1, 9)
    thin, usual, solid = (look.opacity_of(values, part) for part in (0.1, 0.5, 1.0))
    assert (thin < usual).all() and (usual < solid).all() and solid.max() <= 1
    flat, steep = (look.colour_of(np.array((0.4, 0.6)), part)[:, 0] for part in (0.1, 0.9))
    assert np.ptp(steep) > 3 * np.ptp(flat)


def test_light_comes_over_the_left_shoulder() -> None:
    sides = np.array([(-0.6, 0.6, 0.53), (0.6, -0.6, 0.53), (0, 0, -1.0), (0, 0, 0)])
    shading = PRESETS[BRAIN].look.shading
    towards, away, behind, even = light_back(sides, shading)
    assert (towards > 1.5 * away).all()
    assert behind == pytest.approx(np.full(3, shading.ambient))
    assert (even > behind).all() and (even < towards).all()
