"""The pictures that were opened together, side by side; a click or an arrow key shows another."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPen,
    QPixmap,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from brainviewer.app.session import Session
from brainviewer.core.shown_text import shown_text
from brainviewer.gui import image_colours, theme
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.tools.wheel_steps import NOTCH, notches

_SIDE = 76
_CELL = QSize(_SIDE + 12, _SIDE + 28)
_UNREADABLE = Qt.ItemDataRole.UserRole
_PAUSE_MS = 40


class FilmStrip(QListWidget):
    """Thumbnails are made in the background, of what is in sight only."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self._film: tuple[object, ...] = ()
        self.setItemDelegate(_Frame(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_CELL.height() + 14)
        self.setAccessibleName("Film strip")
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self._load)
        self.horizontalScrollBar().valueChanged.connect(self._timer.start)
        self.currentRowChanged.connect(session.documents.show_image)
        self._state.film_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        state = self._state
        self.blockSignals(True)
        if state.film != self._film:
            self._film = state.film
            self.clear()
            for path in state.film:
                item = QListWidgetItem(shown_text(path.name))
                item.setToolTip(as_tip(shown_text(path.name)))
                self.addItem(item)
            self._timer.start()
        for row in state.film_unreadable:
            self.item(row).setData(_UNREADABLE, True)
            self.item(row).setFlags(Qt.ItemFlag.NoItemFlags)
        if self.count():
            self.setCurrentRow(state.film_index)
            self.scrollToItem(self.item(state.film_index))
        self.blockSignals(False)
        self.viewport().update()

    def _load(self) -> None:
        """Ask for the thumbnails that are in sight and not there yet."""
        seen = self.viewport().rect()
        wanted = [
            row
            for row in range(self.count())
            if self.visualItemRect(self.item(row)).intersects(seen)
            and self.item(row).data(Qt.ItemDataRole.DecorationRole) is None
            and not self.item(row).data(_UNREADABLE)
        ]
        if wanted and self.isVisible():
            size = round(_SIDE * self.devicePixelRatioF())
            self._session.documents.make_thumbnails(wanted, size, self._take)

    def _take(self, row: int, pixels: NDArray[np.uint8] | None) -> None:
        item = self.item(row)
        if item is None:
            return
        if pixels is None:
            item.setData(_UNREADABLE, True)
        else:
            height, width = pixels.shape[:2]
            image = QImage(pixels.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888)
            picture = QPixmap.fromImage(image)
            picture.setDevicePixelRatio(self.devicePixelRatioF())
            item.setData(Qt.ItemDataRole.DecorationRole, picture)

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


class _Frame(QStyledItemDelegate):
    """A thumbnail on black, its name under it; the one that is shown has a frame."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colours, strip = theme.current(), option.widget
        painter.save()
        box = QRect(option.rect.x() + 6, option.rect.y() + 4, _SIDE, _SIDE)
        painter.fillRect(box, image_colours.BLACK)
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)
        picture, unreadable = index.data(Qt.ItemDataRole.DecorationRole), index.data(_UNREADABLE)
        if unreadable:
            painter.setPen(image_colours.QUIET)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(box, int(flags), "cannot be read")
        elif isinstance(picture, QPixmap):
            size = picture.deviceIndependentSize().toSize()
            at = box.center() - QRect(0, 0, size.width(), size.height()).center()
            painter.drawPixmap(at, picture)
        chosen = isinstance(strip, QListWidget) and strip.currentRow() == index.row()
        if chosen:
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawRect(box.adjusted(-2, -2, 1, 1))
        painter.setPen(QColor(colours.text if chosen else colours.quiet))
        line = QRect(box.x() - 4, box.bottom() + 4, box.width() + 8, 16)
        name = painter.fontMetrics().elidedText(
            str(index.data()), Qt.TextElideMode.ElideLeft, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignCenter, name)
        painter.restore()

    def sizeHint(
        self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return _CELL
