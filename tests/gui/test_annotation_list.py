"""The list of annotations and its table, and what is hidden or locked in the panes."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt

from brainviewer.app.annotating.listing import Order
from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.gui import theme
from brainviewer.gui.dialogs.annotation_names import turn_over
from brainviewer.gui.dialogs.annotation_table import annotations_html
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.annotations import AnnotationList, describe
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting.palette import ANNOTATIONS
from tests.gui.hands import NONE, click, drag, move

START, END = QPointF(90, 60), QPointF(170, 120)
MIDDLE = (START + END) / 2


@pytest.fixture
def rows(qtbot, shown: Session) -> AnnotationList:
    made = AnnotationList(shown)
    qtbot.addWidget(made)
    return made


def ruler(pane: SlicePane) -> Annotation:
    pane.session.view.set_tool(Tool.RULER)
    drag(pane, START, END)
    pane.grab()
    return pane.state.annotations[-1]


def test_a_row_is_renamed_and_coloured(pane, rows, shown):
    ruler(pane)
    model = rows.model()
    first = model.index(0, 0)
    assert first.flags() & Qt.ItemFlag.ItemIsEditable
    assert model.setData(first, "Target 1", Qt.ItemDataRole.EditRole)
    assert shown.state.annotations[0].text == "Target 1"
    shown.annotations.restyle(colour="#D55E00")
    first = model.index(0, 0)
    length = f"{shown.state.annotations[0].length:.1f} mm"
    assert first.data().startswith(f"Target 1 · {length} · axial ")
    assert first.data() in first.data(Qt.ItemDataRole.ToolTipRole)
    assert first.data(Qt.ItemDataRole.EditRole) == "Target 1"
    assert first.data(Qt.ItemDataRole.DecorationRole).name() == "#d55e00"
    shown.annotations.restyle(hidden=True)
    shown.annotations.restyle(locked=True)
    assert describe(shown.state, shown.state.annotations[0]).endswith("hidden · locked")


def test_the_list_follows_the_order(pane, rows, shown):
    long, short = ruler(pane), None
    drag(pane, QPointF(60, 150), QPointF(80, 160))
    short = shown.state.annotations[-1]
    shown.annotations.select("")
    names = [rows.model().index(n, 0).data() for n in range(2)]
    shown.listing.sort_by(Order.SIZE)
    assert [rows.model().index(n, 0).data() for n in range(2)] == names
    shown.annotations.rename(short, "A")
    shown.listing.sort_by(Order.NAME)
    assert rows.model().index(0, 0).data().startswith("A · ")
    shown.annotations.select(long.id)
    (chosen,) = rows.selectionModel().selectedIndexes()
    assert chosen.row() == 1


def test_what_is_hidden_is_neither_painted_nor_picked_and_comes_back(pane, shown):
    annotation = ruler(pane)
    shown.annotations.select("")
    with_it = pane.grab().toImage()
    shown.annotations.select(annotation.id)
    turn_over(shown, "hidden")
    assert pane.annotations() == ()
    shown.view.set_tool(Tool.WINDOW)
    click(pane, MIDDLE)
    assert shown.state.selection == ""
    assert pane.grab().toImage() != with_it
    shown.annotations.select(annotation.id)
    turn_over(shown, "hidden")
    shown.annotations.select("")
    assert pane.grab().toImage() == with_it


def test_what_is_locked_is_picked_and_stays_where_it_is(pane, shown):
    ruler(pane)
    turn_over(shown, "locked")
    before = shown.state.annotations
    shown.view.set_tool(Tool.WINDOW)
    windows = shown.state.windows
    for start in (MIDDLE, END):
        drag(pane, start, start + QPointF(15, 10))
    move(pane, MIDDLE, NONE)
    assert pane.cursor().shape() is Qt.CursorShape.ArrowCursor
    assert shown.state.annotations == before
    assert shown.state.selection == before[0].id
    assert shown.state.windows == windows


@pytest.mark.parametrize("colour", [colour for colour in ANNOTATIONS if colour])
def test_colour_and_width_are_painted(pane, shown, colour):
    ruler(pane)
    shown.annotations.restyle(colour=colour)
    shown.annotations.restyle(width=3.0)
    shown.annotations.select("")
    image = pane.grab().toImage()
    ratio = image.devicePixelRatio()
    at = MIDDLE * ratio
    assert image.pixelColor(round(at.x()), round(at.y())).name().upper() == colour


def test_actions_follow_the_selected_annotation(qtbot, shown):
    window = MainWindow(shown)
    qtbot.addWidget(window)
    actions = window.actions_by_id
    assert not actions["hide-annotation"].isEnabled()
    view = shown.state.view()
    points = tuple(tuple(map(float, p)) for p in view.to_world(9, [(10, 10), (20, 22)]))
    shown.annotations.add(Annotation(Kind.ELLIPSE, view.plane, points, shown.state.active))
    assert actions["hide-annotation"].isEnabled()
    assert not actions["lock-annotation"].isChecked()
    actions["lock-annotation"].trigger()
    assert actions["lock-annotation"].isChecked()
    assert not actions["delete"].isEnabled()
    actions["lock-annotation"].trigger()
    assert shown.state.annotations[0].style == Style()
    actions["delete"].trigger()
    assert shown.state.annotations == ()


def test_the_table_tells_regions_in_all_sequences_volumes_and_points(shown):
    study, view = shown.state.study, shown.state.view()
    for n in (8, 9, 11):
        points = tuple(tuple(map(float, p)) for p in view.to_world(n, [(10, 10), (30, 28)]))
        region = Annotation(Kind.ELLIPSE, view.plane, points, shown.state.active, "Core <1>")
        shown.annotations.add(region)
    probe = Annotation(Kind.PROBE, view.plane, points[:1], shown.state.active)
    shown.annotations.add(replace(probe, id="probe"))
    html = annotations_html(study, shown.tables.lines(), theme.current())
    assert html.count("Core &lt;1&gt;") == 4, "three regions and their volume"
    assert "<1>" not in html
    assert "1 in between interpolated" in html
    assert " mL" in html
    for modality in study.volumes:
        assert html.count(f"<td>{modality}</td>") == 3
