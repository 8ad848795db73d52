"""The lines of the trail as a table, which asks for more when its end comes into sight."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from brainviewer.app.audit_trail.looking import Row
from brainviewer.gui import theme
from brainviewer.gui.outside_text import as_tip

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
HEADS = ("Line", "Time (UTC)", "Reader", "Action", "About", "Details")
_TIPS = (
    "Counted through the whole trail",
    "By the clock of this computer, in universal time",
    "Who did it: a reader who signed in, else the user of the system",
    "What was done; it is recorded before it takes effect",
    "What of patient and images is recorded, as a seal that only this computer can compare",
    "What else is known",
)
_NOWHERE = QModelIndex()


class TrailTable(QAbstractTableModel):
    """The rows that were read so far, newest first.

    more : reads the next page, which comes by ``add``.
    """

    def __init__(self, more: Callable[[], object]) -> None:
        super().__init__()
        self._rows: list[Row] = []
        self._more, self._may_go_on = more, False

    def clear(self) -> None:
        """Show nothing; the first page is on its way."""
        self.beginResetModel()
        self._rows, self._may_go_on = [], False
        self.endResetModel()

    def add(self, rows: list[Row], more: bool) -> None:
        """Show more lines below. more : whether there may be further ones."""
        self._may_go_on = more
        if rows:
            count = len(self._rows)
            self.beginInsertRows(QModelIndex(), count, count + len(rows) - 1)
            self._rows += rows
            self.endInsertRows()

    @property
    def whole(self) -> bool:
        """Whether all lines have been read."""
        return not self._may_go_on

    def canFetchMore(self, parent: Index) -> bool:
        return self._may_go_on and not parent.isValid()

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._more()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(HEADS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Vertical:
            return None
        if role == Role.TextAlignmentRole:
            return _alignment(section)
        if role == Role.ToolTipRole:
            return _TIPS[section]
        return HEADS[section] if role == Role.DisplayRole else None

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self._rows[index.row()]
        if role == Role.TextAlignmentRole:
            return _alignment(index.column())
        if role == Role.ForegroundRole:
            colours = theme.current()
            if row.ended_badly:
                return QColor(colours.caution)
            return QColor(colours.text if HEADS[index.column()] == "Action" else colours.quiet)
        text = (
            str(row.number),
            row.time.removesuffix(" UTC"),
            row.reader,
            row.action,
            row.about,
            row.details,
        )[index.column()]
        if role == Role.DisplayRole:
            return text
        return as_tip(text) if role == Role.ToolTipRole and text else None


def _alignment(section: int) -> int:
    side = Qt.AlignmentFlag.AlignRight if section == 0 else Qt.AlignmentFlag.AlignLeft
    return int(side | Qt.AlignmentFlag.AlignVCenter)
