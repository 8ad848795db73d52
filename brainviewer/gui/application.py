"""Builds everything once and runs it."""

import logging
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from brainviewer import __version__
from brainviewer.app.log import start_log
from brainviewer.app.settings.settings import Settings
from brainviewer.app.sign_in.permission import sign_in_is_on
from brainviewer.assets import resources
from brainviewer.core.errors import BrainViewerError
from brainviewer.files.unexpected_end.crash_trace import CrashTrace
from brainviewer.gui.faults.hooks import Hooks
from brainviewer.gui.faults.qt_messages import QtMessages
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.theme import apply_theme
from brainviewer.gui.workplace import Workplace

if TYPE_CHECKING:
    from brainviewer.gui.sign_in.reception import Reception

log = logging.getLogger(__name__)


def run(paths: list[Path], demo: bool) -> int:
    """Open the window; returns the exit code when it is closed.

    paths : a study folder or the files of one study; empty opens nothing, and on the very first
        start the demo study.
    """
    start_log()
    trace = CrashTrace()
    try:
        return _run(paths, demo)
    finally:
        trace.end()


def _run(paths: list[Path], demo: bool) -> int:
    messages = QtMessages()
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    settings = Settings.load()
    if settings.scale != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{settings.scale / 100:g}")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("BrainViewer")
    app.setApplicationVersion(__version__)
    icon = resources() / "icons" / "brainviewer.png"
    if icon.is_file():
        app.setWindowIcon(QIcon(str(icon)))
    running = Running(app, settings)
    running.begin(paths, demo)
    # Lets Ctrl-C in the terminal close the window: Python runs handlers between Qt's events.
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    wake = QTimer()
    wake.start(500)
    wake.timeout.connect(lambda: None)
    try:
        app.exec()
    finally:
        wake.stop()
        running.close()
        messages.remove()
    return running.exit_code


class Running:
    """What is on the screen: one window, or where readers sign in, theirs one after the other.

    settings : of the user, before anybody has signed in. exit_code : 1 once something went wrong.
    """

    def __init__(self, app: QApplication, settings: Settings) -> None:
        self._app, self._settings = app, settings
        self._main_thread = MainThread(app)
        self._hooks = Hooks(self._main_thread, self._report)
        self.workplace: Workplace | None = None
        self.reception: Reception | None = None
        self.exit_code = 0
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    def begin(self, paths: list[Path], demo: bool) -> None:
        """Show the window, or ask who is there first; for the arguments see ``Workplace``."""
        if _readers_sign_in():
            from brainviewer.gui.sign_in.opening import open_reception

            apply_theme(self._app, self._settings.theme)
            self.reception = open_reception(
                self._app, self._main_thread, lambda: self._make(Settings.load()), self._report
            )
            self.reception.start(paths, demo)
        else:
            self._make(self._settings).begin(paths, demo)

    def close(self) -> None:
        """End everything, and wait for what must be finished."""
        self._hooks.remove()
        self._app.styleHints().colorSchemeChanged.disconnect(self._follow_system)
        if self.reception is not None:
            self.reception.close()
        elif self.workplace is not None:
            if self.workplace.window.isVisible():
                self.workplace.close()
            self.workplace.end()
        self._note_faults()
        self._main_thread.drain()
        self._main_thread.deleteLater()

    def _make(self, settings: Settings) -> Workplace:
        self._note_faults()
        self.workplace = Workplace(self._app, self._main_thread, settings)
        return self.workplace

    def _report(self, error: BaseException) -> None:
        if self.workplace is not None:
            self.workplace.session.faults.report(error)
        else:
            log.error("Something failed unexpectedly.", exc_info=error)
            self.exit_code = 1

    def _note_faults(self) -> None:
        """Remember of a window that ends whether something went wrong in it."""
        workplace, self.workplace = self.workplace, None
        if workplace is not None:
            self.exit_code = max(self.exit_code, workplace.session.faults.exit_code)

    def _follow_system(self) -> None:
        """Wear what the system has just changed to, where that is what the reader wants."""
        settings = self._settings if self.workplace is None else self.workplace.settings
        if settings.theme == "system":
            apply_theme(self._app, settings.theme)


def _readers_sign_in() -> bool:
    """Also where nobody can tell: then nobody is let in, and it is said why."""
    try:
        return sign_in_is_on()
    except BrainViewerError:
        return True
