"""Where the lines, handles and labels of an annotation lie, by its kind and its points."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from brainviewer.core.annotations import Kind

_GAP = 7.0


def handles(kind: Kind) -> tuple[tuple[int, int], ...]:
    """Where a mark can be taken hold of: which point gives the row and which the column."""
    if kind is Kind.TEXT:
        return ()
    if kind in (Kind.RECTANGLE, Kind.ELLIPSE):
        return (0, 0), (0, 1), (1, 1), (1, 0)
    return (0, 0), (1, 1)


def handle_pixels(kind: Kind, points: Sequence[QPointF]) -> list[QPointF]:
    """Screen positions of the handles of a mark whose points are at ``points``."""
    return [QPointF(points[column].x(), points[row].y()) for row, column in handles(kind)]


def shape_path(kind: Kind, points: Sequence[QPointF]) -> QPainterPath:
    """The lines of a mark on the screen."""
    path = QPainterPath()
    if kind is Kind.TEXT:
        return path
    start, end = points
    if kind is Kind.RECTANGLE:
        path.addRect(QRectF(start, end).normalized())
    elif kind is Kind.ELLIPSE:
        path.addEllipse(QRectF(start, end).normalized())
    elif kind is Kind.RULER:
        path.moveTo(start)
        path.lineTo(end)
        along = QLineF(start, end)
        if along.length() > 0:
            across = along.normalVector().unitVector()
            step = QPointF(across.dx(), across.dy()) * 4
            for at in points:
                path.moveTo(at - step)
                path.lineTo(at + step)
    else:
        path.moveTo(start)
        path.lineTo(arrow_head(points).at(2) if math.dist(*_pairs(points)) > 8 else end)
    return path


def arrow_head(points: Sequence[QPointF]) -> QPolygonF:
    """The head of an arrow: tip, one barb, neck, other barb."""
    start, end = points
    line = QLineF(start, end)
    length = max(line.length(), 1e-6)
    along = QPointF(line.dx() / length, line.dy() / length)
    across = QPointF(-along.y(), along.x())
    back = end - along * 11
    return QPolygonF([end, back + across * 4.5, end - along * 8, back - across * 4.5])


def label_places(
    kind: Kind, points: Sequence[QPointF], width: float, height: float
) -> list[QRectF]:
    """Where a label of a size may stand, best first."""
    first = points[0]
    if kind is Kind.TEXT:
        return [QRectF(first.x(), first.y() - height, width, height)]
    if kind is Kind.ARROW:
        # The words stand at the tail.
        left = first.x() < points[1].x()
        x = first.x() - _GAP - width if left else first.x() + _GAP
        return [QRectF(x, first.y() - height / 2, width, height)]
    outer = QRectF(first, points[1]).normalized()
    middle = outer.center()
    level = kind is Kind.RULER and outer.width() > outer.height()
    if kind is Kind.RULER:
        # Beside the middle of the line, as far off as its slant makes needful.
        slant = outer.height() / max(outer.width(), 1e-6)
        half = min(width / 2 * slant, outer.height() / 2) if level else outer.height() / 2
        reach = outer.width() / 2 if level else min(height / 2 / max(slant, 1e-6), 1e4)
        outer = QRectF(middle.x() - reach, middle.y() - half, 2 * reach, 2 * half)
    right = QRectF(outer.right() + _GAP, middle.y() - height / 2, width, height)
    left_of = QRectF(outer.left() - _GAP - width, right.top(), width, height)
    above = QRectF(middle.x() - width / 2, outer.top() - _GAP - height, width, height)
    below = QRectF(above.left(), outer.bottom() + _GAP, width, height)
    return [above, below, right, left_of] if level else [right, left_of, below, above]


def _pairs(points: Sequence[QPointF]) -> tuple[tuple[float, float], tuple[float, float]]:
    return (points[0].x(), points[0].y()), (points[1].x(), points[1].y())
