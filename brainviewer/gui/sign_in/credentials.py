"""The page that asks for name and password, or for the password of the reader who locked."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from brainviewer.core.accounts.account import LONGEST_NAME
from brainviewer.gui.layouts import column
from brainviewer.gui.sign_in.card import Card
from brainviewer.gui.sign_in.password_field import PasswordField
from brainviewer.gui.widgets import button, label, told

WELCOME = "Sign in to use BrainViewer on this computer."
_OTHER = "The work of {} is kept, and is offered when {} signs in again."


class CredentialsPage(Card):
    """entered : name and password were given. other : somebody else is to sign in, or no longer.

    quit_wanted : the program is to be left.
    """

    entered = Signal(str, str)
    other = Signal(bool)
    quit_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("BrainViewer")
        self.locked_by = ""
        self._asks_other = False
        self.name = told(QLineEdit(), name="Name")
        self.name.setMaxLength(4 * LONGEST_NAME)
        self.password = PasswordField("Password")
        self.enter = button("Sign in", "primary", clicked=self._enter)
        self.left = button("", clicked=self._turn)
        self._named = QWidget()
        above = label("Name", "quiet")
        above.setBuddy(self.name)
        self._named.setLayout(column(above, self.name, spacing=4))
        self._wait = QTimer(self, interval=250)
        self._wait.timeout.connect(self._count_down)
        self._left_s, self._sentence = 0.0, ""
        self.lay_out([self._named, self.password], self.left, self.enter)
        self.tab_through(self.name, self.password)
        self.ask_anybody()

    # -- what is asked ----------------------------------------------------------------------

    def ask_anybody(self) -> None:
        """Ask whoever is there for name and password."""
        self.locked_by = ""
        self._show("BrainViewer", WELCOME, "Sign in", "Quit", name=True)

    def ask_for(self, reader: str) -> None:
        """Ask the reader who locked for his password."""
        self.locked_by = reader
        lead = f"{reader} is signed in."
        self._show("Locked", lead, "Unlock", "Sign in as somebody else", name=False)

    def _turn(self) -> None:
        if not self.locked_by:
            self.quit_wanted.emit()
        elif self._asks_other:
            self.ask_for(self.locked_by)
            self.other.emit(False)
        else:
            lead = _OTHER.format(self.locked_by, self.locked_by)
            self._show("Sign in", lead, "Sign in", "Back", name=True, other=True)
            self.other.emit(True)

    def _show(
        self, heading: str, lead: str, enter: str, left: str, *, name: bool, other: bool = False
    ) -> None:
        self._asks_other = other
        self.heading.setText(heading)
        self.lead.setText(lead)
        self.enter.setText(enter)
        self.left.setText(left)
        self._named.setVisible(name)
        self.name.clear()
        self.password.clear()
        self.stop_waiting()
        self.set_busy(False)
        self.say("")
        self.take_keys()

    def take_keys(self) -> None:
        """Let what is typed go into the first field that is empty."""
        named = self._named.isVisibleTo(self) and not self.name.text()
        (self.name if named else self.password).setFocus()

    # -- what is answered -------------------------------------------------------------------

    def refuse(self, sentence: str, seconds: float = 0.0) -> None:
        """Say why it was refused, and for how long nothing is looked at."""
        self.set_busy(False)
        self.password.clear()
        self._sentence, self._left_s = sentence, seconds
        self.say(sentence)
        if seconds > 0:
            self._wait.start()
            self._show_wait()
        self.take_keys()

    def set_busy(self, busy: bool) -> None:
        """Take nothing while a password is looked at, which takes some tenths of a second."""
        for field in (self.name, self.password, self.left):
            field.setEnabled(not busy)
        self.enter.setEnabled(not busy and not self._wait.isActive())
        if busy:
            self.say("Looking at the password…", "quiet")

    def stop_waiting(self) -> None:
        """Count nothing down any more."""
        self._wait.stop()
        self._left_s = 0.0

    def _count_down(self) -> None:
        self._left_s -= self._wait.interval() / 1000
        self._show_wait()

    def _show_wait(self) -> None:
        if self._left_s <= 0:
            self.stop_waiting()
            self.say("You can try again now.", "quiet")
        else:
            self.say(f"{self._sentence}\nTry again in {in_words(self._left_s)}.")
        self.enter.setEnabled(not self._wait.isActive())

    def _enter(self) -> None:
        if not self.enter.isEnabled():
            return
        name = self.locked_by if not self._named.isVisibleTo(self) else self.name.text().strip()
        if not name:
            self.name.setFocus()
        elif not self.password.text:
            self.password.setFocus()
        else:
            self.set_busy(True)
            self.entered.emit(name, self.password.text)


def in_words(seconds: float) -> str:
    """A time that passes, in words: minutes only where there are several."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 120 else f"{whole // 60} min {whole % 60:02d} s"
