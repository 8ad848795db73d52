"""Distances between slices by hand: click, scroll, click; and the ends moved."""

import math

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from brainviewer.app.annotating.table import csv_text, lines_of
from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.gui.panels.annotations import describe
from brainviewer.gui.panes.slice_pane import SlicePane
from tests.gui.hands import NONE, click, drag, key, move

START, END = QPointF(90, 70), QPointF(150, 120)


@pytest.fixture
def pane(pane: SlicePane) -> SlicePane:
    pane.session.view.set_tool(Tool.DISTANCE)
    return pane


def at(pane: SlicePane, pixel: QPointF) -> np.ndarray:
    return pane.geometry_mm.to_world(pixel, pane.index)


def measured(pane: SlicePane, steps: int):
    first = at(pane, START)
    move(pane, START, NONE)
    click(pane, START)
    pane.session.view.step(Plane.AXIAL, steps)
    move(pane, END, NONE)
    assert pane.draft is not None
    last = at(pane, END)
    click(pane, END)
    (made,) = pane.state.annotations
    return made, first, last


@pytest.mark.parametrize("steps", [3, -2])
def test_a_click_on_another_slice_ends_it(pane, shown, steps):
    before = pane.index
    made, first, last = measured(pane, steps)
    assert made.kind is Kind.DISTANCE
    assert np.allclose(made.points, [first, last])
    assert made.measure == pytest.approx(math.dist(first, last))
    low, high = sorted((before, before + steps))
    assert describe(shown.state, made).endswith(f" mm · axial {low + 1}–{high + 1}")
    assert pane.draft is None


def test_the_same_place_on_another_slice_is_another_point(pane, shown):
    move(pane, START, NONE)
    click(pane, START)
    shown.view.step(Plane.AXIAL, 4)
    click(pane, START)
    (made,) = shown.state.annotations
    assert made.measure == pytest.approx(4 * shown.state.study.grid.spacing[pane.view.axis])


def test_a_drag_on_one_slice_and_escape(pane, shown):
    drag(pane, START, END)
    (made,) = shown.state.annotations
    assert made.slices(pane.view) == (pane.index, pane.index)
    shown.annotations.delete_selection()
    move(pane, START, NONE)
    click(pane, START)
    key(pane, Qt.Key.Key_Escape)
    assert pane.draft is None
    shown.view.step(Plane.AXIAL, 1)
    assert shown.state.annotations == ()


def test_an_end_comes_to_the_slice_that_it_is_moved_on_and_the_whole_keeps_its_depth(pane, shown):
    made, first, _ = measured(pane, 3)
    shown.view.step(Plane.AXIAL, -1)
    pane.grab()
    by = QPointF(8, 6)
    drag(pane, END, END + by)
    (moved,) = shown.state.annotations
    assert np.allclose(moved.points[0], first)
    assert np.allclose(moved.points[1], at(pane, END + by))
    shown.annotations.undo()
    shown.annotations.select("")
    shown.view.set_tool(Tool.WINDOW)
    middle = (START + END) / 2
    drag(pane, middle, middle + by)
    (whole,) = shown.state.annotations
    assert whole.measure == pytest.approx(made.measure)
    assert whole.slices(pane.view) == made.slices(pane.view)
    assert not np.allclose(whole.points, made.points)


def test_an_angle_between_slices_takes_three_clicks(pane, shown):
    shown.view.set_tool(Tool.ANGLE_3D)
    places = []
    for n, pixel in enumerate((START, QPointF(120, 90), END)):
        places.append(at(pane, pixel))
        move(pane, pixel, NONE)
        click(pane, pixel)
        if n < 2:
            shown.view.step(Plane.AXIAL, 2)
    (made,) = shown.state.annotations
    assert made.kind is Kind.ANGLE_3D
    assert np.allclose(made.points, places)
    first, last = places[0] - places[1], places[2] - places[1]
    cosine = first @ last / (np.linalg.norm(first) * np.linalg.norm(last))
    assert made.measure == pytest.approx(math.degrees(math.acos(cosine)))
    table = csv_text(shown.state.study, lines_of(shown.state.study, [made]))
    assert f"{made.measure:.6g}" in table and "angle in 3D" in table
    assert Annotation.from_json(made.to_json()) == made
    assert not pane.grab().isNull()
