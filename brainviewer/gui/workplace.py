"""A window and all that is behind it, for the reader who uses this process."""

from pathlib import Path

from PySide6.QtWidgets import QApplication

from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.gui.faults.opener import FaultWindows
from brainviewer.gui.faults.start_offer import StartOffers
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.theme import apply_theme


class Workplace:
    """Built anew for each reader: nothing of one is left for the next.

    settings : of the reader.
    """

    def __init__(self, app: QApplication, main_thread: MainThread, settings: Settings) -> None:
        self.settings = settings
        apply_theme(app, settings.theme)
        self.session = Session(main_thread.post, settings)
        self.window = MainWindow(self.session)
        self._main_thread, self._faults = main_thread, FaultWindows(self.window)

    def begin(self, paths: list[Path], demo: bool) -> None:
        """Show the window, and open what it is to show.

        paths : a study folder or the files of one study; empty opens nothing, and where nobody has
            been before the demo study.
        """
        session, settings = self.session, self.settings
        self.window.show()
        if settings.problem:
            session.notices.tell(settings.problem, "caution")
        StartOffers(session.recovery, self._faults, self.window)
        session.recovery.look()
        if demo or (not paths and not settings.hints_seen):
            session.documents.open_demo()
        elif paths:
            session.documents.open(paths)
        self.window.parts.pages.greet(self.window.parts.keys)

    def close(self) -> bool:
        """Close the window as the user does, who may be asked; whether it is closed."""
        return self.window.close()

    def end(self, *, to_return: bool = False) -> None:
        """Close what is still there, without a question, and wait for what must be finished.

        to_return : what is open is offered to the reader when he signs in again.
        """
        if to_return:
            self.session.open_study.leave_to_return()
        self.window.leaving.asks = False
        self.window.close()
        self.session.close()
        self._main_thread.drain()
        self.window.deleteLater()
