"""Exports: one after the other, every one of them done, and waited for before the window closes."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting import queue as export_queue
from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.notices import Notice
from brainviewer.app.session import Session
from brainviewer.core.errors import FileError, Report
from brainviewer.core.study import Study
from brainviewer.gui.dialogs import view_export as image_export
from brainviewer.gui.dialogs.closing import ClosingDialog
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window
SOON = 20.0


class Slow:
    """Saving that waits until the test lets it go on."""

    def __init__(self) -> None:
        self.go, self.begun = threading.Event(), threading.Event()
        self.saved: list[str] = []
        self.error: FileError | None = None

    def __call__(
        self, _spec: object, path: Path, _scale: int, report: Report, _width: float
    ) -> None:
        self.begun.set()
        while not self.go.wait(0.01):
            report(0.5, "Drawing")
        report(0.9, "Saving")
        if self.error is not None:
            raise self.error
        self.saved.append(path.name)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    slow = Slow()
    monkeypatch.setattr(export_queue, "export_figure", slow)
    return slow


@pytest.fixture
def working(threaded: MainWindow, study: Study) -> MainWindow:
    """A window whose jobs run in threads, with a study."""
    show_study(threaded.session, study)
    return threaded


def notices(session: Session) -> list[Notice]:
    said: list[Notice] = []
    session.state.noticed.connect(said.append)
    return said


def the_dialog(window: MainWindow) -> ClosingDialog | None:
    return next((d for d in window.findChildren(ClosingDialog) if d.isVisible()), None)


def soon(qtbot: QtBot, window: MainWindow, act) -> list[bool]:
    """Do something once the window waits for its exports; says whether that came."""
    came: list[bool] = []
    timer = QTimer(window, interval=10)

    def look() -> None:
        if dialog := the_dialog(window):
            timer.stop()
            came.append(True)
            act(dialog)

    timer.timeout.connect(look)
    timer.start()
    return came


def test_every_export_is_done(
    qtbot: QtBot, working: MainWindow, slow: Slow, tmp_path: Path
) -> None:
    session = working.session
    said = notices(session)
    for name in "abc":
        working.export_image.save(ExportRequest(path=tmp_path / f"{name}.png"))
    assert session.jobs.unfinished("export") == 3
    qtbot.waitUntil(lambda: any("2 more" in p.text for p in session.state.progress))
    slow.go.set()
    qtbot.waitUntil(lambda: len(said) == 3, timeout=int(SOON * 1000))
    assert slow.saved == ["a.png", "b.png", "c.png"]
    assert all(str(tmp_path) in notice.text for notice in said)


def test_cancel_is_of_one_export(
    qtbot: QtBot, working: MainWindow, slow: Slow, tmp_path: Path
) -> None:
    session = working.session
    for name in "ab":
        working.export_image.save(ExportRequest(path=tmp_path / f"{name}.png"))
    assert slow.begun.wait(SOON)
    session.jobs.cancel("export")
    slow.go.set()
    qtbot.waitUntil(lambda: not session.jobs.unfinished("export"))
    assert slow.saved == ["b.png"]


def test_closing_waits_for_what_is_not_yet_saved(
    qtbot: QtBot, working: MainWindow, slow: Slow, tmp_path: Path
) -> None:
    for name in "ab":
        working.export_image.save(ExportRequest(path=tmp_path / f"{name}.png"))
    came = soon(qtbot, working, lambda _: slow.go.set())
    assert working.close()
    assert came
    assert slow.saved == ["a.png", "b.png"]
    assert not working.isVisible()


def test_waiting_can_be_given_up(
    qtbot: QtBot, working: MainWindow, slow: Slow, tmp_path: Path
) -> None:
    session = working.session
    for name in "ab":
        working.export_image.save(ExportRequest(path=tmp_path / f"{name}.png"))
    soon(qtbot, working, lambda dialog: dialog.reject())
    assert not working.close()
    assert working.isVisible()
    assert session.jobs.unfinished("export") == 2
    soon(qtbot, working, lambda dialog: dialog.drop_button.click())
    assert working.close()
    assert slow.saved == []


def test_an_export_that_fails_keeps_the_window_to_say_so(
    qtbot: QtBot, working: MainWindow, slow: Slow, tmp_path: Path
) -> None:
    session = working.session
    said = notices(session)
    slow.error = FileError("The disk is full.", "Make room.")
    working.export_image.save(ExportRequest(path=tmp_path / "a.png"))
    soon(qtbot, working, lambda _: slow.go.set())
    assert not working.close()
    assert working.isVisible()
    assert [notice.text for notice in said] == ["The disk is full. Make room."]
    assert working.close()


def test_the_notice_opens_the_folder(
    window: MainWindow,
    session: Session,
    study: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    said = notices(session)
    show_study(session, study)
    folder = tmp_path / "a & <b>"
    folder.mkdir()
    window.export_image.save(ExportRequest(path=folder / "a.png"))
    assert (folder / "a.png").is_file()
    assert str(folder) in said[-1].text
    assert said[-1].offers[0].words == "Show folder"
    said[-1].offers[0].act()
    assert [url.toLocalFile() for url in opened] == [str(folder)]


def test_a_3d_view_of_another_study_is_not_saved_under_the_words_of_this_one(
    window: MainWindow,
    session: Session,
    study: Study,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = notices(session)
    show_study(session, study)

    def drawn(request: ExportRequest, _: object, report: Report) -> object:
        session.state.study = replace(study, name="another")
        return image_export._nothing_yet(request.scale)

    monkeypatch.setattr(window.export_image, "_volume_image", drawn)
    request = ExportRequest(ExportSubject.VOLUME, tmp_path / "a.png")
    window.export_image.save(request)
    assert "Another study was opened" in said[-1].text
    assert not list(tmp_path.glob("*.png"))
    session.state.study = study
