"""Notices when nobody has used any window of ours for a while."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence

_USE = frozenset(
    (
        QEvent.Type.KeyPress,
        QEvent.Type.MouseMove,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TouchUpdate,
        QEvent.Type.TabletMove,
        QEvent.Type.TabletPress,
        QEvent.Type.DragMove,
    )
)
_LOOK_S = 15.0
"""How often it is looked at: the time in which a computer slept is noticed so soon after it."""


def _now() -> float:
    """Seconds that go on while the computer sleeps, where the system counts them."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


class IdleWatch(QObject):
    """Listens to windows of the system, not to widgets: a few events a second, not thousands.

    idle : nobody has used a window for ``minutes``; not said again before ``start``.
    pressed : a key with those that are held, in whichever window, also over a dialog.
    """

    idle = Signal()
    pressed = Signal(QKeySequence)

    def __init__(self, parent: QObject, now: Callable[[], float] = _now) -> None:
        super().__init__(parent)
        self._now, self._seconds, self._last = now, 0.0, now()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.look)

    def start(self, minutes: float) -> None:
        """Count from now on. minutes : 0 for never."""
        self.stop()
        self._seconds, self._last = minutes * 60.0, self._now()
        if self._seconds:
            app = QGuiApplication.instance()
            assert isinstance(app, QGuiApplication)
            app.focusWindowChanged.connect(self._listen)
            self._listen()
            self._wait()

    def stop(self) -> None:
        """Count no more."""
        self._timer.stop()
        if self._seconds:
            self._seconds = 0.0
            app = QGuiApplication.instance()
            assert isinstance(app, QGuiApplication)
            app.focusWindowChanged.disconnect(self._listen)
            for window in QGuiApplication.topLevelWindows():
                window.removeEventFilter(self)

    def look(self) -> None:
        """Say that nobody is there, if it is so; else look again in a while."""
        if not self._seconds:
            return
        self._listen()
        if self._left() <= 0:
            self.stop()
            self.idle.emit()
        else:
            self._wait()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _USE:
            self._last = self._now()
            if isinstance(event, QKeyEvent) and event.modifiers():
                self.pressed.emit(QKeySequence(event.keyCombination()))
        return False

    def _left(self) -> float:
        return self._last + self._seconds - self._now()

    def _wait(self) -> None:
        self._timer.start(int(1000 * max(0.05, min(self._left(), _LOOK_S))))

    def _listen(self) -> None:
        for window in QGuiApplication.topLevelWindows():
            window.installEventFilter(self)  # again does nothing more
