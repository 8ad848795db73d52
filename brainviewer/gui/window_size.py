"""How large a window opens: as wanted with texts of its size, as far as the screen has room."""

from PySide6.QtWidgets import QWidget

from brainviewer.gui import theme

_FRAME = 16, 48
"""What the frame and the title of a window take, in pixels."""


def open_with(window: QWidget, width: int, height: int) -> None:
    """Give a window that was not shown yet a size that its screen has room for."""
    room = window.screen().availableGeometry()
    wide, high = room.width() - _FRAME[0], room.height() - _FRAME[1]
    window.resize(min(theme.px(width), wide), min(theme.px(height), high))
