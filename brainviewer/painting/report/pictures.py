"""The images of a report: panes as on a screen, made smaller as a whole on paper."""

import io

from PIL import Image
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from brainviewer.painting.devices import is_raster, paint_image, pixels_of
from brainviewer.painting.figure import paint_volume
from brainviewer.painting.report.blocks import VolumePicture
from brainviewer.painting.slice_painter import paint
from brainviewer.painting.slice_scene import SliceScene

_PER_INCH = 300
"""Pixels of slices on paper."""


def picture_image(scene: SliceScene | VolumePicture, side: int, scale: float) -> QImage:
    """A square pane ``side`` points wide, with ``scale`` pixels a point."""

    def draw(painter: QPainter) -> None:
        _paint(painter, side, scene, scale)

    return paint_image(draw, (side, side), scale)


def png_of(scene: SliceScene | VolumePicture, side: int, scale: float) -> bytes:
    """The same as a PNG file."""
    content = io.BytesIO()
    Image.fromarray(pixels_of(picture_image(scene, side, scale))).save(content, "PNG")
    return content.getvalue()


def paint_picture(
    painter: QPainter,
    at: tuple[float, float],
    width: float,
    scene: SliceScene | VolumePicture,
    side: int,
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
    _paint(painter, side, scene, _PER_INCH / 72 * width / side)
    painter.restore()


def _paint(painter: QPainter, side: int, scene: SliceScene | VolumePicture, ratio: float) -> None:
    """A pane at (0, 0). ratio : pixels a point of slices."""
    place = QRect(0, 0, side, side)
    if isinstance(scene, VolumePicture):
        paint_volume(painter, place, scene.image, scene.title, scene.warning)
    else:
        paint(painter, place, scene, ratio)
