"""Hands on a pane: what Qt says of mouse, wheel and keys, given to the tools."""

from PySide6.QtCore import QEvent, QPointF, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from brainviewer.app.state import ViewState
from brainviewer.gui.panes.geometry import PaneGeometry
from brainviewer.gui.tools.brush import BrushLook
from brainviewer.gui.tools.mouse_tools import MouseTools


class PaneHands(QWidget):
    """The part of a pane that takes events."""

    hovered = Signal(object)
    """World position (3,) in mm under the pointer, or None."""
    menu_wanted = Signal(object)
    """The place on the screen, a ``QPoint``, that a menu is wanted for."""
    activated = Signal()
    """A button went down on this pane."""
    state: ViewState
    index: int
    geometry_mm: PaneGeometry | None
    brush: BrushLook
    _mouse: MouseTools

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.activated.emit()
        self._mouse.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse.move(event)
        self.brush.hover(event.position())
        self._report_pointer(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._mouse.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._mouse.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # With the mouse the menu comes when the button goes up: dragging with it zooms.
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            self._mouse.ask_for_menu(event.pos().toPointF())
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._mouse.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._mouse.key_press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self._mouse.key_release(event):
            event.ignore()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._mouse.forget_keys()
        super().focusOutEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self._mouse.cancel()
        super().hideEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(None)
        self.brush.hover(None)
        super().leaveEvent(event)

    def _report_pointer(self, at: QPointF) -> None:
        if self.geometry_mm is None or self.state.study is None:
            return
        position = self.geometry_mm.to_world(at, self.index)
        self.hovered.emit(position if self.state.study.grid.contains(position) else None)
