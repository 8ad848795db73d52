"""The images that were opened together, side by side; a click or an arrow key shows another."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QListView, QListWidget, QListWidgetItem, QStyleOptionViewItem

from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.gui import image_colours, theme
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.thumbnails import IMAGE, Index, Thumbnails, pixmap, small_letters, write_line
from brainviewer.gui.tools.wheel_steps import NOTCH, notches
from brainviewer.gui.widgets import timer

_SIDE = 76
_CELL = QSize(_SIDE + 12, _SIDE + 28)
_UNREADABLE = Qt.ItemDataRole.UserRole
_PAUSE_MS = 40


class ImageStrip(QListWidget):
    """Thumbnails are made in the background, of what is in sight only."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._series: tuple[object, ...] = ()
        self.setItemDelegate(_Frames(self, _CELL))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_CELL.height() + 14)
        self.setAccessibleName("Image strip")
        self._timer = timer(self, _PAUSE_MS, self._load)
        self.horizontalScrollBar().valueChanged.connect(self._timer.start)
        self.currentRowChanged.connect(session.documents.show_image)
        self._state.series_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        state = self._state
        with QSignalBlocker(self):
            if state.image_series != self._series:
                self._series = state.image_series
                self.clear()
                for path in state.image_series:
                    item = QListWidgetItem(shown_text(path.name))
                    item.setToolTip(as_tip(shown_text(path.name)))
                    self.addItem(item)
                self._timer.start()
            for row in state.series_unreadable:
                self.item(row).setData(_UNREADABLE, True)
                self.item(row).setFlags(Qt.ItemFlag.NoItemFlags)
            if self.count():
                self.setCurrentRow(state.series_index)
                self.scrollToItem(self.item(state.series_index))
        self.viewport().update()

    def _load(self) -> None:
        """Ask for the thumbnails that are in sight and not there yet."""
        seen = self.viewport().rect()
        wanted = [
            row
            for row in range(self.count())
            if self.visualItemRect(self.item(row)).intersects(seen)
            and self.item(row).data(IMAGE) is None
            and not self.item(row).data(_UNREADABLE)
        ]
        if wanted and self.isVisible():
            size = round(_SIDE * self.devicePixelRatioF())
            self._session.documents.thumbnails.make(wanted, size, self._take)

    def _take(self, row: int, pixels: NDArray[np.uint8] | None) -> None:
        if (item := self.item(row)) is None:
            return
        if pixels is None:
            item.setData(_UNREADABLE, True)
        else:
            item.setData(IMAGE, pixmap(pixels, self.devicePixelRatioF()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - round(NOTCH * notches(event)))
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._timer.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start()


class _Frames(Thumbnails):
    """A thumbnail on black, its name under it; the one that is shown has a frame."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, centred = theme.current(), Qt.AlignmentFlag.AlignCenter
        box = QRect(option.rect.x() + 6, option.rect.y() + 4, _SIDE, _SIDE)
        painter.fillRect(box, image_colours.BLACK)
        small_letters(painter)
        image = index.data(IMAGE)
        if index.data(_UNREADABLE):
            painter.setPen(image_colours.QUIET)
            painter.drawText(box, centred | Qt.TextFlag.TextWordWrap, "cannot be read")
        elif isinstance(image, QPixmap):
            size = image.deviceIndependentSize().toSize()
            at = box.center() - QRect(0, 0, size.width(), size.height()).center()
            painter.drawPixmap(at, image)
        chosen = self.rows.currentRow() == index.row()
        if chosen:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(box.adjusted(-2, -2, 1, 1))
        painter.setPen(QColor(colours.text if chosen else colours.quiet))
        line = QRect(box.x() - 4, box.bottom() + 4, box.width() + 8, 16)
        write_line(painter, line, str(index.data()), centred, Qt.TextElideMode.ElideLeft)
