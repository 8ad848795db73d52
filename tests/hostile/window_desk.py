"""The real program without a screen: its window, or its entrance, and all that it says."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QMessageBox, QWidget

from brainviewer.app.engine import EngineControl
from brainviewer.app.notices import Notice, Notices
from brainviewer.app.saved_session.sessions import PAUSE
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import TABLE, Settings
from brainviewer.gui.application import Running
from brainviewer.gui.help.first_notice import FirstNotice
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.sign_in.entrance import Entrance
from tests.hostile.stopwatch import Stopwatch

_PATIENCE = 60.0
_NO_WORK = ("engine", "head motion", PAUSE)
"""Jobs that nobody waits for."""


class Desk:
    """The program as it starts in a home, with the sound study, and what it says.

    said : notices, and sentences of dialogs that stand in their place. asked : texts of windows
    that came up, which were closed as with Escape. searches : whether the lesion is looked for.
    """

    def __init__(self, home: Path, study: Path) -> None:
        os.environ["BRAINVIEWER_HOME"] = str(home)
        self.said: list[str] = []
        self.asked: list[str] = []
        self._study = study
        self._kept: set[QWidget] = set()
        self.searches = False
        self._find, self._unheard = Segmentation.find, Notices.show
        self._listen()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        settings = Settings.load()
        self._running = Running(app, settings)
        self._guard = QTimer()
        self._guard.timeout.connect(self._close_windows)
        self._guard.start(50)
        settings.classify_on_opening = False
        self._running.begin([study], False)
        self.rest()

    def _listen(self) -> None:
        said, unheard, find = self.said, self._unheard, self._find

        def found(segmentation: Segmentation, *told: Any, **more: Any) -> None:
            if self.searches:
                find(segmentation, *told, **more)

        def heard(notices: Notices, notice: Notice) -> None:
            said.append(notice.text)
            unheard(notices, notice)

        Notices.show = heard  # type: ignore[method-assign]
        EngineControl.start = lambda _: None  # type: ignore[method-assign,assignment]
        Segmentation.find = found  # type: ignore[method-assign]

    # -- what is there ----------------------------------------------------------------------

    @property
    def entrance(self) -> Entrance | None:
        """Where readers sign in; None where nobody has to."""
        reception = self._running.reception
        return None if reception is None else reception.entrance

    @property
    def session(self) -> Session:
        """What is behind the window."""
        assert self._running.workplace is not None
        return self._running.workplace.session

    @property
    def window(self) -> MainWindow:
        """The window."""
        assert self._running.workplace is not None
        return self._running.workplace.window

    @property
    def shows(self) -> QWidget:
        """The window, or the entrance."""
        return self.entrance or self.window

    def _close_windows(self) -> None:
        """Read what comes up beside the window, and refuse it; the first notice is accepted."""
        kept = {self.entrance, *self._kept}
        if self._running.workplace is not None:
            kept.add(self.window)
        for widget in QApplication.topLevelWidgets():
            if widget in kept or not widget.isVisible():
                continue
            if isinstance(widget, FirstNotice):
                widget.accept()
            elif isinstance(widget, QDialog):
                self.asked.append(text_of(widget))
                widget.reject()
            elif widget.isWindow() and widget.windowTitle():
                self.asked.append(type(widget).__name__)
                widget.close()

    @contextmanager
    def keeping(self, window: QWidget) -> Iterator[None]:
        """Let a window stay that comes up."""
        self._kept.add(window)
        try:
            yield
        finally:
            self._kept.discard(window)

    # -- waiting ----------------------------------------------------------------------------

    def wait(self, until: Callable[[], bool]) -> bool:
        """Turn the event loop until it is so; whether that came."""
        started, watch = time.monotonic(), Stopwatch()
        while time.monotonic() - started < _PATIENCE or watch.seconds < _PATIENCE:
            QApplication.processEvents()
            QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            if until():
                return True
            time.sleep(0.005)
        return False

    @property
    def busy(self) -> list[str]:
        """What is being done."""
        if self._running.workplace is None:
            return []
        return [key for key in self.session.jobs._running if not key.startswith(_NO_WORK)]

    def rest(self) -> bool:
        """Wait until it is idle, and for what it does at the next turn."""
        end = time.monotonic() + 0.06
        return self.wait(lambda: time.monotonic() > end and not self.busy)

    # -- doing ------------------------------------------------------------------------------

    def open_sound(self) -> bool:
        """Open the sound study; whether it is shown then."""
        self.searches = False
        self.session.documents.open([self._study])
        self.rest()
        return self.shows_sound

    @property
    def shows_sound(self) -> bool:
        """Whether the sound study is what is open."""
        shown = None if self._running.workplace is None else self.session.state.study
        return shown is not None and shown.name == self._study.name

    def settings_now(self) -> dict[str, object]:
        """All settings, to be put back."""
        return {key: getattr(self.session.settings, key) for key in TABLE}

    def close(self) -> None:
        """End it."""
        self._guard.stop()
        if self._running.workplace is not None:
            self.session.documents.ask_sequences = None
            self.window.leaving.asks = False
        self._running.close()
        Notices.show = self._unheard  # type: ignore[method-assign]
        Segmentation.find = self._find  # type: ignore[method-assign]
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def text_of(dialog: QWidget) -> str:
    """What a dialog, or another window, says."""
    text = dialog.text() if isinstance(dialog, QMessageBox) else ""
    told = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    return text or " ".join(filter(None, told)) or type(dialog).__name__
