"""Mouse, wheel and keys sent straight to a widget, as the window system would."""

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT, MIDDLE, RIGHT = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)
NONE = Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier


def _send(
    widget: QWidget,
    kind: QEvent.Type,
    at: QPointF,
    button: Qt.MouseButton,
    held: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier,
) -> None:
    event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, modifiers)
    QApplication.sendEvent(widget, event)


def press(widget: QWidget, at: QPointF, button=LEFT, modifiers=PLAIN) -> None:
    """A button goes down."""
    _send(widget, QEvent.Type.MouseButtonPress, at, button, button, modifiers)


def move(widget: QWidget, at: QPointF, button=LEFT, modifiers=PLAIN) -> None:
    """The pointer moves with a button held; ``NONE`` for none."""
    _send(widget, QEvent.Type.MouseMove, at, NONE, button, modifiers)


def release(widget: QWidget, at: QPointF, button=LEFT, modifiers=PLAIN) -> None:
    """A button goes up."""
    _send(widget, QEvent.Type.MouseButtonRelease, at, button, NONE, modifiers)


def drag(widget: QWidget, start: QPointF, end: QPointF, button=LEFT, modifiers=PLAIN) -> None:
    """From ``start`` to ``end`` in three steps."""
    press(widget, start, button, modifiers)
    for step in (0.3, 0.7, 1.0):
        move(widget, start + (end - start) * step, button, modifiers)
    release(widget, end, button, modifiers)


def click(widget: QWidget, at: QPointF, button=LEFT) -> None:
    """Down and up at one place."""
    press(widget, at, button)
    release(widget, at, button)


def double_click(widget: QWidget, at: QPointF) -> None:
    """As Qt reports it: click, double click, up."""
    click(widget, at)
    _send(widget, QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, PLAIN)
    release(widget, at)


def wheel(widget: QWidget, at: QPointF, delta: int = 120, modifiers=PLAIN) -> None:
    """Turn the wheel; 120 is a notch away from the user."""
    event = QWheelEvent(
        at,
        widget.mapToGlobal(at),
        QPoint(),
        QPoint(0, delta),
        NONE,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


def key(widget: QWidget, code: Qt.Key) -> None:
    """Press and release a key."""
    QTest.keyClick(widget, code)
