"""Layouts of the user's own in the real window: panes, drops, links, other windows, exports."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QInputDialog, QMenu

from brainviewer.app.exporting.exports import ExportRequest
from brainviewer.app.prior.beside import Beside
from brainviewer.app.state import Layout
from brainviewer.core.hanging.content import PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.gui.hanging.menus import fill_content
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.sequence_drag import dragged, sequence_in
from brainviewer.painting.figure import FigurePage, draw_figure
from tests.gui.conftest import show_study
from tests.gui.hands import RIGHT, click, double_click, press, release, wheel
from tests.phantoms import marker_finding, marker_study

pytestmark = pytest.mark.window
HERE = QPointF(60, 60)
FLAIR, T1, T1CE, T2 = SEQUENCES


@pytest.fixture
def hung(window: MainWindow) -> MainWindow:
    """A study of four sequences in three rows of three panes."""
    study = marker_study()
    show_study(window.session, study, marker_finding(study))
    window.actions_by_id["grid-3x3"].trigger()
    return window


def drop(window: MainWindow, place: int, modality: Modality) -> None:
    pane, mime = window.grid.shown[place].geometry().center(), dragged(modality)
    copy, left, plain = (
        Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    entered = QDragEnterEvent(pane, copy, mime, left, plain)
    QApplication.sendEvent(window.grid, entered)
    assert entered.isAccepted()
    QApplication.sendEvent(window.grid, QDropEvent(QPointF(pane), copy, mime, left, plain))


def test_nine_panes_fill_the_grid_and_follow_one_cursor(hung: MainWindow) -> None:
    grid, session = hung.grid, hung.session
    assert [(p.modality, p.plane) for p in grid.shown] == [
        (m, plane) for plane in Plane for m in (FLAIR, T1CE, T2)
    ]
    assert all(pane.isVisible() for pane in grid.shown)
    wheel(grid.shown[0], HERE, 120)
    assert {pane.index for pane in grid.shown[:3]} == {session.state.slice_index(Plane.AXIAL)}
    assert sum(pane.framed for pane in grid.shown) == 1


def test_a_sequence_is_dropped_onto_a_pane(hung: MainWindow) -> None:
    drop(hung, 5, T1)
    pane = hung.grid.shown[5]
    assert (pane.modality, pane.plane, pane.framed) == (T1, Plane.CORONAL, True)
    assert hung.session.state.active is T1
    # Files are none of the panes' business: the window opens them.
    assert sequence_in(QMimeData()) is None


def test_pressing_a_row_does_not_change_a_pane_that_it_may_be_dragged_onto(
    hung: MainWindow,
) -> None:
    rows = hung.findChild(SequenceList)
    at = QPointF(rows.visualItemRect(rows.item(1)).center())
    press(rows.viewport(), at)
    assert hung.session.state.active is FLAIR
    release(rows.viewport(), at)
    assert hung.session.state.active is T1


def test_the_menu_of_a_pane_says_and_chooses_what_it_shows(hung: MainWindow) -> None:
    session, grid = hung.session, hung.grid
    click(grid.shown[7], HERE, RIGHT)
    QApplication.activePopupWidget().close()
    menu = QMenu(hung)
    fill_content(menu, session)
    on = [action.text() for action in menu.actions() if action.isChecked()]
    assert on == ["T1ce", "Sagittal", "Study"]
    {a.text(): a for a in menu.actions()}["Coronal"].trigger()
    assert (grid.shown[7].modality, grid.shown[7].plane) == (T1CE, Plane.CORONAL)
    {a.text(): a for a in menu.actions()}["Nothing"].trigger()
    assert grid.shown[7].missing and grid.shown[7].framed
    grid.shown[7].grab()


def test_a_missing_sequence_is_said_where_it_would_be(hung: MainWindow) -> None:
    show_study(hung.session, marker_study(modalities=(FLAIR, T1CE)))
    pane = hung.grid.shown[2]
    assert pane.isVisible() and pane.missing
    assert pane.why_missing == "This study has no T2"
    click(pane, HERE)  # it can be chosen, to be given something else
    assert pane.framed
    assert hung.session.state.active is FLAIR


def test_the_3d_view_stands_in_a_pane_and_goes_back(hung: MainWindow) -> None:
    beside = hung.volume.parentWidget()
    hung.session.view.choose_pane(4)
    hung.actions_by_id["volume-pane"].trigger()
    assert hung.volume.parentWidget() is hung.grid
    assert hung.volume.geometry() == hung.grid.shown[4].geometry()
    assert not hung.grid.shown[4].isVisible()
    hung.actions_by_id["volume-large"].trigger()
    assert hung.volume.parentWidget() is not hung.grid
    hung.actions_by_id["volume-large"].trigger()
    assert hung.volume.parentWidget() is hung.grid
    hung.session.view.set_layout(Layout.FOUR_SEQUENCES)
    assert hung.volume.parentWidget() is beside
    assert hung.volume.isVisible()


def test_each_pane_keeps_its_slice_while_they_are_not_linked(hung: MainWindow) -> None:
    grid, session = hung.grid, hung.session
    hung.actions_by_id["link-scroll"].trigger()
    before = [pane.index for pane in grid.shown]
    wheel(grid.shown[1], HERE, 240)
    assert grid.shown[1].index != before[1]
    assert [p.index for n, p in enumerate(grid.shown) if n != 1] == before[:1] + before[2:]
    assert grid.shown[0].scene.cursor is None  # the crosshair is in the pane that has the cursor
    click(grid.shown[0], HERE)
    assert session.state.slice_index(Plane.AXIAL) == before[0]
    assert [v.scene.index for v in grid.viewports()] == [p.index for p in grid.shown]
    hung.actions_by_id["link-scroll"].trigger()
    assert {p.index for p in grid.shown[:3]} == {before[0]}


def test_each_pane_keeps_its_zoom_while_they_are_not_linked(hung: MainWindow) -> None:
    grid, control = hung.grid, Qt.KeyboardModifier.ControlModifier
    wheel(grid.shown[0], HERE, 240, control)
    assert grid.shown[1].camera == grid.shown[0].camera
    hung.actions_by_id["link-zoom"].trigger()
    wheel(grid.shown[0], HERE, 240, control)
    assert grid.shown[1].camera != grid.shown[0].camera
    click(grid.shown[0], HERE)
    hung.actions_by_id["link-zoom"].trigger()
    assert grid.shown[1].camera == grid.shown[0].camera


def test_other_panes_leave_their_line(hung: MainWindow) -> None:
    grid = hung.grid
    assert grid.shown[0].scene.cross_lines == ()
    hung.actions_by_id["show-cross_reference"].trigger()
    hung.actions_by_id["link-scroll"].trigger()
    wheel(grid.shown[3], HERE, 240)
    lines = grid.shown[0].scene.cross_lines
    # Two coronal slices are shown now, and one sagittal.
    assert [line.chosen for line in lines] == [False, False, True]
    assert grid.shown[0].still.cross_lines == lines
    bare = replace(grid.shown[0].scene, cross_lines=())
    figure = hung.export_image._figure(ExportRequest(result=False), np.zeros((9, 9, 3), np.uint8))
    without = replace(figure, panes=(bare, *figure.panes[1:]))
    assert not np.array_equal(draw_figure(figure), draw_figure(without))


def test_double_click_makes_a_pane_large_and_brings_the_layout_back(hung: MainWindow) -> None:
    grid, session = hung.grid, hung.session
    drop(hung, 4, T1)
    own = session.state.hanging
    double_click(grid.shown[4], HERE)
    assert session.state.layout is Layout.ONE_LARGE
    assert [(p.modality, p.plane) for p in grid.shown] == [(T1, Plane.CORONAL)]
    session.view.set_active(T2)  # F8
    assert grid.shown[0].modality is T2
    double_click(grid.shown[0], HERE)
    assert session.state.hanging.panes == own.panes


def test_a_pane_in_a_window_of_its_own(hung: MainWindow) -> None:
    grid, session = hung.grid, hung.session
    session.view.choose_pane(4)
    hung.actions_by_id["tear-off"].trigger()
    (torn,) = grid.torn.windows
    assert torn.isVisible() and torn.isWindow()
    assert torn.windowTitle() == "T1ce coronal"
    assert len(grid.shown) == 8
    # The row fills its room again.
    assert grid.shown[3].width() > grid.shown[0].width()
    index = torn.pane.index
    wheel(torn.pane, HERE, 120)
    assert torn.pane.index != index
    assert grid.shown[3].index == torn.pane.index
    # The next study is shown in it as well; an image of a single frame is not.
    show_study(session, marker_study())
    assert grid.torn.windows == (torn,) and torn.isVisible()
    torn.close()
    assert (len(grid.shown), grid.torn.windows) == (9, ())
    assert not torn.isVisible()


def test_windows_close_with_the_main_window(hung: MainWindow) -> None:
    hung.actions_by_id["tear-off"].trigger()
    (torn,) = hung.grid.torn.windows
    hung.close()
    assert not torn.isVisible()


def test_the_prior_stands_in_a_pane(hung: MainWindow) -> None:
    grid, session = hung.grid, hung.session
    session.hangings.put_kind(0, PaneKind.PRIOR)
    assert "No prior" in grid.shown[0].why_missing
    study = session.state.study

    class Compared:
        class prior:  # noqa: N801 - stands for a value
            day, called = None, "the prior"

    before = marker_study()
    beside = Beside(Compared, before, session.state.windows)
    beside.__dict__["prior_finding"] = None
    session.prior.beside = beside
    session.prior.changed.emit()
    scene = grid.shown[0].scene
    assert (scene.study, scene.prior) == (before, "PRIOR")
    assert grid.shown[1].scene.study is study
    assert grid.viewports()[0].scene.prior == "PRIOR"
    session.prior.beside = None


def test_what_is_seen_is_exported(hung: MainWindow, tmp_path: Path) -> None:
    show_study(hung.session, marker_study(modalities=(FLAIR, T1CE)))
    QApplication.processEvents()
    figure = hung.export_image._figure(ExportRequest(result=False), np.zeros((9, 9, 3), np.uint8))
    assert [said for _, said in figure.words] == ["This study has no T2"] * 3
    assert len(figure.panes) == 6
    page = FigurePage(replace(figure, footer=False))
    assert page.size == (hung.grid.width(), hung.grid.height())
    path = tmp_path / "view.png"
    hung.export_image.save(ExportRequest(path=path, scale=1))
    assert path.exists()


def test_a_layout_is_saved_by_a_name_and_chosen_again(
    hung: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(hung, 0, T2)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("Mine", True))
    hung.actions_by_id["save-layout"].trigger()
    panes = hung.session.state.hanging.panes
    hung.session.view.set_layout(Layout.THREE_PLANES)
    hung.actions_by_id["next-layout"].trigger()
    assert hung.session.state.hanging.panes == panes
    assert hung.grid.shown[0].modality is T2


def test_a_drag_leaves_no_mark_behind(hung: MainWindow) -> None:
    drop(hung, 2, FLAIR)
    assert hung.grid._pane_at(QPoint(-5, -5)) is None
