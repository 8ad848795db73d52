"""The window of the audit trail: who did what, newest first; verified, and taken out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QWidget,
)

from brainviewer.app.audit_trail.browsing import TrailBrowser
from brainviewer.app.audit_trail.looking import Row, Wanted
from brainviewer.app.audit_trail.verifying import fault_sentences, summary
from brainviewer.app.session import Session
from brainviewer.app.sign_in.permission import ONLY_ADMINISTRATORS, may_administer
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.audit_trail.faults import Check
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.gui import theme
from brainviewer.gui.audit_trail.model import TrailTable
from brainviewer.gui.dialogs.questions import ask
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.study_table import set_up_study_table
from brainviewer.gui.widgets import button, call, label, say, set_role, timer, told
from brainviewer.gui.window_size import open_with

TITLE = "Audit trail"
_WIDTHS: tuple[int | str, ...] = (
    "888,888", "2026-12-01 08:00:30", "A reader's name", "settings changed: cancelled",
    "images, study, id, name", 300,
)  # fmt: skip
_PERIODS = {"At any time": 0, "Last 24 hours": 1, "Last 7 days": 7, "Last 30 days": 30,
            "Last year": 365}  # fmt: skip
_ANY = "All actions"
_MOST_SHOWN = 8
"""Faults that are in sight at once."""
_REST_MS = 250
"""How long typing must rest before the lines are read again."""
_KINDS = FileKind("Table", (".csv",)), FileKind("Sealed lines", (".jsonl",))
_STOP = "What is done from now on is not recorded. What was recorded stays."


class TrailWindow(QDialog):
    """A table of lines with what chooses them, and what can be done with them."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self.browser = session, TrailBrowser(session.jobs)
        self.setWindowTitle(TITLE)
        open_with(self, 1120, 640)
        self.model = TrailTable(self._read_on)
        self.table = self._made_table()
        self.reader = told(QLineEdit(), name="Reader")
        self.reader.setPlaceholderText("Reader's name")
        self.reader.setClearButtonEnabled(True)
        self.reader.setMaximumWidth(theme.px(200))
        self.action = told(QComboBox(), name="Action")
        self.action.addItem(_ANY, "")
        for action in Action:
            self.action.addItem(action.value[0].upper() + action.value[1:], action.value)
        self.period = told(QComboBox(), name="Time")
        for name, days in _PERIODS.items():
            self.period.addItem(name, days)
        self.count = label(role="quiet")
        self.problem = label(role="caution", wrap=True)
        self.state = label(role="quiet", wrap=True)
        self.found = told(QPlainTextEdit(), name="What was found")
        self.found.setReadOnly(True)
        self.found.hide()
        self.switch_button = button("", "second", "", self.switch)
        self.verify_button = button(
            "Verify", "second", "Look for lines that were changed, removed or forged", self.verify
        )
        self.export_button = button(
            "Export…", "second", "Write the lines that are listed into a file", self.ask_export
        )
        self._rest = timer(self, _REST_MS, self.read)
        self.reader.textChanged.connect(call(self._rest.start))
        self.action.currentIndexChanged.connect(call(self.read))
        self.period.currentIndexChanged.connect(call(self.read))
        self._lay_out()
        say(self.problem, "")

    def _made_table(self) -> QTableView:
        table = told(QTableView(), name="Lines")
        table.setModel(self.model)
        set_up_study_table(table, _WIDTHS, stretched=5)
        return table

    def _lay_out(self) -> None:
        actions = self.switch_button, self.verify_button, self.export_button
        for each in actions:
            each.setAutoDefault(False)
        choices = self.reader, self.action, self.period
        self.setLayout(
            column(
                row(*choices, self.count, None, *actions, HelpButton("audit trail"), spacing=8),
                self.problem,
                self.found,
                (self.table, 1),
                self.state,
                spacing=10,
                margins=(12, 12, 12, 12),
            )
        )

    # -- what is listed ---------------------------------------------------------------------

    def bring_up(self) -> None:
        """Show the window, with the lines as they are now."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.read()
        self.table.setFocus()

    @property
    def wanted(self) -> Wanted:
        """Which lines are listed."""
        days = self.period.currentData()
        since = datetime.now(UTC) - timedelta(days=days) if days else None
        reader = self.reader.text().strip()
        return Wanted(since, None, reader, self.action.currentData())

    def read(self) -> None:
        """Read the lines again, from the newest."""
        self._rest.stop()
        self.model.clear()
        say(self.problem, "")
        self.count.setText("Reading…")
        self._show_state()
        self.browser.read(self.wanted, self._show_rows, self._fail)

    def _read_on(self) -> None:
        self.browser.read_on(self._show_rows, self._fail)

    def _show_rows(self, rows: list[Row], more: bool) -> None:
        self.model.add(rows, more)
        lines = counted(self.model.rowCount(), "line")
        self.count.setText(lines if self.model.whole else f"The newest {lines}")
        self.export_button.setEnabled(self.model.rowCount() > 0)

    def _show_state(self) -> None:
        self.state.setText(shown_text(self.browser.state))
        on = self.browser.on
        self.switch_button.setText("Stop recording…" if on else "Start recording")
        tip = "Record no more; that is recorded" if on else "Record from now on what is done"
        self.switch_button.setToolTip(tip)
        self.verify_button.setEnabled(self.browser.begun)
        self.export_button.setEnabled(False)
        if not may_administer():
            for each in (self.switch_button, self.verify_button, self.export_button):
                each.setEnabled(False)
                each.setToolTip(ONLY_ADMINISTRATORS)

    def _fail(self, error: BrainViewerError) -> None:
        self.count.clear()
        self._tell(str(error), "caution")

    def _tell(self, text: str, role: str = "quiet") -> None:
        set_role(self.problem, role)
        say(self.problem, shown_text(text))

    # -- verbs ------------------------------------------------------------------------------

    def verify(self) -> None:
        """Go through the whole trail, and tell what was found."""
        self.found.hide()
        self._tell("Verifying…")
        self.browser.verify(self._show_check, self._fail)

    def _show_check(self, check: Check) -> None:
        self.read()  # verifying is a line, too
        self._tell(summary(check), "quiet" if check.intact else "caution")
        said = [*fault_sentences(check), *check.notes]
        self.found.setPlainText(shown_lines(said))
        shown = min(len(said), _MOST_SHOWN) + 1
        self.found.setFixedHeight(shown * self.found.fontMetrics().lineSpacing())
        self.found.setVisible(bool(said))

    def ask_export(self) -> None:
        """Ask for a file, and write the lines that are listed there."""
        start = Path.home() / "audit-trail.csv"
        if path := ask_place(self, "Export the audit trail", start, *_KINDS):
            self.export(path)

    def export(self, path: Path) -> None:
        """Write the lines that are listed into a file."""
        name = shown_text(path.name)

        def done(count: int) -> None:
            self.read()
            self._tell(f"{counted(count, 'line was', 'lines were')} written to {name}.")

        self.browser.take_out(path, self.wanted, done, self._fail)

    def switch(self) -> None:
        """Record from now on, or no more."""
        if self.browser.on and not ask(self, "Stop recording?", _STOP, "Stop recording"):
            return
        self.browser.switch(self._show_switched, self._fail)

    def _show_switched(self, said: str) -> None:
        self.read()
        self._tell(said)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks any more."""
        self._rest.stop()
        self.browser.close()
        super().hideEvent(event)


def shown_lines(said: list[str]) -> str:
    """Sentences, each in a line of its own."""
    return "\n".join(map(shown_text, said))
