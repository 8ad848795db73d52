"""Annotations painted on a slice, with labels that stay inside the pane and off each other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from brainviewer.core.annotation.annotations import (
    Annotation,
    probed_values,
    region_statistics,
)
from brainviewer.core.annotation.style import Style
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study
from brainviewer.painting import palette
from brainviewer.painting.annotation_shapes import SHAPES
from brainviewer.painting.canvas import Canvas, font_metrics, image_font, ink, write
from brainviewer.painting.geometry import SliceGeometry
from brainviewer.painting.shapes.shape import Shape
from brainviewer.painting.slice_layers import SliceLayers
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text import wording
from brainviewer.painting.text.captions import letter_size

_HANDLE = 3.5
_LINE = 1.4
_SHADOW = 2.0
_MARGIN = 6.0
_LABEL_FRACTION = 0.45
"""Of the width of a pane that a label may take before its lines are broken."""
_FOREIGN = 0.6
_MOST_APART = 20  # labels of a pane that are kept off each other
_MOST_LABELS = 300
_MOST_FINE = 60  # annotations of a pane that are drawn smoothly

Failed = Callable[[Annotation, Exception], None]
"""Told of an annotation that could not be painted, and why."""


def label_lines(annotation: Annotation, view: SliceView, study: Study | None) -> tuple[str, ...]:
    """What is written beside an annotation."""
    parts = (shortened(shown_text(part).strip()) for part in annotation.text.splitlines())
    written = tuple(line for line in parts if line)
    unit, traits = view.grid.unit, annotation.kind.traits
    if measure := wording.measure_text(annotation, unit):
        return (*written, *measure.split(" · "))
    if study is None or len(annotation.points) < traits.points:
        return written
    if traits.probes:
        return (*written, *wording.probe_lines(probed_values(annotation, study)))
    if traits.region and annotation.modality in study.volumes:
        data = study.volumes[annotation.modality].data
        return (
            *written,
            *wording.statistics_lines(region_statistics(annotation, view, data), unit),
        )
    return written


@dataclass(frozen=True, eq=False)
class AnnotationPainter:
    """Paints the annotations of one scene.

    Every sequence shows the shapes; only the one a region was drawn on shows its values, unless
    the scene wants all labels: then the sequence is named beside them.

    layers : remembers the statistics of regions.
    taken : boxes that labels keep off.
    failed : called for an annotation whose painting raised an exception; the others are painted.
        None lets the exception out.
    """

    scene: SliceScene
    geometry: SliceGeometry
    layers: SliceLayers
    taken: Sequence[QRectF] = ()
    failed: Failed | None = None
    _labels: dict[str, QRectF] = field(default_factory=dict)

    def paint(self, painter: QPainter) -> dict[str, QRectF]:
        """Paint them; returns where their labels stand, by the ids of the annotations."""
        annotations = self.scene.annotations_shown
        shown = [(m, p) for m, p in self._placed(annotations) if _visible(p, self.geometry.size)]
        stroke = _stroke_fine if len(shown) <= _MOST_FINE else _stroke_thin
        for annotation, points in shown:
            with_values = self._says_values(annotation)
            selected, shape = annotation.id == self.scene.selection, SHAPES[annotation.kind]
            try:
                look = _Look.of(annotation.style, with_values, selected)
                stroke(painter, shape, points, look)
                if with_values:
                    self._label(painter, annotation, points)
                    if selected and not annotation.style.locked:
                        _paint_handles(painter, shape.handle_pixels(points))
            except Exception as error:
                self._give_up(annotation, error)
        return self._labels

    def _says_values(self, annotation: Annotation) -> bool:
        traits = annotation.kind.traits
        of_all = traits.written or traits.probes
        return of_all or annotation.modality is self.scene.modality or self.scene.all_labels

    def _give_up(self, annotation: Annotation, error: Exception) -> None:
        if self.failed is None:
            raise error
        self.failed(annotation, error)

    def _placed(
        self, annotations: Sequence[Annotation]
    ) -> Iterator[tuple[Annotation, list[QPointF]]]:
        """The annotations with the places of their points, worked out in one go."""
        try:
            points = [point for annotation in annotations for point in annotation.points]
            places = iter(self.geometry.to_pixels(points or [(0,) * 3]))
            yield from [
                (annotation, [next(places) for _ in annotation.points])
                for annotation in annotations
            ]
        except Exception:
            for annotation in annotations:
                try:
                    yield annotation, self.geometry.to_pixels(annotation.points)
                except Exception as error:
                    self._give_up(annotation, error)

    def _lines(self, annotation: Annotation, size: float) -> tuple[str, ...]:
        scene, width = self.scene, _LABEL_FRACTION * self.geometry.size[0]

        def lines() -> tuple[str, ...]:
            study = None if scene.original else scene.study
            texts = label_lines(annotation, scene.view, study)
            if (
                texts
                and annotation.kind.traits.region
                and annotation.modality is not scene.modality
            ):
                texts = (annotation.modality.value, *texts)
            canvas = Canvas()
            return tuple(part for text in texts for part in canvas.wrapped(text, width, size))

        key = "label", annotation, scene.study, scene.modality, scene.view.key, size, width
        return self.layers.keep(key, lines)

    def _label(self, painter: QPainter, annotation: Annotation, points: Sequence[QPointF]) -> None:
        if len(self._labels) >= _MOST_LABELS and annotation.id != self.scene.selection:
            return
        width, height = self.geometry.size
        size = letter_size((width, height)) - 1
        lines, metrics = self._lines(annotation, size), font_metrics(size)
        if not lines:
            return
        step = metrics.height()
        wide = max(metrics.horizontalAdvance(line) for line in lines)
        # Among very many there is no free place, and to look for one would take seconds.
        crowded = len(self._labels) >= _MOST_APART
        box = best_place(
            SHAPES[annotation.kind].label_places(points, wide, step * len(lines)),
            QRectF(0, 0, width, height).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN),
            () if crowded else (*self.taken, *self._labels.values()),
        )
        self._labels[annotation.id] = box
        for place, line in enumerate(lines):
            at = QPointF(box.left(), box.top() + place * step + metrics.ascent())
            write(painter, at, line, image_font(size), palette.BRIGHT)


def _paint_handles(painter: QPainter, places: Sequence[QPointF]) -> None:
    painter.setPen(QPen(ink(palette.ACCENT), 1.5))
    painter.setBrush(ink(palette.BRIGHT))
    for at in places:
        painter.drawEllipse(at, _HANDLE, _HANDLE)


@dataclass(frozen=True)
class _Look:
    """How the lines of an annotation are painted. shadow : opacity of what lies under them."""

    colour: QColor
    width: float
    shadow: float
    selected: bool

    @classmethod
    def of(cls, style: Style, own: bool, selected: bool) -> "_Look":
        chosen = style.colour or palette.ANNOTATION
        colour = ink(palette.BRIGHT if selected else chosen, 1.0 if own else _FOREIGN)
        return cls(colour, style.width, 0.55 if own else 0.25, selected)


def _stroke_fine(painter: QPainter, shape: Shape, points: Sequence[QPointF], look: _Look) -> None:
    """Smooth lines with a shadow under them."""
    path = shape.path(points)
    if path.isEmpty():
        return
    shadow, opacity = palette.SHADOW
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    under, line = ink(shadow, opacity * look.shadow), _LINE * look.width
    for pen, width in ((under, line + _SHADOW), (look.colour, line)):
        painter.setPen(QPen(pen, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPath(path)
    if not (filled := shape.filled(points)).isEmpty():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.colour)
        painter.drawPolygon(filled)


def _stroke_thin(painter: QPainter, shape: Shape, points: Sequence[QPointF], look: _Look) -> None:
    """One pixel wide, which is twenty times as fast; for slices with very many annotations."""
    if look.selected:
        _stroke_fine(painter, shape, points, look)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.colour)
    shape.draw_thin(painter, points)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)


def _visible(points: Sequence[QPointF], size: tuple[int, int]) -> bool:
    xs, ys = [p.x() for p in points], [p.y() for p in points]
    return max(xs) >= 0 and min(xs) <= size[0] and max(ys) >= 0 and min(ys) <= size[1]


def best_place(places: Sequence[QRectF], outer: QRectF, taken: Sequence[QRectF]) -> QRectF:
    """The first place inside the pane and off other texts, pushed up or down if need be."""

    def free(place: QRectF) -> bool:
        return not any(place.intersects(other) for other in taken)

    for place in places:
        if outer.contains(place) and free(place):
            return place
    inside = [pushed_inside(place, outer) for place in places]
    steps = sorted(range(-40, 41), key=abs)
    pushed = (pushed_inside(p.translated(0, 6.0 * step), outer) for step in steps for p in inside)
    return next((place for place in pushed if free(place)), inside[0])


def pushed_inside(place: QRectF, outer: QRectF) -> QRectF:
    """The same size, shifted to lie in ``outer``; its top left wins when too large."""
    x = max(outer.left(), min(place.left(), outer.right() - place.width()))
    y = max(outer.top(), min(place.top(), outer.bottom() - place.height()))
    return QRectF(x, y, place.width(), place.height())
