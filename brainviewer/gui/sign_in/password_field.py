"""A field for a password: shown or hidden, with a word where the capitals lock seems to be on."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from brainviewer.core.accounts.password_rules import LONGEST
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, told

_CAPITALS = "Caps Lock seems to be on."


class _Field(QLineEdit):
    capitals = Signal(bool)
    """Whether what was typed is as it is while the capitals lock is on."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        typed = event.text()
        if event.key() == Qt.Key.Key_CapsLock:
            self.capitals.emit(False)  # it was turned over: the next letter tells
        elif len(typed) == 1 and typed.isalpha() and typed.lower() != typed.upper():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self.capitals.emit(typed.isupper() is not shift)
        super().keyPressEvent(event)


class PasswordField(QWidget):
    """changed : the text is another."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.field = told(_Field(), name=name)
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setMaxLength(4 * LONGEST)
        self.field.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoAutoUppercase
        )
        self.shows = button("Show", tip="Show what is typed", checkable=True, name=f"Show {name}")
        self.shows.toggled.connect(self._show)
        self.shows.setAutoDefault(False)
        self.capitals = label(role="small-caution")
        self.capitals.setText(" ")
        self.field.capitals.connect(self._tell)
        self.field.textChanged.connect(self.changed)
        name_above = label(name, "quiet")
        name_above.setBuddy(self.field)
        line = row((self.field, 1), self.shows, spacing=6)
        self.setLayout(column(row(name_above, None, self.capitals), line, spacing=4))
        self.setFocusProxy(self.field)

    @property
    def text(self) -> str:
        """What was typed."""
        return self.field.text()

    def clear(self) -> None:
        """Forget what was typed, and hide what comes."""
        self.field.clear()
        self.shows.setChecked(False)
        self._tell(False)

    def _show(self, shown: bool) -> None:
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.field.setEchoMode(mode)
        self.shows.setText("Hide" if shown else "Show")

    def _tell(self, capitals: bool) -> None:
        self.capitals.setText(_CAPITALS if capitals else " ")
