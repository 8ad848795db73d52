"""What was measured in 3D, painted over the image of the 3D view: lines, places and values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.study import Study
from brainviewer.painting import palette
from brainviewer.painting.annotation_shapes import SHAPES
from brainviewer.painting.annotations import Failed, best_place, label_lines
from brainviewer.painting.canvas import font_metrics, image_font, ink, write
from brainviewer.painting.shapes.shape import to_line
from brainviewer.painting.volume.voxels.picking import Seen

KINDS = (Kind.DISTANCE, Kind.ANGLE_3D)
"""What is measured between places anywhere in the head."""
_PIECES, _ALL_PIECES, _FEWEST = 32, 400, 6
"""Of a line, each of which is hidden or not; of all lines together; and of a line of very many."""
_ARC_MM = 12.0
_LINE, _SHADOW, _DOT, _TEXT_PX = 1.5, 2.0, 3.0, 12.0
_HIDDEN = 0.45
"""Opacity of what lies behind something."""
_MARGIN = 6.0
_MOST_APART = 20
"""Labels that others are kept off."""


@dataclass(frozen=True, eq=False)
class MeasuresScene:
    """What is painted.

    failed : told of an annotation that cannot be painted, and why; None lets the exception out.
    study : in which it was measured. seen : what the image shows; where on a painter that image
    lies is ``place``. selection : the id of the annotation that is selected.
    """

    study: Study
    seen: Seen
    place: QRectF
    annotations: tuple[Annotation, ...]
    selection: str = ""
    failed: Failed | None = None

    def on_screen(self, points: NDArray[np.float64]) -> list[QPointF]:
        """Where places (n, 3) in mm, RAS+, are on the painter."""
        width, height = self.seen.camera.size
        parts = (self.seen.camera.pixels(points) + 0.5) / (width, height)
        at, size = self.place.topLeft(), self.place.size()
        return [
            QPointF(at.x() + x * size.width(), at.y() + y * size.height())
            for x, y in parts.tolist()
        ]

    def paint(self, painter: QPainter) -> None:
        """Lines with their values; what lies behind something is fainter, and broken."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        taken: list[QRectF] = []
        many = sum(len(annotation.points) for annotation in self.annotations)
        pieces = min(_PIECES, max(_FEWEST, _ALL_PIECES // max(1, many)))
        for annotation in self.annotations:
            try:
                self._paint_lines(painter, annotation, pieces)
                # Among very many there is no free place, and to look for one would take seconds.
                taken.append(self._label(painter, annotation, taken[:_MOST_APART]))
            except Exception as error:
                if self.failed is None:
                    raise
                self.failed(annotation, error)

    def _paint_lines(self, painter: QPainter, annotation: Annotation, pieces: int) -> None:
        colour = annotation.style.colour or palette.ANNOTATION
        if annotation.id == self.selection:
            colour = palette.BRIGHT
        for line in _lines(annotation, pieces):
            self._stroke(painter, line, ink(colour), _LINE * annotation.style.width)
        self._dot(painter, annotation, ink(colour))

    def at(self, at: QPointF, reach: float) -> Annotation | None:
        """What is painted so near to a place, the last one first."""
        for annotation in reversed(self.annotations):
            points = self.on_screen(np.array(annotation.points))
            if any(to_line(start, end, at) <= reach for start, end in pairwise(points)):
                return annotation
        return None

    def _stroke(
        self, painter: QPainter, line: NDArray[np.float64], colour: QColor, width: float
    ) -> None:
        places = self.on_screen(line)
        behind = self.seen.hides((line[1:] + line[:-1]) / 2)
        for hidden in (True, False):
            path = QPainterPath()
            for (start, end), away in zip(pairwise(places), behind.tolist(), strict=True):
                if away is hidden:
                    if path.currentPosition() != start or path.isEmpty():
                        path.moveTo(start)
                    path.lineTo(end)
            style = Qt.PenStyle.DotLine if hidden else Qt.PenStyle.SolidLine
            painter.setOpacity(_HIDDEN if hidden else 1.0)
            shadow, opacity = palette.SHADOW
            pens = ((ink(shadow, 0.55 * opacity), width + _SHADOW), (colour, width))
            for tone, thick in pens[1:] if hidden else pens:
                painter.strokePath(path, QPen(tone, thick, style, Qt.PenCapStyle.RoundCap))
        painter.setOpacity(1.0)

    def _dot(self, painter: QPainter, annotation: Annotation, colour: QColor) -> None:
        points = np.array(annotation.points)
        hidden = self.seen.hides(points).tolist()
        painter.setPen(QPen(ink(palette.SHADOW[0], 0.6), 1.0))
        painter.setBrush(colour)
        for at, away in zip(self.on_screen(points), hidden, strict=True):
            painter.setOpacity(_HIDDEN if away else 1.0)
            painter.drawEllipse(at, _DOT, _DOT)
        painter.setOpacity(1.0)

    def _label(self, painter: QPainter, annotation: Annotation, taken: Sequence[QRectF]) -> QRectF:
        lines = label_lines(annotation, annotation.view(self.study.grid), None)
        metrics, font = font_metrics(_TEXT_PX), image_font(_TEXT_PX)
        step = metrics.height()
        wide = max((metrics.horizontalAdvance(line) for line in lines), default=0.0)
        points = self.on_screen(np.array(annotation.points))
        box = best_place(
            SHAPES[annotation.kind].label_places(points, wide, step * len(lines)),
            self.place.adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN),
            taken,
        )
        for row, line in enumerate(lines):
            at = QPointF(box.left(), box.top() + row * step + metrics.ascent())
            write(painter, at, line, font, palette.BRIGHT)
        return box


def _lines(annotation: Annotation, pieces: int) -> Iterator[NDArray[np.float64]]:
    """The lines of an annotation, each as places (n, 3) in mm: from point to point, and the arc of
    an angle in its own plane."""
    points = np.array(annotation.points)
    part = np.linspace(0, 1, pieces + 1)[:, None]
    for start, end in pairwise(points):
        yield start + part * (end - start)
    if annotation.kind is not Kind.ANGLE_3D or annotation.measure is None:
        return
    first, vertex, last = points
    arms = first - vertex, last - vertex
    radius = min(_ARC_MM, *(float(np.linalg.norm(arm)) / 2 for arm in arms))
    one, other = (arm / np.linalg.norm(arm) for arm in arms)
    across = other - (other @ one) * one
    length = float(np.linalg.norm(across))
    if length > 1e-6:  # the arms are not one straight line
        turn = part * np.radians(annotation.measure)
        yield vertex + radius * (np.cos(turn) * one + np.sin(turn) * across / length)
