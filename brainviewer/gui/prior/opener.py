"""Asks for the prior; its window is imported and made when there is something to show."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from brainviewer.app.notices import Notice, Offer
from brainviewer.app.session import Session

if TYPE_CHECKING:
    from brainviewer.gui.prior.window import PriorWindow

READY = "The study is compared with {}."
Part = TypeVar("Part")


class PriorWindows:
    """Asks for the prior, tells when both are compared, and shows the window when that is wanted.

    Nothing comes up while the user works: a comparison is told by a notice.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent
        self._made: PriorWindow | None = None
        self._told: Notice | None = None
        self._actions: Sequence[QAction] = ()
        self._menu: Callable[[str], QMenu] | None = None
        session.prior.changed.connect(self._tell)
        session.prior.wanted.connect(self.bring_up)

    def share(self, actions: Sequence[QAction], menu: Callable[[str], QMenu]) -> None:
        """Name the actions of the main window that act here as well, and what makes a menu."""
        self._actions, self._menu = actions, menu

    def ask(self) -> None:
        """Ask for the folder of the prior study and compare with it."""
        here = self._session.state.opened_from
        start = str(here[0].parent) if here else self._session.settings.study_folder
        title = "Compare with a prior study"
        parent = self.in_front(self._parent)
        if folder := QFileDialog.getExistingDirectory(parent, title, start):
            self._session.prior.compare([Path(folder)])

    def bring_up(self) -> None:
        """Show the comparison, or ask for a prior where there is none."""
        self._settle()
        if self._session.prior.beside is None:
            self.ask()
            return
        if self._made is None:
            from brainviewer.gui.prior.window import PriorWindow

            self._made = PriorWindow(self._session, self._parent, self._actions, self._menu)
            self._made.change.other_wanted.connect(self.ask)
        self._made.show()
        self._made.raise_()
        self._made.activateWindow()

    def in_front(self, other: Part) -> "PriorWindow | Part":
        """What the keys act on: the window where it is the active one, or else another part."""
        made = self._made
        return made if made is not None and made.isActiveWindow() else other

    def follow_patient(self) -> None:
        """Show names, or hide them, as the settings say now."""
        if self._made is not None:
            self._made.change.show_change()

    def _tell(self) -> None:
        self._settle()
        beside = self._session.prior.beside
        if beside is not None and (self._made is None or not self._made.isVisible()):
            said = READY.format(beside.compared.prior.called)
            self._told = Notice(said, offers=(Offer("Show", self.bring_up),))
            self._session.notices.show(self._told)

    def _settle(self) -> None:
        if self._told is not None:
            told, self._told = self._told, None
            self._session.notices.settle(told)

    @property
    def window(self) -> "PriorWindow | None":
        """The window, once it was shown."""
        return self._made
