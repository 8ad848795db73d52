"""Turning the head to another view: not at a stroke, so that the eye can follow."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from brainviewer.gui.volume.motion import motion_seconds
from brainviewer.painting.volume.view import (
    OBLIQUES,
    Rotation,
    VolumeView,
    between,
    facing,
    look_rotation,
)

_STEP_MS = 16
_PATIENCE_S = 0.1
"""Without an image for so long, drawing is too slow for what turns to be followed."""


class Turning(QObject):
    """Turns the head in about the time that the style has for such things.

    widget : on which the head is seen; see ``motion_seconds``.
    view : how the head is seen at present. show : shows it in another way.
    rested : called when it has got there.
    """

    def __init__(
        self,
        widget: QWidget,
        view: Callable[[], VolumeView],
        show: Callable[[VolumeView], None],
        rested: Callable[[], None],
    ) -> None:
        super().__init__(widget)
        self._widget, self._view, self._show, self._rested = widget, view, show, rested
        self.wanted = True
        """Whether the user wants to see the head turn."""
        self._start, self._end = view().rotation, view().rotation
        self._shown = self._start
        self._began = self._drawn = self._duration = 0.0
        self._timer = QTimer(self, interval=_STEP_MS)
        self._timer.timeout.connect(self._step)

    @property
    def is_turning(self) -> bool:
        """Whether the head is on its way."""
        return self._timer.isActive()

    @property
    def _seconds(self) -> float:
        """How long a turn takes; 0 where the system, or the user, wants no motion."""
        return motion_seconds(self._widget) if self.wanted else 0.0

    def look(self, name: str) -> None:
        """Turn to one of ``LOOKS``, or of ``OBLIQUES``."""
        self.to(facing(OBLIQUES[name]) if name in OBLIQUES else look_rotation(name))

    def to(self, rotation: Rotation) -> None:
        """Turn the head; what it was turning to is given up."""
        self._start, self._end = self._view().rotation, rotation
        self._began = self._drawn = time.monotonic()
        self._duration = self._seconds
        if np.array_equal(self._start, rotation) or not self._duration:
            self._arrive()
        else:
            self._shown = self._start
            self._timer.start()

    def stop(self) -> None:
        """The hand has taken over."""
        self._timer.stop()

    def drawn(self) -> None:
        """Be told that there is a new image."""
        self._drawn = time.monotonic()

    def _step(self) -> None:
        if self._view().rotation is not self._shown:  # a hand, or another study
            self._timer.stop()
            return
        now = time.monotonic()
        part = (now - self._began) / self._duration
        if part >= 1 or now - self._drawn > _PATIENCE_S:
            self._arrive()
            return
        eased = part * part * (3 - 2 * part)
        self._shown = between(self._start, self._end, eased)
        self._show(replace(self._view(), rotation=self._shown))

    def _arrive(self) -> None:
        self._timer.stop()
        self._show(replace(self._view(), rotation=self._end))
        self._rested()
