"""The study list as a table; a cell is worked out when it is painted."""

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QIcon

from brainviewer.app.settings.settings import Settings
from brainviewer.app.study_list.node_studies import FoundOnNode
from brainviewer.app.study_list.rows import NAMES, Column, StudyRow
from brainviewer.app.study_list.study_list import StudyList
from brainviewer.core.shown_text import shown_text
from brainviewer.files.study_list.entry import THUMBNAIL
from brainviewer.gui import theme
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.thumbnails import pixmap

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
COLUMNS = tuple(Column)
SIDE = 44
"""Of a thumbnail on the screen, in pixels."""
_MOST_ICONS = 400
_NOWHERE = QModelIndex()
_OF_NODE = "Modalities, as the node says; of a study that was opened, its sequences"
_HEAD_TIPS = {
    Column.PATIENT: "As DICOM files say, or as the folder is named",
    Column.DATE: "As DICOM files say, or as the folder is named",
    Column.RESULT: "The last prediction on this computer",
    Column.VOLUME: "Of the lesion that was found last",
}


class StudyTable(QAbstractTableModel):
    """The rows that ``StudyList`` shows, in its order; without names where they are hidden."""

    def __init__(self, studies: StudyList, settings: Settings) -> None:
        super().__init__()
        self._studies, self._settings = studies, settings
        self._rows: list[StudyRow] = []
        self._places: dict[int, int] = {}
        self._icons: dict[bytes, QIcon] = {}
        studies.row_changed.connect(self._show_row)
        self.take_over()

    def take_over(self) -> None:
        """Show the rows as they are now."""
        self.beginResetModel()
        self._rows = self._studies.shown
        self._places = {id(row): place for place, row in enumerate(self._rows)}
        self.endResetModel()

    def row(self, place: int) -> StudyRow | None:
        """The study of a row; None outside the table."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def place_of(self, row: StudyRow | None) -> int | None:
        """Where a study stands; None if it is not shown."""
        return self._places.get(id(row))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role in (Role.DisplayRole, Role.ToolTipRole):
            return self._head(COLUMNS[section], role)
        return _alignment(COLUMNS[section]) if role == Role.TextAlignmentRole else None

    def _head(self, column: Column, role: int) -> str | None:
        if column is Column.SEQUENCES and isinstance(self._studies.source, FoundOnNode):
            return "Holds" if role == Role.DisplayRole else _OF_NODE
        return str(column) if role == Role.DisplayRole else _HEAD_TIPS.get(column)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        column = COLUMNS[index.column()]
        hidden = not self._settings.show_patient
        if column in NAMES and hidden and role != Role.DecorationRole:
            return None
        if role == Role.DisplayRole:
            return row.text(column)
        if role == Role.DecorationRole and column is Column.PATIENT:
            return self._thumbnail(row)
        if role == Role.ToolTipRole:
            return _tip(row, column, hidden)
        if role == Role.TextAlignmentRole:
            return _alignment(column)
        if role == Role.ForegroundRole and (colour := _colour(row, column)):
            return QColor(colour)
        return None

    def _thumbnail(self, row: StudyRow) -> QIcon:
        grey = b"" if row.entry is None else row.entry.thumbnail
        if len(grey) != THUMBNAIL**2:
            grey = bytes(THUMBNAIL**2)
        if grey not in self._icons:
            if len(self._icons) >= _MOST_ICONS:
                self._icons.clear()
            image = pixmap(np.frombuffer(grey, np.uint8).reshape(THUMBNAIL, THUMBNAIL))
            icon = self._icons[grey] = QIcon(image)
            icon.addPixmap(image, QIcon.Mode.Selected)  # else it would be tinted
        return self._icons[grey]

    def _show_row(self, row: StudyRow) -> None:
        if (place := self.place_of(row)) is not None:
            self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))


def _alignment(column: Column) -> int:
    right = Qt.AlignmentFlag.AlignRight if column is Column.VOLUME else Qt.AlignmentFlag.AlignLeft
    return int(right | Qt.AlignmentFlag.AlignVCenter)


def _tip(row: StudyRow, column: Column, hidden: bool) -> str | None:
    """hidden : names are, and a problem names files."""
    if column is Column.RESULT and row.problem and not hidden:
        return as_tip(row.problem)
    if column in NAMES:
        there = row.listed.on_node is None
        return as_tip(shown_text(str(row.listed.paths[0]))) if there else None
    said = [row.text(column), row.origin(column)]
    return as_tip("\n".join(filter(None, said))) or None


def _colour(row: StudyRow, column: Column) -> str:
    colours = theme.current()
    if column is Column.RESULT and row.problem:
        return colours.caution
    return colours.text if column in (Column.PATIENT, Column.RESULT) else colours.quiet
