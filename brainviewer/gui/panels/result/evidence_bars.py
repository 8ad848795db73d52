"""What an answer rests on: a small bar for each source of evidence, for it or against it."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from brainviewer.core.findings.classification import Classification
from brainviewer.gui import theme
from brainviewer.gui.layouts import clear, column, grid, put, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.widgets import button, call, label, painted, right, tabular
from brainviewer.painting.text.predictions import RESTS_ON, EvidenceLine, evidence_lines

_HEIGHT, _THICK = 12, 6


class SignedBar(QWidget):
    """A bar from the middle: to the right for the named class, to the left against it.

    length : -1 to 1.
    """

    def __init__(self, length: float) -> None:
        super().__init__()
        self.length = length
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, _HEIGHT)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        colours, whole = theme.current(), float(self.width())
        middle, top = whole / 2, (self.height() - _THICK) / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(QRectF(0, top, whole, _THICK), 2, 2)
        end = middle + middle * self.length
        if abs(end - middle) >= 1:
            painter.setBrush(QColor(colours.accent))
            ends = min(middle, end), max(middle, end)
            painter.drawRoundedRect(QRectF(ends[0], top, ends[1] - ends[0], _THICK), 1, 1)
        zero = QRectF(round(middle) - 0.5, (self.height() - _HEIGHT) / 2, 1, _HEIGHT)
        painter.fillRect(zero, QColor(colours.quiet))


class EvidenceBars(QWidget):
    """A name, a bar and a figure for every source; invisible where nothing is known of them."""

    wanted = Signal()
    """The user wants to read what the answer is without each source."""

    def __init__(self) -> None:
        super().__init__()
        tip = "Show the answer without each of them"
        self._head = button(f"{RESTS_ON}…", "link", tip, call(self.wanted.emit))
        self._grid = grid((10, 2), growing=1)
        self.setLayout(
            column(row((self._head, 0), None), self._grid, spacing=3, margins=(0, 2, 0, 2))
        )
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_evidence(self, result: Classification | None) -> None:
        """Show what an answer rests on; nothing for None."""
        clear(self._grid)
        lines = () if result is None else evidence_lines(result)
        self.setVisible(bool(lines))
        if not lines:
            return
        said = " ".join(line.whole for line in lines)
        self._head.setAccessibleName(f"{RESTS_ON}. {said}")
        self.setAccessibleName(RESTS_ON)
        self.setAccessibleDescription(said)
        for place, line in enumerate(lines):
            put(self._grid, place, *_widgets(line))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere leads to the page."""
        inside = self.rect().contains(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and inside:
            self.wanted.emit()


def _widgets(line: EvidenceLine) -> tuple[QWidget | None, ...]:
    widgets = (
        label(line.name, "small"),
        None if line.length is None else SignedBar(line.length),
        right(tabular(label(line.figure, "small"))),
    )
    for widget in filter(None, widgets):
        widget.setToolTip(as_tip(line.whole))
        widget.setAccessibleName(line.whole)
    return widgets
