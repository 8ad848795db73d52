"""What draws the 3D view of a command: as in the window, but nothing follows later changes."""

from brainviewer.app.graphics.finding import find_graphics
from brainviewer.app.graphics.probing import Probing
from brainviewer.app.graphics.switched_off import switched_off
from brainviewer.app.settings.settings import Settings
from brainviewer.core.graphics.choice import GraphicsChoice, Wanted, choose_graphics
from brainviewer.files.graphics.conditions import graphics_conditions
from brainviewer.files.graphics.kept_probe import kept_probe
from brainviewer.files.graphics.start_mark import StartMark


class CommandGraphics:
    """Chooses by the probe that is kept, or a new one; see ``painting.volume.drawing_start``."""

    def choice(self) -> GraphicsChoice:
        """The choice; waits for the probe."""
        wanted = Wanted(Settings.load().graphics)
        return switched_off(wanted) or choose_graphics(find_graphics(Probing()), wanted)

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
