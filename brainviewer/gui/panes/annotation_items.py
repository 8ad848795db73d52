"""How marks look on a pane: shape, label, handles."""

import math
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from brainviewer.core.annotations import Annotation, Kind, region_statistics
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.gui import image_colours
from brainviewer.gui.image_colours import faded
from brainviewer.gui.panes.captions import draw_text, image_font
from brainviewer.gui.panes.geometry import PaneGeometry
from brainviewer.painting import wording

LABEL_PX = 12
_GAP = 7.0
_HANDLE = 3.5
_LINE = 1.4
_MOST_APART = 20  # labels of a pane that are kept off each other
_MOST_LABELS = 300
_MOST_FINE = 60  # marks of a pane that are drawn smoothly


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


def label_lines(mark: Annotation, view: SliceView, study: Study | None) -> tuple[str, ...]:
    """What is written beside a mark."""
    parts = (shortened(shown_text(part).strip()) for part in mark.text.splitlines())
    written = tuple(line for line in parts if line)
    unit = view.grid.unit
    if mark.kind is Kind.RULER:
        return (*written, wording.length_text(mark, unit))
    if mark.kind in (Kind.RECTANGLE, Kind.ELLIPSE) and study and mark.modality in study.volumes:
        data = study.volumes[mark.modality].data
        return (*written, *wording.statistics_lines(region_statistics(mark, view, data), unit))
    return written


Failed = Callable[[Annotation, Exception], None]
"""Told of a mark that could not be painted, and why."""


class MarkPainter:
    """Paints marks; remembers the statistics of regions and where their labels stand.

    failed : called for a mark whose painting raised an exception; the others are painted.
    label_boxes : id to the label's rectangle on the screen, of the last painting.
    """

    def __init__(self, failed: Failed = lambda mark, error: None) -> None:
        self.label_boxes: dict[str, QRectF] = {}
        self._failed = failed
        self._font = image_font(LABEL_PX)
        self._metrics = QFontMetricsF(self._font)
        self._lines: dict[Annotation, tuple[str, ...]] = {}
        self._study: Study | None = None

    def paint(
        self,
        painter: QPainter,
        geometry: PaneGeometry,
        study: Study | None,
        marks: Sequence[Annotation],
        selection: str,
        modality: Modality,
    ) -> None:
        """Paint the marks of a slice.

        Every sequence shows the shapes; only the one a region was drawn on shows its values.
        """
        self.label_boxes.clear()
        if study is not self._study:
            self._study = study
            self._lines.clear()
        shown = [(m, p) for m, p in self._placed(geometry, marks) if _visible(p, geometry.size)]
        stroke = _stroke_fine if len(shown) <= _MOST_FINE else _stroke_thin
        for mark, points in shown:
            try:
                own = mark.modality is modality or mark.kind is Kind.TEXT
                stroke(painter, mark.kind, points, own, mark.id == selection)
                if own:
                    self._label(painter, geometry, mark, points, mark.id == selection)
                if own and mark.id == selection:
                    self._handles(painter, handle_pixels(mark.kind, points))
            except Exception as error:
                self._failed(mark, error)

    def _placed(
        self, geometry: PaneGeometry, marks: Sequence[Annotation]
    ) -> Iterator[tuple[Annotation, list[QPointF]]]:
        """The marks with the screen positions of their points, worked out in one go."""
        try:
            places = iter(
                geometry.to_pixels([p for mark in marks for p in mark.points] or [(0,) * 3])
            )
            yield from [(mark, [next(places) for _ in mark.points]) for mark in marks]
        except Exception:
            for mark in marks:
                try:
                    yield mark, geometry.to_pixels(mark.points)
                except Exception as error:
                    self._failed(mark, error)

    def _handles(self, painter: QPainter, places: Sequence[QPointF]) -> None:
        painter.setPen(QPen(image_colours.ACCENT, 1.5))
        painter.setBrush(image_colours.BRIGHT)
        for at in places:
            painter.drawEllipse(at, _HANDLE, _HANDLE)

    def _label(
        self,
        painter: QPainter,
        geometry: PaneGeometry,
        mark: Annotation,
        points: Sequence[QPointF],
        selected: bool,
    ) -> None:
        if len(self.label_boxes) >= _MOST_LABELS and not selected:
            return
        if mark not in self._lines:
            if len(self._lines) > 500:
                self._lines.clear()
            self._lines[mark] = label_lines(mark, geometry.view, self._study)
        lines = self._lines[mark]
        if not lines:
            return
        step = self._metrics.height()
        width = max(self._metrics.horizontalAdvance(line) for line in lines)
        # Among very many there is no free place, and to look for one would take seconds.
        crowded = len(self.label_boxes) >= _MOST_APART
        box = _best(
            label_places(mark.kind, points, width, step * len(lines)),
            QRectF(4, 4, geometry.size[0] - 8, geometry.size[1] - 8),
            () if crowded else tuple(self.label_boxes.values()),
        )
        self.label_boxes[mark.id] = box
        painter.setFont(self._font)
        for place, line in enumerate(lines):
            y = box.top() + place * step + self._metrics.ascent()
            draw_text(painter, QPointF(box.left(), y), line, image_colours.BRIGHT)


def _stroke_fine(
    painter: QPainter, kind: Kind, points: Sequence[QPointF], own: bool, selected: bool
) -> None:
    """Smooth lines with a shadow under them."""
    path, colour = shape_path(kind, points), _colour(own, selected)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen, width in ((faded(image_colours.SHADOW, 0.55 if own else 0.25), 3.4), (colour, _LINE)):
        painter.setPen(QPen(pen, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)
    if kind is Kind.ARROW:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon(arrow_head(points))


def _stroke_thin(
    painter: QPainter, kind: Kind, points: Sequence[QPointF], own: bool, selected: bool
) -> None:
    """One pixel wide, which is twenty times as fast; for slices with very many marks."""
    if selected:
        _stroke_fine(painter, kind, points, own, selected)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_colour(own, selected))
    if kind is Kind.ELLIPSE:
        painter.drawEllipse(QRectF(points[0], points[1]))
    elif kind is Kind.RECTANGLE:
        painter.drawRect(QRectF(points[0], points[1]))
    elif kind is not Kind.TEXT:
        painter.drawLine(points[0], points[1])
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def _colour(own: bool, selected: bool) -> QColor:
    return faded(image_colours.BRIGHT if selected else image_colours.MARK, 1.0 if own else 0.6)


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


def _visible(points: Sequence[QPointF], size: tuple[int, int]) -> bool:
    xs, ys = [p.x() for p in points], [p.y() for p in points]
    return max(xs) >= 0 and min(xs) <= size[0] and max(ys) >= 0 and min(ys) <= size[1]


def _best(places: Sequence[QRectF], outer: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """The first place inside the pane and off other labels, pushed up or down if need be."""

    def free(place: QRectF) -> bool:
        return not any(place.intersects(other) for other in taken)

    for place in places:
        if outer.contains(place) and free(place):
            return place
    inside = [_pushed_inside(place, outer) for place in places]
    steps = sorted(range(-40, 41), key=abs)
    pushed = (_pushed_inside(p.translated(0, 6.0 * step), outer) for step in steps for p in inside)
    return next((place for place in pushed if free(place)), inside[0])


def _pushed_inside(place: QRectF, outer: QRectF) -> QRectF:
    x = max(outer.left(), min(place.left(), outer.right() - place.width()))
    y = max(outer.top(), min(place.top(), outer.bottom() - place.height()))
    return QRectF(x, y, place.width(), place.height())


def _pairs(points: Sequence[QPointF]) -> tuple[tuple[float, float], tuple[float, float]]:
    return (points[0].x(), points[0].y()), (points[1].x(), points[1].y())
