"""The wheel and the touchpad, counted in notches."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QWheelEvent

NOTCH = 120
"""Eighths of a degree that a plain mouse wheel turns at once."""
_PIXEL = 3
"""What a pixel of a touchpad counts for, where it tells nothing else."""


def _longer(by: QPoint) -> int:
    return by.y() if abs(by.y()) >= abs(by.x()) else by.x()


def _turned(event: QWheelEvent) -> int:
    """How far the wheel was turned away from the user, along whichever way it was turned more."""
    return _longer(event.angleDelta()) or _PIXEL * _longer(event.pixelDelta())


def notches(event: QWheelEvent) -> float:
    """How far the wheel was turned away from the user, in notches."""
    return _turned(event) / NOTCH


class WheelSteps:
    """Whole notches of a wheel that may turn by parts of one."""

    def __init__(self) -> None:
        self._turned = 0

    def add(self, event: QWheelEvent, turned_round: bool = False) -> int:
        """The whole notches that have come together, the rest being kept for the next event.

        turned_round : towards the user counts as away.
        """
        turned = -_turned(event) if turned_round else _turned(event)
        if event.phase() is Qt.ScrollPhase.ScrollBegin or turned * self._turned < 0:
            self._turned = 0
        self._turned += turned
        whole = int(self._turned / NOTCH)
        self._turned -= whole * NOTCH
        return whole
