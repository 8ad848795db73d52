"""What draws the 3D view of a command: as in the window, but nothing follows later changes."""

import os
from collections.abc import Callable

from brainviewer.app.graphics.finding import find_graphics
from brainviewer.app.graphics.probing import Probing
from brainviewer.app.settings.settings import Settings
from brainviewer.core.graphics.choice import (
    SWITCHED_OFF,
    SWITCHED_OFF_OUTSIDE,
    GraphicsChoice,
    Wanted,
    choose_graphics,
)
from brainviewer.files.graphics.start_mark import StartMark


class CommandGraphics:
    """Chooses by the probe that is kept, or a new one; see ``painting.volume.drawing_start``."""

    def __init__(self) -> None:
        self._probing = Probing()

    def choice(self, _wanted: Callable[[], bool] = lambda: True) -> GraphicsChoice:
        """The choice; waits for the probe. Raises Cancelled once ``wake`` was called."""
        if os.environ.get("BRAINVIEWER_NO_3D"):
            return SWITCHED_OFF_OUTSIDE
        wanted = Wanted(Settings.load().graphics)
        if wanted is Wanted.OFF:
            return SWITCHED_OFF
        return choose_graphics(find_graphics(self._probing), wanted)

    def wake(self) -> None:
        """End the probe: nobody waits for it any more."""
        self._probing.stop()

    def mark(self) -> StartMark:
        """Mark that OpenGL is about to start."""
        return StartMark()
