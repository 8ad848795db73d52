"""Paints a slice with everything on it: on the screen, in an image, in a PDF, on paper."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QRegion

from brainviewer.painting import palette
from brainviewer.painting.annotations import AnnotationPainter, Failed
from brainviewer.painting.canvas import ink
from brainviewer.painting.contours import contour_path
from brainviewer.painting.devices import is_raster, painting
from brainviewer.painting.geometry import SliceGeometry
from brainviewer.painting.slice_layers import PlacedImage, SliceLayers
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text.captions import caption_boxes, paint_captions, slice_captions

_BORDER = 2.0
_GAP = 14.0
"""Of the crosshair, so that it hides nothing."""
_FAR = 10_000.0
"""Points from the cursor that lie beyond every pane."""


def paint(
    painter: QPainter,
    area: QRect,
    scene: SliceScene,
    ratio: float = 1,
    layers: SliceLayers | None = None,
    failed: Failed | None = None,
) -> dict[str, QRectF]:
    """Paint a slice.

    area : where, in points.
    ratio : pixels a point of what has pixels: those of the device, or of the slices that stand as
        images amidst the vectors of a file.
    layers : keeps what may be painted again.
    failed : see ``AnnotationPainter``.

    Returns where the labels of annotations stand in the area, by the ids of the annotations.
    """
    layers = layers or SliceLayers()
    geometry = layers.geometry(scene, (area.width(), area.height()))
    painter.save()
    painter.translate(area.topLeft())
    painter.setClipRect(QRect(0, 0, *geometry.size), Qt.ClipOperation.IntersectClip)
    try:
        _paint_pixels(painter, geometry, layers.pixels(scene, geometry, ratio))
        _paint_crosshair(painter, geometry, scene)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        _paint_cross_lines(painter, geometry, scene)
        if not is_raster(painter):
            layers.paths.draw(painter, scene, geometry)
        elif contours := layers.contours(scene, geometry, ratio):
            painter.drawImage(contours.at, contours.image)
        if scene.study.edited:
            _paint_border(painter, geometry)
        labels = _paint_writing(painter, geometry, scene, layers, failed)
        if scene.painted_over is not None:
            _paint_outline(painter, geometry, scene.painted_over, scene.index)
        return labels
    finally:
        painter.restore()


def make_ahead(scene: SliceScene, size: tuple[int, int], ratio: float, layers: SliceLayers) -> None:
    """Keep what is slow to make for ``paint`` on a screen: contours, and texts as images."""
    geometry = layers.geometry(scene, size)
    layers.contours(scene, geometry, ratio)
    nowhere = QImage(1, 1, QImage.Format.Format_RGB32)
    nowhere.setDevicePixelRatio(ratio)
    with painting(nowhere) as painter:
        paint_captions(painter, geometry.size, slice_captions(scene, geometry))


def _paint_writing(
    painter: QPainter,
    geometry: SliceGeometry,
    scene: SliceScene,
    layers: SliceLayers,
    failed: Failed | None,
) -> dict[str, QRectF]:
    captions, labels = slice_captions(scene, geometry), dict[str, QRectF]()
    if scene.annotations_shown:
        # Labels keep off the corners, which are written last so that nothing covers them.
        taken = caption_boxes(geometry.size, captions)
        labels = AnnotationPainter(scene, geometry, layers, taken, failed).paint(painter)
    paint_captions(painter, geometry.size, captions)
    return labels


def _paint_pixels(painter: QPainter, geometry: SliceGeometry, pixels: PlacedImage | None) -> None:
    """The slice, and the black around it."""
    region = QRegion(QRect(0, 0, *geometry.size))
    if pixels is not None:
        place = QRectF(pixels.at, pixels.image.deviceIndependentSize())
        region = region.subtracted(QRegion(_whole(place)))
    for part in region:  # type: ignore[attr-defined]  # the stub forgets that regions iterate
        painter.fillRect(part, ink(palette.BACKGROUND))
    if pixels is not None:
        painter.drawImage(pixels.at, pixels.image)


def _whole(place: QRectF) -> QRect:
    """The whole points inside a rectangle."""
    left, top = math.ceil(place.left()), math.ceil(place.top())
    width, height = math.floor(place.right()) - left, math.floor(place.bottom()) - top
    return QRect(left, top, max(width, 0), max(height, 0))


def _paint_crosshair(painter: QPainter, geometry: SliceGeometry, scene: SliceScene) -> None:
    """Thin lines through the linked cursor."""
    if scene.cursor is None or not scene.overlays.crosshair:
        return
    at, (width, height) = geometry.to_pixels([scene.cursor])[0], geometry.size
    if scene.reformation.obliquity is not None:
        _paint_tilted_lines(painter, at, scene)
        return
    # A line on whole points is as thin on the screen as it can be.
    x, y = round(at.x() - 0.5), round(at.y() - 0.5)
    colour = ink(palette.ACCENT, 0.6)
    painter.fillRect(QRectF(0, y, x - _GAP, 1), colour)
    painter.fillRect(QRectF(x + _GAP + 1, y, width - x - _GAP - 1, 1), colour)
    painter.fillRect(QRectF(x, 0, 1, y - _GAP), colour)
    painter.fillRect(QRectF(x, y + _GAP + 1, 1, height - y - _GAP - 1), colour)


def _paint_tilted_lines(painter: QPainter, at: QPointF, scene: SliceScene) -> None:
    """Where the other planes cut this one, beyond the edges of the pane."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(ink(palette.ACCENT, 0.7), 1))
    for x, y in scene.reformation.lines(scene.view).values():
        along = QPointF(x, y)
        for way in (1, -1):
            painter.drawLine(at + along * way * _GAP, at + along * way * _FAR)
    painter.restore()


def _paint_cross_lines(painter: QPainter, geometry: SliceGeometry, scene: SliceScene) -> None:
    """Where other panes cut the slice: dashes, and a whole line for the chosen pane."""
    if not scene.overlays.cross_reference:
        return
    for line in scene.cross_lines:
        start, end = geometry.to_pixels([line.start, line.end])
        dashes = Qt.PenStyle.SolidLine if line.chosen else Qt.PenStyle.DashLine
        painter.setPen(QPen(ink(palette.BACKGROUND, 0.5), 3))
        painter.drawLine(start, end)
        painter.setPen(QPen(ink(palette.CROSS_REFERENCE), 1.4, dashes))
        painter.drawLine(start, end)


def _paint_outline(
    painter: QPainter, geometry: SliceGeometry, region: NDArray[np.bool_], index: int
) -> None:
    """Dashes around what was painted over. region : see ``SliceScene.painted_over``."""
    if region.ndim == 2:
        region = geometry.view.arrange(region.T)
    else:
        region = np.ascontiguousarray(geometry.view.cut(region, index)) > 0
    if not region.any():
        return
    path = geometry.transform.map(contour_path(region, geometry.view.pixel_spacing))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, style in (
        (ink(*palette.SHADOW), Qt.PenStyle.SolidLine),
        (ink(palette.CAUTION), Qt.PenStyle.DashLine),
    ):
        painter.setPen(QPen(colour, 1.2, style))
        painter.drawPath(path)


def _paint_border(painter: QPainter, geometry: SliceGeometry) -> None:
    """Round the whole pane, so that an edited image is never taken for the original."""
    pen = QPen(ink(palette.CAUTION), _BORDER)
    pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(0, 0, *geometry.size).adjusted(1, 1, -1, -1))
