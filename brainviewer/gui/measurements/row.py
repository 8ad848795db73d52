"""A row for a measurement."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy

from brainviewer.gui.layouts import column, row
from brainviewer.gui.panels.legend import swatch
from brainviewer.gui.widgets import label, right, tabular
from brainviewer.painting.text.measurement_line import MeasurementLine


class MeasurementRow(QPushButton):
    """A measurement, or why there is none: a name, a value, and a smaller line under it.

    With a place to go to, it is a button.
    """

    def __init__(
        self, line: MeasurementLine, go: Callable[[], object] | None = None, tip: str = ""
    ) -> None:
        super().__init__()
        # A long name wraps, so that no value is ever wider than the panel.
        self._name = name = label(line.name, "quiet", wrap=True)
        self._value = right(tabular(label(line.value, "" if line.known else "quiet")))
        self._detail = detail = tabular(label(line.detail, "small", wrap=True))
        if not line.prose:
            right(detail)
        for text in (name, self._value, detail):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        colour = [swatch(line.colour)] if line.colour else []
        first = row(*colour, (name, 1), self._value, spacing=8)
        self._column = column(first, detail, spacing=0, margins=(0, 1, 0, 1))
        self.setLayout(self._column)
        shape = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        shape.setHeightForWidth(True)
        self.setSizePolicy(shape)
        if go is None:
            self.setEnabled(False)
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.clicked.connect(self._went)
        self.setProperty("role", "row")
        self.tell(line, go, tip)

    def looks_like(self, line: MeasurementLine, go: Callable[[], object] | None) -> bool:
        """Whether another measurement can be told in this row: nothing but its texts differs."""
        mine, its = (
            (one.known, one.prose, one.colour, leads is not None)
            for one, leads in ((self._line, self._go), (line, go))
        )
        return mine == its

    def tell(
        self, line: MeasurementLine, go: Callable[[], object] | None = None, tip: str = ""
    ) -> None:
        """Tell a measurement that looks like the one before."""
        self._line, self._go = line, go
        self._name.setText(line.name)
        self._value.setText(line.value)
        self._detail.setText(line.detail)
        self._detail.setVisible(bool(line.detail))
        if go is not None:
            tip = f"{tip}\nClick to go to its slice".strip()
        self.setToolTip(tip)
        self.setAccessibleName(f"{line.name}: {line.value} {line.detail}".strip())

    def _went(self) -> None:
        if self._go is not None:
            self._go()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.EnabledChange):
            font = self._value.font()
            font.setUnderline(event.type() == QEvent.Type.Enter and self.isEnabled())
            self._value.setFont(font)
        return super().event(event)

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._column.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return self._column.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return self._column.heightForWidth(width)
