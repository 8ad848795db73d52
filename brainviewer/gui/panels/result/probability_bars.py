"""Probabilities as bars: the most probable first, or what an edit has changed first."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from brainviewer.core.counting import probability
from brainviewer.gui import theme
from brainviewer.gui.layouts import clear, grid, put
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.widgets import label, painted, right, signed, tabular

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_edit import Change

_NEVER_FULL = 0.985
"""A bar never fills its track: no probability is a certainty."""


class Bar(QWidget):
    """A probability as a bar. before : what it was, as a line across the bar."""

    def __init__(self, value: float, colour: str, before: float | None = None) -> None:
        super().__init__()
        self.value, self.colour, self.before = value, colour, before
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(120, 12) if self.before is None else QSize(80, 14)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        colours, whole = theme.current(), float(self.width())
        track = QRectF(0, 0 if self.before is None else 1, whole, 12)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(track, 3, 3)
        painter.setBrush(QColor(self.colour))
        if self.before is None:
            length = whole * min(self.value, _NEVER_FULL)
        else:
            length = whole * self.value * _NEVER_FULL
        if self.value > 0 or self.before is not None:
            track.setWidth(max(3.0, length))
            painter.drawRoundedRect(track, 3, 3)
        if self.before is not None:
            at = max(1.0, whole * self.before * _NEVER_FULL)
            painter.fillRect(QRectF(at - 1, 0, 2, 14), QColor(colours.text))


class ProbabilityBars(QWidget):
    """A letter, a bar and a figure for every class; invisible without any."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = grid((10, 6), (0, 2, 0, 2), growing=1)
        self.setLayout(self._grid)

    def show_ranking(
        self, ranking: Sequence[tuple[str, float]], names: Mapping[str, str], bold: str = ""
    ) -> None:
        """Show classes with their probabilities, in this order.

        bold : the class whose letter stands out; empty for none.
        """
        clear(self._grid)
        for row, (letter, value) in enumerate(ranking):
            name, colour = _class_name(letter, "600" if letter == bold else "400")
            figure = right(tabular(label(probability(value))))
            figure.setMinimumWidth(figure.fontMetrics().horizontalAdvance("> 0.99"))
            widgets = name, Bar(value, colour), figure
            put(self._grid, row, *widgets)
            for widget in widgets:
                widget.setToolTip(as_tip(f"{names.get(letter, letter)}: {probability(value)}"))
        self.setVisible(bool(ranking))


class ChangeTable(QWidget):
    """Class by class: before, after, and the change; the largest change first."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = grid((10, 5), (0, 2, 0, 2), growing=1)
        self.setLayout(self._grid)

    def show_changes(self, changes: "Sequence[Change]") -> None:
        """Show what became of every class; nothing without any."""
        clear(self._grid)
        self.setVisible(bool(changes))
        if changes:
            heads = (right(label(text, "small")) for text in ("before", "after", "change"))
            put(self._grid, 0, label("class", "small"), None, *heads)
        for row, change in enumerate(changes, 1):
            name, colour = _class_name(change.code)
            figures = probability(change.before), probability(change.after), _changed(change)
            put(
                self._grid,
                row,
                name,
                Bar(change.after, colour, change.before),
                *(right(tabular(label(text))) for text in figures),
            )


def _class_name(code: str, weight: str = "400") -> tuple[QLabel, str]:
    """The code of a class in its colour, and the colour of its bar."""
    colours, name = theme.current(), label(code)
    name.setStyleSheet(f"color: {colours.class_colour(code)}; font-weight: {weight}")
    return name, theme.CLASS_COLOURS.get(code, colours.accent)


def _changed(change: "Change") -> str:
    """The change with its sign; a plain zero where nothing changed."""
    text = signed(change.difference, 2)
    if text.strip("−") == "0.00":
        return "0.00"
    return text if text.startswith("−") else f"+{text}"
