"""Brings the chosen mouse scheme, and whether the head turns, to the window."""

from collections.abc import Collection

from brainviewer.app.session import Session
from brainviewer.gui.tools.mouse_schemes import SCHEMES, USUAL
from brainviewer.gui.volume.measuring import VolumeMeasuring
from brainviewer.gui.volume.pane import VolumePane


class MouseChoice:
    """A scheme brings its first tool with it; panes ask for the scheme when a button goes down.

    A click in 3D puts the cursor where it hits the head, or measures with a tool for that.
    """

    def __init__(self, session: Session, volume: VolumePane) -> None:
        self._session, self._volume = session, volume.image
        self._turning = volume.turning
        volume.place_picked.connect(session.view.set_cursor)
        VolumeMeasuring(session, volume)
        session.settings.changed.connect(self._follow)
        self._follow({"mouse_scheme"} if session.settings.mouse_scheme != USUAL.name else ())

    def _follow(self, changed: Collection[str]) -> None:
        self._turning.wanted = self._session.settings.turns_smoothly
        if "mouse_scheme" in changed:
            scheme = SCHEMES[self._session.settings.mouse_scheme]
            self._volume.use(scheme)
            self._session.view.set_tool(scheme.first_tool)
