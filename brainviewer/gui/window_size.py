"""How large a window opens, and where a popup does, as far as the screen has room."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget

from brainviewer.gui import theme

_FRAME = 16, 48
"""What the frame and the title of a window take, in pixels."""


def open_with(window: QWidget, width: int, height: int) -> None:
    """Give a window that was not shown yet a size that its screen has room for."""
    room = window.screen().availableGeometry()
    wide, high = room.width() - _FRAME[0], room.height() - _FRAME[1]
    window.resize(min(theme.px(width), wide), min(theme.px(height), high))


def place_beside(popup: QWidget, widget: QWidget) -> None:
    """Put a popup below a widget, or above it where there is no room, on its screen."""
    popup.adjustSize()
    size, room = popup.size(), widget.screen().availableGeometry()
    corner = widget.mapToGlobal(QPoint(widget.width() - size.width(), widget.height()))
    if corner.y() + size.height() > room.bottom():
        corner.setY(widget.mapToGlobal(QPoint(0, -size.height())).y())
    x = min(max(corner.x(), room.left()), room.right() + 1 - size.width())
    y = min(max(corner.y(), room.top()), room.bottom() + 1 - size.height())
    popup.move(x, y)
