"""A report laid out on pages of paper, each of which is painted on any device."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter

from brainviewer.painting.canvas import Canvas
from brainviewer.painting.devices import Size, paint_image, paint_pdf_pages
from brainviewer.painting.report.blocks import ReportDocument
from brainviewer.painting.report.lines import broken
from brainviewer.painting.report.pieces import (
    BAND,
    CAUTION,
    INK,
    LINE,
    QUIET,
    SMALL,
    Piece,
    facts_pieces,
    pieces_of,
)

_MARGIN, _FOOT = 42.0, 26.0
_TITLE = 16


class Paper(StrEnum):
    """Sizes of paper."""

    A4 = "A4"
    LETTER = "Letter"

    @property
    def points(self) -> tuple[int, int]:
        """Width and height."""
        return (595, 842) if self is Paper.A4 else (612, 792)


@dataclass
class _Page:
    placed: list[tuple[float, Piece]] = field(default_factory=list)
    y: float = _MARGIN

    def put(self, piece: Piece, above: float = 0.0) -> None:
        self.placed.append((self.y + above, piece))
        self.y += above + piece.height


class ReportPages:
    """A report on paper: how many pages, and how each is painted."""

    def __init__(self, document: ReportDocument, paper: Paper = Paper.A4) -> None:
        self.document, self.paper = document, paper
        self.size: Size = paper.points
        self._width = paper.points[0] - 2 * _MARGIN
        self._bottom = paper.points[1] - _MARGIN - _FOOT
        self._pages = self._laid_out()

    def __len__(self) -> int:
        return len(self._pages)

    def paint(self, painter: QPainter, number: int) -> None:
        """Paint page ``number``, from 0, its top left corner at (0, 0)."""
        width, height = self.size
        painter.fillRect(0, 0, int(width), int(height), Qt.GlobalColor.white)
        canvas = Canvas(painter)
        for y, piece in self._pages[number].placed:
            painter.save()
            painter.translate(_MARGIN, y)
            piece.paint(canvas)
            painter.restore()
        self._paint_foot(canvas, number)

    def drawn(self, width: int) -> "DrawnPages":
        """All pages as images ``width`` pixels wide."""
        scale = width / self.size[0]
        paints = [partial(self.paint, number=number) for number in range(len(self))]
        return DrawnPages(self, tuple(paint_image(paint, self.size, scale) for paint in paints))

    def pdf(self, metadata: bytes = b"") -> bytes:
        """All pages as a PDF file. metadata : an XMP packet."""
        paints = [partial(self.paint, number=number) for number in range(len(self))]
        return paint_pdf_pages(paints, self.size, self.document.title, metadata)

    def _laid_out(self) -> list[_Page]:
        pages = [_Page()]
        for group in self._groups():
            first, tall = group[0], sum(p.height for p in group)
            tall += sum(p.above for p in group[1:])
            above = first.above if pages[-1].placed else 0.0
            if pages[-1].placed and pages[-1].y + above + tall > self._bottom:
                pages.append(_Page())
                above = 0.0
                if first.head is not None:
                    pages[-1].put(first.head)
            for n, piece in enumerate(group):
                pages[-1].put(piece, above if n == 0 else piece.above)
        return pages

    def _groups(self) -> Iterator[list[Piece]]:
        """Strips that stay on one page together, as far as one page holds them."""
        group: list[Piece] = []
        for piece in self._pieces():
            group.append(piece)
            if not piece.kept:
                yield group
                group = []
        if group:
            yield group

    def _pieces(self) -> Iterator[Piece]:
        document = self.document
        yield Piece(_TITLE * 1.7, self._paint_title, kept=True)
        for text in document.warnings:
            yield self._band(text)
        yield Piece(4.0, lambda canvas: None)
        yield from facts_pieces(document.identification, self._width)
        for section in document.sections:
            yield from pieces_of(section, self._width)

    def _paint_title(self, canvas: Canvas) -> None:
        canvas.text(0, _TITLE, self.document.title, _TITLE, INK, bold=True, anchor="ls")
        canvas.text(self._width, _TITLE, self.document.subtitle, SMALL, QUIET, anchor="rs")

    def _band(self, text: str) -> Piece:
        lines = broken(Canvas(), text, self._width - 12, SMALL, bold=True)
        height = len(lines) * SMALL * 1.4 + 7

        def paint(canvas: Canvas) -> None:
            canvas.paint(0, 0, self._width, height, BAND)
            for n, line in enumerate(lines):
                y = SMALL + 4 + n * SMALL * 1.4
                canvas.text(6, y, line, SMALL, CAUTION, bold=True, anchor="ls")

        return Piece(height, paint, above=3.0)

    def _paint_foot(self, canvas: Canvas, number: int) -> None:
        width, height = self.size
        left, right, base = _MARGIN, width - _MARGIN, height - _MARGIN
        canvas.paint(left, base - 13, right, base - 12.5, LINE)
        count = f"Page {number + 1} of {len(self)}"
        room = right - left - canvas.measure(count, SMALL) - 12
        foot = canvas.shortened(self.document.foot, room, SMALL)
        canvas.text(left, base, foot, SMALL, QUIET, anchor="ls")
        canvas.text(right, base, count, SMALL, QUIET, anchor="rs")


@dataclass(frozen=True, eq=False)
class DrawnPages:
    """A report with an image of each page, for the screen."""

    pages: ReportPages
    images: tuple[QImage, ...]
