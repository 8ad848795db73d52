"""How each kind of annotation lies on the screen: lines, handles, label, and what is near it.

Positions are in pixels of the painted area, in the order of the points of the annotation.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

from brainviewer.core.annotation_kinds import Kind

Points = Sequence[QPointF]

_GAP = 7.0
_ARC = 16.0
"""Radius of the arc of an angle."""


class Shape:
    """A line through all points; other kinds say what differs.

    handles : where an annotation can be taken hold of: which point gives the row and which the
        column.
    """

    handles: tuple[tuple[int, int], ...] = ((0, 0), (1, 1))

    def handle_pixels(self, points: Points) -> list[QPointF]:
        """Positions of the handles."""
        return [QPointF(points[column].x(), points[row].y()) for row, column in self.handles]

    def path(self, points: Points) -> QPainterPath:
        """Its lines."""
        path = QPainterPath()
        path.addPolygon(QPolygonF(points))
        return path

    def filled(self, points: Points) -> QPolygonF:
        """The part that is painted solid; mostly empty."""
        return QPolygonF()

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        """Draw its lines without refinements, which is faster than its path."""
        painter.drawPolyline(QPolygonF(points))

    def distance(self, points: Points, at: QPointF) -> float:
        """Distance of a position to its lines."""
        return min(_distance(start, end, at) for start, end in pairwise(points))

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        """Where a label of a size may stand, best first."""
        return list(_beside(QRectF(points[0], points[1]).normalized(), width, height))


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
        right, left, below, above = _beside(outer, width, height)
        return [above, below, right, left] if level else [right, left, below, above]


class Angle(Shape):
    """Two arms with an arc between them; the label stands at the vertex, outside if it can."""

    handles = ((0, 0), (1, 1), (2, 2))

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
        for gap in (_GAP, -_ARC - _GAP):
            way = gap + math.copysign(abs(x) * width / 2 + abs(y) * height / 2, gap)
            middle = vertex + QPointF(x, y) * way
            left, top = middle.x() - width / 2, middle.y() - height / 2
            places.append(QRectF(left, top, width, height))
        return [*places, *super().label_places((vertex, vertex), width, height)]


class Box(Shape):
    """A rectangle between two opposite corners."""

    handles = ((0, 0), (0, 1), (1, 1), (1, 0))

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
        x = tail.x() - _GAP - width if left else tail.x() + _GAP
        return [QRectF(x, tail.y() - height / 2, width, height)]


class Words(Shape):
    """No lines, only the label on its anchor."""

    handles = ()

    def path(self, points: Points) -> QPainterPath:
        return QPainterPath()

    def draw_thin(self, painter: QPainter, points: Points) -> None:
        """There is nothing but the label."""

    def distance(self, points: Points, at: QPointF) -> float:
        return QLineF(points[0], at).length()

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        return [QRectF(points[0].x(), points[0].y() - height, width, height)]


SHAPES: dict[Kind, Shape] = {
    Kind.RULER: Ruler(),
    Kind.ANGLE: Angle(),
    Kind.RECTANGLE: Box(),
    Kind.ELLIPSE: Ellipse(),
    Kind.ARROW: Arrow(),
    Kind.TEXT: Words(),
}


def _beside(outer: QRectF, width: float, height: float) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """Places right of, left of, below and above a box, level with its middle."""
    middle = outer.center()
    right = QRectF(outer.right() + _GAP, middle.y() - height / 2, width, height)
    left = QRectF(outer.left() - _GAP - width, right.top(), width, height)
    above = QRectF(middle.x() - width / 2, outer.top() - _GAP - height, width, height)
    below = QRectF(above.left(), outer.bottom() + _GAP, width, height)
    return right, left, below, above


def _distance(start: QPointF, end: QPointF, at: QPointF) -> float:
    """From a position to the line between two others."""
    along, by = end - start, at - start
    length2 = max(QPointF.dotProduct(along, along), 1e-9)
    part = min(max(QPointF.dotProduct(by, along) / length2, 0.0), 1.0)
    return QLineF(start + along * part, at).length()
