"""Where keys and the wheel go: to the images, unless the user is filling in a field.

One filter watches every widget of a window, so that no widget has to think of it:

- after a click anywhere but in a field the images have the keys;
- what the user walked to with Tab keeps the keys that move it, all others act on the images;
- Escape leaves a field as it was, Enter with what was typed;
- the wheel changes a field only while it has the focus.
"""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QMenuBar,
    QScrollBar,
    QWidget,
)

from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.panes.slice_strip import SliceStrip
from brainviewer.gui.volume.image import VolumeImage

Field = QLineEdit | QAbstractSpinBox
_ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
_MOVES = (*_ARROWS, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_PRESSES = (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TURNS = (*_ARROWS, Qt.Key.Key_Home, Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal)
_OWN_KEYS: tuple[tuple[type[QWidget], tuple[Qt.Key, ...]], ...] = (
    (QAbstractButton, _PRESSES),
    (QComboBox, (*_MOVES, *_PRESSES)),
    (QAbstractItemView, (*_MOVES, *_PRESSES)),
    (QAbstractSlider, _MOVES),
    (SliceStrip, _MOVES),
    (VolumeImage, _TURNS),
)
"""The keys that belong to a widget while it has the focus."""
_WATCHED = (
    QEvent.Type.ChildPolished,
    QEvent.Type.Wheel,
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.FocusIn,
    QEvent.Type.KeyPress,
    QEvent.Type.KeyRelease,
)
"""Every widget's events come by; most of them are others."""


def field_of(widget: QWidget | None) -> Field | None:
    """The field that is, or that holds, a widget."""
    while widget is not None:
        parent = widget.parentWidget()
        if isinstance(widget, Field) and not isinstance(parent, QAbstractSpinBox):
            return widget
        widget = None if widget.isWindow() else parent
    return None


class WheelGuard(QObject):
    """Lets the wheel change what the user is filling in, and scroll past everything else."""

    def __init__(self, root: QWidget) -> None:
        super().__init__(root)
        self._root = root
        self.watch(root)

    def watch(self, widget: QWidget) -> None:
        """Watch a widget and all that lies in it, as far as it belongs to the window."""
        for found in (widget, *widget.findChildren(QWidget)):
            if found.window() is self._root:
                found.installEventFilter(self)
                if found.focusPolicy() is Qt.FocusPolicy.WheelFocus:
                    found.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        return (kind := event.type()) in _WATCHED and self._seen(watched, event, kind)

    def _seen(self, watched: QObject, event: QEvent, kind: QEvent.Type) -> bool:
        """Act on an event of one of the kinds that are watched; whether it ends here."""
        if kind is QEvent.Type.ChildPolished:
            child = event.child()  # type: ignore[attr-defined]  # a QChildEvent
            if isinstance(child, QWidget):
                self.watch(child)
        elif kind is QEvent.Type.Wheel and _turned_by_wheel(watched):
            event.ignore()
            return True
        return False


def _turned_by_wheel(widget: QObject) -> bool:
    """Whether the wheel would change a value that does not have the focus."""
    value = (field_of(widget) if isinstance(widget, QWidget) else None) or widget
    if isinstance(value, QScrollBar):
        return False
    return (
        isinstance(value, QAbstractSpinBox | QComboBox | QAbstractSlider)
        and value.window().focusWidget() is not value
    )


class ImageFocus(WheelGuard):
    """Brings the keys back to the images of a window.

    images : the pane that keys act on, or None while there is none.
    """

    def __init__(self, window: QWidget, images: Callable[[], QWidget | None]) -> None:
        self._images = images
        self._tabbed = self._sending = False
        self._before = ""
        self._sent = Qt.Key.Key_unknown
        super().__init__(window)

    def to_images(self) -> None:
        """Give the keys to the images, if there are any."""
        if (pane := self._images()) is not None and pane.isVisible():
            pane.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave_buttons(self) -> None:
        """Give the keys to the images unless a field is being filled in."""
        if field_of(self._root.focusWidget()) is None:
            self.to_images()

    def _seen(self, watched: QObject, event: QEvent, kind: QEvent.Type) -> bool:
        if super()._seen(watched, event, kind):
            return True
        if not isinstance(watched, QWidget):
            return False
        if kind is QEvent.Type.MouseButtonPress:
            self._press(watched)
        elif kind is QEvent.Type.MouseButtonRelease:
            if _selectable(watched) and not watched.hasSelectedText():  # type: ignore[attr-defined]
                self.to_images()
        elif kind is QEvent.Type.Wheel and isinstance(watched, SlicePane):
            self.leave_buttons()
        elif kind is QEvent.Type.FocusIn and isinstance(event, QFocusEvent):
            self._focus(watched, event)
        elif kind is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._key(watched, event)
        elif kind is QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            return self._key_up(event)
        return False

    def _press(self, watched: QWidget) -> None:
        self._tabbed = False
        if isinstance(watched, SlicePane):
            watched.setFocus(Qt.FocusReason.MouseFocusReason)
        elif field_of(watched) is None and not (
            isinstance(watched, VolumeImage) or _selectable(watched)
        ):
            self.to_images()

    def _focus(self, watched: QWidget, event: QFocusEvent) -> None:
        if (field := field_of(watched)) is not None:
            self._before = _line(field).text()
        if event.reason() is Qt.FocusReason.TabFocusReason and not self._tabbed:
            # Qt moves on when what had the focus is hidden or disabled; the hand did not.
            self.to_images()

    def _key(self, watched: QWidget, event: QKeyEvent) -> bool:
        key, focus = Qt.Key(event.key()), self._root.focusWidget() or self._root
        self._tabbed = key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if self._sending or self._tabbed or isinstance(focus, SlicePane | QMenuBar):
            return False
        if (field := field_of(focus)) is not None:
            return watched in (focus, field) and self._leave(field, key)
        if watched is not focus or _owns(focus, key):
            return False
        if key is Qt.Key.Key_Escape and focus is not self._root:
            self.to_images()  # from what was walked to with Tab
            return True
        self._sent = key
        return self._send(event) or key in _ARROWS

    def _key_up(self, event: QKeyEvent) -> bool:
        """What was pressed on the images is let go there as well."""
        if event.key() != self._sent or self._sending or event.isAutoRepeat():
            return False
        self._sent = Qt.Key.Key_unknown
        return self._send(event)

    def _leave(self, field: Field, key: Qt.Key) -> bool:
        if self._images() is None or isinstance(field.parentWidget(), SlicePane):
            return False  # the editor of a text on the image has keys of its own
        if key is Qt.Key.Key_Escape:
            _line(field).setText(self._before)
        elif key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        if isinstance(field, QAbstractSpinBox):
            field.interpretText()
        self.to_images()
        return True

    def _send(self, event: QKeyEvent) -> bool:
        """Let a key act on the images; whether it meant something there."""
        pane = self._images()
        if pane is None or not pane.isVisible():
            return False
        again = event.clone()
        self._sending = True
        try:
            QCoreApplication.sendEvent(pane, again)
        finally:
            self._sending = False
        return again.isAccepted()


def _line(field: Field) -> QLineEdit:
    return field if isinstance(field, QLineEdit) else field.lineEdit()


def _selectable(widget: QWidget) -> bool:
    flags = widget.textInteractionFlags() if isinstance(widget, QLabel) else None
    return flags is not None and bool(flags & Qt.TextInteractionFlag.TextSelectableByMouse)


def _owns(widget: QWidget, key: Qt.Key) -> bool:
    if isinstance(widget, QAbstractButton) and widget.group() is not None and key in _ARROWS:
        return widget.group().exclusive()  # arrows choose another one of them
    return any(isinstance(widget, kind) and key in keys for kind, keys in _OWN_KEYS)
