"""The images of a report: panes as on a screen, made smaller as a whole on paper."""

import io

from PIL import Image
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from brainviewer.painting.devices import is_raster, paint_image, pixels_of
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene

_PER_INCH = 300
"""Pixels of slices on paper."""


def picture_image(scene: SliceScene, side: int, scale: float) -> QImage:
    """A square pane ``side`` points wide, with ``scale`` pixels a point."""

    def draw(painter: QPainter) -> None:
        paint(painter, QRect(0, 0, side, side), scene, scale)

    return paint_image(draw, (side, side), scale)


def png_of(scene: SliceScene, side: int, scale: float) -> bytes:
    """The same as a PNG file."""
    content = io.BytesIO()
    Image.fromarray(pixels_of(picture_image(scene, side, scale))).save(content, "PNG")
    return content.getvalue()


def paint_picture(
    painter: QPainter, at: tuple[float, float], width: float, scene: SliceScene, side: int
) -> None:
    """Paint a pane ``width`` points wide; text and lines stay such where the device has them."""
    if is_raster(painter):
        ratio = painter.device().devicePixelRatioF() * painter.worldTransform().m11()
        image = picture_image(scene, side, max(1.0, ratio * width / side))
        painter.drawImage(QRectF(*at, width, width), image)
        return
    painter.save()
    painter.translate(*at)
    painter.scale(width / side, width / side)
    paint(painter, QRect(0, 0, side, side), scene, _PER_INCH / 72 * width / side)
    painter.restore()
