"""Annotations drawn on a slice, with labels that stay inside the pane and off each other."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from brainviewer.core.annotations import Annotation, Kind, region_statistics
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality, Study
from brainviewer.painting import palette, wording
from brainviewer.painting.drawing import Box, Canvas
from brainviewer.painting.slice_image import Placement

_LINE = 1.4
_FOREIGN = 0.55
_REGIONS = (Kind.RECTANGLE, Kind.ELLIPSE)
_GAP = 6.0

Position = tuple[float, float]


def draw_marks(
    canvas: Canvas,
    placement: Placement,
    marks: Iterable[Annotation],
    study: Study,
    modality: Modality,
    size: float,
    taken: list[Box],
    *,
    all_labels: bool = False,
) -> None:
    """Draw marks and their labels.

    Every sequence shows the shapes; only the one that a mark was drawn on says its values, unless
    ``all_labels`` is True: then the sequence is named beside them.

    marks : the marks of this slice.
    size : height of the letters in points.
    taken : boxes that labels keep off; the labels are added.
    """
    marks = tuple(marks)
    ends = {mark.id: _points(canvas, placement, mark) for mark in marks}
    for mark in marks:
        own = mark.modality is modality or all_labels
        _draw_shape(canvas, mark, ends[mark.id], 1.0 if own else _FOREIGN)
        taken += _covered(mark, ends[mark.id])
    for mark in marks:
        own = mark.modality is modality
        if not (own or all_labels or mark.kind is Kind.TEXT):
            continue
        lines = _label(mark, placement, study)
        if lines and not own and mark.kind in _REGIONS:
            lines = (mark.modality.value, *lines)
        if lines and _visible(canvas, ends[mark.id]):
            _draw_label(canvas, mark, ends[mark.id], lines, size, taken)


def _points(canvas: Canvas, placement: Placement, mark: Annotation) -> list[Position]:
    """Points of a mark in the pane, in points."""
    result = []
    for row, column in placement.view.to_screen(mark.points):
        x, y = placement.pixel_of(float(row), float(column))
        result.append((x / canvas.scale, y / canvas.scale))
    return result


def _visible(canvas: Canvas, points: Sequence[Position]) -> bool:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return max(xs) >= 0 and min(xs) <= canvas.width and max(ys) >= 0 and min(ys) <= canvas.height


def _covered(mark: Annotation, points: Sequence[Position]) -> list[Box]:
    """Boxes that a mark's shape takes; small ones along a line."""
    if mark.kind is Kind.TEXT:
        return []
    (x0, y0), (x1, y1) = points
    if mark.kind in _REGIONS:
        return [Box(min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1)]
    along = np.linspace(0, 1, min(200, 2 + int(math.dist(*points) / 6)))
    places = ((x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in along)
    return [Box(x - 3, y - 3, x + 3, y + 3) for x, y in places]


def _draw_shape(
    canvas: Canvas, mark: Annotation, points: Sequence[Position], opacity: float
) -> None:
    if mark.kind is Kind.TEXT:
        return
    start, end = points
    if mark.kind is Kind.RECTANGLE:
        corners = [start, (end[0], start[1]), end, (start[0], end[1])]
        canvas.stroke(corners, palette.MARK, _LINE, closed=True, opacity=opacity, halo=True)
    elif mark.kind is Kind.ELLIPSE:
        middle = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        half = (end[0] - start[0]) / 2, (end[1] - start[1]) / 2
        outline = [
            (middle[0] + half[0] * math.cos(t), middle[1] + half[1] * math.sin(t))
            for t in np.linspace(0, 2 * math.pi, 120, endpoint=False)
        ]
        canvas.stroke(outline, palette.MARK, _LINE, closed=True, opacity=opacity, halo=True)
    elif mark.kind is Kind.RULER:
        _, across = _directions(start, end)
        canvas.stroke((start, end), palette.MARK, _LINE, opacity=opacity, halo=True)
        for x, y in points:
            tick = [(x + s * across[0] * 4, y + s * across[1] * 4) for s in (-1, 1)]
            canvas.stroke(tick, palette.MARK, _LINE, opacity=opacity, halo=True)
    else:
        _draw_arrow(canvas, start, end, opacity)


def _draw_arrow(canvas: Canvas, start: Position, end: Position, opacity: float) -> None:
    along, across = _directions(start, end)
    back = end[0] - along[0] * 11, end[1] - along[1] * 11
    neck = end[0] - along[0] * 8, end[1] - along[1] * 8
    head = [
        end,
        (back[0] + across[0] * 4.5, back[1] + across[1] * 4.5),
        neck,
        (back[0] - across[0] * 4.5, back[1] - across[1] * 4.5),
    ]
    if math.dist(start, end) > 8:
        canvas.stroke((start, neck), palette.MARK, _LINE + 0.2, opacity=opacity, halo=True)
    canvas.stroke(head, "#000000", 1.6, closed=True, opacity=0.45 * opacity)
    canvas.fill(head, palette.MARK, opacity)


def _directions(start: Position, end: Position) -> tuple[Position, Position]:
    """Unit vectors along and across a line."""
    length = max(math.dist(start, end), 1e-6)
    along = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    return along, (-along[1], along[0])


def _label(mark: Annotation, placement: Placement, study: Study) -> tuple[str, ...]:
    parts = (shown_text(part).strip() for part in mark.text.splitlines())
    written = tuple(line for line in parts if line)
    if mark.kind is Kind.RULER:
        return (*written, wording.length_text(mark, study.grid.unit))
    if mark.kind in _REGIONS and mark.modality in study.volumes:
        values = study.volumes[mark.modality].data
        statistics = region_statistics(mark, placement.view, values)
        return (*written, *wording.statistics_lines(statistics, study.grid.unit))
    return written


def _draw_label(
    canvas: Canvas,
    mark: Annotation,
    points: Sequence[Position],
    lines: Sequence[str],
    size: float,
    taken: list[Box],
) -> None:
    margin = 8.0
    outer = Box(margin, margin, canvas.width - margin, canvas.height - margin)
    room = canvas.width * 0.45
    lines = [line for text in lines for line in canvas.wrapped(text, room, size, lines=4)]
    width = max(canvas.measure(line, size) for line in lines)
    step = size * 1.3
    height = step * len(lines)
    box = _best_place(_places(mark, points, width, height), outer, taken)
    taken.append(box)
    for place, line in enumerate(lines):
        canvas.text(
            box.left,
            box.top + step * (place + 0.8),
            line,
            size,
            palette.MARK,
            anchor="ls",
            shadow=True,
        )


def _places(mark: Annotation, points: Sequence[Position], width: float, height: float) -> list[Box]:
    """Where a label may stand, best first."""
    if mark.kind is Kind.TEXT:
        x, y = points[0]
        return [Box(x, y - height, x + width, y)]
    (x0, x1), (y0, y1) = (sorted(p[axis] for p in points) for axis in (0, 1))
    if mark.kind is Kind.ARROW:
        (x, y), (head_x, head_y) = points
        # The words stand at the arrow's tail.
        left = x + _GAP if head_x < x else x - _GAP - width
        top = y + _GAP / 2 if head_y < y else y - _GAP / 2 - height
        sideways = Box(left, y - height / 2, left + width, y + height / 2)
        upright = Box(x - width / 2, top, x + width / 2, top + height)
        level = abs(head_x - x) > abs(head_y - y)
        return [sideways, upright] if level else [upright, sideways]
    middle_x, middle_y = (x0 + x1) / 2, (y0 + y1) / 2
    right = Box(x1 + _GAP, middle_y - height / 2, x1 + _GAP + width, middle_y + height / 2)
    left_of = Box(x0 - _GAP - width, right.top, x0 - _GAP, right.bottom)
    above = Box(middle_x - width / 2, y0 - _GAP - height, middle_x + width / 2, y0 - _GAP)
    below = Box(above.left, y1 + _GAP, above.right, y1 + _GAP + height)
    if mark.kind is Kind.RULER and x1 - x0 > y1 - y0:
        return [above, below, right, left_of]
    return [right, left_of, below, above]


def _best_place(places: Sequence[Box], outer: Box, taken: Sequence[Box]) -> Box:
    for place in places:
        if place.kept_inside(outer) == place and not any(place.overlaps(t) for t in taken):
            return place
    inside = [place.kept_inside(outer) for place in places]
    free = [place for place in inside if not any(place.overlaps(t) for t in taken)]
    if free:
        return free[0]
    # Step down until nothing is in the way.
    place = inside[0]
    while place.bottom + 4 < outer.bottom:
        place = Box(place.left, place.top + 4, place.right, place.bottom + 4)
        if not any(place.overlaps(t) for t in taken):
            return place
    return inside[0]
