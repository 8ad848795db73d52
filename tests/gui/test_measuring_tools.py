"""Diameters, Cobb angles, polygons, freehand regions, probes and stars by hand."""

import math
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from brainviewer.app.facts import Fact
from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import Annotation, probed_values, region_area
from brainviewer.core.annotation.diameters import not_perpendicular
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.gui.panels.annotations import describe
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.imaging.measure.diameters import diameters
from brainviewer.imaging.measure.rano import Target
from brainviewer.painting.annotations import label_lines
from tests.gui.hands import NONE, click, double_click, drag, key, move, press, release

START, END = QPointF(90, 70), QPointF(170, 130)
CORNERS = (QPointF(90, 60), QPointF(150, 65), QPointF(140, 120), QPointF(85, 110))


def at(pane: SlicePane, *pixels: QPointF) -> np.ndarray:
    return np.array([pane.geometry_mm.to_world(pixel, pane.index) for pixel in pixels])


def click_at(pane: SlicePane, pixel: QPointF) -> None:
    move(pane, pixel, NONE)
    click(pane, pixel)


def drawn(pane: SlicePane, tool: Tool = Tool.BIDIRECTIONAL) -> Annotation:
    pane.session.view.set_tool(tool)
    drag(pane, START, END)
    pane.grab()
    return pane.state.annotations[-1]


def places(pane: SlicePane, annotation: Annotation) -> list[QPointF]:
    return pane.geometry_mm.to_pixels(annotation.points)


class TestDiameters:
    def test_a_drag_makes_both(self, pane, shown):
        annotation = drawn(pane)
        assert annotation.kind is Kind.BIDIRECTIONAL
        assert np.allclose(annotation.points[:2], at(pane, START, END))
        longest, perpendicular, product = (value for _, value in annotation.measures)
        assert longest == pytest.approx(100 * pane.geometry_mm.mm_per_pixel)
        assert perpendicular == pytest.approx(longest / 2)
        assert product == pytest.approx(longest**2 / 2)
        assert not not_perpendicular(annotation.points)
        assert annotation.on_slice(pane.view, pane.index)
        lines = label_lines(annotation, pane.view, shown.state.study)
        assert lines[0] == f"{longest:.1f} × {perpendicular:.1f} mm"
        assert lines[1].startswith("product ")
        assert f"{longest:.1f} × " in describe(shown.state, annotation)

    @pytest.mark.parametrize("handle", range(4))
    def test_every_handle_keeps_them_perpendicular_and_undo_brings_them_back(
        self, pane, shown, handle
    ):
        before = drawn(pane)
        grip = places(pane, before)[handle]
        drag(pane, grip, grip + QPointF(9, 14))
        (after,) = shown.state.annotations
        assert after.id == before.id
        assert after != before
        assert not not_perpendicular(after.points)
        if handle < 2:
            assert np.allclose(after.points[handle], at(pane, grip + QPointF(9, 14))[0])
            assert after.measures[1][1] == pytest.approx(before.measures[1][1])
        else:
            assert np.allclose(after.points[:2], before.points[:2])
        shown.annotations.undo()
        assert shown.state.annotations == (before,)

    def test_they_move_as_one(self, pane, shown):
        before = drawn(pane)
        shown.view.set_tool(Tool.WINDOW)
        middle = (START + END * 3) / 4
        drag(pane, middle, middle + QPointF(-12, 8))
        (after,) = shown.state.annotations
        assert [value for _, value in after.measures] == pytest.approx(
            [value for _, value in before.measures]
        )

    @pytest.mark.parametrize("target", Target)
    def test_they_snap_to_the_longest_of_what_was_found_and_back(self, pane, shown, target):
        state = shown.state
        enhancing = state.finding.mask.copy()
        rows = np.argwhere(enhancing)
        enhancing[rows[:, 0].min()] = False
        enhancing[rows[:, 0].min() + 1] = False
        state.show_finding(replace(state.finding, enhancing=enhancing), state.finding_status)
        (middle,) = pane.geometry_mm.to_pixels([state.cursor])
        shown.view.set_tool(Tool.BIDIRECTIONAL)
        assert Fact.SNAPS_TO_LESION not in state.facts
        drag(pane, middle - QPointF(6, 2), middle + QPointF(8, 5))
        (before,) = state.annotations
        assert {Fact.SNAPS_TO_LESION, Fact.SNAPS_TO_ENHANCING} <= state.facts
        shown.diameters.snap(target)
        shown.jobs.finish("snap diameters")
        (after,) = state.annotations
        mask = state.finding.mask if target is Target.LESION else enhancing
        found = diameters(state.study.grid, mask, pane.view.axis, pane.index)
        values = [value for _, value in after.measures]
        assert values == pytest.approx(
            [found.longest_mm, found.perpendicular_mm, found.product_mm2]
        )
        shown.annotations.undo()
        assert state.annotations == (before,)


def test_a_cobb_angle_takes_two_drags_or_four_clicks(pane, shown):
    shown.view.set_tool(Tool.COBB)
    first, second = (QPointF(80, 60), QPointF(160, 60)), (QPointF(80, 100), QPointF(140, 160))
    drag(pane, *first)
    assert shown.state.annotations == ()
    drag(pane, *second)
    (one,) = shown.state.annotations
    shown.annotations.delete_selection()
    for pixel in (*first, *second):
        click_at(pane, pixel)
    (other,) = shown.state.annotations
    assert one.measure == pytest.approx(45)
    assert other.measure == pytest.approx(45)
    assert np.allclose(one.points, at(pane, *first, *second))
    assert "· 45.0° · axial " in describe(shown.state, one)


class TestRegions:
    @pytest.mark.parametrize("end", ["double click", "first corner", "enter"])
    def test_a_polygon_is_clicked_and_closed(self, pane, shown, end):
        shown.view.set_tool(Tool.POLYGON)
        for corner in CORNERS:
            click_at(pane, corner)
        assert shown.state.annotations == ()
        assert pane.draft is not None
        if end == "double click":
            double_click(pane, CORNERS[-1])
        elif end == "first corner":
            click_at(pane, CORNERS[0] + QPointF(3, 2))
        else:
            key(pane, Qt.Key.Key_Return)
        (made,) = shown.state.annotations
        assert pane.draft is None
        assert np.allclose(made.points, at(pane, *CORNERS))
        pixel = pane.geometry_mm.mm_per_pixel
        shoelace = sum(
            a.x() * b.y() - b.x() * a.y()
            for a, b in zip(CORNERS, (*CORNERS[1:], CORNERS[0]), strict=True)
        )
        assert region_area(made, pane.view) == pytest.approx(abs(shoelace) / 2 * pixel**2)
        assert label_lines(made, pane.view, shown.state.study)[1].startswith("median ")

    def test_two_corners_are_no_polygon_and_escape_gives_up(self, pane, shown):
        shown.view.set_tool(Tool.POLYGON)
        click_at(pane, CORNERS[0])
        click_at(pane, CORNERS[1])
        key(pane, Qt.Key.Key_Return)
        double_click(pane, CORNERS[1])
        assert shown.state.annotations == ()
        assert pane.draft is not None
        key(pane, Qt.Key.Key_Escape)
        assert pane.draft is None
        assert shown.state.annotations == ()

    def test_a_corner_is_a_handle(self, pane, shown):
        shown.view.set_tool(Tool.POLYGON)
        for corner in CORNERS:
            click_at(pane, corner)
        double_click(pane, CORNERS[-1])
        drag(pane, CORNERS[2], CORNERS[2] + QPointF(10, 20))
        (made,) = shown.state.annotations
        wanted = (*CORNERS[:2], CORNERS[2] + QPointF(10, 20), CORNERS[3])
        assert np.allclose(made.points, at(pane, *wanted))

    def test_a_freehand_region_follows_the_pointer(self, pane, shown):
        shown.view.set_tool(Tool.FREEHAND)
        turn = np.linspace(0, 2 * math.pi, 90)
        path = [QPointF(130 + 40 * math.cos(t), 100 + 40 * math.sin(t)) for t in turn]
        press(pane, path[0])
        for pixel in path[1:]:
            move(pane, pixel)
        release(pane, path[-1])
        (made,) = shown.state.annotations
        area = math.pi * (40 * pane.geometry_mm.mm_per_pixel) ** 2
        assert region_area(made, pane.view) == pytest.approx(area, rel=0.01)
        assert made.on_slice(pane.view, pane.index)

    def test_a_click_with_the_freehand_tool_makes_nothing(self, pane, shown):
        shown.view.set_tool(Tool.FREEHAND)
        click(pane, START)
        assert shown.state.annotations == ()
        assert pane.draft is None


@pytest.mark.parametrize("tool", [Tool.PROBE, Tool.KEY_IMAGE])
def test_a_click_puts_a_probe_or_a_star(pane, shown, tool):
    shown.view.set_tool(tool)
    click(pane, START)
    (made,) = shown.state.annotations
    assert (made.kind, made.plane) == (tool.kind, Plane.AXIAL)
    assert np.allclose(made.points, at(pane, START))
    pane.grab()
    drag(pane, START, END)
    (moved,) = shown.state.annotations
    assert np.allclose(moved.points, at(pane, END))
    if tool is Tool.PROBE:
        lines = label_lines(moved, pane.view, shown.state.study)
        assert len(lines) == len(probed_values(moved, shown.state.study)) == 4
    shown.annotations.undo()
    assert shown.state.annotations == (made,)
