"""Annotations of one point: texts, point probes, stars on key images."""

import math

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from brainviewer.painting.shapes.shape import Handles, Points, Shape, beside

_RING, _CROSS = 4.0, 9.0
_STAR = 11.0
_INNER = 0.382
"""Of the radius of a five-pointed star: where its edges meet."""


class Words(Shape):
    """No lines, only the label on its anchor."""

    def handles(self, count: int) -> Handles:
        return ()

    def path(self, points: Points) -> QPainterPath:
        return QPainterPath()

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        """There is nothing but the label."""

    def distance(self, points: Points, at: QPointF) -> float:
        return QLineF(points[0], at).length()

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        return [QRectF(points[0].x(), points[0].y() - height, width, height)]


class Probe(Shape):
    """A ring around the point, with a stroke to either side that leaves it free."""

    def path(self, points: Points) -> QPainterPath:
        (at,) = points
        path = QPainterPath()
        path.addEllipse(at, _RING, _RING)
        for way in (QPointF(1, 0), QPointF(-1, 0), QPointF(0, 1), QPointF(0, -1)):
            path.moveTo(at + way * _RING)
            path.lineTo(at + way * _CROSS)
        return path

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        painter.drawPath(self.path(points))

    def distance(self, points: Points, at: QPointF) -> float:
        return max(QLineF(points[0], at).length() - _RING, 0.0)

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        (at,) = points
        own = QRectF(at.x() - _CROSS, at.y() - _CROSS, 2 * _CROSS, 2 * _CROSS)
        return list(beside(own, width, height))


class Star(Probe):
    """A five-pointed star, painted solid."""

    def path(self, points: Points) -> QPainterPath:
        path = QPainterPath()
        path.addPolygon(self.filled(points))
        path.closeSubpath()
        return path

    def filled(self, points: Points) -> QPolygonF:
        """Its outline, from the tip clockwise."""
        (at,) = points
        corners = []
        for n in range(10):
            radius, turn = _STAR * (_INNER if n % 2 else 1.0), math.pi * n / 5
            corners.append(at + QPointF(math.sin(turn), -math.cos(turn)) * radius)
        return QPolygonF(corners)

    def distance(self, points: Points, at: QPointF) -> float:
        return max(QLineF(points[0], at).length() - _STAR / 2, 0.0)
