"""What draws the 3D view of a window: asked by the thread that draws, changed by the user."""

import logging
import threading
from collections.abc import Callable, Collection

from brainviewer.app.graphics.finding import find_graphics
from brainviewer.app.graphics.probing import Probing
from brainviewer.app.graphics.switched_off import switched_off
from brainviewer.app.jobs import Post
from brainviewer.app.settings.settings import Settings
from brainviewer.app.signals import Signal, log_failure
from brainviewer.core.errors import Cancelled
from brainviewer.core.graphics.choice import (
    WHILE_PROBING,
    GraphicsChoice,
    Wanted,
    choose_graphics,
)
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.files.graphics.start_mark import StartMark

log = logging.getLogger(__name__)
_MOMENT_SECONDS = 0.2


class Graphics:
    """Probes once in a thread of its own, and chooses by that and the settings.

    settings : what the user wants. post : runs a function on the main thread.
    probe : what was found; None while it is not known.
    """

    changed = Signal()
    """The choice may be another one; on the main thread."""
    probed = Signal()
    """A probe has begun or ended; on the main thread."""

    def __init__(self, settings: Settings, post: Post) -> None:
        self._settings, self._post = settings, post
        self._news = threading.Condition()
        self.probe: GraphicsProbe | None = None
        self._probing: Probing | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self.crashed: Callable[[BaseException], None] = log_failure
        settings.changed.connect(self._follow)

    # For the thread that draws; see ``painting.volume.drawing_start``

    def begin(self) -> None:
        """Begin to probe, where that was not done yet; returns at once."""
        with self._news:
            if switched_off(self._wanted) is None and self.probe is None:
                self._begin(anew=False)

    def choice(self) -> GraphicsChoice:
        """The choice, and until a probe that is under way has ended the processor alone.

        A probe that was kept is there in a moment, and waited for. Raises Cancelled once closed.
        """
        self.begin()
        with self._news:
            self._news.wait_for(lambda: self._closed or self.known is not None, _MOMENT_SECONDS)
            if self._closed:
                raise Cancelled
            return self.known or WHILE_PROBING

    def mark(self) -> StartMark:
        """Mark that OpenGL is about to start."""
        return StartMark()

    # For the window

    @property
    def known(self) -> GraphicsChoice | None:
        """The choice as far as it is known; None before the first probe has ended."""
        if off := switched_off(self._wanted):
            return off
        return None if self.probe is None else choose_graphics(self.probe, self._wanted)

    @property
    def probing(self) -> bool:
        """Whether a probe is under way."""
        return self._thread is not None

    def probe_again(self) -> None:
        """Probe in any case, and forget how earlier starts ended; returns at once."""
        with self._news:
            self._begin(anew=True)

    def use(self, probe: GraphicsProbe) -> None:
        """Take a probe that was made elsewhere."""
        self.probe = probe

    def close(self) -> None:
        """End a probe that is under way, and wait for its thread."""
        with self._news:
            self._closed = True
            probing, thread = self._probing, self._thread
            self._news.notify_all()
        if probing is not None:
            probing.stop()
        if thread is not None:
            thread.join()

    @property
    def _wanted(self) -> Wanted:
        return Wanted(self._settings.graphics)

    def _begin(self, anew: bool) -> None:
        """With the lock held."""
        if self._thread is not None or self._closed:
            return
        self._probing = Probing()
        self._thread = threading.Thread(
            target=self._find, args=(self._probing, anew), name="graphics", daemon=True
        )
        self._thread.start()
        self._post(self.probed.emit)

    def _find(self, probing: Probing, anew: bool) -> None:
        probe: GraphicsProbe | None = None
        try:
            probe = find_graphics(probing, anew)
        except Cancelled:
            pass
        except Exception as error:
            log.exception("The graphics could not be probed")
            said = f"The graphics could not be probed ({type(error).__name__})."
            probe = GraphicsProbe(Outcome.NOT_TRIED, problem=said)
        with self._news:
            self.probe = probe or self.probe
            self._thread = self._probing = None
            self._news.notify_all()
            closed = self._closed
        if not closed:
            self._post(self._tell)

    def _tell(self) -> None:
        self.probed.emit()
        self.changed.emit()

    def _follow(self, changed: Collection[str]) -> None:
        if "graphics" in changed:
            self.changed.emit()
