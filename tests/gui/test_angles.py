"""Angles by hand: two drags or three clicks, each handle, and what gives an unfinished one up."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QApplication

from brainviewer.app.report.provenance import _annotation
from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.gui.panels.annotations import describe
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting.annotations import label_lines
from tests.gui.hands import NONE, click, double_click, drag, key, move, press, release

ARM, VERTEX, OTHER = QPointF(150, 100), QPointF(90, 100), QPointF(90, 60)


@pytest.fixture
def pane(pane: SlicePane) -> SlicePane:
    pane.session.view.set_tool(Tool.ANGLE)
    return pane


def click_at(pane: SlicePane, at: QPointF) -> None:
    move(pane, at, NONE)
    click(pane, at)


def three_clicks(pane: SlicePane) -> Annotation:
    for at in (ARM, VERTEX, OTHER):
        click_at(pane, at)
    return pane.state.annotations[-1]


def places(pane: SlicePane, *pixels: QPointF) -> np.ndarray:
    return np.array([pane.geometry_mm.to_world(at, pane.index) for at in pixels])


def test_three_clicks_make_one_angle(pane, shown):
    annotation = three_clicks(pane)
    assert (annotation.kind, annotation.plane) == (Kind.ANGLE, Plane.AXIAL)
    assert np.allclose(annotation.points, places(pane, ARM, VERTEX, OTHER))
    assert annotation.measure == pytest.approx(90)
    assert shown.state.selection == annotation.id
    assert pane.draft is None
    assert len(shown.state.annotations) == 1


def test_a_drag_and_a_click_or_two_drags_make_one_angle(pane, shown):
    drag(pane, ARM, VERTEX)
    assert shown.state.annotations == ()
    assert pane.draft is not None
    click_at(pane, OTHER)
    assert np.allclose(shown.state.annotations[0].points, places(pane, ARM, VERTEX, OTHER))
    shown.annotations.delete_selection()
    drag(pane, ARM, VERTEX)
    drag(pane, VERTEX, OTHER)
    assert np.allclose(shown.state.annotations[0].points, places(pane, ARM, VERTEX, OTHER))


def test_the_next_arm_follows_the_pointer_and_a_second_click_in_place_adds_nothing(pane, shown):
    click_at(pane, ARM)
    move(pane, VERTEX, NONE)
    assert np.allclose(pane.draft.points, places(pane, ARM, VERTEX, VERTEX))
    assert label_lines(pane.draft, pane.view, shown.state.study) == ()
    double_click(pane, VERTEX)
    assert shown.state.annotations == ()
    move(pane, OTHER, NONE)
    assert label_lines(pane.draft, pane.view, shown.state.study) == ("90.0°",)
    pane.grab()
    click(pane, OTHER)
    assert len(shown.state.annotations) == 1


@pytest.mark.parametrize("way", ["escape", "tool", "slice", "focus", "study"])
def test_an_unfinished_angle_is_given_up(pane, shown, way):
    click_at(pane, ARM)
    click_at(pane, VERTEX)
    if way == "escape":
        key(pane, Qt.Key.Key_Escape)
    elif way == "tool":
        shown.view.set_tool(Tool.WINDOW)
    elif way == "slice":
        shown.view.step(Plane.AXIAL, 1)
    elif way == "focus":
        QApplication.sendEvent(pane, QFocusEvent(QEvent.Type.FocusOut))
    else:
        pane.refresh()
    assert pane.draft is None
    move(pane, OTHER, NONE)
    assert pane.draft is None
    assert shown.state.annotations == ()


def test_panning_in_between_leaves_the_points_where_they_were_placed(pane, shown):
    first = places(pane, ARM, VERTEX)
    click_at(pane, ARM)
    click_at(pane, VERTEX)
    drag(pane, QPointF(60, 60), QPointF(80, 80), Qt.MouseButton.MiddleButton)
    click_at(pane, OTHER)
    points = np.array(shown.state.annotations[0].points)
    assert np.allclose(points[:2], first)
    assert np.allclose(points[2], places(pane, OTHER)[0])
    assert np.ptp(points[:, 2]) == pytest.approx(0)


@pytest.mark.parametrize("handle", range(3))
def test_every_handle_moves_its_point_only(pane, shown, handle):
    before = three_clicks(pane)
    at, by = (ARM, VERTEX, OTHER)[handle], QPointF(12, 9)
    drag(pane, at, at + by)
    (after,) = shown.state.annotations
    for place, pixel in enumerate((ARM, VERTEX, OTHER)):
        wanted = places(pane, pixel + by)[0] if place == handle else before.points[place]
        assert np.allclose(after.points[place], wanted)
    shown.annotations.undo()
    assert shown.state.annotations == (before,)
    shown.annotations.undo()
    assert shown.state.annotations == ()
    shown.annotations.redo()
    assert shown.state.annotations == (before,)


def test_it_is_picked_at_either_arm_and_deleted(pane, shown):
    annotation = three_clicks(pane)
    shown.view.set_tool(Tool.WINDOW)
    for at in ((ARM + VERTEX) / 2, (OTHER + VERTEX) / 2):
        shown.annotations.select("")
        click(pane, at)
        assert shown.state.selection == annotation.id
    key(pane, Qt.Key.Key_Delete)
    assert shown.state.annotations == ()


def test_a_click_on_another_annotation_picks_it(pane, shown):
    shown.view.set_tool(Tool.RULER)
    drag(pane, ARM, VERTEX)
    ruler = shown.state.annotations[0]
    shown.annotations.select("")
    shown.view.set_tool(Tool.ANGLE)
    click(pane, (ARM + VERTEX) / 2)
    move(pane, OTHER, NONE)
    assert shown.state.selection == ruler.id
    assert pane.draft is None


def test_its_value_is_beside_the_vertex_in_the_list_and_in_exports(pane, shown):
    annotation = three_clicks(pane)
    pane.grab()
    box = pane.label_boxes[annotation.id]
    assert abs(box.center().x() - VERTEX.x()) < 60
    assert abs(box.center().y() - VERTEX.y()) < 40
    assert "Angle · 90.0° · axial " in describe(shown.state, annotation)
    record = _annotation(annotation, pane.scene)
    assert record["angle_degrees"] == pytest.approx(90)


def test_it_is_drawn_by_press_and_release_without_a_click_too(pane, shown):
    press(pane, ARM)
    move(pane, VERTEX)
    release(pane, VERTEX)
    press(pane, OTHER)
    release(pane, OTHER)
    assert len(shown.state.annotations) == 1
