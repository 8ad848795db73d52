"""Which menu the right button opens on what."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView

from brainviewer.gui.menus import context_menu
from brainviewer.gui.panels.annotations import MarkList
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.image_strip import FilmStrip

if TYPE_CHECKING:
    from brainviewer.gui.main_window import MainWindow

_LISTS = {SequenceList: "sequences", MarkList: "marks", FilmStrip: "film"}


def offer_context_menus(window: "MainWindow") -> None:
    """Give panes, the 3D view and the lists of a window their menus."""
    window.grid.menu_wanted.connect(partial(_open, window, "pane"))
    window.volume.image.menu_wanted.connect(partial(_open, window, "volume"))
    for kind, name in _LISTS.items():
        for found in window.findChildren(kind):
            found.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            found.customContextMenuRequested.connect(partial(_open_on_list, window, found, name))


def _open(window: "MainWindow", name: str, at: QPoint) -> None:
    if window.session.state.study is not None:
        context_menu(window, name).popup(at)


def _open_on_list(window: "MainWindow", rows: QAbstractItemView, name: str, at: QPoint) -> None:
    if isinstance(rows, MarkList):
        rows.select_at(at)
    _open(window, name, rows.viewport().mapToGlobal(at))
