"""Text and shapes in points on any ``QPainter``; the bundled fonts, so that all machines agree."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPolygonF,
)

from brainviewer.painting import devices
from brainviewer.painting.devices import is_raster, paint_image, painting, pixels_of, rgb_image

Run = tuple[str, str, bool]
"""A piece of a line of text: the words, their colour, whether bold."""
Points = Sequence[tuple[float, float]]

ELLIPSIS = "…"
_HALO_WIDTH = 2.2
_HALO_OPACITY = 0.8
"""A text is written over a thin dark line round itself, to be read on bright tissue."""
_AROUND = [
    QPointF(_HALO_WIDTH / 2 * math.cos(turn), _HALO_WIDTH / 2 * math.sin(turn))
    for turn in np.arange(8) * np.pi / 4
]
_PAD = 3


@lru_cache(maxsize=256)
def ink(name: str, opacity: float = 1.0) -> QColor:
    """A colour such as ``#FFB347`` at an opacity in 0..1; not to be changed."""
    colour = QColor(name)
    colour.setAlphaF(min(max(opacity, 0.0), 1.0) * colour.alphaF())
    return colour


def image_font(pixels: float = 13, bold: bool = False) -> QFont:
    """The bundled font, for what is written on images and pages."""
    return _font(round(pixels), bold, threading.get_ident())


def font_metrics(pixels: float = 13, bold: bool = False) -> QFontMetricsF:
    """How large texts in ``image_font`` are, in points; the same at every scale."""
    return _metrics(round(pixels), bold, threading.get_ident())


@lru_cache(maxsize=128)
def _font(pixels: int, bold: bool, _thread: int) -> QFont:
    """Qt's fonts are for the thread that made them."""
    devices.start()
    font = QFont(devices.FONT_FAMILY)
    font.setPixelSize(pixels)
    font.setBold(bold)
    # Hinted widths would differ from scale to scale, and lines break elsewhere.
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font


@lru_cache(maxsize=128)
def _metrics(pixels: int, bold: bool, thread: int) -> QFontMetricsF:
    return QFontMetricsF(_font(pixels, bold, thread))


def write(painter: QPainter, at: QPointF, text: str, font: QFont, colour: str) -> None:
    """Write a text with a halo; ``at`` is the left end of its base line."""
    if not text:
        return
    if not is_raster(painter):
        _write(painter, at, text, font, colour)
        return
    ratio = painter.device().devicePixelRatioF()
    key = text, font.pixelSize(), font.bold(), colour, ratio
    drawn = _text_image(*key)
    # On whole pixels letters stay sharp.
    left = round(at.x() * ratio) / ratio - _PAD
    top = round(at.y() * ratio) / ratio - _PAD - drawn.ascent
    painter.drawImage(QPointF(left, top), drawn.image)


def _write(painter: QPainter, at: QPointF, text: str, font: QFont, colour: str) -> None:
    around = QPainterPath()
    around.addText(at, font, text)
    pen = QPen(ink("#000000", _HALO_OPACITY), _HALO_WIDTH)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(around, pen)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(at, text)


@dataclass(frozen=True, eq=False)
class _TextImage:
    image: QImage
    ascent: float


@lru_cache(maxsize=512)  # up to 8 MB at 100 %, four times as much at 200 %
def _text_image(text: str, pixels: int, bold: bool, colour: str, ratio: float) -> _TextImage:
    """A text with its halo on a clear ground; the same words stand on many panes and slices."""
    font, metrics = image_font(pixels, bold), font_metrics(pixels, bold)
    ascent = float(math.ceil(metrics.ascent()))
    width = math.ceil(metrics.horizontalAdvance(text)) + 2 * _PAD
    height = math.ceil(ascent + metrics.descent()) + 2 * _PAD
    form = QImage.Format.Format_ARGB32_Premultiplied
    image = QImage(math.ceil(width * ratio), math.ceil(height * ratio), form)
    image.setDevicePixelRatio(ratio)
    image.fill(0)
    at = QPointF(_PAD, _PAD + ascent)
    with painting(image) as painter:
        painter.setFont(font)
        # Letters beside letters are the same halo as a line round them, at a fifth of the time.
        painter.setPen(ink("#000000"))
        for step in _AROUND:
            painter.drawText(at + step, text)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.fillRect(0, 0, width, height, ink("#000000", _HALO_OPACITY))
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        painter.setPen(QColor(colour))
        painter.drawText(at, text)
    return _TextImage(image, ascent)


class Canvas:
    """Writes and draws on a painter; without one it only measures.

    All lengths are in points. An ``anchor`` has two letters: l, m or r for the left end, middle or
    right end of the text, and a, m or s for its top, the middle of its capitals or its base line.
    """

    def __init__(self, painter: QPainter | None = None) -> None:
        self.painter = painter
        if painter is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)

    # -- text -------------------------------------------------------------------------------

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """Width of a text."""
        return font_metrics(size, bold).horizontalAdvance(text)

    def measure_runs(self, runs: Sequence[Run], size: float) -> float:
        """Width of pieces of text set one after the other."""
        return sum(self.measure(text, size, bold) for text, _, bold in runs)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: str = "la",
        spacing: float = 0.0,
    ) -> QRectF:
        """Write a text, with so much space between its letters. Returns the box it takes."""
        metrics = font_metrics(size, bold)
        width = metrics.horizontalAdvance(text)
        left = x - {"l": 0.0, "m": width / 2, "r": width}[anchor[0]]
        base = y + {"a": metrics.ascent(), "m": metrics.capHeight() / 2, "s": 0.0}[anchor[1]]
        if self.painter is not None:
            font = QFont(image_font(size, bold))
            if spacing and width:  # in percent: printers take points for something else
                percent = 100 + 100 * spacing * len(text) / width
                font.setLetterSpacing(QFont.SpacingType.PercentageSpacing, percent)
            self.painter.setFont(font)
            self.painter.setPen(QColor(colour))
            self.painter.drawText(QPointF(left, base), text)
        return QRectF(left, base - metrics.ascent(), width, metrics.ascent() + metrics.descent())

    def shortened(self, text: str, width: float, size: float, bold: bool = False) -> str:
        """The text, or as much of its beginning as fits the width, with an ellipsis."""
        if self.measure(text, size, bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.measure(text[:middle].rstrip() + ELLIPSIS, size, bold) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + ELLIPSIS

    def wrapped(
        self, text: str, width: float, size: float, *, bold: bool = False, lines: int = 99
    ) -> list[str]:
        """The text broken into at most so many lines; the last is shortened where it must be."""
        result: list[str] = []
        # Not at no-break spaces, which hold a number and its unit together.
        words = [word for word in text.replace("\n", " ").split(" ") if word]
        while words and len(result) < lines:
            if len(result) == lines - 1:
                result.append(self.shortened(" ".join(words), width, size, bold))
                break
            taken = 1
            while (
                taken < len(words)
                and self.measure(" ".join(words[: taken + 1]), size, bold) <= width
            ):
                taken += 1
            result.append(self.shortened(" ".join(words[:taken]), width, size, bold))
            words = words[taken:]
        return result

    # -- shapes -----------------------------------------------------------------------------

    def stroke(
        self,
        points: Points,
        colour: str,
        width: float = 1.2,
        *,
        closed: bool = False,
        opacity: float = 1.0,
    ) -> None:
        """A line through points (x, y)."""
        if self.painter is not None:
            self.painter.setBrush(Qt.BrushStyle.NoBrush)
            self.painter.setPen(QPen(ink(colour, opacity), width))
            line = QPolygonF([QPointF(x, y) for x, y in points])
            if closed:
                self.painter.drawPolygon(line)
            else:
                self.painter.drawPolyline(line)

    def fill(self, points: Points, colour: str, opacity: float = 1.0) -> None:
        """A filled polygon."""
        if self.painter is not None:
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(ink(colour, opacity))
            self.painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in points]))

    def bar(
        self, left: float, top: float, right: float, bottom: float, colour: str, radius: float = 2
    ) -> None:
        """A filled rectangle with rounded corners."""
        if self.painter is not None and right > left and bottom > top:
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(QColor(colour))
            box = QRectF(left, top, right - left, bottom - top)
            self.painter.drawRoundedRect(box, radius, radius)

    def paint(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A filled rectangle."""
        if self.painter is not None:
            self.painter.fillRect(QRectF(left, top, right - left, bottom - top), QColor(colour))

    def place(
        self, pixels: NDArray[np.uint8], left: float, top: float, width: float, height: float
    ) -> None:
        """An image (rows, columns, 3) that fills a rectangle."""
        if self.painter is not None:
            self.painter.drawImage(QRectF(left, top, width, height), rgb_image(pixels))


def draw_pixels(
    draw: Callable[[Canvas], None], size: tuple[float, float], scale: float = 1
) -> NDArray[np.uint8]:
    """(rows, columns, 3) what a function draws on a canvas of a size, black where it draws nothing.

    size : width and height in points; scale : pixels a point.
    """
    return pixels_of(paint_image(lambda painter: draw(Canvas(painter)), size, scale))
