"""A row for a measurement."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy

from brainviewer.gui.layouts import column, row
from brainviewer.gui.panels.legend import swatch
from brainviewer.gui.widgets import label, right, tabular, told
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
        name = label(line.name, "quiet", wrap=True)
        self._value = right(tabular(label(line.value, "" if line.known else "quiet")))
        detail = tabular(label(line.detail, "small", wrap=True))
        if not line.prose:
            right(detail)
        for text in (name, self._value, detail):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        colour = [swatch(line.colour)] if line.colour else []
        first = row(*colour, (name, 1), self._value, spacing=8)
        self._column = column(first, detail, spacing=0, margins=(0, 1, 0, 1))
        self.setLayout(self._column)
        detail.setVisible(bool(line.detail))
        shape = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        shape.setHeightForWidth(True)
        self.setSizePolicy(shape)
        if go is None:
            self.setEnabled(False)
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            tip = f"{tip}\nClick to go to its slice".strip()
            self.clicked.connect(go)
        told(self, "row", tip, f"{line.name}: {line.value} {line.detail}".strip())

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
