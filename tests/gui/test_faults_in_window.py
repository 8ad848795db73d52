"""Errors that nobody expected, in the window: one report, nothing that names anybody, it lives."""

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer, qCritical, qWarning
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from brainviewer import __version__
from brainviewer.app.jobs import Jobs
from brainviewer.app.log import start_log
from brainviewer.core.errors import FileError
from brainviewer.core.slices import Plane
from brainviewer.core.study import Study
from brainviewer.files.journal.sessions import LeftWork
from brainviewer.files.unexpected_end.crash_trace import LeftTrace, traces_folder
from brainviewer.gui.faults.hooks import Hooks
from brainviewer.gui.faults.opener import FaultWindows
from brainviewer.gui.faults.qt_messages import QtMessages
from brainviewer.gui.faults.start_offer import StartOffer, StartOffers
from brainviewer.gui.faults.window import FaultWindow
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.widgets import painted
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window
NAME = "Doe^Jane"


@pytest.fixture
def faults(window: MainWindow) -> FaultWindows:
    """As the application has it: all that goes wrong comes to the faults of the session."""
    session = window.session
    session.state.crashed = session.jobs.crashed = session.faults.report
    return FaultWindows(window)


@pytest.fixture
def hooks(window: MainWindow, faults: FaultWindows) -> Iterator[Hooks]:
    """Python's hooks, which those of pytest take again afterwards."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    made = Hooks(MainThread(window), window.session.faults.report)
    yield made
    made.remove()
    assert sys.excepthook is sys.__excepthook__
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


def fail() -> None:
    raise ZeroDivisionError(f"/home/doe/{NAME}")


def kinds(window: MainWindow) -> list[str]:
    return [fault.lines[0] for fault in window.session.faults.unread]


def shown(window: MainWindow) -> list[FaultWindow]:
    return [one for one in window.findChildren(FaultWindow) if one.isVisible()]


class _Painted(QWidget):
    @painted
    def paintEvent(self, painter: QPainter) -> None:
        fail()


class _Resized(QWidget):
    def resizeEvent(self, event: object) -> None:
        fail()


class _Finalised:
    def __del__(self) -> None:
        fail()


def from_slot(window: MainWindow) -> None:
    QTimer.singleShot(0, fail)


def from_painting(window: MainWindow) -> None:
    made = _Painted(window)
    made.show()
    made.repaint()
    made.deleteLater()


def from_event_handler(window: MainWindow) -> None:
    made = _Resized(window)
    QTimer.singleShot(0, made.show)
    QTimer.singleShot(100, made.deleteLater)


def from_thread(window: MainWindow) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def from_finaliser(window: MainWindow) -> None:
    _Finalised()
    gc.collect()


def from_listener(window: MainWindow) -> None:
    window.session.state.cursor_changed.connect(fail)
    window.session.state.cursor_changed.emit()


def from_job(window: MainWindow) -> None:
    session, door = window.session, MainThread(window)
    jobs = Jobs(door.post, session.state.show_progress, session.faults.report)
    jobs.start("x", lambda _: fail(), lambda _: None, lambda _: None)
    jobs.finish("x")


@pytest.mark.parametrize(
    "source",
    [
        from_slot,
        from_painting,
        from_event_handler,
        from_thread,
        from_finaliser,
        from_listener,
        from_job,
    ],
)
@pytest.mark.usefixtures("hooks")
@pytest.mark.qt_no_exception_capture
def test_wherever_it_comes_from_there_is_one_report(
    qtbot: QtBot, window: MainWindow, study: Study, source: object
) -> None:
    show_study(window.session, study)
    assert callable(source)
    source(window)
    qtbot.waitUntil(lambda: bool(shown(window)))
    assert kinds(window) == ["ZeroDivisionError"]
    (report,) = shown(window)
    assert report.sentence.text() == (
        "Something went wrong inside BrainViewer. Your study stays open."
    )
    assert not report.isModal()
    assert f"{__name__}:" in report.details.toPlainText()
    place = tuple(window.session.state.cursor)
    window.session.view.step(Plane.AXIAL, 1)
    assert tuple(window.session.state.cursor) != place  # the window lives
    report.close()
    assert not kinds(window)


def test_repeated_errors_are_counted_in_one_window(
    qtbot: QtBot, window: MainWindow, faults: FaultWindows
) -> None:
    for _ in range(500):
        window.session.faults.report(_bug(ZeroDivisionError))
    (report,) = shown(window)
    qtbot.waitUntil(lambda: report.count.text() == "It happened 500 times.")
    window.session.faults.report(_bug(KeyError))
    qtbot.waitUntil(lambda: report.count.text() == "2 errors, 501 times in all.")
    assert shown(window) == [report]
    assert report.details.toPlainText().index("KeyError") < report.details.toPlainText().index(
        "ZeroDivisionError"
    )
    report.close()
    window.session.faults.report(_bug(KeyError))
    assert not shown(window)
    buttons = window.findChildren(QPushButton)
    again = next(b for b in buttons if b.text() == "Show details" and b.isVisible())
    again.click()
    assert len(shown(window)) == 1
    shown(window)[0].close()


def test_the_details_hold_what_helps_and_nobodys_name(
    qtbot: QtBot, window: MainWindow, faults: FaultWindows, study: Study, tmp_path: Path
) -> None:
    root = logging.getLogger("brainviewer")
    before, level = list(root.handlers), root.level
    root.handlers.clear()
    try:
        start_log()
        window.session.faults.report(_bug(ZeroDivisionError, f"{tmp_path}/{NAME}"))
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers, root.level = before, level
    (report,) = shown(window)
    report.copy.click()
    copied = QApplication.clipboard().text()
    for said in (__version__, "Python", "System", "Qt", "Screen", "3D renderer", "1 time"):
        assert said in copied
    assert "ZeroDivisionError" in copied
    for secret in ("Doe", "Jane", str(tmp_path), "/home"):
        assert secret not in copied
    report.close()


def test_keys_stay_with_the_images(
    qtbot: QtBot, window: MainWindow, faults: FaultWindows, study: Study
) -> None:
    show_study(window.session, study)
    before = QApplication.focusWidget()
    window.session.faults.report(_bug(ZeroDivisionError))
    QApplication.processEvents()
    assert QApplication.focusWidget() is before
    (report,) = shown(window)
    QTest.keyClick(report, Qt.Key.Key_Escape)
    assert not shown(window)


def test_over_a_dialog_it_can_be_read(
    qtbot: QtBot, window: MainWindow, faults: FaultWindows
) -> None:
    dialog = QDialog(window)
    dialog.setModal(True)
    dialog.show()
    window.session.faults.report(_bug(ZeroDivisionError))
    (report,) = shown(window)
    assert report.parentWidget() is dialog
    dialog.close()
    dialog.deleteLater()
    qtbot.waitUntil(lambda: faults.shown is None)
    window.session.faults.report(_bug(KeyError))
    assert len(shown(window)) == 1
    shown(window)[0].close()


def test_what_a_user_can_understand_is_a_notice(
    window: MainWindow, faults: FaultWindows, said: list[tuple[str, str]]
) -> None:
    window.session.faults.report(FileError("It is damaged.", "Copy it again."))
    assert said == [("error", "It is damaged. Copy it again.")]
    assert not shown(window)


# Qt's own words


@pytest.mark.qt_no_exception_capture
def test_qt_complains_to_the_log_without_names(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    messages = QtMessages()
    try:
        for _ in range(30):
            qWarning(f"QPixmap::load: /home/doe/{NAME}.png cannot be read")
        qCritical(f"{NAME} is not there")
        QPainter(QPixmap()).end()
    finally:
        messages.remove()
    assert capfd.readouterr() == ("", "")
    assert "QPixmap::load" in caplog.text
    assert "QPainter::" in caplog.text
    assert "Doe" not in caplog.text
    assert sum("QPixmap::load" in record.getMessage() for record in caplog.records) == 2


# After a crash


def a_trace(text: str) -> Path:
    traces_folder().mkdir(parents=True, exist_ok=True)
    path = traces_folder() / "0f.trace"
    path.write_text(f"BrainViewer 1.0.0, Python 3.11.7, Linux 6.1\n{text}")
    return path


def offered(window: MainWindow, faults: FaultWindows) -> StartOffer | None:
    """What a start offers."""
    offers = StartOffers(window.session.recovery, faults, window)
    window.session.recovery.look()
    offers.deleteLater()
    shown = [one for one in window.findChildren(StartOffer) if one.isVisible()]
    return shown[0] if shown else None


def named(widget: QWidget) -> dict[str, QPushButton]:
    """The buttons that can be pressed, by their words."""
    return {b.text(): b for b in widget.findChildren(QPushButton) if b.isVisible()}


def words(widget: QWidget) -> list[str]:
    return [one.text() for one in widget.findChildren(QLabel) if one.isVisible()]


def test_a_trace_is_offered_shown_and_deleted(window: MainWindow, faults: FaultWindows) -> None:
    assert offered(window, faults) is None
    frame = '  File "/home/doe/brainviewer/x.py", line 1 in f'
    path = a_trace(f"Fatal Python error: Aborted\n{frame}\n")
    when = datetime.fromtimestamp(path.stat().st_mtime)
    offer = offered(window, faults)
    assert offer is not None
    assert f"BrainViewer ended unexpectedly on {when:%Y-%m-%d} at {when:%H:%M}." in words(offer)
    named(offer)["Show details"].click()
    (report,) = shown(window)
    assert "  brainviewer.x:1 f" in report.details.toPlainText().splitlines()
    assert "doe" not in report.details.toPlainText()
    report.close()
    assert path.exists()
    named(offer)["Delete"].click()
    assert not path.exists()
    assert not offer.isVisible()


def test_what_is_not_settled_is_offered_again(window: MainWindow, faults: FaultWindows) -> None:
    a_trace("Fatal Python error: Aborted\n")
    for _ in range(2):
        offer = offered(window, faults)
        assert offer is not None
        offer.close()


def test_several_windows_are_a_list(
    window: MainWindow,
    faults: FaultWindows,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    a_trace("Fatal Python error: Aborted\n")
    session = {"paths": [str(tmp_path)]}
    left = [
        LeftWork("0a", "1", "2026-11-30T13:32:00+00:00", annotations=3, session=session),
        LeftWork("0b", "2", "2026-11-30T13:32:00+00:00", corrections=1),
    ]
    forgotten: list[LeftWork] = []
    monkeypatch.setattr("brainviewer.app.recovery.recovery.left_work", lambda: left)
    monkeypatch.setattr("brainviewer.app.recovery.recovery.forget_left", forgotten.append)
    opened: list[object] = []
    monkeypatch.setattr(window.session.documents, "open", opened.append)
    offer = offered(window, faults)
    assert offer is not None
    assert not offer.isModal()
    texts = words(offer)
    assert texts[0] == "BrainViewer was not closed."
    first, second = (text for text in texts if text.startswith("Your work"))
    assert first.startswith(f"Your work on {tmp_path.name} up to 2026-11-30, ")
    assert second.startswith("Your work on a study up to 2026-11-30, ")
    named(offer)["Got it"].click()
    assert forgotten == [left[1]]
    named(offer)["Open it again"].click()
    assert opened == [(tmp_path,)]
    assert offer.isVisible()
    named(offer)["Delete"].click()
    assert not offer.isVisible()


def test_details_of_a_trace_can_be_deleted_where_they_are_read(
    window: MainWindow, faults: FaultWindows
) -> None:
    path = a_trace("Fatal Python error: Aborted\n")
    trace = LeftTrace(path, datetime.now(), ("Fatal Python error: Aborted",))
    report = faults.show_trace(trace, "It ended.")
    assert report.delete is not None
    report.delete.click()
    assert not path.exists()
    assert not report.isVisible()


def _bug(kind: type[BaseException], text: str = NAME) -> BaseException:
    try:
        raise kind(text)
    except kind as error:
        return error
