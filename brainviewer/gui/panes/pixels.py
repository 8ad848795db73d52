"""A slice as pixels of the screen: grey levels first, then enlarged once for every change."""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter, QRegion

from brainviewer.core.voi_window import Window
from brainviewer.gui import image_colours
from brainviewer.gui.panes.geometry import PaneGeometry
from brainviewer.gui.panes.screen_pixels import grey_levels, image_of

_GREY = QImage.Format.Format_Grayscale8
_BESIDE = 2
"""Pixels of the slice around the visible part that interpolation looks at."""


class SlicePicture:
    """One slice, enlarged by cubic interpolation (or shown as squares) and kept for repainting.

    cv2 does in a tenth of a millisecond what a painter's smooth scaling takes several for.
    """

    def __init__(self) -> None:
        self._grey: NDArray[np.uint8] | None = None
        self._colours: list[int] = []
        self._key: tuple[object, ...] | None = None
        self._image: QImage | None = None
        self._place = QRectF()

    def __bool__(self) -> bool:
        return self._grey is not None

    def clear(self) -> None:
        """Show nothing."""
        self._grey = self._key = self._image = None

    def show(
        self, cut: NDArray[Any], window: Window, table: NDArray[np.uint8] | None = None
    ) -> None:
        """Show stored values (rows, columns) through a window and a (256, 3) colour table.

        Values (rows, columns, 3) are colours, each of them shown through the window.
        """
        # Straight from the stored number type; nothing becomes float64.
        grey = grey_levels(cut, window)
        self._grey = np.ascontiguousarray(np.invert(grey) if window.inverted else grey)
        self._colours = [] if table is None else [_rgb(colour) for colour in table.tolist()]
        self._key = None

    def paint(self, painter: QPainter, geometry: PaneGeometry, smooth: bool, ratio: float) -> None:
        """Paint the slice and the black around it. ratio : device pixels per pixel."""
        key = (geometry, smooth, ratio)
        if key != self._key:
            self._key = key
            self._enlarge(geometry, smooth, ratio)
        whole = QRect(0, 0, *geometry.size)
        covered = QRegion() if self._image is None else QRegion(_inner(self._place))
        black = QRegion(whole).subtracted(covered)
        for part in black:  # type: ignore[attr-defined]  # the stub forgets that regions iterate
            painter.fillRect(part, image_colours.BLACK)
        if self._image is not None:
            painter.drawImage(self._place.topLeft(), self._image)

    def _enlarge(self, geometry: PaneGeometry, smooth: bool, ratio: float) -> None:
        self._image = None
        if self._grey is None:
            return
        at, (width, height) = geometry.image_transform, geometry.size
        rows, columns = self._grey.shape[:2]
        first_column, last_column, left, right = _visible(
            at.m11() * ratio, at.dx() * ratio, columns, width * ratio
        )
        first_row, last_row, top, bottom = _visible(
            at.m22() * ratio, at.dy() * ratio, rows, height * ratio
        )
        if right <= left or bottom <= top:
            return
        part = self._grey[first_row:last_row, first_column:last_column]
        size = right - left, bottom - top
        smaller = size[0] < part.shape[1] or size[1] < part.shape[0]
        shrinking = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
        pixels = cv2.resize(part, size, interpolation=shrinking if smooth else cv2.INTER_NEAREST)
        if pixels.ndim == 3:
            form = QImage.Format.Format_RGB888
        else:
            form = QImage.Format.Format_Indexed8 if self._colours else _GREY
        image = image_of(pixels, form)
        if self._colours:
            image.setColorTable(self._colours)
        image.setDevicePixelRatio(ratio)
        self._image = image
        self._place = QRectF(left / ratio, top / ratio, size[0] / ratio, size[1] / ratio)


def _visible(scale: float, origin: float, count: int, size: float) -> tuple[int, int, int, int]:
    """Slice pixels [from, to) that are visible along an axis, and the screen pixels they take."""
    first = max(0, math.floor(-origin / scale) - _BESIDE)
    last = min(count, math.ceil((size - origin) / scale) + _BESIDE)
    return first, last, round(origin + first * scale), round(origin + last * scale)


def _inner(place: QRectF) -> QRect:
    """The whole pixels inside a rectangle."""
    left, top = math.ceil(place.left()), math.ceil(place.top())
    width, height = math.floor(place.right()) - left, math.floor(place.bottom()) - top
    return QRect(left, top, max(width, 0), max(height, 0))


def _rgb(colour: list[int]) -> int:
    red, green, blue = colour
    return 0xFF000000 | red << 16 | green << 8 | blue
