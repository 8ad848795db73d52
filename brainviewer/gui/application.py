"""Builds everything once and runs it."""

import logging
import os
import signal
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from brainviewer import __version__
from brainviewer.app.log import start_log
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.assets import resources
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.dialogs.questions import plain_box
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.theme import apply_theme

log = logging.getLogger(__name__)


def run(paths: list[Path], demo: bool) -> int:
    """Open the window; returns the exit code when it is closed.

    paths : a study folder or the files of one study; empty opens nothing, and on the very first
        start the demo study.
    """
    start_log()
    QApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    settings = Settings.load()
    if settings.scale != 100:
        os.environ.setdefault("QT_SCALE_FACTOR", f"{settings.scale / 100:g}")
    app = QApplication(sys.argv[:1])
    app.setApplicationName("BrainViewer")
    app.setApplicationVersion(__version__)
    apply_theme(app, settings.theme)
    app.styleHints().colorSchemeChanged.connect(lambda: _follow_system(app, settings))
    icon = resources() / "icons" / "brainviewer.png"
    if icon.is_file():
        app.setWindowIcon(QIcon(str(icon)))
    main_thread = MainThread(app)
    crashes = Crashes(main_thread)
    session = Session(main_thread.post, settings, crashes.report)
    window = MainWindow(session)
    window.show()
    if demo or (not paths and not settings.hints_seen):
        session.documents.open_demo()
    elif paths:
        session.documents.open(paths)
    if not settings.hints_seen:
        window.parts.pages.show_tour(window.parts.keys)
    # Lets Ctrl-C in the terminal close the window: Python runs handlers between Qt's events.
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    wake = QTimer()
    wake.start(500)
    wake.timeout.connect(lambda: None)
    try:
        app.exec()
    finally:
        wake.stop()
        crashes.remove()
        if window.isVisible():
            window.close()
        session.close()
        main_thread.drain()
    return crashes.exit_code


def _follow_system(app: QApplication, settings: Settings) -> None:
    """Wear what the system has just changed to, where that is what the user wants."""
    if settings.theme == "system":
        apply_theme(app, settings.theme)


class Crashes:
    """What nobody expected: log it, say it, live on; the exit code remembers it."""

    def __init__(self, main_thread: MainThread) -> None:
        self.exit_code = 0
        self._showing = False
        sys.excepthook = self._hook
        threading.excepthook = lambda arguments: main_thread.post(
            lambda: self.report(arguments.exc_value or RuntimeError("unknown"))
        )

    def remove(self) -> None:
        """Give Python its own hooks back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def report(self, error: BaseException) -> None:
        """Tell the user once; on the main thread."""
        log.error("Unexpected error", exc_info=error)
        self.exit_code = 1
        if self._showing:
            return
        self._showing = True
        if isinstance(error, BrainViewerError):
            box = plain_box(str(error))
        else:
            box = plain_box("Something went wrong inside BrainViewer. Your study stays open.")
            box.setInformativeText("The log in the settings folder has the details.")
            box.setDetailedText(f"{type(error).__name__}: {error}")
        box.finished.connect(self._shown)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
        self._box = box

    def _shown(self) -> None:
        self._showing = False

    def _hook(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
        else:
            self.report(error.with_traceback(trace))
