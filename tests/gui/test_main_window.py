"""The main window with a study in it: actions, keys, drops, layouts, panels, notices, the end."""

import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QInputDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
)
from pytestqt.qtbot import QtBot

from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session
from brainviewer.app.state import Layout, Tool
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.errors import FileError, Report
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.gui import theme
from brainviewer.gui.actions.table import ACTIONS
from brainviewer.gui.dialogs.page import Page
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.notices import NoticeBar, ProgressLine
from brainviewer.gui.theme import apply_theme
from brainviewer.imaging.measure.agreement import compared
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, marker_study, oblique_grid, with_parts
from tests.unit.app.desk import a_result

pytestmark = pytest.mark.window


@pytest.fixture(autouse=True)
def _no_dialogs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dialogs of Qt would wait for a hand; here they are all cancelled."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([], ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: ("", ""))
    monkeypatch.setattr(QDialog, "exec", lambda _: 0)
    monkeypatch.setattr(QPrintDialog, "exec", lambda _: QDialog.DialogCode.Rejected)
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: ("", False))


@pytest.fixture
def busy(window: MainWindow, study: Study) -> MainWindow:
    """With everything that enables actions: study, finding, result, annotations, a selection."""
    session = window.session
    show_study(session, study, compared(study, with_parts(marker_finding(study), study)))
    session.state.show_classification(a_result(study), Status.DONE)
    for x in (3.0, 6.0):
        annotation = Annotation(Kind.RULER, Plane.AXIAL, ((0, 0, 0), (x, 0, 0)), Modality.T1)
        session.annotations.add(annotation)
    session.annotations.undo()
    session.annotations.select(session.state.annotations[0].id)
    return window


def drop(window: MainWindow, urls: list[QUrl]) -> bool:
    """As a file manager does; whether the window would take it."""
    content = QMimeData()
    content.setUrls(urls)
    held = (Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton)
    place, no_key = QPoint(500, 300), Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place, *held, no_key)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(place), *held, no_key))
    return enter.isAccepted()


def press(window: MainWindow, qtbot: QtBot, code: Qt.Key, *more: Qt.KeyboardModifier) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    QTest.keyClick(window, code, *more)


# -- actions ------------------------------------------------------------------------------------


def slow_verbs_recorded(session: Session) -> list[str]:
    called: list[str] = []
    for part, verb in (
        (session.documents, "open"),
        (session.documents, "open_demo"),
        (session.segmentation, "find"),
        (session.classification, "run"),
    ):
        setattr(part, verb, lambda *_, v=verb, **__: called.append(v))
    return called


def trigger_all(window: MainWindow) -> set[str]:
    """Every enabled action, twice, so that what is switched is switched back."""
    done = set()
    for action in ACTIONS:
        if action.id == "quit":
            continue
        for _ in range(2):
            if window.actions_by_id[action.id].isEnabled():
                window.actions_by_id[action.id].trigger()
                done.add(action.id)
        QApplication.processEvents()
    for page in window.findChildren(Page):
        page.close()
    return done


_ALWAYS = (None, "planes", "annotatable")
"""Facts that hold in an empty window; ``planes`` fails for images, ``markable`` in an occlusion
test."""
_RARE = (
    "signed in",
    "exported",
    "heatmap",
    "ablated",
    "compared",
    "undo",
    "redo",
    "selection",
    "unlocked",
    "snaps to lesion",
    "snaps to enhancing",
    "image series",
    "occlusion possible",
    "occlusion",
    "explained",
    "listed",
    "series",
    "skull",
    "grids differ",
    "corrected",
    "drawn parts",
    "turned",
    "oblique",
    "key images",
)


def test_every_action_without_a_need_works_without_a_study(window: MainWindow) -> None:
    called = slow_verbs_recorded(window.session)
    assert trigger_all(window) == {a.id for a in ACTIONS if a.needs in _ALWAYS} - {"quit"}
    assert set(called) == {"open_demo"}


def test_every_action_works_with_a_study(busy: MainWindow) -> None:
    called = slow_verbs_recorded(busy.session)
    done = trigger_all(busy)
    needs_more = {a.id for a in ACTIONS if a.needs in _RARE}
    assert done | needs_more | {"quit"} >= {a.id for a in ACTIONS}
    assert {"open_demo", "find", "run"} <= set(called)


def test_actions_are_enabled_by_facts_alone(window: MainWindow, study: Study) -> None:
    def enabled() -> set[str]:
        return {a.id for a in ACTIONS if window.actions_by_id[a.id].isEnabled()}

    always = {a.id for a in ACTIONS if a.needs in _ALWAYS}
    assert enabled() == always
    show_study(window.session, study)
    # Nothing looks for the tumour yet: classifying would do that first.
    there = {"study", "sequences", "sides", "segmentation", "common grid"}
    there |= {"classifiable", "classifiable here", "correctable", "several slices"}
    assert enabled() == always | {a.id for a in ACTIONS if a.needs in there}
    window.session.state.show_finding(marker_finding(study), Status.DONE)
    assert {"tumour", "classify", "classify-here", "export-tumour", "show-lesion"} <= enabled()
    assert not {"undo", "redo", "delete", "save-annotations", "show-heatmap"} & enabled()
    annotation = Annotation(Kind.RULER, Plane.AXIAL, ((0, 0, 0), (3, 0, 0)), Modality.T1)
    window.session.annotations.add(annotation)
    assert {"undo", "delete", "delete-all", "save-annotations"} <= enabled()
    window.session.annotations.undo()
    assert "redo" in enabled()
    assert "undo" not in enabled()


def test_no_two_actions_have_one_key_and_none_has_a_key_of_the_panes(window: MainWindow) -> None:
    keys = [
        key.toString()
        for a in ACTIONS
        for key in window.actions_by_id[a.id].shortcuts()
        if not key.isEmpty()
    ]
    keys += [s.key().toString() for s in window.findChildren(QShortcut)]
    assert [key for key, count in Counter(keys).items() if count > 1] == []
    of_the_panes = {
        QKeySequence(code).toString()
        for code in (
            Qt.Key.Key_Up,
            Qt.Key.Key_Down,
            Qt.Key.Key_Left,
            Qt.Key.Key_Right,
            Qt.Key.Key_PageUp,
            Qt.Key.Key_PageDown,
            Qt.Key.Key_Home,
            Qt.Key.Key_End,
            Qt.Key.Key_Space,
            Qt.Key.Key_Escape,
            Qt.Key.Key_Return,
            Qt.Key.Key_Tab,
        )
    }
    assert not of_the_panes & set(keys)


def test_every_named_key_is_one_that_qt_knows(window: MainWindow) -> None:
    for action in ACTIONS:
        made = window.actions_by_id[action.id]
        assert bool(action.shortcut) == (not made.shortcut().isEmpty()), action.id
        assert "Unknown" not in made.shortcut().toString()


def test_keys_do_what_the_table_says(qtbot: QtBot, busy: MainWindow) -> None:
    state = busy.session.state
    press(busy, qtbot, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert state.layout is Layout.ONE_LARGE
    press(busy, qtbot, Qt.Key.Key_R)
    assert state.tool is Tool.RULER
    press(busy, qtbot, Qt.Key.Key_F8)
    assert state.active is Modality.T2
    press(busy, qtbot, Qt.Key.Key_C, Qt.KeyboardModifier.ShiftModifier)
    assert state.plane is Plane.CORONAL
    busy.session.view.go_to_slice(Plane.AXIAL, 2)
    press(busy, qtbot, Qt.Key.Key_T)
    assert state.on_tumour_slice
    press(busy, qtbot, Qt.Key.Key_Delete)
    assert len(state.annotations) == 0
    press(busy, qtbot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert len(state.annotations) == 1


def test_writing_in_a_field_triggers_nothing(qtbot: QtBot, busy: MainWindow) -> None:
    state = busy.session.state
    (age,) = (e for e in busy.findChildren(QLineEdit) if "age" in e.accessibleName())
    busy.activateWindow()
    qtbot.waitUntil(busy.isActiveWindow)
    age.setFocus()
    QTest.keyClicks(age, "3r1t2")
    assert state.layout is Layout.FOUR_SEQUENCES
    assert state.tool is Tool.WINDOW
    age.clear()


def test_pressed_actions_show_how_things_are(busy: MainWindow) -> None:
    def pressed() -> set[str]:
        return {a.id for a in ACTIONS if busy.actions_by_id[a.id].isChecked()}

    assert {"layout-four_sequences", "tool-window", "plane-axial", "sequence-flair"} <= pressed()
    busy.actions_by_id["layout-four_sequences"].trigger()
    assert "layout-four_sequences" in pressed()
    busy.actions_by_id["tool-ruler"].trigger()
    assert "tool-ruler" in pressed()
    assert "tool-window" not in pressed()
    busy.actions_by_id["show-crosshair"].trigger()
    assert "show-crosshair" not in pressed()
    busy.actions_by_id["convention-neurological"].trigger()
    assert busy.session.settings.convention is Convention.NEUROLOGICAL
    assert "convention-radiological" not in pressed()


def test_menus_that_depend_on_the_moment_are_filled(busy: MainWindow) -> None:
    called = slow_verbs_recorded(busy.session)
    busy.session.settings.recent = (("/data/one",), ("/data/two/a.nii", "/data/two/b.nii"))
    filled = {}
    for menu in busy.findChildren(QMenu):
        menu.aboutToShow.emit()
        filled[menu.title().replace("&", "")] = menu.actions()
    recent = filled["Recent"]
    assert [a.text() for a in recent] == ["one", "two"]
    recent[0].trigger()
    assert called == ["open"]
    chosen = {a.text() for a in filled["Engine"] if a.isChecked()}
    assert chosen == {"Automatic"}
    next(a for a in filled["Colour map"] if a.text() == "Hot").trigger()
    assert busy.session.state.colour_maps[Modality.FLAIR] == "hot"
    for preset in filled["Window preset"]:
        preset.trigger()


# -- drops --------------------------------------------------------------------------------------


def test_a_dropped_folder_is_opened(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    opened: list[object] = []
    window.session.documents.open = opened.append
    assert drop(window, [QUrl.fromLocalFile(str(tmp_path))])
    qtbot.waitUntil(lambda: bool(opened))
    assert opened == [[tmp_path]]


def test_dropped_files_are_opened_as_one_study(
    qtbot: QtBot, busy: MainWindow, tmp_path: Path
) -> None:
    opened: list[object] = []
    busy.session.documents.open = opened.append
    files = [tmp_path / "ä b_flair.nii", tmp_path / "ä b_t1.nii"]
    # On the panes as well as on the empty window.
    assert drop(busy, [QUrl.fromLocalFile(str(f)) for f in files])
    qtbot.waitUntil(lambda: bool(opened))
    assert opened == [files]


def test_what_is_no_file_is_not_taken(window: MainWindow) -> None:
    assert not drop(window, [QUrl("https://example.org/study.nii")])
    assert not drop(window, [])


# -- what is shown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layout", "panes"),
    [(Layout.FOUR_SEQUENCES, 4), (Layout.THREE_PLANES, 3), (Layout.ONE_LARGE, 1)],
)
def test_layouts_fill_the_middle(busy: MainWindow, layout: Layout, panes: int) -> None:
    busy.session.view.set_layout(layout)
    shown = [pane for pane in busy.grid.panes if pane.isVisible()]
    assert len(shown) == panes
    covered = sum(pane.width() * pane.height() for pane in shown)
    assert covered > 0.98 * busy.grid.width() * busy.grid.height()
    assert busy.volume.isVisible()


def test_panels_are_hidden_with_one_key_and_come_back(qtbot: QtBot, busy: MainWindow) -> None:
    before = busy.grid.width()
    parts = (busy.volume, busy.result, busy.status, busy.menuBar(), busy._strip, busy._tools)
    press(busy, qtbot, Qt.Key.Key_F11)
    assert not any(part.isVisible() for part in parts)
    qtbot.waitUntil(lambda: busy.grid.width() == busy.width())
    # Also without menus, keys go on working.
    press(busy, qtbot, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert busy.session.state.layout is Layout.THREE_PLANES
    press(busy, qtbot, Qt.Key.Key_F11)
    assert all(part.isVisible() for part in parts)
    qtbot.waitUntil(lambda: busy.grid.width() == before)


def test_the_theme_changes_at_once_and_is_remembered(busy: MainWindow, qapp: QApplication) -> None:
    apply_theme(qapp, "dark")
    dark = busy.menuBar().grab().toImage().pixelColor(2, 2)
    busy.actions_by_id["theme-light"].trigger()
    light = busy.menuBar().grab().toImage().pixelColor(2, 2)
    assert light.lightness() > dark.lightness() + 100
    assert busy.session.settings.theme == "light"
    # The ground under slices stays black by day as well.
    pane = busy.grid.shown[0]
    assert pane.grab().toImage().pixelColor(3, pane.height() // 3).lightness() < 10
    busy.actions_by_id["theme-dark"].trigger()
    assert theme.current().text != ""


def test_the_title_names_the_study_and_says_synthetic(window: MainWindow) -> None:
    assert window.windowTitle() == "BrainViewer"
    show_study(window.session, marker_study(synthetic=True))
    assert window.windowTitle() == "SYNTHETIC · phantom – BrainViewer"
    show_study(window.session, marker_study(oblique_grid()))
    assert window.windowTitle() == "phantom – BrainViewer"


def test_an_empty_window_invites(window: MainWindow) -> None:
    called = slow_verbs_recorded(window.session)
    buttons = {b.text(): b for b in window._pages.currentWidget().findChildren(QPushButton)}
    buttons["Open the demo study"].click()
    buttons["Open study folder…"].click()
    assert called == ["open"]  # the folder's dialog was cancelled
    show_study(window.session, marker_study())
    assert window._pages.currentWidget() is window.grid


def test_a_study_with_one_sequence_can_be_shown(window: MainWindow) -> None:
    show_study(window.session, marker_study(modalities=(Modality.T2,)))
    slow_verbs_recorded(window.session)
    trigger_all(window)
    assert window.session.state.active is Modality.T2


@pytest.mark.parametrize("stored", ["\ud800", "not base64 !", "AAAA" * 1000])
def test_a_damaged_place_of_the_window_is_no_obstacle(
    qtbot: QtBot, session: Session, stored: str
) -> None:
    session.engine.start = lambda: None
    session.settings.window_state = stored
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.close()


def test_the_window_is_where_it_was_at_the_next_start(
    qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    window.resize(1000, 700)
    QApplication.processEvents()
    window.close()
    again = MainWindow(session)
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (1000, 700)
    again.close()


# -- notices ------------------------------------------------------------------------------------


def test_notices_wait_in_one_place_until_they_are_read(window: MainWindow) -> None:
    bar, say = window.findChild(NoticeBar), window.session.notices.tell
    assert not bar.isVisible()
    say("T2 is missing.")
    say("The forms disagree.")
    say("T2 is missing.")
    say("The disk is full.", "error")
    assert bar.isVisible()
    # What went wrong comes first; nothing is said twice.
    assert bar.sentences == ["The disk is full.", "T2 is missing.", "The forms disagree."]
    say("The head moved.", "caution")  # changes values
    assert bar.sentences[:2] == ["The disk is full.", "The head moved."]
    window.session.state.notice_settled.emit(Notice("The head moved.", "caution"))
    (read,) = bar.findChildren(QPushButton)
    assert "2 more" in read.text()
    for left in (2, 1, 0):
        read.click()
        assert len(bar.sentences) == left
    assert not bar.isVisible()


def test_a_notice_offers_what_can_be_done_about_it(window: MainWindow) -> None:
    bar, noticed = window.findChild(NoticeBar), window.session.state.noticed
    done: list[str] = []
    offers = Offer("Restart", lambda: done.append("restarted")), Offer("Wait")
    offer = Notice("The engine is silent.", "error", offers)
    noticed.emit(Notice("T2 is missing."))
    noticed.emit(offer)
    button = next(b for b in bar.findChildren(QPushButton) if b.text() == "Restart")
    assert button.isVisible()
    button.click()
    assert done == ["restarted"]
    assert bar.sentences == ["T2 is missing."]
    assert len(bar.findChildren(QPushButton)) == 1


def test_a_notice_that_is_settled_goes(window: MainWindow) -> None:
    bar, state = window.findChild(NoticeBar), window.session.state
    offer = Notice("The engine is silent.", "error", (Offer("Restart"),))
    state.noticed.emit(offer)
    state.notice_settled.emit(offer)
    state.notice_settled.emit(offer)
    assert bar.sentences == []
    assert not bar.isVisible()


def test_a_new_study_takes_the_notices_of_the_old_one_with_it(
    window: MainWindow, study: Study
) -> None:
    window.session.notices.tell("T2 is missing.")
    window.session.notices.tell("The disk is full.", "error")
    show_study(window.session, study)
    assert window.findChild(NoticeBar).sentences == ["The disk is full."]


def test_a_notice_lies_over_the_panes_and_moves_none(window: MainWindow, study: Study) -> None:
    show_study(window.session, study)
    QApplication.processEvents()
    bar = window.findChild(NoticeBar)
    before = [pane.geometry() for pane in window.grid.shown], window.grid.geometry()
    window.session.notices.tell("The forms of the file disagree. " * 12, "caution")
    QApplication.processEvents()
    assert bar.isVisible()
    assert ([pane.geometry() for pane in window.grid.shown], window.grid.geometry()) == before
    corner = bar.mapTo(window, bar.rect().topLeft())
    assert corner == window.grid.mapTo(window, window.grid.rect().topLeft())
    assert bar.width() == window.grid.width()
    height = bar.height()
    window.resize(900, 700)
    QApplication.processEvents()
    assert bar.width() == window.grid.width()
    assert bar.height() > height  # more lines of text, none of them cut off
    bar.findChild(QPushButton).click()
    QApplication.processEvents()
    assert not bar.isVisible()


def test_numbers_in_the_status_bar_do_not_widen_the_window(window: MainWindow) -> None:
    before = window.minimumSizeHint().width()
    window.status._values.setText("FLAIR 123456.789   T1 123456.789   T1ce 123456.789   " * 9)
    QApplication.processEvents()
    assert window.minimumSizeHint().width() == before


def test_a_narrow_window_offers_what_its_tool_bar_cannot_hold(window: MainWindow) -> None:
    more = window._tools.findChild(QToolButton, "qt_toolbar_ext_button")
    window.resize(window.minimumSizeHint())
    QApplication.processEvents()
    assert more.isVisible()
    assert more.text() == "»"


def test_an_error_about_a_study_leaves_with_it(window: MainWindow, study: Study) -> None:
    window.session.notices.tell("T1 could not be read.", "error", of_study=True)
    show_study(window.session, study)
    assert window.findChild(NoticeBar).sentences == []


def test_progress_is_a_line_with_a_sentence_and_cancel(window: MainWindow) -> None:
    line = window.findChild(ProgressLine)
    assert not line.isVisible()
    window.session.state.show_progress("open", 0.25, "Reading T1")
    assert line.isVisible()
    cancelled: list[str] = []
    window.session.jobs.cancel = cancelled.append
    (cancel,) = line.findChildren(QPushButton)
    cancel.click()
    assert cancelled == ["open"]
    # A younger job that tells more often does not take its place, nor its Cancel.
    window.session.state.show_progress("compare", 0.5, "Reading T2")
    window.session.state.show_progress("open", 0.3, "Reading T2")
    window.session.state.show_progress("compare", 0.6, "Reading FLAIR")
    cancel.click()
    assert cancelled == ["open", "open"]
    window.session.state.show_progress("compare", None, "")
    window.session.state.show_progress("open", None, "")
    assert not line.isVisible()


def test_the_model_page_says_when_there_is_no_model(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("brainviewer.models.registry.resources", lambda: tmp_path)
    window.actions_by_id["card"].trigger()
    assert len(window.findChild(NoticeBar).sentences) == 1
    monkeypatch.undo()
    window.parts.pages.show_card("no such model")
    assert "no such model" in " ".join(window.findChild(NoticeBar).sentences)


# -- the end ------------------------------------------------------------------------------------


def test_closing_waits_for_running_jobs_and_saves_nothing_by_halves(
    qtbot: QtBot, threaded: MainWindow
) -> None:
    session = threaded.session
    begun, ended = threading.Event(), threading.Event()

    def work(report: Report) -> None:
        begun.set()
        try:
            while True:
                report(0.5, "working")
                threading.Event().wait(0.005)
        finally:
            ended.set()

    said: list[object] = []
    session.jobs.start("find", work, said.append, said.append)
    assert begun.wait(10)
    qtbot.waitUntil(lambda: bool(session.state.progress))
    threaded.close()
    assert ended.is_set()
    QApplication.processEvents()
    assert not said


@pytest.mark.parametrize(
    "action", ["shortcuts", "card", "about", "annotation-table", "target-lesions"]
)
def test_a_page_that_is_asked_for_twice_is_open_once_and_stays_where_it_was(
    busy: MainWindow, action: str
) -> None:
    busy.actions_by_id[action].trigger()
    (page,) = [page for page in busy.findChildren(QDialog) if page.isVisible()]
    page.setGeometry(30, 40, 1000, 600)
    busy.actions_by_id[action].trigger()
    (again,) = [page for page in busy.findChildren(QDialog) if page.isVisible()]
    assert again.geometry() == page.geometry()
    again.close()


def test_every_window_is_gone_before_work_is_waited_for(
    threaded: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    threaded.actions_by_id["about"].trigger()
    threaded.actions_by_id["study-list"].trigger()
    asked, left = threading.Event(), list[str]()

    def work(report: Report) -> None:
        while True:
            asked.set()
            report(0.5, "working")
            threading.Event().wait(0.005)

    threaded.session.jobs.start("find", work, id, id)
    assert asked.wait(10)
    shutdown, close = threaded.volume.shutdown, threaded.session.close
    monkeypatch.setattr(threaded.volume, "shutdown", lambda: (left.extend(seen()), shutdown()))
    monkeypatch.setattr(threaded.session, "close", lambda: (left.extend(seen()), close()))

    def seen() -> list[str]:
        running = [f"job {key}" for key in threaded.session.jobs._running]
        shown = [w.windowTitle() for w in QApplication.topLevelWidgets() if w.isVisible()]
        return [*running, *shown]

    titles = {w.windowTitle() for w in (threaded, threaded.parts.studies.window)}
    assert {"About BrainViewer", "job find", *titles} <= set(seen())
    threaded.close()
    assert left == []


def test_quit_closes_the_window(window: MainWindow) -> None:
    window.actions_by_id["quit"].trigger()
    assert not window.isVisible()


def test_a_posted_function_that_fails_does_not_take_the_others_with_it(qtbot: QtBot) -> None:
    main_thread, done = MainThread(), list[int]()

    def fails() -> None:
        raise FileError("one of them", "")

    with qtbot.captureExceptions() as caught:
        for function in (lambda: done.append(1), fails, lambda: done.append(2)):
            main_thread.post(function)
        qtbot.waitUntil(lambda: len(done) == 2)
        main_thread.post(lambda: done.append(3))
        qtbot.waitUntil(lambda: len(done) == 3)
    assert done == [1, 2, 3]
    assert len(caught) == 1


def test_nothing_of_tensorflow_or_onnx_is_in_the_process_of_the_window() -> None:
    code = """
import sys
import brainviewer.gui.application, brainviewer.models.subtype.prediction
import brainviewer.models.segmentation.detection
import brainviewer.models.engine.engine, brainviewer.app.opening.study
import brainviewer.app.exporting.exports
heavy = {"tensorflow", "keras", "onnxruntime", "torch", "jax"} & set(sys.modules)
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_no_word_is_cut_off_where_the_right_panel_is_narrow(
    qtbot: QtBot, window: MainWindow, session: Session, study: Study
) -> None:
    """Its width was fixed, so that large letters cut *Classify again* to "lassify aga"."""
    show_study(session, study, marker_finding(study))
    session.state.show_classification(a_result(study), Status.DONE)
    window.result.setStyleSheet("* { font-size: 22px; }")
    window.resize(window.minimumSizeHint())
    buttons = [b for b in window.result.findChildren(QAbstractButton) if b.isVisible()]
    assert "Classify again" in {b.text() for b in buttons}
    qtbot.waitUntil(lambda: all(b.width() >= b.minimumSizeHint().width() for b in buttons))
