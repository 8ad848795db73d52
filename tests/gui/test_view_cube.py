"""The cube in the corner of the 3D view: what it shows, and what a click and a drag on it do."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.cube_geometry import FACES, part_at, seen_faces, words
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.gui.volume.view_cube import ViewCube
from brainviewer.painting.volume.view import (
    LOOKS,
    OBLIQUES,
    facing,
    look_rotation,
    three_quarter,
)
from tests.gui.conftest import show_study
from tests.gui.hands import click, double_click, drag, move, press, release
from tests.phantoms import grid_of, marker_study

pytestmark = pytest.mark.window
FACE = {face.letter: face for face in FACES}
NO_BUTTON = Qt.MouseButton.NoButton


def shown(qtbot: QtBot, window: MainWindow) -> VolumePane:
    """The 3D view of a study in the window, with an image."""
    show_study(window.session, marker_study(grid_of()))
    qtbot.waitUntil(lambda: window.volume.image.pixels_shown is not None)
    return window.volume


def lies_as(cube: ViewCube, rotation: NDArray[np.float64]) -> bool:
    return bool(np.allclose(cube.rotation, rotation, atol=1e-9))


@pytest.mark.parametrize("rotation", [three_quarter("L"), facing((1, -1, -1)), look_rotation("S")])
def test_each_part_is_found_where_it_is_drawn(rotation: NDArray[np.float64]) -> None:
    found = set()
    for face in seen_faces(rotation):
        for direction, corners in face.cells():
            x, y, _ = rotation @ face.points(corners.mean(axis=0)[None])[0]
            assert part_at(rotation, (x, y)) == direction
            found.add(direction)
        assert face.towards(0, 0) == LOOKS[face.letter][0]
    assert len(found) == (19 if len(seen_faces(rotation)) == 3 else 9)
    assert part_at(rotation, (1.8, 0.0)) is None


def test_parts_are_named_after_the_sides() -> None:
    assert words((0, 0, 1)) == "Seen from superior"
    assert words((-1, 0, 0)) == "Seen from the left"
    assert words((1, -1, 0)) == "Seen from right posterior"
    assert words((-1, 1, -1)) == "Seen from left anterior inferior"


def test_a_click_turns_the_head_by_steps_and_the_cube_goes_with_it(
    qtbot: QtBot, window: MainWindow
) -> None:
    volume = shown(qtbot, window)
    cube = volume.image.cube
    assert cube.isVisible()
    assert volume.image.rect().contains(cube.geometry())
    assert cube.geometry().center().x() > volume.image.width() / 2
    volume.look("A")
    qtbot.waitUntil(lambda: lies_as(cube, look_rotation("A")))
    click(cube, cube.place_of(FACE["A"], (0.8, 0.8)))
    corner = facing((-1, 1, 1))
    assert volume.turning.is_turning
    assert not np.allclose(volume.view.rotation, corner)
    qtbot.waitUntil(lambda: not volume.turning.is_turning)
    assert np.array_equal(volume.view.rotation, corner)
    qtbot.waitUntil(lambda: lies_as(cube, corner))
    click(cube, cube.place_of(FACE["L"], (0.0, 0.8)))
    qtbot.waitUntil(lambda: lies_as(cube, facing((-1, 0, 1))))
    double_click(cube, cube.place_of(FACE["S"]))
    qtbot.waitUntil(lambda: lies_as(cube, look_rotation("S")))
    assert not window._large.is_large


def test_a_hand_ends_the_turn_and_no_motion_means_at_once(qtbot: QtBot, window: MainWindow) -> None:
    volume = shown(qtbot, window)
    volume.look("A")
    volume.turning.look("L")
    assert volume.turning.is_turning
    held = volume.view.turned(3, 0)
    volume.set_view(held)
    qtbot.waitUntil(lambda: not volume.turning.is_turning)
    assert np.array_equal(volume.view.rotation, held.rotation)
    volume.turning.look("L")
    volume.set_preset("skin")  # does not touch how the head lies
    qtbot.waitUntil(lambda: not volume.turning.is_turning)
    assert volume.view.preset == "skin"
    assert np.array_equal(volume.view.rotation, look_rotation("L"))
    window.session.settings.update(turns_smoothly=False)
    volume.turning.look("P")
    assert not volume.turning.is_turning
    assert np.array_equal(volume.view.rotation, look_rotation("P"))


def test_a_drag_turns_and_hovering_tells_the_view(qtbot: QtBot, window: MainWindow) -> None:
    volume = shown(qtbot, window)
    cube = volume.image.cube
    volume.look("A")
    qtbot.waitUntil(lambda: lies_as(cube, look_rotation("A")))
    start = cube.place_of(FACE["A"])
    drag(cube, start, start + QPointF(20, 0))
    # What faces the viewer moves to the right, and the patient's right comes to the front.
    assert volume.view.rotation[2] @ (1, 0, 0) == pytest.approx(np.sin(np.radians(24)))
    qtbot.waitUntil(lambda: lies_as(cube, volume.view.rotation))
    press(cube, start)
    move(cube, start + QPointF(1, 1))
    release(cube, start + QPointF(1, 1))
    qtbot.waitUntil(lambda: lies_as(cube, look_rotation("A")))
    assert not cube.toolTip()
    move(cube, start, NO_BUTTON)
    assert cube.toolTip().startswith("Seen from anterior")
    move(cube, QPointF(1, 1), NO_BUTTON)
    assert not cube.toolTip()


def test_it_is_hidden_where_sides_are_unknown_and_in_small_panes(
    qtbot: QtBot, window: MainWindow
) -> None:
    cube = shown(qtbot, window).image.cube
    assert cube.isVisible()
    show_study(window.session, marker_study(grid_of(oriented=False)))
    qtbot.waitUntil(lambda: not cube.isVisible())
    qtbot.waitUntil(lambda: window.volume.image.pixels_shown is not None)
    assert not cube.isVisible()
    show_study(window.session, marker_study(grid_of()))
    qtbot.waitUntil(cube.isVisible)
    image = window.volume.image
    image.resize(170, 130)
    assert not cube.isVisible()
    image.resize(420, 300)
    assert cube.isVisible()
    image.show_words("T1 3D, without the skull, and many more words that need room", sides=True)
    below = cube.y()
    image.show_words("T1 3D", sides=True)
    assert below > cube.y()
    image.show_words(message="No 3D view.")
    assert not cube.isVisible()


@pytest.mark.parametrize("name", OBLIQUES)
def test_oblique_views_are_actions(qtbot: QtBot, window: MainWindow, name: str) -> None:
    window.session.settings.update(turns_smoothly=False)
    show_study(window.session, marker_study(grid_of()))
    window.actions_by_id[f"look-{name}"].trigger()
    assert np.array_equal(window.volume.view.rotation, facing(OBLIQUES[name]))
    show_study(window.session, marker_study(grid_of(oriented=False)))
    assert not window.actions_by_id[f"look-{name}"].isEnabled()
