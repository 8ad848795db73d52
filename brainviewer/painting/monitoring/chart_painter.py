"""Paints a chart of weeks; see ``chart``."""

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from brainviewer.painting.monitoring.chart import Chart, Shapes, shapes_of

_DOT = 2.6


def paint_chart(
    painter: QPainter, area: QRectF, chart: Chart, colours: Mapping[str, str]
) -> Shapes:
    """Paint a chart in an area, in points; returns its shapes, from the area's upper left.

    colours : of the theme by name: ``line``, ``quiet`` and those of the series.
    """
    shapes = shapes_of(chart, area.width(), area.height())
    painter.save()
    painter.translate(area.topLeft())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(colours["line"]), 1))
    for y in shapes.axis:
        painter.drawLine(QPointF(shapes.left, y), QPointF(shapes.right, y))
    painter.setPen(Qt.PenStyle.NoPen)
    for box in shapes.boxes:
        painter.setBrush(QColor(colours.get(box.colour, box.colour)))
        painter.drawRect(QRectF(box.x, box.y, box.width, box.height))
    for line in shapes.lines:
        colour = QColor(colours.get(line.colour, line.colour))
        for piece in line.pieces:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colour, 1.4))
            painter.drawPolyline(QPolygonF([QPointF(point.x, point.y) for point in piece]))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            for point in piece:
                painter.drawEllipse(QPointF(point.x, point.y), _DOT, _DOT)
    painter.setPen(QColor(colours["quiet"]))
    metrics = QFontMetricsF(painter.font())
    for label in shapes.labels:
        wide = metrics.horizontalAdvance(label.text)
        away = {"start": 0.0, "middle": wide / 2, "end": wide}[label.anchor]
        painter.drawText(QPointF(label.x - away, label.y), label.text)
    painter.restore()
    return shapes
