"""Annotations by hand: made, picked, moved, reworded, deleted, undone; always in mm."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from brainviewer.app.state import Layout, Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.gui.panes.camera import Camera
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.tools.annotation_tools import TextEditor, hit_test
from brainviewer.painting.annotation_shapes import SHAPES
from brainviewer.painting.annotations import label_lines
from tests.gui.conftest import show_study
from tests.gui.hands import NONE, click, double_click, drag, key, move, press, release
from tests.phantoms import MARKER_VALUE

START, END = QPointF(90, 60), QPointF(170, 120)


@pytest.fixture
def pane(grid: PaneGrid) -> SlicePane:
    return grid.panes[2]


def draw(pane: SlicePane, tool: Tool, start: QPointF = START, end: QPointF = END) -> Annotation:
    """Draw an annotation and paint it, so that its label has a place."""
    pane.session.view.set_tool(tool)
    drag(pane, start, end)
    pane.grab()
    return pane.state.annotations[-1]


def editor_of(pane: SlicePane) -> TextEditor:
    editors = [e for e in pane.findChildren(TextEditor) if e.isVisible()]
    assert len(editors) == 1
    return editors[0]


class TestDrawing:
    @pytest.mark.parametrize(
        ("tool", "kind"),
        [
            (Tool.RULER, Kind.RULER),
            (Tool.RECTANGLE, Kind.RECTANGLE),
            (Tool.ELLIPSE, Kind.ELLIPSE),
            (Tool.ARROW, Kind.ARROW),
        ],
    )
    def test_a_drag_makes_an_annotation_in_millimetres(self, pane, shown, tool, kind):
        annotation = draw(pane, tool)
        assert (annotation.kind, annotation.plane, annotation.modality) == (
            kind,
            Plane.AXIAL,
            Modality.T1CE,
        )
        assert np.allclose(annotation.points[0], pane.geometry_mm.to_world(START, pane.index))
        assert np.allclose(annotation.points[1], pane.geometry_mm.to_world(END, pane.index))
        assert annotation.on_slice(pane.view, pane.index)
        assert shown.state.selection == annotation.id

    def test_a_ruler_measures_millimetres(self, pane):
        annotation = draw(pane, Tool.RULER, QPointF(50, 50), QPointF(130, 110))
        assert annotation.length == pytest.approx(100 * pane.geometry_mm.mm_per_pixel)

    def test_shift_makes_a_circle(self, pane, shown):
        shown.view.set_tool(Tool.ELLIPSE)
        drag(pane, START, START + QPointF(60, -25), modifiers=Qt.KeyboardModifier.ShiftModifier)
        (x0, y0, _), (x1, y1, _) = shown.state.annotations[0].points
        assert abs(x1 - x0) == pytest.approx(abs(y1 - y0))

    def test_a_click_makes_nothing(self, pane, shown):
        shown.view.set_tool(Tool.RECTANGLE)
        click(pane, START)
        assert shown.state.annotations == ()
        assert pane.draft is None

    def test_escape_while_drawing_makes_nothing(self, pane, shown):
        shown.view.set_tool(Tool.ARROW)
        press(pane, START)
        move(pane, END)
        assert pane.draft is not None
        key(pane, Qt.Key.Key_Escape)
        release(pane, END)
        assert shown.state.annotations == ()
        assert pane.draft is None

    def test_the_annotation_is_seen_while_it_is_drawn_but_not_yet_kept(self, pane, shown):
        before = pane.grab().toImage()
        shown.view.set_tool(Tool.RULER)
        press(pane, START)
        move(pane, END)
        assert shown.state.annotations == ()
        assert pane.grab().toImage() != before
        release(pane, END)
        assert len(shown.state.annotations) == 1

    def test_a_region_tells_the_values_of_its_own_sequence(self, pane, shown, grid):
        at = pane.geometry_mm.to_pixels([shown.state.cursor])[0]
        annotation = draw(pane, Tool.RECTANGLE, at - QPointF(9, 9), at + QPointF(9, 9))
        lines = label_lines(annotation, pane.view, shown.state.study)
        assert lines[0] == f"mean {MARKER_VALUE} · SD 0"
        assert lines[1] == f"median {MARKER_VALUE}"
        assert lines[2] == f"min {MARKER_VALUE} · max {MARKER_VALUE}"
        assert lines[3].endswith("mm²")
        # Other sequences show where it is, without numbers that are not theirs.
        grid.panes[0].grab()
        assert grid.panes[0].label_boxes == {}
        assert annotation in grid.panes[0].annotations()

    def test_annotations_stay_on_their_slice(self, pane, shown):
        annotation = draw(pane, Tool.RULER)
        shown.view.step(Plane.AXIAL, 1)
        assert pane.annotations() == ()
        shown.view.step(Plane.AXIAL, -1)
        assert pane.annotations() == (annotation,)
        shown.view.set_overlay(annotations=False)
        assert hit_test(pane, START) is None

    def test_labels_stay_in_the_pane_and_off_each_other(self, pane, shown):
        for y in (150, 165, 180):
            shown.annotations.select("")
            draw(pane, Tool.RECTANGLE, QPointF(240, y), QPointF(290, y + 8))
        boxes = list(pane.label_boxes.values())
        assert len(boxes) == 3
        for box in boxes:
            assert box.left() >= 0
            assert box.right() <= pane.width()
            assert box.bottom() <= pane.height()
        assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[:n])

    def test_an_annotation_out_of_sight_has_no_label(self, pane, shown):
        annotation = draw(pane, Tool.RULER, QPointF(10, 10), QPointF(40, 30))
        pane.set_camera(Camera(None, 10.0))
        pane.grab()
        assert annotation in pane.annotations()
        assert pane.label_boxes == {}

    def test_the_label_of_a_steep_ruler_stands_beside_its_middle(self):
        places = SHAPES[Kind.RULER].label_places([QPointF(100, 20), QPointF(160, 180)], 40, 14)
        beside = places[0]
        assert abs(beside.center().y() - 100) < 1
        assert 130 < beside.left() < 145


class TestPicking:
    def test_a_click_on_the_line_picks_it_and_beside_it_lets_go(self, pane, shown):
        annotation = draw(pane, Tool.RULER)
        shown.view.set_tool(Tool.WINDOW)
        shown.annotations.select("")
        click(pane, (START + END) / 2)
        assert shown.state.selection == annotation.id
        click(pane, QPointF(200, 180))
        assert shown.state.selection == ""

    def test_a_click_on_the_label_picks_it(self, pane, shown):
        annotation = draw(pane, Tool.ELLIPSE)
        shown.view.set_tool(Tool.WINDOW)
        shown.annotations.select("")
        click(pane, pane.label_boxes[annotation.id].center())
        assert shown.state.selection == annotation.id

    def test_drawing_tools_pick_with_a_click(self, pane, shown):
        annotation = draw(pane, Tool.ARROW)
        shown.annotations.select("")
        click(pane, (START + END) / 2)
        assert shown.state.selection == annotation.id
        assert len(shown.state.annotations) == 1

    def test_the_window_stays_when_an_annotation_is_dragged(self, pane, shown):
        draw(pane, Tool.RULER)
        shown.view.set_tool(Tool.WINDOW)
        windows = shown.state.windows
        drag(pane, (START + END) / 2, QPointF(200, 150))
        assert shown.state.windows == windows

    @pytest.mark.parametrize(
        ("kind", "at", "distance"),
        [
            (Kind.RULER, (50, 13), 3),
            (Kind.RULER, (-4, 10), 4),
            (Kind.RECTANGLE, (50, 12), 2),
            (Kind.RECTANGLE, (50, 60), 50),
            (Kind.RECTANGLE, (103, 114), 5),
            (Kind.ELLIPSE, (50, 10), 0),
            (Kind.ELLIPSE, (50, 60), 50),
            (Kind.TEXT, (3, 14), 5),
        ],
    )
    def test_distances_are_screen_pixels(self, kind, at, distance):
        points = [QPointF(0, 10), QPointF(100, 10 if kind is Kind.RULER else 110)]
        assert SHAPES[kind].distance(points, QPointF(*at)) == pytest.approx(distance)


class TestChanging:
    def test_dragging_moves_it_and_undo_brings_it_back(self, pane, shown):
        annotation = draw(pane, Tool.RECTANGLE)
        shown.view.set_tool(Tool.CURSOR)
        by = QPointF(20, -10)
        edge = QPointF(START.x(), (START.y() + END.y()) / 2)
        drag(pane, edge, edge + by)
        moved = shown.state.annotations[0]
        assert moved.id == annotation.id
        assert np.allclose(moved.points[0], pane.geometry_mm.to_world(START + by, pane.index))
        assert np.allclose(moved.points[1], pane.geometry_mm.to_world(END + by, pane.index))
        shown.annotations.undo()
        assert shown.state.annotations == (annotation,)
        shown.annotations.redo()
        assert shown.state.annotations == (moved,)

    def test_a_handle_moves_one_end(self, pane, shown):
        annotation = draw(pane, Tool.RULER)
        drag(pane, END, END + QPointF(15, 25))
        changed = shown.state.annotations[0]
        assert changed.points[0] == pytest.approx(annotation.points[0])
        assert np.allclose(
            changed.points[1], pane.geometry_mm.to_world(END + QPointF(15, 25), pane.index)
        )
        assert len(shown.state.annotations) == 1

    def test_the_other_corners_of_a_region_can_be_taken_too(self, pane, shown):
        draw(pane, Tool.ELLIPSE)
        corner = QPointF(END.x(), START.y())
        drag(pane, corner, corner + QPointF(10, -20))
        first, second = pane.geometry_mm.to_pixels(shown.state.annotations[0].points)
        assert (first - QPointF(START.x(), START.y() - 20)).manhattanLength() < 1e-6
        assert (second - QPointF(END.x() + 10, END.y())).manhattanLength() < 1e-6

    def test_moving_is_one_step_of_undo(self, pane, shown):
        annotation = draw(pane, Tool.RULER)
        shown.view.set_tool(Tool.WINDOW)
        drag(pane, (START + END) / 2, QPointF(200, 150))
        shown.annotations.undo()
        assert shown.state.annotations == (annotation,)
        shown.annotations.undo()
        assert shown.state.annotations == ()

    def test_scrolling_while_drawing_or_moving_keeps_the_slice(self, pane, shown):
        shown.view.set_tool(Tool.RULER)
        press(pane, START)
        shown.view.step(Plane.AXIAL, 2)
        move(pane, END)
        release(pane, END)
        annotation = shown.state.annotations[0]
        assert annotation.points[0][2] == pytest.approx(annotation.points[1][2])
        shown.view.step(Plane.AXIAL, -2)
        press(pane, END)
        shown.view.step(Plane.AXIAL, 1)
        move(pane, END + QPointF(5, 5))
        release(pane, END + QPointF(5, 5))
        moved = shown.state.annotations[0]
        assert moved != annotation
        assert moved.points[1][2] == pytest.approx(annotation.points[1][2])

    def test_delete_and_escape(self, pane, shown):
        draw(pane, Tool.RULER)
        key(pane, Qt.Key.Key_Escape)
        assert shown.state.selection == ""
        key(pane, Qt.Key.Key_Delete)
        assert len(shown.state.annotations) == 1
        shown.annotations.select(shown.state.annotations[0].id)
        key(pane, Qt.Key.Key_Delete)
        assert shown.state.annotations == ()
        shown.annotations.undo()
        assert len(shown.state.annotations) == 1

    def test_a_drag_that_is_given_up_changes_nothing(self, pane, shown):
        annotation = draw(pane, Tool.RULER)
        press(pane, END)
        move(pane, END + QPointF(30, 30))
        shown.view.set_layout(Layout.ONE_LARGE)
        assert shown.state.annotations == (annotation,)
        assert pane.draft is None

    def test_the_pointer_says_what_would_happen(self, pane, shown):
        draw(pane, Tool.RULER)
        shown.view.set_tool(Tool.WINDOW)
        move(pane, (START + END) / 2, NONE)
        assert pane.cursor().shape() == Qt.CursorShape.SizeAllCursor
        move(pane, END, NONE)
        assert pane.cursor().shape() == Qt.CursorShape.PointingHandCursor
        move(pane, QPointF(200, 180), NONE)
        assert pane.cursor().shape() == Qt.CursorShape.ArrowCursor
        shown.view.set_tool(Tool.RULER)
        assert pane.cursor().shape() == Qt.CursorShape.CrossCursor


class TestWriting:
    def test_a_text_is_written_on_the_image(self, pane, shown):
        shown.view.set_tool(Tool.TEXT)
        click(pane, START)
        editor = editor_of(pane)
        QTest.keyClicks(editor, "  Check with prior ")
        key(editor, Qt.Key.Key_Return)
        annotation = shown.state.annotations[0]
        assert (annotation.kind, annotation.text) == (Kind.TEXT, "Check with prior")
        assert np.allclose(annotation.points[0], pane.geometry_mm.to_world(START, pane.index))

    def test_escape_writes_nothing(self, pane, shown):
        shown.view.set_tool(Tool.TEXT)
        click(pane, START)
        QTest.keyClicks(editor_of(pane), "no")
        key(editor_of(pane), Qt.Key.Key_Escape)
        assert shown.state.annotations == ()

    def test_a_text_that_is_half_written_stays_with_its_study(self, pane, shown, study):
        """Enter wrote it on the study that had come in meanwhile."""
        shown.view.set_tool(Tool.TEXT)
        click(pane, START)
        editor = editor_of(pane)
        QTest.keyClicks(editor, "Check")
        show_study(shown, replace(study, content_hash="9" * 64))
        assert not editor.isVisible()
        assert shown.state.annotations == ()
        show_study(shown, study)
        assert [a.text for a in shown.state.annotations] == ["Check"]

    def test_an_empty_text_is_no_annotation(self, pane, shown):
        shown.view.set_tool(Tool.TEXT)
        click(pane, START)
        key(editor_of(pane), Qt.Key.Key_Return)
        assert shown.state.annotations == ()

    def test_a_double_click_rewords(self, pane, shown):
        annotation = Annotation(
            Kind.TEXT,
            Plane.AXIAL,
            (tuple(pane.geometry_mm.to_world(START, pane.index).tolist()),),
            Modality.T1CE,
            "old",
        )
        shown.annotations.add(annotation)
        pane.grab()
        double_click(pane, START + QPointF(2, -4))
        editor = editor_of(pane)
        assert editor.text() == "old"
        QTest.keyClicks(editor, "new")
        key(editor, Qt.Key.Key_Return)
        assert [a.text for a in shown.state.annotations] == ["new"]
        assert shown.state.layout is Layout.FOUR_SEQUENCES
        shown.annotations.undo()
        assert [a.text for a in shown.state.annotations] == ["old"]

    def test_keys_typed_into_a_text_do_not_scroll_or_delete(self, pane, shown):
        draw(pane, Tool.RULER)
        index = shown.state.slice_index()
        shown.view.set_tool(Tool.TEXT)
        click(pane, QPointF(40, 150))
        for code in (Qt.Key.Key_Home, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Up):
            key(editor_of(pane), code)
        assert shown.state.slice_index() == index
        assert len(shown.state.annotations) == 1
