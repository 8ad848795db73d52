"""Builds everything once and runs it."""

import os
import signal
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from brainviewer import __version__
from brainviewer.app.log import start_log
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.assets import resources
from brainviewer.files.unexpected_end.crash_trace import CrashTrace
from brainviewer.gui.faults.hooks import Hooks
from brainviewer.gui.faults.opener import FaultWindows
from brainviewer.gui.faults.qt_messages import QtMessages
from brainviewer.gui.faults.start_offer import StartOffers
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.theme import apply_theme


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
    apply_theme(app, settings.theme)
    app.styleHints().colorSchemeChanged.connect(lambda: _follow_system(app, settings))
    icon = resources() / "icons" / "brainviewer.png"
    if icon.is_file():
        app.setWindowIcon(QIcon(str(icon)))
    main_thread = MainThread(app)
    session = Session(main_thread.post, settings)
    hooks = Hooks(main_thread, session.faults.report)
    window = MainWindow(session)
    faults = FaultWindows(window)
    window.show()
    StartOffers(session.recovery, faults, window)
    session.recovery.look()
    if demo or (not paths and not settings.hints_seen):
        session.documents.open_demo()
    elif paths:
        session.documents.open(paths)
    window.parts.pages.greet(window.parts.keys)
    # Lets Ctrl-C in the terminal close the window: Python runs handlers between Qt's events.
    signal.signal(signal.SIGINT, lambda *_: app.quit())
    wake = QTimer()
    wake.start(500)
    wake.timeout.connect(lambda: None)
    try:
        app.exec()
    finally:
        wake.stop()
        hooks.remove()
        if window.isVisible():
            window.close()
        session.close()
        main_thread.drain()
        messages.remove()
    return session.faults.exit_code


def _follow_system(app: QApplication, settings: Settings) -> None:
    """Wear what the system has just changed to, where that is what the user wants."""
    if settings.theme == "system":
        apply_theme(app, settings.theme)
