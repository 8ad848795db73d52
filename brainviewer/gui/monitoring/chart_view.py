"""A chart of weeks with its legend; what is under the mouse is told."""

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from brainviewer.gui import theme
from brainviewer.gui.layouts import column, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.widgets import label, painted
from brainviewer.painting.monitoring.chart import HEIGHT, Chart, Shapes
from brainviewer.painting.monitoring.chart_painter import paint_chart

_REACH = 7.0
"""Pixels around a point of a line that belong to it."""
_SMALL = 11


class ChartView(QWidget):
    """Title, chart and legend."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.plot = _Plot(chart)
        parts = [label(chart.title, "quiet"), self.plot]
        if len(chart.series) > 1:
            names = [item for one in chart.series for item in (_Key(one.colour), _name(one.name))]
            parts.append(_holding(row(54, *names, None, spacing=5)))
        self.setLayout(column(*parts, None, spacing=2))


class _Plot(QWidget):
    """The chart itself."""

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self.chart = chart
        self._shapes: Shapes | None = None
        last = "; ".join(text for one in chart.series for text in one.texts[-1:] if text)
        self.setAccessibleName(f"{chart.title} by week. {last}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.px(HEIGHT))
        theme.themes.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(theme.px(280), theme.px(HEIGHT))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(200), theme.px(HEIGHT))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        font = QFont(painter.font())
        font.setPixelSize(theme.px(_SMALL) - 1)
        painter.setFont(font)
        colours = theme.current()
        named = {name: getattr(colours, name) for name in ("line", "quiet", "accent", "caution")}
        self._shapes = paint_chart(painter, QRectF(self.rect()), self.chart, named)

    def text_at(self, x: float, y: float) -> str:
        """What is drawn at a place; empty where nothing is."""
        if self._shapes is None:
            return ""
        for box in self._shapes.boxes:
            if box.x <= x <= box.x + box.width and box.y <= y <= box.y + box.height:
                return box.text
        points = (p for line in self._shapes.lines for piece in line.pieces for p in piece)
        near = [(abs(p.x - x) + abs(p.y - y), p.text) for p in points]
        distance, text = min(near, default=(_REACH + 1, ""))
        return text if distance <= _REACH else ""

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            place = event.position() if hasattr(event, "position") else event.pos()
            text = self.text_at(place.x(), place.y())
            if text:
                QToolTip.showText(event.globalPos(), as_tip(text), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


class _Key(QWidget):
    """The colour of a series."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self.setFixedSize(theme.px(9), theme.px(9))

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        colour = getattr(theme.current(), self._colour, self._colour)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(self.rect(), 2, 2)


def _name(text: str) -> QWidget:
    named = label(text, "small")
    named.setContentsMargins(0, 0, 6, 0)
    return named


def _holding(layout: object) -> QWidget:
    held = QWidget()
    held.setLayout(layout)  # type: ignore[arg-type]
    return held
