"""The looks of the 3D view to choose from, each with a picture of the study in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QHideEvent, QIcon, QKeyEvent, QPixmap
from PySide6.QtWidgets import QFrame, QListView, QListWidget, QListWidgetItem, QWidget

from brainviewer.core.study import Modality
from brainviewer.gui import theme
from brainviewer.gui.layouts import column, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.thumbnails import pixmap
from brainviewer.gui.volume.looks.blend_row import BlendRow
from brainviewer.gui.widgets import button, label, told
from brainviewer.gui.window_size import place_beside
from brainviewer.painting.volume.view import SecondSequence
from brainviewer.painting.volume.voxels.look import VolumeLook

SIDE = 96
"""Points of a picture."""
_COLUMNS, _MOST_ROWS = 4, 3
_AROUND, _TEXT, _ROOM = 18, 30, 8
_EMPTY = QColor(8, 11, 13)
_KEY = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class OfferedLook:
    """A look to choose. key : what it is chosen by. tip : what it shows. own : of the user."""

    key: str
    name: str
    tip: str
    look: VolumeLook
    own: bool = False


class LookPopup(QFrame):
    """Opens over the button that asks for it; a click or Enter chooses, Escape does not."""

    chosen = Signal(str)
    """The key of a look; so are those of the next three."""
    edit_wanted = Signal(str)
    rename_wanted = Signal(str)
    delete_wanted = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self._offered: Sequence[OfferedLook] = ()
        self.list = told(_Grid(), name="Looks of the 3D view")
        self.list.itemClicked.connect(self._choose)
        self.list.taken.connect(self._choose)
        self.list.renamed.connect(lambda: self._ask(self.rename_wanted))
        self.list.deleted.connect(lambda: self._ask(self.delete_wanted))
        self.list.currentItemChanged.connect(self._tell)
        self.list.currentItemChanged.connect(self._enable)
        self.list.itemEntered.connect(self._tell)
        self._tip = label(role="small", wrap=True)
        self._tip.setMinimumHeight(theme.px(30))  # nothing moves when a tip is longer
        self._tip.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._edit = button("Edit look…", "small", "Its opacity, colours, borders and light")
        self._edit.clicked.connect(lambda: self._ask(self.edit_wanted))
        self._rename = button("Rename…", "small", "Give your look another name (F2)")
        self._rename.clicked.connect(lambda: self._ask(self.rename_wanted))
        self._delete = button("Delete", "small", "Forget your look (Delete)")
        self._delete.clicked.connect(lambda: self._ask(self.delete_wanted))
        self.blend = BlendRow()
        buttons = row(self._edit, None, self._rename, self._delete, spacing=6)
        inside = self.list, self._tip, self.blend, buttons
        self.setLayout(column(*inside, spacing=4, margins=(8, 8, 8, 8)))

    @property
    def pixels(self) -> int:
        """Of a side of the pictures, on this screen."""
        return round(SIDE * self.devicePixelRatioF())

    def offer(self, looks: Sequence[OfferedLook], current: str) -> None:
        """Show these, without pictures at first, and choose the one of a key."""
        self._offered = looks
        self.list.clear()
        empty = QPixmap(SIDE, SIDE)
        empty.fill(_EMPTY)
        for one in looks:
            item = QListWidgetItem(_icon(empty), one.name)
            item.setData(_KEY, one.key)
            item.setToolTip(as_tip(one.name))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, one.tip)
            self.list.addItem(item)
            if one.key == current:
                self.list.setCurrentItem(item)
        self.list.fit()
        self._enable()

    def offer_blend(self, sequences: Sequence[Modality], second: SecondSequence | None) -> None:
        """See ``BlendRow.offer``."""
        self.blend.offer(sequences, second)
        below = self.blend.slider, self._edit, self._rename, self._delete
        for one, following in pairwise((self.list, *self.blend.buttons.values(), *below)):
            QWidget.setTabOrder(one, following)

    def show_picture(self, look: VolumeLook, picture: NDArray[np.uint8]) -> None:
        """Give each look like this its picture."""
        icon = _icon(pixmap(picture, self.devicePixelRatioF()))
        for n, one in enumerate(self._offered):
            if one.look == look and (item := self.list.item(n)) is not None:
                item.setIcon(icon)

    def open_over(self, widget: QWidget) -> None:
        """Open below a widget, or above it where there is no room, on its screen."""
        place_beside(self, widget)
        self.show()
        self.list.setFocus()

    def _choose(self, item: QListWidgetItem) -> None:
        key = item.data(_KEY)
        self.close()
        self.chosen.emit(key)

    def _ask(self, signal: SignalInstance) -> None:
        """Close, and have something done with the chosen look; others than own ones stay."""
        at = self.list.currentRow()
        if at < 0 or (signal is not self.edit_wanted and not self._offered[at].own):
            return
        self.close()
        signal.emit(self._offered[at].key)

    def _enable(self) -> None:
        at = self.list.currentRow()
        self._edit.setEnabled(at >= 0)
        for one in (self._rename, self._delete):
            one.setVisible(any(look.own for look in self._offered))
            one.setEnabled(at >= 0 and self._offered[at].own)

    def _tell(self, item: QListWidgetItem | None) -> None:
        row = -1 if item is None else self.list.row(item)
        self._tip.setText(self._offered[row].tip if row >= 0 else "")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()


class _Grid(QListWidget):
    """Pictures above their names, in rows; arrows go from one to the next."""

    taken = Signal(object)
    """The item that Enter was pressed on."""
    renamed = Signal()
    deleted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setIconSize(QSize(SIDE, SIDE))
        self.setGridSize(QSize(SIDE + _AROUND, SIDE + theme.px(_TEXT)))
        self.setUniformItemSizes(True)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """As many rows as are needed, but no more than there is room for."""
        rows = -(-self.count() // _COLUMNS)
        grid, shown = self.gridSize(), min(rows, _MOST_ROWS)
        bar = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            bar.ScrollBarAlwaysOn if rows > shown else bar.ScrollBarAlwaysOff
        )
        width = self.verticalScrollBar().sizeHint().width() if rows > shown else 0
        self.setFixedSize(_COLUMNS * grid.width() + _ROOM + width, shown * grid.height() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F2:
            self.renamed.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.deleted.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if (item := self.currentItem()) is not None:
                self.taken.emit(item)
        else:
            super().keyPressEvent(event)


def _icon(image: QPixmap) -> QIcon:
    """The same image when it is chosen: a look must not be tinted."""
    made = QIcon(image)
    made.addPixmap(image, QIcon.Mode.Selected)
    return made
