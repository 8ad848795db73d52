"""The column beside the images: the type of the glioma, how sure that is, and where it lies."""

import math
from collections.abc import Sequence

from brainviewer.core import counting
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import SliceView
from brainviewer.core.study import Study
from brainviewer.painting import palette
from brainviewer.painting.canvas import Canvas
from brainviewer.painting.text import wording
from brainviewer.painting.text.measurement_line import MeasurementLine
from brainviewer.painting.text.measurements import (
    AGREEMENT,
    agreement_lines,
    cavity_text,
    measurement_lines,
    origin_line,
    slice_line,
)
from brainviewer.painting.text.predictions import (
    ONLY_GLIOMAS,
    RESTS_ON,
    PredictionText,
    Standing,
    evidence_lines,
    words_of,
)

WIDTH = 304
_PAD = 20.0
_NEVER_FULL = 0.985


class _Column:
    """Writes from top to bottom. place : from 0, of columns side by side."""

    def __init__(self, canvas: Canvas, place: int = 0) -> None:
        self.canvas = canvas
        self.y = _PAD
        self.left, self.right = place * WIDTH + _PAD, (place + 1) * WIDTH - _PAD
        self.width = self.right - self.left

    def heading(self, text: str) -> None:
        at, words = (self.left, self.y + 10), text.upper()
        self.canvas.text(*at, words, 11, palette.QUIET, bold=True, anchor="ls", spacing=0.9)
        self.y += 22

    def text(self, text: str, size: float, colour: str, lines: int = 4) -> None:
        for line in self.canvas.wrapped(text, self.width, size, lines=lines):
            self.canvas.text(self.left, self.y + size, line, size, colour, anchor="ls")
            self.y += size * 1.42

    def pair(self, label: str, value: str, colour: str = "", swatch: str = "") -> None:
        """A quiet label on the left, after a square of a colour, and its value on the right."""
        canvas, base = self.canvas, self.y + 12
        left = self.left + (15 if swatch else 0)
        room = self.right - left - canvas.measure(label, 12) - 12
        if swatch:
            canvas.bar(self.left, base - 9, self.left + 9, base, swatch, radius=1)
        canvas.text(left, base, label, 12, palette.QUIET, anchor="ls")
        value = canvas.shortened(value, room, 12)
        canvas.text(self.right, base, value, 12, colour or palette.TEXT, anchor="rs")
        self.y += 19

    def beneath(self, text: str) -> None:
        """A smaller line under a pair, at the right."""
        text = self.canvas.shortened(text, self.width, 11)
        self.canvas.text(self.right, self.y + 7, text, 11, palette.QUIET, anchor="rs")
        self.y += 15

    def gap(self, points: float) -> None:
        self.y += points


def draw_result_card(
    canvas: Canvas,
    study: Study,
    finding: TumourFinding | None,
    classification: Classification | None,
    *,
    note: str = "",
    foot: str = "",
    columns: int = 1,
) -> int:
    """Write the column, ``WIDTH`` points wide; returns its height in points.

    note : what the reader must know about the result, e.g. that it is stale.
    foot : the last line.
    columns : 2 for the type of the glioma and the tumour side by side, each of that width.
    """
    column = left = _Column(canvas)
    if classification is not None:
        _draw_type(column, study, classification, note)
    if finding is not None:
        if columns > 1:
            column = _Column(canvas, 1)
        elif classification is not None:
            column.gap(22)
        _draw_tumour(column, study, finding)
    if foot:
        column.gap(16)
        column.text(foot, 11, palette.CAUTION)
    return math.ceil(max(left.y, column.y) + _PAD)


def _draw_type(column: _Column, study: Study, result: Classification, note: str) -> None:
    canvas, said = column.canvas, words_of(result)
    of_image = "Class of the edited image" if study.edited else "Class"
    of_study = "Glioma type with a part hidden" if study.edited else "Glioma type"
    column.heading(of_image if result.of_image else of_study)
    size = 21.0
    while size > 15 and len(canvas.wrapped(said.headline, column.width, size)) > 2:
        size -= 1
    column.text(said.headline, size, palette.BRIGHT, lines=3)
    if said.beneath:
        column.text(said.beneath, 14, palette.TEXT, lines=3)
    column.gap(2)
    if said.reason:
        column.text(said.reason, 12, palette.CAUTION, lines=20)
        column.gap(2)
    if said.source:
        column.text(said.source, 12, palette.QUIET)
    if said.ranking:
        column.gap(12)
        _draw_bars(column, said.ranking)
        column.gap(2)
        if said.tumour:
            column.text(said.tumour, 12, palette.TEXT)
        column.text(_calibration(result, said), 12, palette.QUIET)
        _draw_evidence(column, result)
    column.gap(6)
    for made in filter(None, (said.made_by, said.beside)):
        column.text(made, 12, palette.QUIET)
    column.gap(4)
    if result.quality and said.ranking:
        column.text(result.quality, 12, palette.QUIET)
    if not result.of_image:
        column.text(ONLY_GLIOMAS, 12, palette.QUIET)
    if note:
        column.text(note, 12, palette.CAUTION)
    if result.study_hash and study.content_hash and result.study_hash != study.content_hash:
        column.text("Stale: this result belongs to another study.", 12, palette.CAUTION)
    for notice in said.notes:
        column.text(notice, 12, palette.QUIET)


def _calibration(result: Classification, said: PredictionText) -> str:
    if not result.calibrated:
        words = "Not calibrated"
    else:  # of a case that the model doubts it was not measured
        words = "Calibrated" if said.standing is Standing.CLASSIFIED else ""
    assumes = said.prevalence[:1].lower() + said.prevalence[1:] if words else said.prevalence
    said_of_it = "; ".join(filter(None, (words, assumes)))
    return said_of_it and f"{said_of_it}."


def _draw_bars(column: _Column, ranking: Sequence[tuple[str, float]]) -> None:
    canvas = column.canvas
    labels = max((canvas.measure(letter, 13, True) for letter, _ in ranking), default=0)
    bar_left, bar_right = column.left + max(20.0, labels + 10), column.right - 52
    for place, (letter, probability) in enumerate(ranking):
        colour, base = palette.class_colour(letter, place), column.y + 12
        canvas.text(column.left, base, letter, 13, colour, bold=True, anchor="ls")
        canvas.bar(bar_left, base - 10, bar_right, base + 1, palette.LINE)
        end = bar_left + (bar_right - bar_left) * min(max(probability, 0.0), _NEVER_FULL)
        if end - bar_left >= 1:
            canvas.bar(bar_left, base - 10, end, base + 1, colour)
        fraction = counting.probability(probability)
        canvas.text(column.right, base, fraction, 13, palette.TEXT, anchor="rs")
        column.gap(24)


def _draw_evidence(column: _Column, result: Classification) -> None:
    """What the answer rests on: a bar to the right speaks for it, to the left against it."""
    lines, canvas = evidence_lines(result), column.canvas
    if not lines:
        return
    column.gap(12)
    column.text(f"{RESTS_ON} (odds of {result.predicted})", 12, palette.QUIET)
    column.gap(2)
    left, right = column.left + 88, column.right - 78
    middle, half = (left + right) / 2, (right - left) / 2
    for line in lines:
        base = column.y + 12
        known = line.length is not None
        canvas.text(column.left, base, line.name, 12, palette.QUIET, anchor="ls")
        colour = palette.TEXT if known else palette.QUIET
        canvas.text(column.right, base, line.figure, 12, colour, anchor="rs")
        if line.length is not None:
            canvas.bar(left, base - 8, right, base - 1, palette.LINE)
            end = middle + half * line.length
            if abs(end - middle) >= 1:
                ends = min(middle, end), max(middle, end)
                canvas.bar(ends[0], base - 8, ends[1], base - 1, palette.ACCENT, radius=1)
            canvas.paint(middle - 0.5, base - 10, middle + 0.5, base + 1, palette.QUIET)
        column.gap(19)


def _draw_tumour(column: _Column, study: Study, finding: TumourFinding) -> None:
    column.heading("Tumour")
    if not finding.found or finding.index is None:
        column.text("No lesion found", 15, palette.TEXT)
        _draw_agreement(column, finding)
        return
    view = SliceView.of(study.grid, finding.plane)
    column.pair("Tumour slice", f"{finding.plane} {finding.index + 1} of {view.count}")
    if position := wording.position_text(view, finding.index):
        column.pair("Position", position)
    column.pair("Area in this slice", slice_line(finding).value)
    _draw_lines(column, measurement_lines(study, finding))
    origin = origin_line(finding)
    column.pair(origin.name, origin.value)
    if origin.detail:
        column.text(origin.detail, 11, palette.QUIET)
    if finding.area_mm2.size and float(finding.area_mm2.max()) > 0:
        _draw_areas(column, view, finding, finding.index)
    _draw_agreement(column, finding)


def _draw_agreement(column: _Column, finding: TumourFinding) -> None:
    """How far the study's own segmentation agrees; nothing if there is none."""
    lines = agreement_lines(finding)
    if not lines:
        return
    column.gap(14)
    column.text(AGREEMENT, 12, palette.QUIET)
    column.gap(2)
    _draw_lines(column, lines)
    if left_out := cavity_text(finding):
        column.text(left_out, 11, palette.QUIET)


def _draw_lines(column: _Column, lines: Sequence[MeasurementLine]) -> None:
    for line in lines:
        column.pair(line.name, line.value, "" if line.known else palette.QUIET, line.colour)
        if line.detail:
            column.beneath(line.detail)


def _draw_areas(column: _Column, view: SliceView, finding: TumourFinding, chosen: int) -> None:
    """Why this slice: the tumour area of every slice, the chosen one bright."""
    canvas = column.canvas
    column.gap(12)
    top, height = column.y, 44.0
    areas = finding.area_mm2 if view.ascending else finding.area_mm2[::-1]
    chosen = chosen if view.ascending else len(areas) - 1 - chosen
    most, step = float(areas.max()), column.width / len(areas)
    contour = [(column.left, top + height)]
    for place, area in enumerate(areas):
        y = top + height - float(area) / most * height
        contour += [(column.left + place * step, y), (column.left + (place + 1) * step, y)]
    canvas.fill([*contour, (column.right, top + height)], "#4A5763")
    x = column.left + (chosen + 0.5) * step
    high = top + height - float(areas[chosen]) / most * height
    canvas.fill(
        [(x - 1.2, top + height), (x - 1.2, high), (x + 1.2, high), (x + 1.2, top + height)],
        palette.TUMOUR,
    )
    canvas.paint(column.left, top + height, column.right, top + height + 1, palette.LINE)
    low_end, high_end = "IPL"["SAR".index(_towards(view))], _towards(view)
    base = top + height + 15
    if view.grid.oriented:
        canvas.text(column.left, base, low_end, 11, palette.QUIET, anchor="ls")
        canvas.text(column.right, base, high_end, 11, palette.QUIET, anchor="rs")
    middle = (column.left + column.right) / 2
    canvas.text(middle, base, "tumour area per slice", 11, palette.QUIET, anchor="ms")
    column.gap(height + 20)


def _towards(view: SliceView) -> str:
    return wording.TOWARDS[view.plane]
