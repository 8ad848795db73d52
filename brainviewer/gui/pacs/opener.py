"""The windows for PACS, imported and made when they are first wanted."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session

if TYPE_CHECKING:
    from brainviewer.gui.pacs.window import PacsWindow
    from brainviewer.pacs.node import Node
    from brainviewer.pacs.query import StudyMatch

    ShowList = Callable[[Node, tuple[StudyMatch, ...]], object]


def send_results(session: Session, parent: QWidget) -> None:
    """Ask where the results that were exported last are sent to, and send them."""
    from brainviewer.gui.pacs.send_results import ask_and_send

    ask_and_send(session, parent)


class PacsWindows:
    """Holds the window for PACS.

    show_list : lists what was found there.
    toggle_names : hides names, or shows them.
    """

    def __init__(
        self,
        session: Session,
        parent: QWidget,
        show_list: "ShowList",
        toggle_names: Callable[[], object],
    ) -> None:
        self._session, self._parent, self._show_list = session, parent, show_list
        self._toggle_names = toggle_names
        self._made: PacsWindow | None = None

    @property
    def window(self) -> "PacsWindow":
        """The window, hidden at first."""
        if self._made is None:
            from brainviewer.gui.pacs.window import PacsWindow

            self._made = PacsWindow(
                self._session, self._show_list, self._toggle_names, self._parent
            )
        return self._made

    def bring_up(self) -> None:
        """Show it."""
        self.window.bring_up()

    def follow_patient(self) -> None:
        """Show who the patients are, or do not."""
        if self._made is not None:
            self._made.follow_patient()
