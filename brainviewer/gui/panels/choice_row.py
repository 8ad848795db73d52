"""One of a few, as buttons side by side."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


class ChoiceRow(QWidget):
    """A row of buttons of which one is pressed."""

    def __init__(self, names: list[str], chosen: int = 0) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.group = QButtonGroup(self)
        for place, name in enumerate(names):
            choice = QPushButton(name)
            choice.setCheckable(True)
            choice.setAutoDefault(False)
            choice.setChecked(place == chosen)
            self.group.addButton(choice, place)
            row.addWidget(choice)
        row.addStretch(1)

    @property
    def chosen(self) -> int:
        """Which one is pressed, from 0."""
        return max(0, self.group.checkedId())

    def enable(self, place: int, enabled: bool, why_not: str) -> None:
        """Let one be pressed or not, and say why not."""
        self.group.button(place).setEnabled(enabled)
        self.group.button(place).setToolTip("" if enabled else why_not)
