"""Rulers and angles in the 3D view: by clicks on what is seen, in mm, kept like all annotations."""

import math
import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.annotations import describe
from brainviewer.gui.volume.measuring import measures_of
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.measures import scene
from tests.gui.conftest import show_study
from tests.gui.hands import NONE, click, double_click, drag, key, move, press, release
from tests.phantoms import COUNTS, SPACING, grid_of, marker_study, oblique_grid

pytestmark = pytest.mark.window
RADII = np.array(COUNTS) * SPACING * 0.46
"""Of the head, an ellipsoid, in mm along right, anterior, superior."""
NEAR_MM = 4.0
"""A voxel is up to 3 mm long, and half of the light is taken within the next one."""


def on_head(grid: Grid, right: float, up: float) -> np.ndarray:
    """A place (3,) of the surface that is seen from anterior, by parts of the radii."""
    front = math.sqrt(1 - right**2 - up**2)
    return np.asarray(grid.centre + RADII * (right, front, up))


def shown(qtbot: QtBot, window: MainWindow, grid: Grid) -> VolumePane:
    """A head as solid as skin, seen from anterior."""
    show_study(window.session, marker_study(grid))
    volume = window.volume
    volume.set_preset("skin")
    volume.look("A")

    def there() -> bool:
        drawn = volume.sight.seen is not None and volume.drawing.delivered.view is volume.view
        return drawn and volume.image.pixels_shown is not None

    qtbot.waitUntil(there)
    return volume


def pixel_of(volume: VolumePane, place: np.ndarray) -> QPointF:
    """Where a place is seen on the widget."""
    camera, image = volume.sight.seen.camera, volume.image
    x, y = (camera.pixels(place) + 0.5) / camera.size * (image.width(), image.height())
    return QPointF(x, y)


@pytest.mark.parametrize("grid", [grid_of(), oblique_grid()], ids=["straight", "oblique"])
@pytest.mark.parametrize("tool", [Tool.RULER, Tool.DISTANCE])
def test_a_ruler_tells_the_distance_of_two_places_on_the_head(
    qtbot: QtBot, window: MainWindow, grid: Grid, tool: Tool
) -> None:
    volume, state = shown(qtbot, window, grid), window.session.state
    window.session.view.set_tool(tool)
    assert volume.image.cursor().shape() is Qt.CursorShape.CrossCursor
    before = tuple(state.cursor)
    ends = on_head(grid, -0.5, 0.3), on_head(grid, 0.45, -0.4)
    for end in ends:
        click(volume.image, pixel_of(volume, end))
    (made,) = state.annotations
    assert made.kind is Kind.DISTANCE
    for point, end in zip(made.points, ends, strict=True):
        assert math.dist(point, end) < NEAR_MM
    assert made.measure == pytest.approx(math.dist(*made.points))
    assert made.measure == pytest.approx(math.dist(*ends), abs=NEAR_MM)
    assert tuple(state.cursor) == before
    assert f"{made.measure:.1f} mm" in describe(state, made)
    assert state.selection == made.id
    window.session.undo()
    assert state.annotations == ()
    window.session.redo()
    assert state.annotations == (made,)


def test_an_angle_takes_three_clicks_and_comes_back_with_its_study(
    qtbot: QtBot, window: MainWindow
) -> None:
    grid = oblique_grid()
    volume, state = shown(qtbot, window, grid), window.session.state
    window.session.view.set_tool(Tool.ANGLE)
    places = on_head(grid, -0.5, 0.1), on_head(grid, 0.0, -0.4), on_head(grid, 0.5, 0.2)
    for n, place in enumerate(places):
        assert state.annotations == ()
        click(volume.image, pixel_of(volume, place))
        move(volume.image, pixel_of(volume, on_head(grid, 0.1, 0.1 * n)), NONE)
        assert not volume.image.grab().isNull()
    (made,) = state.annotations
    first, last = places[0] - places[1], places[2] - places[1]
    cosine = float(first @ last) / (np.linalg.norm(first) * np.linalg.norm(last))
    assert made.kind is Kind.ANGLE_3D
    assert made.measure == pytest.approx(math.degrees(math.acos(cosine)), abs=6)
    study = state.study
    show_study(window.session, marker_study(grid_of((1, 0, 2))))
    show_study(window.session, study)
    assert state.annotations == (made,)


def test_what_is_begun_is_given_up(qtbot: QtBot, window: MainWindow) -> None:
    volume, session = shown(qtbot, window, grid_of()), window.session
    middle = pixel_of(volume, on_head(grid_of(), 0.0, 0.0))
    aside = middle + QPointF(30, 0)
    session.view.set_tool(Tool.RULER)

    def begun() -> bool:
        click(volume.image, middle)
        return not session.state.annotations

    assert begun()
    key(volume.image, Qt.Key.Key_Escape)
    assert begun()  # else this were its end
    session.view.set_tool(Tool.DISTANCE)
    assert begun()
    click(volume.image, middle)  # the same place again is no end
    assert session.state.annotations == ()
    click(volume.image, QPointF(volume.image.rect().bottomRight()) - QPointF(3, 3))
    assert session.state.annotations == ()  # nothing is seen there
    click(volume.image, aside)
    assert len(session.state.annotations) == 1
    double_click(volume.image, middle)
    assert not window._large.is_large
    session.view.set_tool(Tool.CURSOR)
    before = tuple(session.state.cursor)
    click(volume.image, middle + QPointF(0, 40))
    assert tuple(session.state.cursor) != before
    assert len(session.state.annotations) == 1
    session.annotations.select("")
    click(volume.image, (middle + aside) / 2)
    assert session.state.selection == session.state.annotations[0].id


def test_measures_are_painted_over_screen_and_export_while_they_are_shown(
    qtbot: QtBot, window: MainWindow
) -> None:
    volume, session = shown(qtbot, window, grid_of()), window.session
    plain = volume.render_image(300, 240)
    bare = volume.image.grab().toImage()
    session.view.set_tool(Tool.RULER)
    for right in (-0.4, 0.4):
        click(volume.image, pixel_of(volume, on_head(grid_of(), right, 0.1)))
    session.annotations.select("")
    drawn = volume.render_image(300, 240)
    changed = (drawn != plain).any(axis=2)
    assert 100 < changed.sum() < 6000
    assert not changed[200:].any()
    assert volume.image.grab().toImage() != bare
    session.view.set_overlay(annotations=False)
    assert np.array_equal(volume.render_image(300, 240), plain)
    session.view.set_overlay(annotations=True)
    session.annotations.select(session.state.annotations[0].id)
    session.annotations.restyle(hidden=True)
    assert np.array_equal(volume.render_image(300, 240), plain)


def test_the_end_of_the_selected_one_is_dragged_over_the_head(
    qtbot: QtBot, window: MainWindow
) -> None:
    volume, session = shown(qtbot, window, grid_of()), window.session
    session.view.set_tool(Tool.RULER)
    start, end, other = (on_head(grid_of(), x, 0.1) for x in (-0.4, 0.1, 0.5))
    for place in (start, end):
        click(volume.image, pixel_of(volume, place))
    (made,) = session.state.annotations
    session.view.set_tool(Tool.WINDOW)
    rotation = volume.view.rotation
    at, to = (pixel_of(volume, np.array(p)) for p in (made.points[1], other))
    move(volume.image, at, NONE)
    assert volume.image.cursor().shape() is Qt.CursorShape.PointingHandCursor
    move(volume.image, (at + to) / 2, NONE)
    assert volume.image.cursor().shape() is Qt.CursorShape.ArrowCursor
    drag(volume.image, at, to)
    (moved,) = session.state.annotations
    assert volume.view.rotation is rotation
    assert moved.id == made.id and moved.points[0] == made.points[0]
    assert math.dist(moved.points[1], other) < NEAR_MM
    session.undo()
    assert session.state.annotations == (made,)
    session.annotations.select(made.id)
    press(volume.image, at)
    move(volume.image, to)
    key(volume.image, Qt.Key.Key_Escape)
    release(volume.image, to)
    assert session.state.annotations == (made,)
    session.annotations.restyle(locked=True)
    drag(volume.image, at, at + QPointF(0, 30))
    assert session.state.annotations[0].points == made.points
    assert volume.view.rotation is not rotation  # it turned the head
    session.annotations.restyle(locked=False)
    session.annotations.select("")
    drag(volume.image, at, to)
    assert session.state.annotations == (made,)


def test_very_many_measures_leave_the_3d_view_quick(qtbot: QtBot, window: MainWindow) -> None:
    volume, session = shown(qtbot, window, grid_of()), window.session
    ends = [on_head(grid_of(), x, y) for x in np.linspace(-0.6, 0.6, 20) for y in (0.3, -0.3)]
    points = [tuple(map(float, end)) for end in ends]
    made = tuple(
        Annotation(Kind.DISTANCE, Plane.AXIAL, (points[n % 40], points[(n + 7) % 40]), Modality.T1)
        for n in range(3000)
    )
    session.annotations.take_over(made)
    assert len(measures_of(session.state)) == 100
    session.annotations.select(made[0].id)
    assert measures_of(session.state)[0] is made[0]
    begun = time.monotonic()
    volume.image.grab()
    assert time.monotonic() - begun < 5


def test_one_that_cannot_be_painted_is_left_out_and_said(
    qtbot: QtBot, window: MainWindow, said: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    volume, session = shown(qtbot, window, grid_of()), window.session
    session.view.set_tool(Tool.RULER)
    for up in (0.3, -0.3):
        for right in (-0.4, 0.4):
            click(volume.image, pixel_of(volume, on_head(grid_of(), right, up)))
    bad, good = session.state.annotations
    real = scene.label_lines

    def label(annotation: Annotation, *others: object) -> tuple[str, ...]:
        if annotation.id == bad.id:
            raise ValueError("no label")
        return real(annotation, *others)

    monkeypatch.setattr(scene, "label_lines", label)
    volume.image.grab()
    assert measures_of(session.state) == (good,)
    assert [level for level, _ in said] == ["error"]
    assert session.state.annotations == (bad, good)
