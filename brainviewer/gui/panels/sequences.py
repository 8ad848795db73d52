"""The list of the four sequences: thumbnail, name, size; missing ones are said. Or the image."""

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QRect, QRectF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QDrag, QFontMetrics, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyle, QStyleOptionViewItem

from brainviewer.app.session import Session
from brainviewer.core.geometry import Grid, Unit
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.study.folder import middle_slice
from brainviewer.gui import theme
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.panes.sequence_drag import dragged
from brainviewer.gui.thumbnails import IMAGE, Index, Thumbnails, pixmap, small_letters, write_line
from brainviewer.gui.widgets import listen
from brainviewer.painting.text.wording import motion_lines

_THUMBNAIL = 40
_ROW_PX = 50
"""The height of a row, with texts of the usual size."""
_MODALITY = Qt.ItemDataRole.UserRole
_DETAIL = Qt.ItemDataRole.UserRole + 1
_BETWEEN = " · "


def size_text(grid: Grid) -> str:
    """Voxels and spacing, e.g. ``240×240×155 · 1 mm`` or, thick slices, ``… · 0.9²×5 mm``."""
    if grid.as_stored:
        columns, rows, frames = grid.shape
        pixels = f"{columns}×{rows}" + (f"×{frames}" if frames > 1 else "")
        return f"{pixels} px" if grid.unit is Unit.PIXEL else f"{pixels}{_BETWEEN}{_pixel(grid)}"
    x, y, z = (f"{s:.2g}" for s in grid.spacing)
    spacing = x if x == y == z else f"{x}²×{z}" if x == y else f"{x}×{y}×{z}"
    return f"{'×'.join(map(str, grid.shape))}{_BETWEEN}{spacing} mm"


def _pixel(grid: Grid) -> str:
    width, height = (f"{side:.3g}" for side in grid.spacing[:2])
    return f"{width if width == height else f'{width}×{height}'} {grid.unit}"


def fitting_lines(detail: str, width: int, metrics: QFontMetrics) -> tuple[str, str]:
    """What stands at the end of the line of the name, and what beneath it.

    The spacing goes beside the name where the line beneath is too long with it, so that its unit is
    never cut off.
    """
    size, _, spacing = detail.partition(_BETWEEN)
    if spacing and metrics.horizontalAdvance(detail) > width:
        return spacing, size
    return "", detail


class _Rows(Thumbnails):
    """An image, a name, and a quiet second line."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, area = theme.current(), option.rect
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            focused = option.state & QStyle.StateFlag.State_HasFocus
            painter.setPen(QColor(colours.accent if focused else colours.selected))
            painter.setBrush(QColor(colours.selected))
            painter.drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        above = (area.height() - _THUMBNAIL) // 2
        image = QRect(area.x() + 5, area.y() + above, _THUMBNAIL, _THUMBNAIL)
        usable = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        if isinstance(seen := index.data(IMAGE), QPixmap):
            painter.drawPixmap(image, seen)
        left = image.right() + 10
        width = area.right() - left - 4
        name = QRect(left, area.y() + theme.px(6), width, theme.px(19))
        painter.setPen(QColor(colours.text if usable else colours.faint))
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, str(index.data()))
        line = QRect(left, area.y() + theme.px(25), width, theme.px(18))
        painter.setPen(QColor(colours.quiet if usable else colours.faint))
        small_letters(painter)
        beside, beneath = fitting_lines(str(index.data(_DETAIL)), width, painter.fontMetrics())
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(name, middle | Qt.AlignmentFlag.AlignRight, beside)
        write_line(painter, line, beneath, middle)


class SequenceList(QListWidget):
    """The four sequences; the active one is selected."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setItemDelegate(_Rows(self, QSize(0, theme.px(_ROW_PX))))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Sequences")
        self.setDragDropMode(QListWidget.DragDropMode.DragOnly)
        self.currentItemChanged.connect(self._chosen)
        listen(self._fill, session.state.study_changed, session.state.volumes_changed)
        session.state.active_changed.connect(self._select)
        self._fill()

    def _fill(self) -> None:
        with QSignalBlocker(self):
            self.clear()
            for modality in self._rows():
                self.addItem(self._item(modality))
            self.setFixedHeight(self.count() * theme.px(_ROW_PX))
        self._select()

    def _item(self, modality: Modality) -> QListWidgetItem:
        state, item = self._session.state, QListWidgetItem(str(modality))
        item.setData(_MODALITY, modality)
        if state.study and (volume := state.study.volumes.get(modality)):
            grid, ratio = volume.file_grid, self.devicePixelRatioF()
            size, window = round(_THUMBNAIL * ratio), state.windows[modality]
            grey = middle_slice(volume.data, volume.grid, window, size)
            item.setData(IMAGE, pixmap(grey, ratio))
            item.setData(_DETAIL, size_text(grid))
            about = f"{size_text(grid)}\n{volume.dtype} · {grid.orientation}"
            about = "\n".join((about, *motion_lines(volume)))
            item.setToolTip(as_tip(f"{shown_text(volume.file_name)}\n{about}"))
        else:
            here = state.study is not None and state.arriving is None
            item.setData(_DETAIL, "missing" if here else "–")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        return item

    def _rows(self) -> tuple[Modality, ...]:
        study = self._session.state.study
        return study.modalities if study is not None and study.is_image2d else SEQUENCES

    def _select(self) -> None:
        rows, active = self._rows(), self._session.state.active
        with QSignalBlocker(self):
            self.setCurrentRow(rows.index(active) if active in rows else 0)
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """What is pressed may be dragged: it becomes the active one when the button goes up."""
        if event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        with QSignalBlocker(self):
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._chosen(self.currentItem())

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        """What goes with a drag, onto a pane."""
        return dragged(Modality(items[0].data(_MODALITY)))

    def startDrag(self, _actions: Qt.DropAction) -> None:
        item = self.currentItem()
        if item is None or self._session.state.solid_study is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.mimeData([item]))
        if isinstance(seen := item.data(IMAGE), QPixmap):
            drag.setPixmap(seen)
        drag.exec(Qt.DropAction.CopyAction)
        self._select()

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._session.view.set_active(Modality(item.data(_MODALITY)))
