"""Dialogs for sessions: one to open, where to save one, and where the images of one are."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session
from brainviewer.core.saved_session import SavedSession
from brainviewer.core.shown_text import shown_text
from brainviewer.files.session_file.session_file import SUFFIX
from brainviewer.gui.dialogs.questions import ANOTHER_STUDY, errors_told, plain_box
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.widgets import call

_SESSIONS = FileKind("BrainViewer sessions", (SUFFIX,))
_NO_NAME = "session"


class SessionDialogs:
    """Asks for sessions, then opens or saves them.

    window : the parent of the dialogs. start_folder : where they begin.
    """

    def __init__(self, session: Session, window: QWidget, start_folder: Callable[[], str]) -> None:
        self._session, self._window, self._start_folder = session, window, start_folder
        session.saved.ask_sources = self.ask_sources

    def open(self) -> None:
        """Ask for a session and open it."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Open session", self._start_folder(), _SESSIONS.filter
        )
        if path:
            self._session.saved.open(Path(path))

    def save(self) -> None:
        """Save to the session that is open; ask for a place where there is none yet."""
        self._session.correction.settle()
        with errors_told(self._session):
            if not self._session.saved.save(self._tell_where):
                self.save_as()

    def save_as(self) -> None:
        """Ask for a place, and save a session there."""
        study = self._session.state.study
        if study is None:
            return
        there = self._session.saved.file
        shown = self._session.settings.show_patient
        name = f"{study.name if shown and study.name else _NO_NAME}{SUFFIX}"
        start = there.path if there is not None else Path(self._start_folder()) / name
        if (path := ask_place(self._window, "Save session", start, _SESSIONS)) is None:
            return
        self._session.correction.settle()
        if self._session.state.study is not study:
            self._session.notices.tell(ANOTHER_STUDY.format("no session was saved"), "caution")
            return
        with errors_told(self._session):
            self._session.saved.save_as(path, self._tell_where)

    def ask_sources(self, sentence: str, session: SavedSession) -> Sequence[Path]:
        """Ask where the images of a session are."""
        box = plain_box(shown_text(sentence), self._window)
        box.setInformativeText("Where are they now?")
        folder = box.addButton("Choose folder…", QMessageBox.ButtonRole.AcceptRole)
        files = box.addButton("Choose files…", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(folder)
        box.exec()
        chosen = box.clickedButton()
        box.deleteLater()
        if chosen is folder:
            found = QFileDialog.getExistingDirectory(
                self._window, "Folder of the images", self._start_folder()
            )
            return [Path(found)] if found else []
        if chosen is files:
            names, _ = QFileDialog.getOpenFileNames(
                self._window, "Images of the session", self._start_folder()
            )
            return [Path(name) for name in names]
        return []

    def _tell_where(self, path: Path) -> None:
        folder = path.absolute().parent
        said = shown_text(f"The session was saved as {path.name} in {folder}.")
        show = call(QDesktopServices.openUrl, QUrl.fromLocalFile(str(folder)))
        self._session.notices.show(Notice(said, offers=(Offer("Show folder", show),)))
