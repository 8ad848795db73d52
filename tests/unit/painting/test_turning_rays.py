"""Rays while turning, blocks that fit a texture, and the mark round the first image."""

import time

import numpy as np
import pytest

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.graphics.choice import (
    FEWEST_RAYS,
    MOST_RAYS,
    SWITCHED_OFF,
    DrawnBy,
    GraphicsChoice,
)
from brainviewer.painting.volume.block import Block, fitting
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.drawing_start import DrawingStart
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.processor_volume import ProcessorVolume
from brainviewer.painting.volume.voxels.turning_rays import TurningRays


def test_slow_images_get_fewer_rays_and_fast_ones_more() -> None:
    turning = TurningRays(400)
    for _ in range(20):
        turning.took((turning.rays / 400) ** 2 * 0.2, 1000)  # of a card that takes 0.2 s for 400²
    assert turning.rays == pytest.approx(400 * (1 / 30 / 0.2) ** 0.5, rel=0.02)
    assert turning.distance(1000) == pytest.approx(1000 / turning.rays)
    for _ in range(20):
        turning.took(0.001, 1000)
    assert turning.rays == 1000 or turning.rays <= MOST_RAYS
    assert turning.distance(500) == 1.0


def test_one_slow_image_changes_little_and_there_are_limits() -> None:
    turning = TurningRays(800)
    turning.took(10.0, 1000)
    assert turning.rays > 400
    for _ in range(50):
        turning.took(10.0, 1000)
    assert turning.rays == FEWEST_RAYS
    assert TurningRays(5).rays == FEWEST_RAYS


def test_a_slow_processor_draws_fewer_pixels_while_turning_and_all_at_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, took = [0.0], [0.5]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    block = Block(np.asfortranarray(np.full((8, 8, 8), 2000, np.uint16)), np.eye(4))
    volume, view = ProcessorVolume((0, 0, 0)), VolumeView()
    volume.set_block(block)
    camera, drawn = camera_of(view, block, (600, 300)), list[tuple[int, int]]()

    def solid(seen: Camera, _fine: bool) -> None:
        drawn.append(seen.size)
        clock[0] += took[0]

    for _ in range(30):
        assert volume.picture(camera, view, False, solid).shape == (300, 600, 3)
    assert (drawn[0], drawn[-1]) == ((480, 240), (220, 110))
    volume.picture(camera, view, True, solid)
    assert drawn[-1] == camera.size
    took[0] = 0.001
    for _ in range(30):
        volume.picture(camera, view, False, solid)
    assert drawn[-1] == (480, 240)


def test_a_block_with_too_many_voxels_is_thinned_where_it_stands() -> None:
    values = np.asfortranarray(np.arange(600 * 4 * 5).reshape(600, 4, 5), np.uint16)
    affine = np.diag([1.0, 2.0, 3.0, 1.0])
    affine[:3, 3] = 7, 8, 9
    block = Block(values, affine)
    assert fitting(block, 600) is block
    small = fitting(block, 256)
    assert small.values.shape == (200, 4, 5)
    assert (small.values == values[::3]).all()
    assert small.values.flags.f_contiguous
    assert small.spacing == (3.0, 2.0, 3.0)
    assert (small.affine[:3, 3] == (7, 8, 9)).all()


class Marks:
    """Chooses, and notes what becomes of its marks."""

    def __init__(self, choice: GraphicsChoice) -> None:
        self.chosen, self.log = choice, list[str]()

    def choice(self) -> GraphicsChoice:
        return self.chosen

    def mark(self) -> "Marks":
        self.log.append("mark")
        return self

    def drawn(self) -> None:
        self.log.append("drawn")

    def end(self) -> None:
        self.log.append("end")


def test_marks_stand_until_the_first_volume_is_drawn() -> None:
    marks = Marks(GraphicsChoice(DrawnBy.PROCESSOR, "So."))
    start = DrawingStart(marks)
    start.choose()
    for volume in (False, False, True, True, False):
        with start.marked(volume):
            marks.log.append("draw")
    assert marks.log == (
        [*["mark", "draw", "end"] * 2, "mark", "draw", "drawn", "end", "draw", "draw"]
    )
    assert start.choice is marks.chosen


def test_an_error_is_not_a_drawn_volume() -> None:
    marks = Marks(GraphicsChoice(DrawnBy.PROCESSOR, "So."))
    start = DrawingStart(marks)
    with pytest.raises(ZeroDivisionError), start.marked(volume=True):
        raise ZeroDivisionError
    assert marks.log == ["mark", "end"]


def test_where_nothing_draws_it_is_said() -> None:
    with pytest.raises(BrainViewerError, match="switched off in the settings"):
        DrawingStart(Marks(SWITCHED_OFF)).choose()
