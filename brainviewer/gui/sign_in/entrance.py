"""The window before the window: who are you? And the one over it while it is locked."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QProgressBar, QStackedWidget, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.layouts import column, row
from brainviewer.gui.sign_in.card import Card
from brainviewer.gui.sign_in.credentials import CredentialsPage
from brainviewer.gui.sign_in.new_password import NewPasswordPage
from brainviewer.gui.widgets import button, label
from brainviewer.gui.window_size import open_with
from brainviewer.painting.text.wording import RESEARCH_ONLY

_SIZE = 1000, 700


class _Trouble(Card):
    """Says why nobody can sign in."""

    again = Signal()
    quit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Nobody can sign in now")
        self.enter = button("Try again", "primary", clicked=self.again)
        self.lay_out([], button("Quit", clicked=self.quit_wanted), self.enter)


class _Finishing(Card):
    """Says what of the reader before is being finished."""

    back = Signal()

    def __init__(self) -> None:
        super().__init__("One moment")
        self.line = QProgressBar(textVisible=False, maximum=0)
        self.left = button("Back", clicked=self.back)
        self.enter = button("")
        self.enter.hide()
        self.lay_out([self.line], self.left, self.enter)


class Entrance(QDialog):
    """One page at a time. Over a locked window it lets nothing else be used.

    tables : the tables of the guide; see ``GuideWindow``. quit_wanted : the program is to be left.
    """

    quit_wanted = Signal()

    def __init__(self, tables: Callable[[], Mapping[str, str]]) -> None:
        super().__init__()
        self._tables = tables
        self.setWindowTitle("BrainViewer")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.credentials, self.new_password = CredentialsPage(), NewPasswordPage()
        self.trouble, self.finishing = _Trouble(), _Finishing()
        self.pages = QStackedWidget()
        for page in (self.credentials, self.new_password, self.trouble, self.finishing):
            self.pages.addWidget(page)
        foot = row(None, label(RESEARCH_ONLY, "caution"), None, margins=(0, 0, 0, 18))
        self.setLayout(column((self.pages, 1), foot, spacing=0))
        self.credentials.quit_wanted.connect(self.quit_wanted)
        self.trouble.quit_wanted.connect(self.quit_wanted)
        open_with(self, *_SIZE)

    def holds(self, window: QWidget) -> bool:
        """Whether a window is this one, or belongs to it."""
        above: QWidget | None = window
        while above is not None and above is not self:
            above = above.parentWidget()
        return above is self

    # -- pages ------------------------------------------------------------------------------

    def ask_anybody(self) -> None:
        """Ask who is there, in a window that stands alone."""
        self.setWindowModality(Qt.WindowModality.NonModal)
        self.credentials.ask_anybody()
        self.turn_to(self.credentials)

    def lock(self, reader: str, over: QWidget) -> None:
        """Ask the reader who locked, over his window; it is as large and where that is."""
        self.hide()
        self.setWindowModality(Qt.WindowModality.ApplicationModal)
        self.setGeometry(over.geometry())
        self.setWindowState(over.windowState() & ~Qt.WindowState.WindowMinimized)
        self.credentials.ask_for(reader)
        self.turn_to(self.credentials)

    def ask_new_password(self, name: str, known: str) -> None:
        """Ask for a password in place of one that holds once."""
        self.new_password.ask(name, known)
        self.turn_to(self.new_password)

    def finish(self, reader: str) -> None:
        """Say that the work of a reader is being finished."""
        self.finishing.lead.setText(f"The work of {reader} is being finished and kept.")
        self.turn_to(self.finishing)

    def tell_trouble(self, error: BrainViewerError) -> None:
        """Say why nobody can sign in."""
        self.trouble.lead.setText(str(error))
        self.turn_to(self.trouble)

    def turn_to(self, page: Card) -> None:
        """Show a page, and the window."""
        self.pages.setCurrentWidget(page)
        page.take_enter()
        self.show()
        self.raise_()
        self.activateWindow()
        if page is self.credentials:
            self.credentials.take_keys()

    def leave(self) -> None:
        """Hide, and keep nothing of what was typed."""
        self.hide()
        self.new_password.forget()
        self.credentials.ask_anybody()

    def show_guide(self, place: str, asker: QWidget) -> None:
        """Show a place of the guide; see ``help.help_button``."""
        directly = Qt.FindChildOption.FindDirectChildrenOnly
        shown = self.findChild(GuideWindow, options=directly)
        try:
            shown = shown or GuideWindow(self._tables, Settings(), self)
        except (BrainViewerError, OSError):
            self.credentials.say("The user guide is not part of this installation.")
            return
        shown.go_to(place)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    # -- Qt's own ---------------------------------------------------------------------------

    def reject(self) -> None:
        """Escape closes nothing here."""

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()  # who listens ends what there is to be ended first
        self.quit_wanted.emit()
