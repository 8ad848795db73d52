"""The window of the audit trail: filters, pages of lines, verification, export."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from audited import recorded
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from brainviewer.app.audit_trail.browsing import PAGE
from brainviewer.app.audit_trail.recording import own_trail, record
from brainviewer.app.audit_trail.switching import start
from brainviewer.app.sign_in.permission import ONLY_ADMINISTRATORS
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.audit_trail.line import Entry, Line
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import Reader, use_reader
from brainviewer.files.audit_trail.clock import moment
from brainviewer.files.audit_trail.places import name_of, trail_folder
from brainviewer.gui.audit_trail import window as trail_window
from brainviewer.gui.audit_trail.window import TrailWindow
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.settings.dialog import SettingsDialog

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("home")]


def column(shown: TrailWindow, place: int) -> list[str]:
    model = shown.model
    return [model.index(row, place).data() for row in range(model.rowCount())]


def many_lines(count: int) -> None:
    """A trail of so many lines, written at once."""
    start()
    key, now, seal = own_trail().kept.key, moment(), ""
    content = []
    for number in range(1, count + 1):
        entry = Entry(Action.OPENED if number % 1000 else Action.SENT, name=f"reader {number % 3}")
        line = Line(number, now, entry, seal).sealed(key)
        content.append(line.written)
        seal = line.seal
    (trail_folder() / name_of(1)).write_bytes(b"".join(content))


@pytest.fixture
def shown(window: MainWindow, qtbot: QtBot) -> Iterator[TrailWindow]:
    start()
    record(Action.OPENED, facts={"sequences": 4})
    record(Action.EXPORTED, facts={"format": "PNG"})
    window.actions_by_id["audit-trail"].trigger()
    found = window.findChild(TrailWindow)
    assert found is not None
    qtbot.waitUntil(lambda: found.model.rowCount() == 3)
    yield found
    found.close()


def test_lines_stand_there_newest_first(shown: TrailWindow) -> None:
    assert column(shown, 0) == ["3", "2", "1"]
    assert column(shown, 3) == ["exported", "opened", "trail started"]
    assert shown.count.text() == "3 lines"
    assert shown.state.text() == "What is done is recorded."
    assert shown.switch_button.text() == "Stop recording…"


def test_lines_are_chosen_by_reader_action_and_time(shown: TrailWindow, qtbot: QtBot) -> None:
    shown.action.setCurrentIndex(shown.action.findData(Action.OPENED))
    qtbot.waitUntil(lambda: column(shown, 0) == ["2"])
    shown.period.setCurrentIndex(1)
    qtbot.waitUntil(lambda: column(shown, 0) == ["2"])
    shown.reader.setText("nobody")
    qtbot.waitUntil(lambda: shown.count.text() == "0 lines")
    assert not shown.export_button.isEnabled()


def test_verifying_tells_what_was_found_and_is_a_line_itself(
    shown: TrailWindow, qtbot: QtBot
) -> None:
    shown.verify_button.click()
    qtbot.waitUntil(lambda: shown.problem.text().startswith("The audit trail is intact: 3 lines"))
    qtbot.waitUntil(lambda: column(shown, 3)[0] == "trail verified")
    assert shown.found.isHidden()
    path = trail_folder() / name_of(1)
    path.write_bytes(path.read_bytes().replace(b"PNG", b"PDF"))
    shown.verify_button.click()
    qtbot.waitUntil(lambda: "was tampered with: 1 place" in shown.problem.text())
    assert shown.found.toPlainText().startswith("Line 3 was changed (written between 20")
    assert shown.found.isVisible()
    assert column(shown, 5)[-3] == "its seal is wrong, format: PDF"


def test_what_is_listed_is_exported(
    shown: TrailWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.action.setCurrentIndex(shown.action.findData(Action.OPENED))
    qtbot.waitUntil(lambda: column(shown, 0) == ["2"])
    chosen = str(tmp_path / "trail"), "Table (*.csv)"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    shown.export_button.click()
    qtbot.waitUntil(lambda: shown.problem.text() == "1 line was written to trail.csv.")
    assert len((tmp_path / "trail.csv").read_text("utf-8-sig").splitlines()) == 2
    assert recorded()[-1] == ("trail exported", "begun")


def test_recording_is_stopped_and_begun_again(
    shown: TrailWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_window, "ask", lambda *_: False)
    shown.switch_button.click()
    assert recorded()[-1] == ("exported", "done")
    monkeypatch.setattr(trail_window, "ask", lambda *_: True)
    shown.switch_button.click()
    assert recorded()[-1] == ("trail stopped", "done")
    assert shown.problem.text().startswith("Recording was stopped")
    assert shown.switch_button.text() == "Start recording"
    shown.switch_button.click()
    assert recorded()[-1] == ("trail started", "done")
    qtbot.waitUntil(lambda: shown.model.rowCount() == 5)


def test_without_a_trail_the_window_says_so_and_can_begin_one(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.actions_by_id["audit-trail"].trigger()
    shown = window.findChild(TrailWindow)
    assert shown is not None
    assert shown.state.text() == "What is done is not recorded."
    assert not shown.verify_button.isEnabled()
    shown.switch_button.click()
    qtbot.waitUntil(lambda: shown.model.rowCount() == 1)
    assert shown.problem.text().startswith("What is done is recorded from now on. The key lies")
    shown.close()


def test_who_may_not_see_it_is_told(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise BrainViewerError("Only an administrator may do this.", "Ask one.")

    start()
    monkeypatch.setattr("brainviewer.app.audit_trail.looking.require_administrator", refuse)
    use_reader(Reader("b2", "Ben"))
    try:
        window.actions_by_id["audit-trail"].trigger()
    finally:
        use_reader(None)
    shown = window.findChild(TrailWindow)
    assert shown is not None
    for button in (shown.switch_button, shown.verify_button, shown.export_button):
        assert not button.isEnabled() and button.toolTip() == ONLY_ADMINISTRATORS
    assert shown.problem.text() == "Only an administrator may do this. Ask one."
    assert shown.model.rowCount() == 0
    shown.close()


def test_a_hundred_thousand_lines_come_page_by_page(window: MainWindow, qtbot: QtBot) -> None:
    many_lines(100_000)
    window.actions_by_id["audit-trail"].trigger()
    shown = window.findChild(TrailWindow)
    assert shown is not None
    qtbot.waitUntil(lambda: shown.model.rowCount() == PAGE)
    assert shown.count.text() == f"The newest {PAGE} lines"
    longest, last = 0.0, time.perf_counter()

    def at_end() -> bool:
        nonlocal longest, last
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
        shown.table.scrollToBottom()
        return shown.model.rowCount() >= 5 * PAGE

    qtbot.waitUntil(at_end)
    assert column(shown, 0)[-1] == str(100_000 - 5 * PAGE + 1)
    assert longest < 1.0  # of a busy machine; a page takes hundredths of a second
    shown.action.setCurrentIndex(shown.action.findData(Action.SENT))
    qtbot.waitUntil(lambda: shown.model.rowCount() == 100)
    assert shown.model.whole
    shown.close()


def test_the_settings_lead_there(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_id["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    (button,) = [one for one in dialog.findChildren(trail_window.QWidget) if _says(one)]
    button.click()  # type: ignore[attr-defined]
    shown = dialog.findChild(TrailWindow)
    assert shown is not None
    assert shown.isVisible()
    shown.close()
    dialog.close()


def _says(widget: object) -> bool:
    text = getattr(widget, "text", None)
    return callable(text) and text() == "Audit trail…"
