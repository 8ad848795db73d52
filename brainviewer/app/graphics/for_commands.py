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
from brainviewer.files.graphics.conditions import graphics_conditions
from brainviewer.files.graphics.kept_probe import kept_probe
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


def kept_choice() -> GraphicsChoice | None:
    """What the probe that is kept leads to; None where there is none, so that none is waited for.

    For what draws a picture by the way: a driver that is known to crash is left alone.
    """
    probe = kept_probe(graphics_conditions())
    if probe is None:
        return None
    wanted = Wanted(Settings.load().graphics)
    # Whoever switched the view off in the window still gets the picture that he asks for.
    return choose_graphics(probe, Wanted.PROCESSOR if wanted is Wanted.OFF else wanted)
