"""The page of the keys: a list of all actions, and the keys of the chosen one to be changed."""

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from brainviewer.app.settings.exchange import export_settings, read_settings
from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.layouts import column, row
from brainviewer.gui.widgets import button, label, show_rows_with, told

_FILES = FileKind("BrainViewer keys", (".json",))
_KEYS = ("keys",)
_ID = Qt.ItemDataRole.UserRole
Tell = Callable[[str, str], object]
"""Says something under the page; with the role of the text."""


class KeysPage(QWidget):
    """What is entered holds at once, unless the key belongs to something else."""

    def __init__(self, settings: Settings, keys: KeyMap, tell: Tell) -> None:
        super().__init__()
        self._settings, self._keys, self._tell = settings, keys, tell
        self.search = told(
            QLineEdit(placeholderText="Search", clearButtonEnabled=True), name="Search in the keys"
        )
        self.list = told(QTreeWidget(columnCount=2), name="Actions and their keys")
        self.list.setHeaderLabels(["Action", "Key"])
        self.list.setRootIsDecorated(False)
        self.list.setIndentation(16)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.first = self._edit("Key")
        self.second = self._edit("Second key")
        self.reset_button = button("Reset key", "second", "The keys that it came with", self._reset)
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self._fill()
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.list.currentItemChanged.connect(lambda *_: self._show_chosen())
        settings.changed.connect(self._follow)
        self.choose(next(iter(self._items)))

    @property
    def chosen(self) -> str:
        """The id of the action whose keys are shown; empty where none is chosen."""
        item = self.list.currentItem()
        return "" if item is None else str(item.data(0, _ID) or "")

    def choose(self, action_id: str) -> None:
        """Choose an action."""
        self.list.setCurrentItem(self._items[action_id])

    def take_over(self, path: Path) -> None:
        """Take the keys of a file over; or say why not, and change nothing."""
        try:
            found = read_settings(path, self._settings, _KEYS)
            self._keys.check(found.values["keys"])
        except BrainViewerError as error:
            self._tell(str(error), "caution")
            return
        self._settings.update(**found.values)
        self._tell("The keys were taken over.", "quiet")

    # -- layout -----------------------------------------------------------------------------

    def _edit(self, name: str) -> QKeySequenceEdit:
        made = told(QKeySequenceEdit(), tip="Press the key; the cross takes it away", name=name)
        made.setMaximumSequenceLength(1)
        made.setClearButtonEnabled(True)
        made.editingFinished.connect(self._change)
        if (line := made.findChild(QLineEdit)) is not None:
            line.setAccessibleName(name)
            # The cross ends no editing.
            line.textChanged.connect(lambda text: None if text else self._change())
        return made

    def _lay_out(self) -> None:
        takes = button("Import keys…", "second", "Take keys over from a file", self._ask_import)
        saves = button("Export keys…", "second", "Save the keys to a file", self._ask_export)
        for each in (self.reset_button, takes, saves):
            each.setAutoDefault(False)
        fields = []
        for edit in (self.first, self.second):
            named = label(edit.accessibleName())
            named.setBuddy(edit)
            fields += [named, edit]
        self.setLayout(
            column(
                self.search,
                (self.list, 1),
                row(*fields, self.reset_button, None, spacing=8),
                row(takes, saves, None, spacing=8),
                spacing=8,
            )
        )
        self.list.setMinimumHeight(240)

    def _fill(self) -> None:
        for title, actions in self._keys.groups:
            if not actions:
                continue
            group = QTreeWidgetItem(self.list, [title])
            group.setFlags(Qt.ItemFlag.ItemIsEnabled)
            group.setFirstColumnSpanned(True)
            for action in actions:
                item = QTreeWidgetItem(group, [action.text, self._keys.text(action.id)])
                item.setData(0, _ID, action.id)
                self._items[action.id] = item
            self._groups.append((group, [self._items[action.id] for action in actions]))
        self.list.expandAll()

    # -- following --------------------------------------------------------------------------

    def _follow(self, changed: Collection[str]) -> None:
        if "keys" in changed:
            for name, item in self._items.items():
                item.setText(1, self._keys.text(name))
            self._show_chosen()

    def _show_chosen(self) -> None:
        keys = (*(self._keys.of(self.chosen) if self.chosen else ()), "", "")
        for edit, key in zip((self.first, self.second), keys, strict=False):
            with QSignalBlocker(edit):
                line = edit.findChild(QLineEdit)
                with QSignalBlocker(line or edit):
                    edit.setKeySequence(QKeySequence(key, QKeySequence.SequenceFormat.PortableText))
            edit.setEnabled(bool(self.chosen))
        self.reset_button.setEnabled(bool(self.chosen))

    def _filter(self, wanted: str) -> None:
        show_rows_with(wanted, self._groups)

    # -- changing ---------------------------------------------------------------------------

    def _change(self) -> None:
        if not self.chosen:
            return
        entered = [
            edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
            for edit in (self.first, self.second)
        ]
        if tuple(filter(None, entered)) != self._keys.of(self.chosen):
            self._try(lambda: self._keys.change(self.chosen, entered))

    def _reset(self) -> None:
        if self.chosen:
            self._try(lambda: self._keys.reset(self.chosen))

    def _try(self, change: Callable[[], object]) -> None:
        text = self._items[self.chosen].text(0)
        try:
            change()
            keys = self._keys.text(self.chosen)
            self._tell(
                f"“{text}” has the key {keys}." if keys else f"“{text}” has no key.", "quiet"
            )
        except BrainViewerError as error:
            self._tell(str(error), "caution")
            self._show_chosen()

    def _ask_export(self) -> None:
        start = Path.home() / "brainviewer-keys.json"
        if path := ask_place(self, "Export keys", start, _FILES):
            try:
                export_settings(self._settings, path, _KEYS)
                self._tell(shown_text(f"The keys were saved as {path}."), "quiet")
            except BrainViewerError as error:
                self._tell(str(error), "caution")

    def _ask_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Import keys", str(Path.home()), _FILES.filter)
        if path:
            self.take_over(Path(path))
