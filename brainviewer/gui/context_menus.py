"""Which menu the right button opens on what."""

from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView

from brainviewer.gui.menus import Menus
from brainviewer.gui.panels.annotations import MarkList
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.image_strip import FilmStrip
from brainviewer.gui.window_parts import WindowParts

_LISTS = {SequenceList: "sequences", MarkList: "marks", FilmStrip: "film"}


class ContextMenus:
    """Gives panes, the 3D view and the lists of a window their menus."""

    def __init__(self, parts: WindowParts, menus: Menus) -> None:
        self._state, self._menus = parts.session.state, menus
        parts.grid.menu_wanted.connect(partial(self._open, "pane"))
        parts.volume.image.menu_wanted.connect(partial(self._open, "volume"))
        for kind, name in _LISTS.items():
            for found in parts.frame.findChildren(kind):
                found.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
                found.customContextMenuRequested.connect(partial(self._open_on_list, found, name))

    def _open(self, name: str, at: QPoint) -> None:
        if self._state.study is not None:
            self._menus.context(name).popup(at)

    def _open_on_list(self, rows: QAbstractItemView, name: str, at: QPoint) -> None:
        if isinstance(rows, MarkList):
            rows.select_at(at)
        self._open(name, rows.viewport().mapToGlobal(at))
