"""Small images, and rows of lists that show them."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QStyledItemDelegate, QStyleOptionViewItem

from brainviewer.gui import theme
from brainviewer.painting.devices import image_of

Index = QModelIndex | QPersistentModelIndex
IMAGE = Qt.ItemDataRole.DecorationRole


def pixmap(pixels: NDArray[np.uint8], ratio: float = 1.0) -> QPixmap:
    """Grey levels (rows, columns) or colours (rows, columns, 3) as an image.

    ratio : pixels of the image for each of the window.
    """
    form = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    made = QPixmap.fromImage(image_of(np.ascontiguousarray(pixels), form))
    made.setDevicePixelRatio(ratio)
    return made


class Thumbnails(QStyledItemDelegate):
    """Paints the rows of a list; each list says how one looks."""

    def __init__(self, rows: QListWidget, size: QSize) -> None:
        super().__init__(rows)
        self.rows, self._size = rows, size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        self.paint_row(painter, option, index)
        painter.restore()

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one row; the painter may be left changed."""
        raise NotImplementedError

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return self._size


def small_letters(painter: QPainter) -> None:
    """Write in small letters from now on."""
    font = QFont(painter.font())
    font.setPixelSize(theme.px(11))
    painter.setFont(font)


def write_line(
    painter: QPainter,
    box: QRect,
    text: str,
    place: Qt.AlignmentFlag,
    cut: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """Write a line, shortened where it does not fit."""
    painter.drawText(box, place, painter.fontMetrics().elidedText(text, cut, box.width()))
