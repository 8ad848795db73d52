"""What happens in the window a little later."""

from PySide6.QtCore import QObject

from brainviewer.app.session import Session
from brainviewer.gui.panes.cine_timer import CineTimer
from brainviewer.gui.widgets import timer

KEEP_MS = 500
"""What is open is on the disk within a second."""


class Clocks(QObject):
    """Plays slices, and keeps what is open: often enough, however long a hand goes on."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        CineTimer(session, self)
        self._keep = timer(self, KEEP_MS, session.open_study.keep)
        session.open_study.due.connect(self._begin)

    def _begin(self) -> None:
        if not self._keep.isActive():
            self._keep.start()
