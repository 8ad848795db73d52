"""The question mark on a panel: it opens the page of the guide about it."""

from typing import Protocol, runtime_checkable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

from brainviewer.gui.help.places import PLACES
from brainviewer.gui.widgets import told


@runtime_checkable
class ShowsGuide(Protocol):
    """A window that can show the guide; the main window is one."""

    def show_guide(self, place: str, asker: QWidget) -> None:
        """Show a place of the guide. asker : what it was asked from."""
        ...


class HelpButton(QToolButton):
    """Opens the guide at a topic of ``PLACES``, from the panel or dialog that it stands in."""

    def __init__(self, topic: str) -> None:
        super().__init__()
        self.setText("?")
        self.turn_to(topic)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clicked.connect(self._ask)

    def turn_to(self, topic: str) -> None:
        """Lead to another topic of ``PLACES``."""
        self.place = PLACES[topic]
        title = topic[0].upper() + topic[1:]
        told(self, "help", f"{title}: what the guide says", f"Help: {topic}")

    def _ask(self) -> None:
        above: QWidget | None = self
        while above is not None and not isinstance(above, ShowsGuide):
            above = above.parentWidget()
        if above is not None:
            above.show_guide(self.place, self)
