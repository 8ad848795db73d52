"""What every kind of annotation has on the screen: lines, handles, label, and what is near it.

Positions are in pixels of the painted area, in the order of the points of the annotation.
"""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

Points = Sequence[QPointF]
Handles = tuple[tuple[int, int], ...]
"""Where an annotation can be taken hold of: which point gives the row and which the column."""

GAP = 7.0


class Shape:
    """A line through all points; other kinds say what differs."""

    def handles(self, count: int) -> Handles:
        """The handles of an annotation with so many points; each of them, where nothing is said."""
        return tuple((n, n) for n in range(count))

    def handle_pixels(self, points: Points) -> list[QPointF]:
        """Positions of the handles."""
        handles = self.handles(len(points))
        return [QPointF(points[column].x(), points[row].y()) for row, column in handles]

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
        return min(to_line(start, end, at) for start, end in pairwise(points))

    def label_places(self, points: Points, width: float, height: float) -> list[QRectF]:
        """Where a label of a size may stand, best first."""
        return list(beside(QRectF(points[0], points[1]).normalized(), width, height))


def beside(outer: QRectF, width: float, height: float) -> tuple[QRectF, QRectF, QRectF, QRectF]:
    """Places right of, left of, below and above a box, level with its middle."""
    middle = outer.center()
    right = QRectF(outer.right() + GAP, middle.y() - height / 2, width, height)
    left = QRectF(outer.left() - GAP - width, right.top(), width, height)
    above = QRectF(middle.x() - width / 2, outer.top() - GAP - height, width, height)
    below = QRectF(above.left(), outer.bottom() + GAP, width, height)
    return right, left, below, above


def to_line(start: QPointF, end: QPointF, at: QPointF) -> float:
    """From a position to the line between two others."""
    along, by = end - start, at - start
    length2 = max(QPointF.dotProduct(along, along), 1e-9)
    part = min(max(QPointF.dotProduct(by, along) / length2, 0.0), 1.0)
    return QLineF(start + along * part, at).length()
