"""Which slices of a stack, how many of them, and how fast they play."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDoubleSpinBox, QWidget

from brainviewer.files.image2d.cine import SPEEDS
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import call, label, listen, number_field, told


class SliceRange(QWidget):
    """Fields for the first and the last slice, counted from 1, for the step and the speed."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = _field("First slice"), _field("Last slice")
        self.step = _field("Every so many slices", 1, 100, 5)
        self.speed = _field("Images a second", *SPEEDS, 10)
        self._ends = _row(label("Slices"), self.first, label("to"), self.last)
        self._every = _row(label("Every"), self.step, label("slices"))
        self._pace = _row(self.speed, label("images a second"))
        self.setLayout(column(self._ends, self._every, self._pace, spacing=5))
        fields = self.first, self.last, self.step, self.speed
        listen(call(self.changed.emit), *(field.valueChanged for field in fields))

    def bound(self, slices: int) -> None:
        """All of so many slices."""
        for field, value in ((self.first, 1), (self.last, slices)):
            field.setRange(1, slices)
            field.setValue(value)

    def show_for(self, *, ends: bool, cine: bool) -> None:
        """Show what belongs to the choice. ends : the first and the last slice are asked for."""
        self._ends.setVisible(ends)
        self._every.setVisible(not cine)
        self._pace.setVisible(cine)


def _row(*widgets: QWidget) -> QWidget:
    made = QWidget()
    items = [(one, 1) if isinstance(one, QDoubleSpinBox) else one for one in widgets]
    made.setLayout(row(*items, spacing=6))
    return made


def _field(name: str, low: int = 1, high: int = 1, value: int = 1) -> QDoubleSpinBox:
    made = told(number_field(low, high), name=name)
    made.setValue(value)
    return made
