"""The page of monitoring, imported and made when it is first wanted."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session

if TYPE_CHECKING:
    from brainviewer.gui.monitoring.window import MonitorWindow


class MonitorWindows:
    """Holds the page."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent
        self._made: MonitorWindow | None = None
        session.monitoring.show = self.bring_up

    @property
    def window(self) -> "MonitorWindow":
        """The page, hidden at first."""
        if self._made is None:
            from brainviewer.gui.monitoring.window import MonitorWindow

            self._made = MonitorWindow(self._session, self._parent)
        return self._made

    def bring_up(self) -> None:
        """Show it, with what is kept by now."""
        self.window.bring_up()
