"""Probabilities as bars, the most probable first."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from brainviewer.gui import theme
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.widgets import clear, label, tabular
from brainviewer.painting.devices import painting
from brainviewer.painting.wording import probability

_NEVER_FULL = 0.985
"""A bar never fills its track: no probability is a certainty."""


class Bar(QWidget):
    """A probability as a bar."""

    def __init__(self, value: float, colour: str) -> None:
        super().__init__()
        self.value, self.colour = value, colour
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, 12)

    def paintEvent(self, _event: object) -> None:
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.current().track))
        painter.drawRoundedRect(QRectF(self.rect()), 3, 3)
        if self.value > 0:
            painter.setBrush(QColor(self.colour))
            width = max(3.0, self.width() * min(self.value, _NEVER_FULL))
            painter.drawRoundedRect(QRectF(0, 0, width, self.height()), 3, 3)


class ProbabilityBars(QWidget):
    """A letter, a bar and a figure for every class; invisible without any."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)

    def show_ranking(
        self, ranking: Sequence[tuple[str, float]], names: Mapping[str, str], bold: str = ""
    ) -> None:
        """Show classes with their probabilities, in this order.

        bold : the class whose letter stands out; empty for none.
        """
        clear(self._grid)
        colours = theme.current()
        for row, (letter, value) in enumerate(ranking):
            name = label(letter)
            weight = "600" if letter == bold else "400"
            colour = colours.class_colour(letter)
            name.setStyleSheet(f"color: {colour}; font-weight: {weight}")
            figure = tabular(label(probability(value)))
            figure.setMinimumWidth(figure.fontMetrics().horizontalAdvance("> 0.99"))
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
            bar = Bar(value, theme.CLASS_COLOURS.get(letter, colours.accent))
            for column, widget in enumerate((name, bar, figure)):
                widget.setToolTip(as_tip(f"{names.get(letter, letter)}: {probability(value)}"))
                self._grid.addWidget(widget, row, column)
        self.setVisible(bool(ranking))
