"""How wide an exported image is in print."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QWidget

from brainviewer.app.report.study_figures import DPI, WIDTHS_MM
from brainviewer.gui.layouts import row
from brainviewer.gui.widgets import call, number_field, told
from brainviewer.painting.devices import MM_PER_INCH

_COLUMN_MM = 85.0
"""A column of most journals."""


class PrintWidth(QWidget):
    """A box that asks for a width in mm, and the width."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.wanted = told(
            QCheckBox("Width in print"), tip=f"With {DPI} pixels an inch, whatever the size above"
        )
        self.field = told(number_field(*WIDTHS_MM), name="Width in mm")
        self.field.setSuffix(" mm")
        self.field.setValue(_COLUMN_MM)
        self.field.setEnabled(False)
        self.field.setFixedWidth(90)
        self.setLayout(row(self.wanted, None, self.field))
        self.wanted.toggled.connect(self.field.setEnabled)
        self.wanted.toggled.connect(call(self.changed.emit))
        self.field.valueChanged.connect(call(self.changed.emit))

    @property
    def chosen_mm(self) -> float:
        """The width; 0 where none is asked for."""
        return self.field.value() if self.wanted.isChecked() else 0.0

    def scale_of(self, points: int) -> float:
        """Pixels a point of an image so many points wide; 0 where no width is asked for."""
        return self.chosen_mm / MM_PER_INCH * DPI / max(points, 1)
