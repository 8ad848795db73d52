"""What stands on the tool bar, and in which order."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QListWidget, QListWidgetItem, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.layouts import column, row
from brainviewer.gui.toolbar.bar import GAP, LINE
from brainviewer.gui.widgets import button, heading, told

_ID = Qt.ItemDataRole.UserRole
_BETWEEN = {LINE: "— line —", GAP: "↔ room"}


class ToolBarEditor(QWidget):
    """A list of what is on it; what is changed holds at once.

    usual : ids, where the user has chosen none.
    """

    def __init__(self, settings: Settings, keys: KeyMap, usual: Sequence[str]) -> None:
        super().__init__()
        self._settings, self._usual = settings, tuple(usual)
        self._texts = {
            **_BETWEEN,
            **{action.id: action.text for _, actions in keys.groups for action in actions},
        }
        self.list = told(QListWidget(), name="Tool bar")
        self.list.setMinimumHeight(170)
        self.others = told(QComboBox(), name="What can be added")
        self.others.setMaxVisibleItems(20)
        self._up = button("Up", "second", "Further to the left", lambda: self._move(-1))
        self._down = button("Down", "second", "Further to the right", lambda: self._move(1))
        self._remove = button("Remove", "second", "Off the tool bar", self.remove)
        self._add = button("Add", "second", "Behind the chosen one", self.add)
        reset = button("Reset tool bar", "second", "What it came with", self.reset)
        for each in (self._up, self._down, self._remove, self._add, reset):
            each.setAutoDefault(False)
        self.setLayout(
            column(
                heading("Tool bar"),
                (self.list, 1),
                row(self._up, self._down, self._remove, None, reset, spacing=8),
                row((self.others, 1), self._add, spacing=8),
                spacing=8,
            )
        )
        self.list.currentRowChanged.connect(lambda _: self._enable())
        settings.changed.connect(self._follow)
        self._show(0)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of what is on the tool bar now; what this version does not know is left out."""
        return tuple(n for n in self._settings.tool_bar if n in self._texts) or self._usual

    def add(self) -> None:
        """Put what is chosen below behind what is chosen above."""
        at = self.list.currentRow() + 1
        names = list(self.names)
        names.insert(at, str(self.others.currentData()))
        self._change(names, at)

    def remove(self) -> None:
        """Take the chosen one off; the last one stays."""
        at, names = self.list.currentRow(), list(self.names)
        if len(names) > 1 and at >= 0:
            del names[at]
            self._change(names, min(at, len(names) - 1))

    def reset(self) -> None:
        """The tool bar as it came."""
        self._settings.update(tool_bar=())

    def _move(self, by: int) -> None:
        at, names = self.list.currentRow(), list(self.names)
        if 0 <= at + by < len(names):
            names.insert(at + by, names.pop(at))
            self._change(names, at + by)

    def _change(self, names: Sequence[str], at: int) -> None:
        self._settings.update(tool_bar=() if tuple(names) == self._usual else tuple(names))
        self.list.setCurrentRow(at)

    def _follow(self, changed: Collection[str]) -> None:
        if "tool_bar" in changed:
            self._show(max(self.list.currentRow(), 0))

    def _show(self, at: int) -> None:
        with QSignalBlocker(self.list):
            self.list.clear()
            for name in self.names:
                item = QListWidgetItem(self._texts[name], self.list)
                item.setData(_ID, name)
        self.others.clear()
        for name, text in self._texts.items():
            if name in _BETWEEN or name not in self.names:
                self.others.addItem(text, name)
        self.list.setCurrentRow(min(at, self.list.count() - 1))
        self._enable()

    def _enable(self) -> None:
        at, count = self.list.currentRow(), self.list.count()
        self._up.setEnabled(at > 0)
        self._down.setEnabled(0 <= at < count - 1)
        self._remove.setEnabled(at >= 0 and count > 1)
