"""How the 3D view starts to draw: by what was chosen, and with a mark for the next start."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.graphics.choice import WHILE_PROBING, DrawnBy, GraphicsChoice


class Mark(Protocol):
    """Stays behind if the process ends now; see ``files.graphics.start_mark``."""

    def drawn(self) -> None:
        """Remove it and all that were left: a volume was drawn."""

    def end(self) -> None:
        """Remove it, if it is there still."""


class Graphics(Protocol):
    """What chooses what draws; see ``app.graphics``."""

    def choice(self) -> GraphicsChoice:
        """The choice as far as it is known. Raises Cancelled once nothing is to draw any more."""

    def mark(self) -> Mark:
        """Mark that OpenGL is about to start."""


class DrawingStart:
    """For the thread that draws; without ``graphics`` the name of the renderer decides.

    choice : None until it is known, and where nobody chooses.
    """

    def __init__(self, graphics: Graphics | None) -> None:
        self._graphics = graphics
        self.choice: GraphicsChoice | None = None
        self._drawn = graphics is None

    def choose(self) -> None:
        """Take the choice.

        Raises BrainViewerError if nothing is to draw, and Cancelled; see ``Graphics``.
        """
        if self._graphics is None:
            return
        self.choice = choice = self._graphics.choice()
        if choice is WHILE_PROBING:
            # The probe may have ended before anybody could see that this was taken.
            self.choice = choice = self._graphics.choice()
        if choice.by is DrawnBy.NOTHING:
            raise BrainViewerError(choice.why, choice.advice)

    @contextmanager
    def marked(self, volume: bool = False) -> Iterator[None]:
        """To start OpenGL in, and to draw in: marked until a volume was drawn for the first time.

        Not marked where OpenGL is left alone.

        volume : whether there is one in the image.
        """
        alone = self.choice is not None and not self.choice.opengl
        if self._graphics is None or self._drawn or alone:
            yield
            return
        mark = self._graphics.mark()
        try:
            yield
            if volume:
                self._drawn = True
                mark.drawn()
        finally:
            mark.end()
