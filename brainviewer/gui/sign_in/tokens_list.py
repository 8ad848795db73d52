"""The tokens of the reader who has signed in, which can be ended here."""

from collections.abc import Callable

from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from brainviewer.app.sign_in.tokens import list_tokens, revoke_token
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import current_reader
from brainviewer.files.accounts.tokens import Token
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, told

_NONE = "You have none. A command makes one: brainviewer users token FILE"


class TokensList(QWidget):
    """tell : says a sentence, with its role in the theme."""

    def __init__(self, tell: Callable[[str, str], object]) -> None:
        super().__init__()
        self._tell, self._tokens = tell, list[Token]()
        self.rows = told(QListWidget(), name="Your tokens")
        self.rows.setMaximumHeight(self.rows.fontMetrics().lineSpacing() * 6)
        self.rows.currentRowChanged.connect(self._follow)
        self.none = label(_NONE, "quiet", wrap=True)
        self.end = button("End token", "second", "Commands with this token sign in no more",
                          self._end)  # fmt: skip
        self.end.setAutoDefault(False)
        self.setLayout(column(self.none, self.rows, row(self.end, None), spacing=8))
        self.follow()

    def follow(self) -> None:
        """Show the tokens there are."""
        reader = current_reader()
        try:
            self._tokens = list_tokens(reader) if reader is not None else []
        except BrainViewerError as error:
            self._tell(str(error), "caution")
        self.rows.clear()
        for token in self._tokens:
            used = f"used {_day(token.last_used)}" if token.last_used else "never used"
            text = f"{token.id}   until {_day(token.expires)}   {used}"
            self.rows.addItem(QListWidgetItem(text))
        for widget in (self.rows, self.end):
            widget.setVisible(bool(self._tokens))
        self.none.setVisible(not self._tokens)
        self._follow()

    def _follow(self) -> None:
        self.end.setEnabled(self.rows.currentRow() >= 0)

    def _end(self) -> None:
        reader, place = current_reader(), self.rows.currentRow()
        if reader is None or place < 0:
            return
        try:
            revoke_token(reader, self._tokens[place].id)
            self._tell("The token holds no more.", "quiet")
        except BrainViewerError as error:
            self._tell(str(error), "caution")
        self.follow()


def _day(told_time: str) -> str:
    return told_time[:10]
