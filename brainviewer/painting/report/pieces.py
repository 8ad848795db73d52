"""The blocks of a report as strips of paper that are not broken: how high, and how painted."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from brainviewer.painting.canvas import Canvas
from brainviewer.painting.footer import LegendEntry
from brainviewer.painting.report.blocks import (
    Bar,
    Bars,
    Evidence,
    Facts,
    Legend,
    Picture,
    Pictures,
    Points,
    Section,
    Signature,
    Table,
    Tone,
    Words,
)
from brainviewer.painting.report.lines import broken
from brainviewer.painting.report.pictures import paint_picture
from brainviewer.painting.text.predictions import EvidenceLine

INK, QUIET, LINE = "#14191D", "#55616C", "#C9D0D7"
CAUTION, ACCENT, BAND = "#7A4B00", "#1F6FA8", "#FBF3E0"
"""On white paper; each word at least 4.5 : 1 (WCAG 2.1)."""
BODY, SMALL, HEAD = 9, 8, 8
_LEAD = 1.4
_TONES = {
    Tone.BODY: (BODY, INK, False),
    Tone.QUIET: (SMALL, QUIET, False),
    Tone.CAUTION: (SMALL, CAUTION, False),
    Tone.STRONG: (BODY, INK, True),
    Tone.ANSWER: (14, INK, True),
}
_NEVER_FULL = 0.985
_GAP = 12.0
_BETWEEN = 4.0
_TROUGH = "#E9EDF0"
Paint = Callable[[Canvas], None]
"""Paints a strip, its top left corner at (0, 0)."""


@dataclass(frozen=True)
class Piece:
    """A strip. above : what is kept free over it, but at the top of a page.

    kept : it stands on one page with the next strip.
    head : what is painted over it where it is the first of a page: the head of its table.
    """

    height: float
    paint: Paint
    above: float = 0.0
    kept: bool = False
    head: "Piece | None" = None


def pieces_of(section: Section, width: float) -> list[Piece]:
    """A section as strips ``width`` points wide, from its top to its bottom."""
    canvas = Canvas()
    title = Piece(HEAD * 2.0, partial(_paint_head, section.title, width), 14.0, kept=True)
    made = [title]
    for place, block in enumerate(section.blocks):
        strips = list(_MAKERS[type(block)](block, canvas, width))
        if strips and place:
            after_answer = getattr(section.blocks[place - 1], "tone", None) is Tone.ANSWER
            strips[0] = replace(strips[0], above=1.0 if after_answer else 7.0)
        made += strips
    return made if len(made) > 1 else []


def facts_pieces(facts: Facts, width: float) -> list[Piece]:
    """Facts that stand outside of a section."""
    return list(_facts(facts, Canvas(), width))


def _paint_head(title: str, width: float, canvas: Canvas) -> None:
    canvas.text(0, HEAD, title.upper(), HEAD, ACCENT, bold=True, anchor="ls", spacing=0.8)
    canvas.paint(0, HEAD + 3.5, width, HEAD + 4.1, LINE)


def _text(lines: Sequence[str], size: float, colour: str, bold: bool, left: float) -> Paint:
    def paint(canvas: Canvas) -> None:
        for n, line in enumerate(lines):
            y = size + n * size * _LEAD
            canvas.text(left, y, line, size, colour, bold=bold, anchor="ls")

    return paint


def _words(words: Words, canvas: Canvas, width: float) -> Iterator[Piece]:
    size, colour, bold = _TONES[words.tone]
    lines = broken(canvas, words.text, width, size, bold)
    last = len(lines) - 1
    for n, line in enumerate(lines):
        # No line of a text stands alone at the end or at the beginning of a page.
        heads = words.tone in (Tone.STRONG, Tone.ANSWER)
        kept = heads or (n < last and n in (0, last - 1))
        yield Piece(size * _LEAD, _text([line], size, colour, bold, 0), kept=kept)


def _points(points: Points, canvas: Canvas, width: float) -> Iterator[Piece]:
    for item in points.items:
        lines = broken(canvas, item, width - 9, SMALL)
        cells = [(0.0, ["•"], SMALL, QUIET), (9.0, lines, SMALL, QUIET)]
        yield Piece(len(lines) * SMALL * _LEAD + 1.5, partial(_paint_cells, cells))


def _facts(facts: Facts, canvas: Canvas, width: float) -> Iterator[Piece]:
    across = (width - _GAP * (facts.columns - 1)) / facts.columns
    widest = max((canvas.measure(name, SMALL) for name, _ in facts.rows), default=0.0)
    left = min(widest + 10, across * 0.45)
    for start in range(0, len(facts.rows), facts.columns):
        cells = []
        for place, (name, value) in enumerate(facts.rows[start : start + facts.columns]):
            x = place * (across + _GAP)
            cells.append((x, broken(canvas, name, left - 6, SMALL), SMALL, QUIET))
            cells.append((x + left, broken(canvas, value, across - left, SMALL), SMALL, INK))
        most = max(len(lines) for _, lines, *_ in cells)
        yield Piece(most * SMALL * _LEAD + 1.5, partial(_paint_cells, cells))


def _paint_cells(cells: Sequence[tuple[float, Sequence[str], float, str]], canvas: Canvas) -> None:
    for x, lines, size, colour in cells:
        _text(lines, size, colour, False, x)(canvas)


def _table(table: Table, canvas: Canvas, width: float) -> Iterator[Piece]:
    widths = _column_widths(table, canvas, width)
    head = _row(table, table.head, widths, canvas, QUIET)
    yield replace(head, kept=True)
    for cells in table.rows:
        yield replace(_row(table, cells, widths, canvas, INK), head=head)


def _row(
    table: Table, cells: Sequence[str], widths: Sequence[float], canvas: Canvas, colour: str
) -> Piece:
    lines = [
        broken(canvas, cell, max(across, 12.0), SMALL)
        for cell, across in zip(cells, widths, strict=True)
    ]
    height = max(len(one) for one in lines) * SMALL * _LEAD + 4
    whole = sum(widths) + _GAP * (len(widths) - 1)

    def paint(canvas: Canvas) -> None:
        x = 0.0
        for place, (one, across) in enumerate(zip(lines, widths, strict=True)):
            right = bool(place) and table.numbers
            for n, line in enumerate(one):
                y = SMALL + 1 + n * SMALL * _LEAD
                at, anchor = (x + across, "rs") if right else (x, "ls")
                canvas.text(at, y, line, SMALL, colour, anchor=anchor)
            x += across + _GAP
        canvas.paint(0, height - 1.4, whole, height - 1.0, LINE)

    return Piece(height, paint)


def _column_widths(table: Table, canvas: Canvas, width: float) -> list[float]:
    """As wide as their cells, with what is left over shared; where there is too little room, the
    widest columns are cut down."""
    widths = [
        max(canvas.measure(cell, SMALL) for cell in column)
        for column in zip(table.head, *table.rows, strict=True)
    ]
    room = width - _GAP * (len(widths) - 1)
    if (over := sum(widths) - room) <= 0:
        return [one - over / len(widths) for one in widths]
    limit, rest = room / len(widths), sorted(widths)
    for n, one in enumerate(rest):
        limit = (room - sum(rest[:n])) / (len(rest) - n)
        if one > limit:
            break
    return [min(one, limit) for one in widths]


def _pictures(pictures: Pictures, canvas: Canvas, width: float) -> Iterator[Piece]:
    side = (width - _BETWEEN * (pictures.columns - 1)) / pictures.columns
    for start in range(0, len(pictures.items), pictures.columns):
        shown = pictures.items[start : start + pictures.columns]
        said = [one.caption for one in shown] if pictures.captioned else []
        captions = [broken(canvas, text, side, SMALL) for text in said] or [()] * len(shown)
        under = max(map(len, captions)) * SMALL * _LEAD
        paint = partial(_paint_pictures, shown, captions, side, pictures.side)
        yield Piece(side + under + (6 if under else _BETWEEN), paint)


def _paint_pictures(
    shown: Sequence[Picture],
    captions: Sequence[Sequence[str]],
    side: float,
    points: int,
    canvas: Canvas,
) -> None:
    for place, (picture, lines) in enumerate(zip(shown, captions, strict=True)):
        x = place * (side + _BETWEEN)
        if canvas.painter is not None:
            paint_picture(canvas.painter, (x, 0), side, picture.scene, points)
        for n, line in enumerate(lines):
            y = side + 2 + SMALL + n * SMALL * _LEAD
            canvas.text(x, y, line, SMALL, QUIET, anchor="ls")


def _legend(legend: Legend, canvas: Canvas, width: float) -> Iterator[Piece]:
    rows: list[list[tuple[float, LegendEntry]]] = [[]]
    x = 0.0
    for entry in legend.entries:
        across = entry.width + 5 + canvas.measure(entry.words, SMALL)
        if x and x + across > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, entry))
        x += across + 14
    for row in rows:
        yield Piece(SMALL * _LEAD, partial(_paint_legend, row))


def _paint_legend(row: Sequence[tuple[float, LegendEntry]], canvas: Canvas) -> None:
    for x, entry in row:
        right, high = x + entry.width, 4.0 if entry.area else 1.2
        canvas.bar(x, SMALL - 3 - high, right, SMALL - 3 + high, entry.colour, radius=1)
        canvas.text(right + 5, SMALL, entry.words, SMALL, QUIET, anchor="ls")


def _bars(bars: Bars, canvas: Canvas, width: float) -> Iterator[Piece]:
    codes = 8 + max((canvas.measure(one.code, BODY, True) for one in bars.items), default=0.0)
    names = max((canvas.measure(one.name, SMALL) for one in bars.items), default=0.0)
    left = codes + min(names, width * 0.48) + 10
    for one in bars.items:
        paint = partial(_paint_bar, one, codes, left, width)
        yield Piece(BODY * _LEAD + 2, paint, kept=one is not bars.items[-1])


def _paint_bar(one: Bar, codes: float, left: float, width: float, canvas: Canvas) -> None:
    right = width - 40
    canvas.text(0, BODY, one.code, BODY, INK, bold=True, anchor="ls")
    name = canvas.shortened(one.name, left - codes - 10, SMALL)
    canvas.text(codes, BODY, name, SMALL, QUIET, anchor="ls")
    canvas.bar(left, 1.5, right, BODY + 0.5, _TROUGH, radius=1.5)
    end = left + (right - left) * min(max(one.fraction, 0.0), _NEVER_FULL)
    canvas.bar(left, 1.5, end, BODY + 0.5, one.colour, radius=1.5)
    canvas.text(width, BODY, one.figure, BODY, INK, anchor="rs")


def _evidence(evidence: Evidence, canvas: Canvas, width: float) -> Iterator[Piece]:
    yield Piece(SMALL * _LEAD, _text([evidence.title], SMALL, QUIET, False, 0), kept=True)
    for line in evidence.lines:
        paint = partial(_paint_evidence, line)
        yield Piece(SMALL * _LEAD + 2, paint, kept=line is not evidence.lines[-1])


def _paint_evidence(line: EvidenceLine, canvas: Canvas) -> None:
    left, right = 80.0, 260.0
    middle, half = (left + right) / 2, (right - left) / 2
    canvas.text(0, SMALL, line.name, SMALL, INK, anchor="ls")
    if line.length is not None:
        canvas.bar(left, 2, right, SMALL, _TROUGH, radius=1)
        ends = sorted((middle, middle + half * line.length))
        canvas.bar(ends[0], 2, ends[1], SMALL, ACCENT, radius=0.5)
        canvas.paint(middle - 0.3, 0.5, middle + 0.3, SMALL + 1.5, QUIET)
    said = "; ".join(filter(None, (line.figure, line.detail)))
    at = left if line.length is None else right + 12
    canvas.text(at, SMALL, said, SMALL, INK, anchor="ls")


def _signature(signature: Signature, canvas: Canvas, width: float) -> Iterator[Piece]:
    across = (width - 24) / 2

    def paint(canvas: Canvas) -> None:
        canvas.text(0, 30, signature.reader, BODY, INK, anchor="ls")
        for x, under in ((0.0, "Reader"), (across + 24, "Date and signature")):
            canvas.paint(x, 34, x + across, 34.6, QUIET)
            canvas.text(x, 45, under, SMALL, QUIET, anchor="ls")

    yield Piece(52, paint)


_MAKERS: dict[type, Callable[..., Iterator[Piece]]] = {
    Words: _words,
    Facts: _facts,
    Table: _table,
    Points: _points,
    Pictures: _pictures,
    Legend: _legend,
    Bars: _bars,
    Evidence: _evidence,
    Signature: _signature,
}
