"""How large a window opens: as wanted, as far as the screen has room."""

from PySide6.QtWidgets import QWidget

_FRAME = 16, 48
"""What the frame and the title of a window take, in pixels."""


def open_with(window: QWidget, width: int, height: int) -> None:
    """Give a window that was not shown yet a size that its screen has room for."""
    room = window.screen().availableGeometry()
    window.resize(min(width, room.width() - _FRAME[0]), min(height, room.height() - _FRAME[1]))
