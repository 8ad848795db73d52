"""Annotations that are lines: rulers, diameters, angles, arrows."""

import math
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from brainviewer.painting.shapes.shape import GAP, Points, Shape, beside, to_line

_RING = 4.0
_MOST_STROKES = 500
_ARC = 16.0
"""Radius of the arc of an angle."""


class Ruler(Shape):
    """A line with a stroke across each end; the label stands beside its middle."""

    def path(self, points: Points) -> QPainterPath:
        path, along = super().path(points), QLineF(points[0], points[1])
        if along.length() > 0:
            across = along.normalVector().unitVector()
            step = QPointF(across.dx(), across.dy()) * 4
            for at in points:
                path.moveTo(at - step)
                path.lineTo(at + step)
        return path

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        """As far off as its slant makes needful."""
        outer = QRectF(points[0], points[1]).normalized()
        middle, level = outer.center(), outer.width() > outer.height()
        slant = outer.height() / max(outer.width(), 1e-6)
        half = min(width / 2 * slant, outer.height() / 2) if level else outer.height() / 2
        reach = outer.width() / 2 if level else min(height / 2 / max(slant, 1e-6), 1e4)
        outer = QRectF(middle.x() - reach, middle.y() - half, 2 * reach, 2 * half)
        right, left, below, above = beside(outer, width, height)
        return [above, below, right, left] if level else [right, left, below, above]


class Through(Shape):
    """A broken line between two points that may lie on other slices, with a ring around each."""

    def path(self, points: Points) -> QPainterPath:
        start, end = points
        path = broken(QLineF(start, end))
        for at in points:
            path.addEllipse(at, _RING, _RING)
        return path


class Lines(Shape):
    """Two lines that are not joined."""

    def path(self, points: Points) -> QPainterPath:
        path = QPainterPath()
        for start, end in (points[:2], points[2:]):
            path.moveTo(start)
            path.lineTo(end)
        return path

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        for start, end in (points[:2], points[2:]):
            painter.drawLine(start, end)

    def distance(self, points: Points, at: QPointF) -> float:
        return min(to_line(points[0], points[1], at), to_line(points[2], points[3], at))

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        return list(beside(QPolygonF(points).boundingRect(), width, height))


class Cobb(Lines):
    """Two lines, joined by a thin broken one from middle to middle."""

    def path(self, points: Points) -> QPainterPath:
        path = super().path(points)
        joint = QLineF((points[0] + points[1]) / 2, (points[2] + points[3]) / 2)
        path.addPath(broken(joint))
        return path


class Angle(Shape):
    """Two arms with an arc between them; the label stands at the vertex, outside if it can."""

    def path(self, points: Points) -> QPainterPath:
        path, (first, vertex, last) = super().path(points), points
        arms = QLineF(vertex, first), QLineF(vertex, last)
        radius = min(_ARC, *(arm.length() / 2 for arm in arms))
        if radius > 0:
            box = QRectF(vertex.x() - radius, vertex.y() - radius, 2 * radius, 2 * radius)
            start = arms[0].angle()
            path.arcMoveTo(box, start)
            path.arcTo(box, start, (arms[1].angle() - start + 180) % 360 - 180)
        return path

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        first, vertex, last = points
        away = QPointF(0, 0)
        for end in (first, last):
            arm = QLineF(vertex, end)
            away -= (end - vertex) / max(arm.length(), 1e-6)
        if QLineF(QPointF(0, 0), away).length() < 0.1:  # the arms are one straight line
            return super().label_places((vertex, vertex), width, height)
        direction = math.atan2(away.y(), away.x())
        x, y = math.cos(direction), math.sin(direction)
        places = []
        for gap in (GAP, -_ARC - GAP):
            way = gap + math.copysign(abs(x) * width / 2 + abs(y) * height / 2, gap)
            middle = vertex + QPointF(x, y) * way
            left, top = middle.x() - width / 2, middle.y() - height / 2
            places.append(QRectF(left, top, width, height))
        return [*places, *super().label_places((vertex, vertex), width, height)]


class AngleThrough(Angle):
    """Two broken arms between points that may lie on other slices, with a ring around each.

    There is no arc: on a slice it would be that of another angle than the one that is told.
    """

    def path(self, points: Points) -> QPainterPath:
        path = QPainterPath()
        for start, end in pairwise(points):
            path.addPath(broken(QLineF(start, end)))
        for at in points:
            path.addEllipse(at, _RING, _RING)
        return path


class Arrow(Shape):
    """A line with a head at its end; the label stands at its tail."""

    def path(self, points: Points) -> QPainterPath:
        start, end = points
        path = QPainterPath(start)
        path.lineTo(self.filled(points).at(2) if QLineF(start, end).length() > 8 else end)
        return path

    def filled(self, points: Points) -> QPolygonF:
        """The head: tip, one barb, neck, other barb."""
        start, end = points
        line = QLineF(start, end)
        length = max(line.length(), 1e-6)
        along = QPointF(line.dx() / length, line.dy() / length)
        across = QPointF(-along.y(), along.x())
        back = end - along * 11
        return QPolygonF([end, back + across * 4.5, end - along * 8, back - across * 4.5])

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        tail = points[0]
        left = tail.x() < points[1].x()
        x = tail.x() - GAP - width if left else tail.x() + GAP
        return [QRectF(x, tail.y() - height / 2, width, height)]


def broken(line: QLineF) -> QPainterPath:
    """A line of short strokes, with a gap at either end."""
    path = QPainterPath()
    pieces = 2 * max(1, min(round(line.length() / 10), _MOST_STROKES)) + 1
    for piece in range(1, pieces, 2):
        path.moveTo(line.pointAt(piece / pieces))
        path.lineTo(line.pointAt((piece + 1) / pieces))
    return path
