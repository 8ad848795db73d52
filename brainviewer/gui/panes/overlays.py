"""What lies over a slice, worked out once for all panes that show it.

Positions are slice millimetres: (column × pixel width, row × pixel height), so that pixel centres
lie at multiples of the spacing and every pane draws the same path through its own transform.
"""

import math
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)

from brainviewer.app.state import ViewState
from brainviewer.core.slices import SliceView
from brainviewer.gui import image_colours
from brainviewer.gui.image_colours import faded
from brainviewer.gui.panes.geometry import Frame, PaneGeometry, head_frame, whole_frame
from brainviewer.gui.panes.safe_painter import painting
from brainviewer.gui.panes.screen_pixels import image_of
from brainviewer.gui.panes.slice_annotations import SliceMarks
from brainviewer.painting.contours import outlines
from brainviewer.painting.diameter_lines import WIDTH as DIAMETER_PX
from brainviewer.painting.diameter_lines import diameter_lines
from brainviewer.painting.palette import HEAT, label_colour
from brainviewer.painting.slice_image import colour_table, heat_rgba, heat_values

Value = TypeVar("Value")


_OUTLINE_PX = 1.5
_PICTURES = 8
"""Outline pictures kept: those of the slice that is shown, and a few for going back."""


def outline_path(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> QPainterPath:
    """The outline of a mask (rows, columns) in slice mm; see ``render.outlines``.

    spacing : height and width of a pixel in mm.
    """
    path = QPainterPath()
    for line in outlines(mask):
        path.addPolygon(QPolygonF([QPointF(x, y) for y, x in (line * spacing).tolist()]))
        path.closeSubpath()
    return path


def as_image(rgba: NDArray[np.uint8]) -> QImage:
    """The picture of (rows, columns, 4) colours, in a format that paints fast."""
    pixels = np.ascontiguousarray(rgba)
    image = image_of(pixels, QImage.Format.Format_RGBA8888)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _fill_table(opacity: float) -> NDArray[np.uint8]:
    """(256, 4) colours of label values, transparent at 0."""
    colours = (QColor(label_colour(value)) for value in range(256))
    table = np.array([(c.red(), c.green(), c.blue(), 255) for c in colours], np.uint8)
    table[:, 3] = round(255 * opacity)
    table[0] = 0
    return table


@dataclass(frozen=True, eq=False)
class OutlinePicture:
    """Lines on a clear ground, and where its top left corner lies in the pane."""

    pixmap: QPixmap
    at: QPoint


class SliceOverlays:
    """Frames, outlines, filled labels and heatmap of the open study, of recent slices."""

    def __init__(self, state: ViewState, remembered: int = 2048) -> None:
        self._state, self._remembered = state, remembered
        self._kept: OrderedDict[tuple[Any, ...], Any] = OrderedDict()
        self._pictures: dict[tuple[Any, ...], OutlinePicture | None] = {}
        self.marks = SliceMarks(state)
        # The catalogue of colour maps is slow to read: now, not when the first answer is drawn.
        colour_table(HEAT)

    def clear(self) -> None:
        """Forget everything: another study, finding or result is shown."""
        self._kept.clear()
        self._pictures.clear()

    def frame(self, view: SliceView) -> Frame:
        """The part of a plane's slices that panes fit: the head, the same for all sequences."""
        study = self._state.study
        if study is None or study.is_picture:
            return whole_frame(view)
        data = study.reference.data
        return self._keep(("frame", view.plane), lambda: head_frame(view, data))

    def outlines(self, geometry: PaneGeometry, index: int, ratio: float) -> OutlinePicture | None:
        """All outlines of a slice, drawn once for the panes that show it alike.

        ratio : device pixels per pixel.
        """
        key = (geometry.key, index, ratio, self._state.overlays)
        if key not in self._pictures:
            while len(self._pictures) >= _PICTURES:
                del self._pictures[next(iter(self._pictures))]
            self._pictures[key] = self._draw_outlines(geometry, index, ratio)
        return self._pictures[key]

    def _draw_outlines(
        self, geometry: PaneGeometry, index: int, ratio: float
    ) -> OutlinePicture | None:
        shown = self._state.overlays
        lines = [
            (faded(colour, shown.segmentation_opacity), path)
            for colour, path in self.segmentation(geometry.view, index)
        ]
        if (lesion := self.lesion(geometry.view, index)) is not None:
            lines.append((faded(image_colours.TUMOUR, shown.lesion_opacity), lesion))
        thin = self.diameters(geometry.view, index)
        bounds = QRectF()
        for path in (*(path for _, path in lines), thin):
            bounds |= geometry.transform.mapRect(path.boundingRect())
        place = bounds.adjusted(-2, -2, 2, 2).toAlignedRect() & QRect(0, 0, *geometry.size)
        if bounds.isEmpty() or place.isEmpty():
            return None
        pixmap = QPixmap(math.ceil(place.width() * ratio), math.ceil(place.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        with painting(pixmap) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(-place.topLeft())
            painter.setTransform(geometry.transform, True)
            for colour, path in lines:
                # Cosmetic pens count the pixels of the device.
                pen = QPen(colour, _OUTLINE_PX * ratio)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawPath(path)
            for colour, width in ((image_colours.SHADOW, 2.6), (image_colours.TUMOUR, DIAMETER_PX)):
                pen = QPen(colour, width * ratio)
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.drawPath(thin)
        return OutlinePicture(pixmap, place.topLeft())

    def lesion(self, view: SliceView, index: int) -> QPainterPath | None:
        """Outline of the lesion that was found; None where there is none."""
        finding = self._state.finding
        if not self._state.overlays.lesion or finding is None or finding.mask is None:
            return None
        mask = finding.mask
        return self._keep(
            ("lesion", view.plane, index),
            lambda: outline_path(view.cut(mask, index), view.pixel_spacing),
        )

    def diameters(self, view: SliceView, index: int) -> QPainterPath:
        """The measured diameters of a slice; empty where there are none."""
        path = QPainterPath()
        if self._state.overlays.diameters:
            height, width = view.pixel_spacing
            for start, end in diameter_lines(self._state.finding, view, index):
                path.moveTo(start[1] * width, start[0] * height)
                path.lineTo(end[1] * width, end[0] * height)
        return path

    def segmentation(self, view: SliceView, index: int) -> list[tuple[QColor, QPainterPath]]:
        """Outlines of the study's own segmentation with their colours."""
        labels, overlays = self._labels(), self._state.overlays
        if labels is None or not overlays.segmentation:
            return []

        def paths() -> list[tuple[QColor, QPainterPath]]:
            cut = np.ascontiguousarray(view.cut(labels, index))
            return [
                (QColor(label_colour(value)), outline_path(cut == value, view.pixel_spacing))
                for value in np.flatnonzero(np.bincount(cut.ravel())).tolist()
                if value
            ]

        return self._keep(("segmentation", view.plane, index), paths)

    def filled_segmentation(self, view: SliceView, index: int) -> QImage | None:
        """The study's own segmentation in colours when it is shown filled."""
        labels, overlays = self._labels(), self._state.overlays
        if labels is None or not (overlays.segmentation and overlays.segmentation_filled):
            return None

        def fill() -> QImage:
            table = _fill_table(overlays.segmentation_opacity * 0.5)
            return as_image(table[view.cut(labels, index)])

        return self._keep(("fill", view.plane, index, overlays.segmentation_opacity), fill)

    def heatmap(self, view: SliceView, index: int) -> QImage | None:
        """The heatmap in colours, on the slice it was computed from; else None."""
        result, study, overlays = (
            self._state.shown_result,
            self._state.study,
            self._state.overlays,
        )
        if result is None or result.heatmap is None or study is None or not overlays.heatmap:
            return None
        heatmap = result.heatmap
        if not result.in_scope or heatmap.plane is not view.plane or heatmap.index != index:
            return None
        if result.study_hash and result.study_hash != study.content_hash:
            return None

        def colour() -> QImage:
            rgba = heat_rgba(heat_values(heatmap, view), overlays.heatmap_opacity)
            return as_image(rgba)

        return self._keep(("heatmap", view.plane, index, overlays.heatmap_opacity), colour)

    def _labels(self) -> NDArray[np.uint8] | None:
        study = self._state.study
        return None if study is None or study.segmentation is None else study.segmentation.data

    def _keep(self, key: tuple[Any, ...], make: Callable[[], Value]) -> Value:
        if key in self._kept:
            self._kept.move_to_end(key)
        else:
            self._kept[key] = make()
            if len(self._kept) > self._remembered:
                self._kept.popitem(last=False)
        kept: Value = self._kept[key]
        return kept
