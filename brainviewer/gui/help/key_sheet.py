"""All keys and what the mouse does, grouped as in the menus, with a line to search in."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHeaderView, QLineEdit, QTreeWidget, QTreeWidgetItem, QWidget

from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import show_rows_with, told
from brainviewer.gui.window_size import open_with

Rows = Sequence[tuple[str, str]]
"""Key and text."""


class KeySheet(QDialog):
    """Escape closes it. Every word that is typed must stand in a row, in any order.

    groups : title, and rows of key and text.
    """

    def __init__(self, groups: Sequence[tuple[str, Rows]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Keys and mouse")
        open_with(self, 640, 700)
        self.search = told(
            QLineEdit(placeholderText="Search", clearButtonEnabled=True),
            name="Search in keys and mouse",
        )
        self.search.textChanged.connect(self._filter)
        self.rows = QTreeWidget(columnCount=2)
        self.rows.setHeaderHidden(True)
        self.rows.setRootIsDecorated(False)
        self.rows.setIndentation(16)
        self.rows.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        for title, rows in groups:
            self._fill(title, rows)
        self.rows.expandAll()
        self.rows.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        above = row((self.search, 1), HelpButton("keys"), spacing=8)
        self.setLayout(column(above, self.rows, margins=(12, 12, 12, 12)))
        self.search.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """As wide as its longest row, which no words are cut from."""
        super().showEvent(event)
        missing = self.rows.sizeHintForColumn(1) - self.rows.columnWidth(1)
        if missing > 0:
            self.resize(self.width() + missing, self.height())

    @property
    def shown(self) -> list[tuple[str, str, str]]:
        """Group, key and text of the rows that are not filtered out."""
        return [
            (group.text(0), row.text(0), row.text(1))
            for group, rows in self._groups
            for row in rows
            if not row.isHidden()
        ]

    def _fill(self, title: str, rows: Sequence[tuple[str, str]]) -> None:
        group = QTreeWidgetItem(self.rows, [title])
        group.setFlags(Qt.ItemFlag.ItemIsEnabled)
        group.setFirstColumnSpanned(True)
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        made = [QTreeWidgetItem(group, [key, text]) for key, text in rows]
        self._groups.append((group, made))

    def _filter(self, wanted: str) -> None:
        show_rows_with(wanted, self._groups)
