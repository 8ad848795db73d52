"""Ends what is being drawn or dragged, as if the hand had let go."""

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QMouseEvent, QWindow
from PySide6.QtWidgets import QAbstractButton, QApplication

_BUTTONS = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


def let_go(app: QApplication) -> None:
    """Let all buttons of the mouse go, where the pointer is; buttons of windows do nothing then.

    Else a stroke would wait beneath a cover for an end that never comes, kept nowhere.
    """
    held = QGuiApplication.mouseButtons()
    window = _any_window()
    if held == Qt.MouseButton.NoButton or window is None:
        return
    for widget in app.allWidgets():
        if isinstance(widget, QAbstractButton) and widget.isDown():
            widget.setDown(False)
    at, keys = QCursor.pos(), Qt.KeyboardModifier.NoModifier
    place = window.mapFromGlobal(at)
    for button in _BUTTONS:
        if held & button:
            held &= ~button
            kind = QEvent.Type.MouseButtonRelease
            # Whichever window gets it, Qt passes it on to the widget that the button went down on.
            event = QMouseEvent(kind, place.toPointF(), at.toPointF(), button, held, keys)
            QCoreApplication.sendEvent(window, event)


def _any_window() -> QWindow | None:
    shown = [one for one in QGuiApplication.topLevelWindows() if one.isVisible()]
    return QGuiApplication.focusWindow() or next(iter(shown), None)
