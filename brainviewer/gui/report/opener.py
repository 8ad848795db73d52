"""The window of the report, made when it is first wanted; and where its report goes."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.notices import Notice, Offer
from brainviewer.app.reporting.choices import HTML, PDF
from brainviewer.app.session import Session
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.dialogs.export import pictures_folder
from brainviewer.gui.dialogs.printing import ask_and_print_report
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.report.window import ReportWindow
from brainviewer.gui.widgets import call

_KINDS = FileKind("PDF", (PDF,)), FileKind("HTML", HTML)
_NAME = "brainviewer-report"


class ReportWindows:
    """Holds the window of the report."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent
        self._made: ReportWindow | None = None
        self._folder: Path | None = None

    @property
    def window(self) -> ReportWindow:
        """The window, hidden at first."""
        if self._made is None:
            self._made = ReportWindow(self._session, self.ask, self.print, self._parent)
        return self._made

    def bring_up(self) -> None:
        """Show it before the others."""
        self.window.show()
        self.window.raise_()
        self.window.activateWindow()

    def take_text(self) -> None:
        """What was typed at this moment becomes the report's; for what ends the session."""
        if self._made is not None:
            self._made.take_text()

    def ask(self) -> None:
        """Let the user choose a file, and save the report in the background."""
        folder = self._folder or pictures_folder()
        if path := ask_place(self.window, "Save report", folder / f"{_NAME}{PDF}", *_KINDS):
            self.save(path)

    def save(self, path: Path) -> None:
        """Save the report; a notice says where, or why not."""
        self.window.take_text()
        self._session.correction.settle()
        self._folder = path.parent
        with errors_told(self._session):
            self._session.reports.save(path, self._tell_where)

    def print(self) -> None:
        """Let the user choose a printer, and print the report."""
        self.window.take_text()
        self._session.correction.settle()
        with errors_told(self._session):
            study = self._session.state.study
            print_it = partial(audited, Action.PRINTED, study, facts={"kind": "report"})
            if ask_and_print_report(self._session.reports.printable(), self.window, print_it):
                self._session.notices.tell("The report was sent to the printer.")

    def _tell_where(self, path: Path) -> None:
        folder = path.absolute().parent
        said = shown_text(f"The report was saved as {path.name} in {folder}.")
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(path.absolute())))
        self._session.notices.show(Notice(said, offers=(Offer("Open", show),)))
