"""What can be painted on without a window: images, SVG and PDF files in memory.

A ``Paint`` is a function that paints on a ``QPainter`` in points; each device below calls it once.
Needs no screen: without an application one is made that opens no window.
"""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QSize, QSizeF
from PySide6.QtGui import (
    QFontDatabase,
    QGuiApplication,
    QImage,
    QPageSize,
    QPaintDevice,
    QPaintEngine,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from brainviewer.assets import resources

Paint = Callable[[QPainter], None]
Size = tuple[float, float]
"""Width and height in points."""

FONT_FAMILY = "DejaVu Sans"
_POINTS_PER_INCH = 72
MM_PER_INCH = 25.4
_SIDES = re.compile(rb'width="[^"]*" height="[^"]*"')
_starting = threading.Lock()
_application: QGuiApplication | None = None


def start() -> None:
    """Make what Qt needs to write text: an application, unless there is one, and the fonts.

    Must have been called on the main thread before another thread paints.
    """
    global _application  # noqa: PLW0603  # Qt has one application for each process
    with _starting:
        if QGuiApplication.instance() is None:
            _application = QGuiApplication(["brainviewer", "-platform", "offscreen"])
        _load_fonts()


@cache
def _load_fonts() -> None:
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"):
        QFontDatabase.addApplicationFont(str(resources() / "fonts" / name))


@contextmanager
def painting(device: QPaintDevice) -> Iterator[QPainter]:
    """A painter on a device; a painter that stays open after an exception crashes Qt."""
    painter = QPainter(device)
    try:
        yield painter
    finally:
        if painter.isActive():  # not on a device without size
            painter.end()


def is_raster(painter: QPainter) -> bool:
    """Whether a painter makes pixels, on the screen or in an image, and not vectors."""
    engine = painter.paintEngine()
    return engine is not None and engine.type() is QPaintEngine.Type.Raster


def paint_image(paint: Paint, size: Size, scale: float = 1) -> QImage:
    """An image of size × scale pixels, black where nothing is painted."""
    start()
    image = QImage(
        max(1, round(size[0] * scale)), max(1, round(size[1] * scale)), QImage.Format.Format_RGB32
    )
    image.setDevicePixelRatio(scale)
    image.fill(0xFF000000)
    with painting(image) as painter:
        paint(painter)
    return image


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """(rows, columns, 3) the colours of an image."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def image_of(pixels: NDArray[np.uint8], form: QImage.Format) -> QImage:
    """An image with pixels of its own.

    pixels : (rows, columns) or (rows, columns, channels), contiguous
    """
    rows, columns = pixels.shape[:2]
    return QImage(pixels.data, columns, rows, pixels.strides[0], form).copy()


def rgb_image(pixels: NDArray[np.uint8]) -> QImage:
    """The image of colours (rows, columns, 3)."""
    return image_of(np.ascontiguousarray(pixels), QImage.Format.Format_RGB888)


def paint_svg(
    paint: Paint, size: Size, title: str = "", description: str = "", width_mm: float = 0.0
) -> bytes:
    """An SVG file, one unit a point: lines as vectors, text as text, slices as images in it.

    width_mm : how wide it says it is; a point is a 72nd of an inch if 0.
    """
    start()
    width, height = (max(1, round(side)) for side in size)
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(_POINTS_PER_INCH)
    generator.setSize(QSize(width, height))
    generator.setViewBox(QRect(0, 0, width, height))
    generator.setTitle(title)
    generator.setDescription(description)
    with painting(generator) as painter:
        paint(painter)
    content = bytes(buffer.data().data())
    if width_mm:
        sides = f'width="{width_mm:g}mm" height="{width_mm * height / width:g}mm"'
        content = _SIDES.sub(sides.encode(), content, count=1)
    return content


def paint_pdf(
    paint: Paint, size: Size, title: str = "", metadata: bytes = b"", width_mm: float = 0.0
) -> bytes:
    """A PDF file of one page of the size, with text that can be selected and searched.

    metadata : the file's XMP packet, if it is to have one of its own.
    width_mm : how wide the page is; a point is a 72nd of an inch if 0.
    """
    if not width_mm:
        return paint_pdf_pages([paint], size, title, metadata)
    factor = width_mm / MM_PER_INCH * _POINTS_PER_INCH / size[0]

    def scaled(painter: QPainter) -> None:
        painter.scale(factor, factor)
        paint(painter)

    return paint_pdf_pages([scaled], (size[0] * factor, size[1] * factor), title, metadata)


def paint_pdf_pages(
    paints: Sequence[Paint], size: Size, title: str = "", metadata: bytes = b""
) -> bytes:
    """The same of several pages, of which there is at least one."""
    start()
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setResolution(_POINTS_PER_INCH)
    exactly = QPageSize.SizeMatchPolicy.ExactMatch
    writer.setPageSize(QPageSize(QSizeF(*size), QPageSize.Unit.Point, "", exactly))
    writer.setPageMargins(QMarginsF())
    writer.setTitle(title)
    writer.setCreator("BrainViewer")
    if metadata:
        writer.setDocumentXmpMetadata(metadata)
    with painting(writer) as painter:
        # Qt would keep slices as JPEG.
        painter.setRenderHint(QPainter.RenderHint.LosslessImageRendering)
        for number, paint in enumerate(paints):
            if number:
                writer.newPage()
            painter.save()
            paint(painter)
            painter.restore()
    return bytes(buffer.data().data())


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
