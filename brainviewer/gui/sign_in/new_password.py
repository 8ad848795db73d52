"""The page on which a reader chooses a password, with what makes one acceptable."""

from PySide6.QtCore import Qt, Signal

from brainviewer.app.sign_in.password_check import check_password
from brainviewer.core.accounts.password_rules import SHORTEST, WHAT_IS_ACCEPTABLE
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.sign_in.card import Card
from brainviewer.gui.sign_in.password_field import PasswordField
from brainviewer.gui.widgets import button, label, set_role, timer

ONE_TIME = "The password that you were given holds once. Choose your own, which nobody else knows."
_PAUSE_MS = 350
_VERDICT_LINES = 3
"""What the longest verdict takes: the page does not move while somebody types."""


class NewPasswordPage(Card):
    """entered : the old password and the new one were given. back : neither is wanted."""

    entered = Signal(str, str)
    back = Signal()

    def __init__(self) -> None:
        super().__init__("Choose a password")
        self.name, self._known = "", ""
        self.old = PasswordField("Password until now")
        self.new = PasswordField("New password")
        self.again = PasswordField("New password again")
        self.verdict = label(role="small", wrap=True)
        self.verdict.setMinimumHeight(_VERDICT_LINES * self.verdict.fontMetrics().lineSpacing())
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.enter = button("Change", "primary", clicked=self._enter)
        self.left = button("Back", clicked=self.back)
        self._look = timer(self, _PAUSE_MS, self._judge)
        self.new.changed.connect(self._typed)
        rules = label(WHAT_IS_ACCEPTABLE, "small", wrap=True)
        fields = [self.old, self.new, self.verdict, self.again, rules]
        self.lay_out([*fields], self.left, self.enter)
        self.tab_through(self.old, self.new, self.again)

    def ask(self, name: str, known: str = "") -> None:
        """Ask a reader. known : his one-time password, which he has typed already."""
        self.name, self._known = name, known
        self.lead.setText(ONE_TIME if known else f"For {name}.")
        self.old.setVisible(not known)
        for field in (self.old, self.new, self.again):
            field.clear()
        self.verdict.setText(" ")
        self.set_busy(False)
        self.say("")
        (self.new if known else self.old).setFocus()

    def forget(self) -> None:
        """Keep nothing of what was typed."""
        self._known = ""
        for field in (self.old, self.new, self.again):
            field.clear()

    def refuse(self, sentence: str) -> None:
        """Say why it was refused."""
        self.set_busy(False)
        self.say(sentence)
        if not self._known:
            self.old.clear()
            self.old.setFocus()

    def set_busy(self, busy: bool) -> None:
        """Take nothing while the passwords are looked at."""
        for widget in (self.old, self.new, self.again, self.left, self.enter):
            widget.setEnabled(not busy)
        if busy:
            self.say("Looking at the passwords…", "quiet")

    def _typed(self) -> None:
        there = len(self.new.text)
        if 0 < there < SHORTEST:
            self._tell(f"{there} of at least {SHORTEST} characters", "small")
        else:
            self._tell(" ", "small")
            self._look.start()

    def _judge(self) -> None:
        if len(self.new.text) >= SHORTEST:
            why_not = self._why_not()
            self._tell(why_not or "Good.", "small-caution" if why_not else "small")

    def _why_not(self) -> str:
        try:
            check_password(self.new.text, self.name)
        except BrainViewerError as error:
            return str(error)
        return ""

    def _tell(self, text: str, role: str) -> None:
        set_role(self.verdict, role)
        self.verdict.setText(text)

    def _enter(self) -> None:
        """Enter leads to the next field that is empty, and then changes the password."""
        old = self._known or self.old.text
        asked = [field for field in (self.old, self.new, self.again) if field.isVisibleTo(self)]
        empty = next((field for field in asked if not field.text), None)
        if empty is not None:
            empty.setFocus()
        elif why_not := self._why_not():
            self.say(why_not)
            self.new.setFocus()
        elif self.again.text != self.new.text:
            self.say("The two new passwords are not the same.")
            self.again.clear()
            self.again.setFocus()
        else:
            self.set_busy(True)
            self.entered.emit(old, self.new.text)
