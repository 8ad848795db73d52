"""One of a few, as buttons side by side."""

from collections.abc import Mapping
from typing import Generic, TypeVar

from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from brainviewer.gui.layouts import row

Value = TypeVar("Value")


class ChoiceRow(QWidget, Generic[Value]):
    """A row of buttons, one for each name and value, of which one is pressed."""

    def __init__(self, values: Mapping[str, Value], chosen: Value) -> None:
        super().__init__()
        self._buttons = {
            value: QPushButton(name, autoDefault=False) for name, value in values.items()
        }
        self.group = QButtonGroup(self)
        for value, choice in self._buttons.items():
            choice.setCheckable(True)
            choice.setChecked(value == chosen)
            self.group.addButton(choice)
        self.setLayout(row(*self._buttons.values(), None, spacing=4))

    @property
    def chosen(self) -> Value:
        """The value of the button that is pressed."""
        return next(value for value, choice in self._buttons.items() if choice.isChecked())

    def choose(self, value: Value) -> bool:
        """Press the button of a value; whether it can be pressed."""
        self._buttons[value].setChecked(self._buttons[value].isEnabled())
        return self._buttons[value].isEnabled()

    def enable(self, value: Value, enabled: bool, why_not: str) -> None:
        """Let a button be pressed or not, and say why not."""
        self._buttons[value].setEnabled(enabled)
        self._buttons[value].setToolTip("" if enabled else why_not)
