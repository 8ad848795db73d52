"""Annotations that enclose pixels."""

import math
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from brainviewer.painting.shapes.shape import Handles, Points, Shape, beside, to_line


class Box(Shape):
    """A rectangle between two opposite corners."""

    def handles(self, count: int) -> Handles:
        return (0, 0), (0, 1), (1, 1), (1, 0)

    def path(self, points: Points) -> QPainterPath:
        path = QPainterPath()
        path.addRect(QRectF(points[0], points[1]).normalized())
        return path

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        painter.drawRect(QRectF(points[0], points[1]))

    def distance(self, points: Points, at: QPointF) -> float:
        box = QRectF(points[0], points[1]).normalized()
        across = max(box.left() - at.x(), at.x() - box.right())
        down = max(box.top() - at.y(), at.y() - box.bottom())
        if across > 0 or down > 0:
            return math.hypot(max(across, 0), max(down, 0))
        return -max(across, down)


class Ellipse(Box):
    """The ellipse in a rectangle."""

    def path(self, points: Points) -> QPainterPath:
        path = QPainterPath()
        path.addEllipse(QRectF(points[0], points[1]).normalized())
        return path

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        painter.drawEllipse(QRectF(points[0], points[1]))

    def distance(self, points: Points, at: QPointF) -> float:
        box = QRectF(points[0], points[1]).normalized()
        half_x, half_y = max(box.width() / 2, 1e-6), max(box.height() / 2, 1e-6)
        by = at - box.center()
        return abs(math.hypot(by.x() / half_x, by.y() / half_y) - 1) * min(half_x, half_y)


class Polygon(Shape):
    """A closed line through all points."""

    def path(self, points: Points) -> QPainterPath:
        path = super().path(points)
        path.closeSubpath()
        return path

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        painter.drawPolyline(QPolygonF([*points, points[0]]))

    def distance(self, points: Points, at: QPointF) -> float:
        return min(to_line(start, end, at) for start, end in pairwise([*points, points[0]]))

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        return list(beside(QPolygonF(points).boundingRect(), width, height))
