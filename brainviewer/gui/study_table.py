"""What windows with a table of studies share: how it looks and behaves, and what hides names."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QPushButton, QTableView

from brainviewer.gui.widgets import Slot, call, tabular, told

_BESIDE = 24
"""Of what stands in a cell, in pixels."""


def set_up_study_table(table: QTableView, widths: Sequence[int | str], stretched: int) -> None:
    """Set up a table that has its columns.

    widths : of each column in pixels, or the longest text that it holds; never less than its head
        takes. stretched : the place of the one that takes the rest.
    """
    tabular(table)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTabKeyNavigation(False)
    table.verticalHeader().hide()
    head = table.horizontalHeader()
    head.setHighlightSections(False)
    head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    table.ensurePolished()  # else the letters are not those of the theme
    letters = table.fontMetrics()
    head.setSortIndicatorShown(True)  # heads leave room for it
    for place, wanted in enumerate(widths):
        width = letters.horizontalAdvance(wanted) + _BESIDE if isinstance(wanted, str) else wanted
        table.setColumnWidth(place, max(width, head.sectionSizeHint(place)))
    head.setSortIndicatorShown(False)
    head.setSectionResizeMode(stretched, QHeaderView.ResizeMode.Stretch)


class NamesButton(QPushButton):
    """Hides whose studies these are, in every window, where the key Y is a letter of a search."""

    _KEYS = "Ctrl+Shift+Y"

    def __init__(self, toggle: Slot) -> None:
        super().__init__()
        told(self, "second", f"In every window, before others look on  ({self._KEYS})")
        self.setAutoDefault(False)
        self.clicked.connect(call(toggle))

    def follow(self, shown: bool) -> None:
        """Say what it does now. shown : names are."""
        self.setText("Hide names" if shown else "Show names")
        self.setShortcut(self._KEYS)  # Qt takes it away with the text
