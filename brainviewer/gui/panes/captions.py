"""The writing on a slice: four corners, four edges, scale bar, crosshair and frame.

All of it is painted straight onto the pane in pixels, so that a slice change lays out nothing.
"""

import math
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QGuiApplication, QPainter, QPen, QPixmap

from brainviewer.core.slices import EdgeLetters
from brainviewer.gui import image_colours
from brainviewer.gui.image_colours import faded
from brainviewer.gui.panes.safe_painter import painting
from brainviewer.painting.pane import round_length

MARGIN = 10.0
TEXT_PX = 13
SMALL_PX = 11
_LONGEST_BAR_PX = 80.0
_PAD = 3
_APART = 6.0
"""Pixels between two texts that stand side by side."""
_HALO_PX = 1.1
_HALO = tuple(
    QPointF(_HALO_PX * math.cos(turn * math.pi / 4), _HALO_PX * math.sin(turn * math.pi / 4))
    for turn in range(8)
)
"""Steps in which a text is written in black all round itself, to be read on bright tissue."""

Size = tuple[float, float]
"""Width and height of a pane in pixels."""


@dataclass(frozen=True)
class Captions:
    """What is written on one slice; empty texts are left out.

    mm_per_pixel : for the scale bar, in ``unit``; 0 leaves it out.
    """

    title: str = ""
    plane: str = ""
    marks: tuple[tuple[str, QColor], ...] = ()
    window: str = ""
    number: str = ""
    position: str = ""
    letters: EdgeLetters = field(default_factory=EdgeLetters)
    mm_per_pixel: float = 0.0
    unit: str = "mm"


def image_font(pixels: int = TEXT_PX, bold: bool = False) -> QFont:
    """The system's font with digits of one width, so that running numbers stand still."""
    font = QFont(QGuiApplication.font())
    font.setPixelSize(pixels)
    font.setBold(bold)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def scale_bar_mm(mm_per_pixel: float) -> float:
    """The longest of 1, 2, 5, 10, 20 … mm that is not longer than 80 pixels."""
    return round_length(_LONGEST_BAR_PX * mm_per_pixel)


def draw_text(painter: QPainter, at: QPointF, text: str, colour: QColor) -> None:
    """Write a text in the painter's font with a thin halo; ``at`` is on its base line."""
    if not text:
        return
    ratio = painter.device().devicePixelRatioF()
    picture = _picture(text, painter.font().toString(), colour.rgba(), ratio)
    # On whole pixels letters stay sharp.
    left = round(at.x() * ratio) / ratio - _PAD
    top = round(at.y() * ratio) / ratio - _PAD - picture.ascent
    painter.drawPixmap(QPointF(left, top), picture.pixmap)


@dataclass(frozen=True, eq=False)
class _Picture:
    pixmap: QPixmap
    ascent: float


@lru_cache(maxsize=512)
def _picture(text: str, font_name: str, rgba: int, ratio: float) -> _Picture:
    """A text with its halo; the same words stand on many panes and slices."""
    font = QFont()
    font.fromString(font_name)
    font.setFeature(QFont.Tag("tnum"), 1)
    metrics = QFontMetricsF(font)
    ascent = float(math.ceil(metrics.ascent()))
    width = math.ceil(metrics.horizontalAdvance(text)) + 2 * _PAD
    height = math.ceil(ascent + metrics.descent()) + 2 * _PAD
    pixmap = QPixmap(math.ceil(width * ratio), math.ceil(height * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    colour = QColor.fromRgba(rgba)
    with painting(pixmap) as painter:
        painter.setFont(font)
        painter.setPen(faded(image_colours.BLACK, 0.8 * colour.alphaF()))
        for step in _HALO:
            painter.drawText(QPointF(_PAD, _PAD + ascent) + step, text)
        painter.setPen(colour)
        painter.drawText(QPointF(_PAD, _PAD + ascent), text)
    return _Picture(pixmap, ascent)


class CaptionPainter:
    """Paints captions with fonts that are made once."""

    def __init__(self) -> None:
        self._font, self._bold = image_font(), image_font(bold=True)
        self._small, self._quiet = image_font(SMALL_PX, bold=True), image_font(SMALL_PX)
        self._regular, self._wide = QFontMetricsF(self._font), QFontMetricsF(self._bold)
        self._cap = self._regular.capHeight()
        self._step = self._regular.height() + 1

    def paint(self, painter: QPainter, size: Size, captions: Captions) -> None:
        """Write everything on a pane."""
        self._top_corners(painter, size, captions)
        self._bottom_left(painter, size, captions)
        self._edges(painter, size, captions)
        if captions.mm_per_pixel > 0:
            self._scale_bar(painter, size, captions.mm_per_pixel, captions.unit)

    def write_centred(self, painter: QPainter, size: Size, text: str) -> None:
        """A quiet sentence in the middle of an empty pane."""
        painter.setFont(self._font)
        x, y = (size[0] - self._advance(text)) / 2, (size[1] + self._cap) / 2
        draw_text(painter, QPointF(x, y), text, image_colours.CORNER)

    def _advance(self, text: str) -> float:
        return self._regular.horizontalAdvance(text)

    def _room(self, size: Size) -> float:
        """Pixels between the margin and the letter in the middle of an edge."""
        return size[0] / 2 - MARGIN - TEXT_PX

    def _top_corners(self, painter: QPainter, size: Size, captions: Captions) -> None:
        y = MARGIN + self._cap
        title_width = self._wide.horizontalAdvance(captions.title + " ")
        painter.setFont(self._bold)
        draw_text(painter, QPointF(MARGIN, y), captions.title, image_colours.BRIGHT)
        painter.setFont(self._font)
        draw_text(painter, QPointF(MARGIN + title_width, y), captions.plane, image_colours.CORNER)
        window_width = self._advance(captions.window)
        if max(window_width, title_width + self._advance(captions.plane)) <= self._room(size):
            x = size[0] - MARGIN - window_width
        else:
            x, y = MARGIN, y + self._step
        draw_text(painter, QPointF(x, y), captions.window, image_colours.CORNER)
        if x != MARGIN:
            y = MARGIN + self._cap
        for text, colour in captions.marks:
            y += self._step
            painter.setFont(self._small if colour == image_colours.CAUTION else self._quiet)
            draw_text(painter, QPointF(MARGIN, y), text, colour)

    def _bottom_left(self, painter: QPainter, size: Size, captions: Captions) -> None:
        y = size[1] - MARGIN
        after = self._advance(captions.number + "   ")
        painter.setFont(self._font)
        if after + self._advance(captions.position) <= self._room(size):
            at = QPointF(MARGIN + after, y)
        else:
            at = QPointF(MARGIN, y)
            y -= self._step
        draw_text(painter, QPointF(MARGIN, y), captions.number, image_colours.CORNER)
        draw_text(painter, at, captions.position, image_colours.CORNER)

    def _edges(self, painter: QPainter, size: Size, captions: Captions) -> None:
        (width, height), top, letters = size, MARGIN + self._cap, captions.letters
        middle = (height + self._cap) / 2
        # In a narrow pane the letters in the middle make way for the words in the corners.
        title = self._wide.horizontalAdvance(captions.title + " ") + self._advance(captions.plane)
        title_end, position_end = (
            MARGIN + length + _APART for length in (title, self._advance(captions.position))
        )
        painter.setFont(self._font)
        for letter, x, y in (
            (letters.left, MARGIN, middle),
            (letters.right, width - MARGIN - self._advance(letters.right), middle),
            (letters.top, max((width - self._advance(letters.top)) / 2, title_end), top),
            (
                letters.bottom,
                max((width - self._advance(letters.bottom)) / 2, position_end),
                height - MARGIN,
            ),
        ):
            draw_text(painter, QPointF(x, y), letter, image_colours.BRIGHT)

    def _scale_bar(self, painter: QPainter, size: Size, mm_per_pixel: float, unit: str) -> None:
        length = scale_bar_mm(mm_per_pixel)
        text = f"{length:g} {unit}"
        right, base = size[0] - MARGIN, size[1] - MARGIN
        painter.setFont(self._font)
        at = QPointF(right - self._advance(text), base)
        draw_text(painter, at, text, image_colours.CORNER)
        y = round(base - self._cap - 6)
        left = right - length / mm_per_pixel
        bars = [QRectF(left, y, right - left, 1)]
        bars += [QRectF(x, y - 4, 1, 4) for x in (left, right - 1)]
        for bar in bars:
            painter.fillRect(bar.adjusted(-1, -1, 1, 1), faded(image_colours.SHADOW, 0.6))
        for bar in bars:
            painter.fillRect(bar, image_colours.CORNER)


def draw_crosshair(painter: QPainter, size: Size, at: QPointF) -> None:
    """Thin lines through the linked cursor, open in the middle so that they hide nothing."""
    (width, height), gap = size, 14.0
    x, y = round(at.x() - 0.5), round(at.y() - 0.5)
    colour = faded(image_colours.ACCENT, 0.6)
    painter.fillRect(QRectF(0, y, x - gap, 1), colour)
    painter.fillRect(QRectF(x + gap + 1, y, width - x - gap - 1, 1), colour)
    painter.fillRect(QRectF(x, 0, 1, y - gap), colour)
    painter.fillRect(QRectF(x, y + gap + 1, 1, height - y - gap - 1), colour)


def draw_frame(painter: QPainter, size: Size) -> None:
    """The one-pixel frame of the active pane."""
    painter.setPen(QPen(image_colours.ACCENT, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0.5, 0.5, size[0] - 1, size[1] - 1))
