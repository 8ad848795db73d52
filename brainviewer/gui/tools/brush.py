"""Painting over a part of an image with the mouse, and how that looks on the pane."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from brainviewer.app.state import Tool
from brainviewer.gui import image_colours
from brainviewer.gui.panes.camera import PaneGeometry
from brainviewer.gui.tools.mouse_drags import Drag
from brainviewer.gui.tools.pane import ToolPane
from brainviewer.painting.slice_layers import as_image

_A_NOTCH = 1.15
"""A notch of the wheel makes the brush so much larger, by a pixel at least."""
_COVER = 0.45


class BrushDrag(Drag):
    """A stroke; what is covered shows at once, and the image changes when the button goes up.

    erase : takes away from what is painted over instead.
    """

    def __init__(self, pane: ToolPane, at: QPointF, *, erase: bool) -> None:
        super().__init__(pane, at)
        test = pane.state.occlusion
        assert test is not None
        self._brush, self._value = test.brush, 0 if erase else 1
        self._covered = _on_screen(pane, test.edits.region).astype(np.uint8)
        self.move(at, Qt.KeyboardModifier.NoModifier)

    def move(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The stroke goes on in a straight line."""
        geometry = self.pane.geometry_mm
        if geometry is not None:
            ends = [_pixel(geometry, place) for place in (self.start, at)]
            cv2.line(self._covered, ends[0], ends[1], self._value, max(self._brush, 1))
            self.start = at
            self.pane.preview.cover(self._covered)

    def finish(self, at: QPointF) -> None:
        """The image is filled where it was painted over."""
        self.pane.preview.cover(None)
        if self.pane.view is not None:
            covered = np.ascontiguousarray(self.pane.view.restore(self._covered).T)
            self.pane.session.occlusion.paint(covered > 0)

    def cancel(self) -> None:
        """The stroke was nothing."""
        self.pane.preview.cover(None)


def _on_screen(pane: ToolPane, region: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What is painted over, (rows, columns) of the file, as the pane shows it; a copy."""
    arranged = region if pane.view is None else pane.view.arrange(region.T)
    return np.array(arranged, order="C")


def _pixel(geometry: PaneGeometry, at: QPointF) -> tuple[int, int]:
    """Column and row under a place of the pane."""
    row, column = geometry.to_row_column(at)
    return round(column), round(row)


def turned_brush(brush: int, notches: int) -> int:
    """The diameter after turning the wheel."""
    turned = round(brush * _A_NOTCH**notches)
    return max(1, turned if turned != brush else brush + notches)


class BrushLook:
    """What an occlusion test draws over a pane: the stroke that is under way, and the brush."""

    def __init__(self, pane: ToolPane) -> None:
        self._pane = pane
        self._cover: QImage | None = None
        self._at: QPointF | None = None

    @property
    def active(self) -> bool:
        """Whether the left button paints."""
        state = self._pane.state
        return state.occlusion is not None and state.tool is Tool.BRUSH and self._paintable

    @property
    def _paintable(self) -> bool:
        """Whether something can be hidden on this pane: where it lies over the others."""
        pane = self._pane
        study, view = pane.state.study, pane.view
        if study is None or view is None or not pane.edits:
            return False
        there = pane.modality in study.together.volumes
        return study.is_image2d or (there and not pane.seen.original and not view.oblique)

    @property
    def covering(self) -> bool:
        """Whether a stroke is under way."""
        return self._cover is not None

    def cover(self, region: NDArray[np.uint8] | None) -> None:
        """Show a stroke that is under way; None when it is done."""
        self._cover = None
        if region is not None:
            colour = image_colours.CAUTION
            rgba = np.zeros((*region.shape, 4), np.uint8)
            rgba[region > 0] = colour.red(), colour.green(), colour.blue(), round(255 * _COVER)
            self._cover = as_image(rgba)
        self._pane.update()

    def hover(self, at: QPointF | None) -> None:
        """The pointer is at a place; None when it has left the pane."""
        if self.active or self._at is not None:
            self._at = at if self.active else None
            self._pane.update()

    def paint(self, painter: QPainter, geometry: PaneGeometry) -> None:
        """Over all that is on the slice."""
        test = self._pane.state.occlusion
        if test is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self._cover is not None:
            painter.save()
            painter.setTransform(geometry.image_transform, True)
            painter.drawImage(0, 0, self._cover)
            painter.restore()
        if self.active and self._at is not None:
            of_image = test.unit == "px"
            width = geometry.view.pixel_spacing[1] if of_image else 1.0
            radius = max(test.brush * width * geometry.pixels_per_mm / 2, 1.5)
            for colour, thick in ((image_colours.SHADOW, 3.0), (image_colours.BRIGHT, 1.2)):
                painter.setPen(QPen(colour, thick))
                painter.drawEllipse(self._at, radius, radius)
