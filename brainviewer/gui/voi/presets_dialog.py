"""The window presets of the user in a list: renamed, sorted, deleted, imported and exported."""

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from brainviewer.app.session import Session
from brainviewer.app.voi.own_presets import PRESETS
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality
from brainviewer.core.voi.own_presets import OwnPreset
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.voi.save_preset import save_preset
from brainviewer.gui.widgets import button, label, say, set_role, told
from brainviewer.gui.window_size import open_with
from brainviewer.painting.text.wording import number, window_text

_FILES = FileKind("Window presets", (".json",))
_PRESET = Qt.ItemDataRole.UserRole
_HEADS = ("Sequence", "Name", "Scanner", "Window", "On opening")
_NAME, _OPENS = 1, 4
_NONE = (
    "There are no presets of yours yet. Set a window, then choose Sequence › Save window as preset…"
)


class PresetsDialog(QDialog):
    """Follows the presets; what is changed holds at once."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Window presets")
        self._session, self._presets = session, session.presets
        self.list = told(QTreeWidget(columnCount=len(_HEADS)), name="Window presets")
        self.list.setHeaderLabels(_HEADS)
        self.list.setRootIsDecorated(False)
        self.list.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.list.header().setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        self.list.itemDoubleClicked.connect(lambda item: self.list.editItem(item, _NAME))
        self.list.itemChanged.connect(self._change)
        self.list.currentItemChanged.connect(lambda *_: self._enable())
        self._said = label(role="quiet", wrap=True)
        self._lay_out()
        session.settings.changed.connect(self._follow)
        session.state.study_changed.connect(self._enable)
        self._show()

    @property
    def said(self) -> str:
        """What was said last, under the list."""
        return self._said.text()

    @property
    def chosen(self) -> OwnPreset | None:
        """The preset of the chosen row."""
        item = self.list.currentItem()
        return None if item is None else item.data(0, _PRESET)

    # -- layout -----------------------------------------------------------------------------

    def _lay_out(self) -> None:
        def made(text: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
            each = button(text, "second", tip, clicked)
            each.setAutoDefault(False)
            return each

        self._save = made("Save window…", "The window of the active sequence", self._ask_save)
        self._rename = made("Rename", "Give it another name", self._edit)
        self._up = made("Up", "Earlier in the menu", lambda: self._move(-1))
        self._down = made("Down", "Later in the menu", lambda: self._move(1))
        self._delete = made("Delete", "Forget it", self._forget)
        self._export = made("Export…", "Save all presets to a file", self._ask_export)
        takes = made("Import…", "Add the presets of a file", self._ask_import)
        close = made("Close", "", self.close)
        self.setLayout(
            column(
                (self.list, 1),
                row(self._rename, self._up, self._down, self._delete, None, self._save, spacing=8),
                self._said,
                row(takes, self._export, None, HelpButton("windows"), close, spacing=8),
                spacing=10,
                margins=(16, 16, 16, 16),
            )
        )
        open_with(self, 720, 420)

    def _show(self) -> None:
        """Fill the rows; the same preset, or the one at its place, stays chosen.

        Rows are filled anew, not made anew: a hand may be in one of them.
        """
        before, at = self.chosen, self.list.currentIndex().row()
        presets = self._presets.all
        with QSignalBlocker(self.list):
            while self.list.topLevelItemCount() > len(presets):
                self.list.takeTopLevelItem(self.list.topLevelItemCount() - 1)
            while self.list.topLevelItemCount() < len(presets):
                self.list.addTopLevelItem(QTreeWidgetItem())
            for n, preset in enumerate(presets):
                if (item := self.list.topLevelItem(n)) is not None:
                    _fill(item, preset)
                if before is not None and before.place == preset.place:
                    at = n
        count = self.list.topLevelItemCount()
        if count:
            self.list.setCurrentIndex(self.list.model().index(min(max(at, 0), count - 1), 0))
        if not count:
            self._tell(_NONE)
        elif self.said == _NONE:
            self._tell("")
        self._enable()

    def _enable(self) -> None:
        at, count = self.list.currentIndex().row(), len(self._presets.all)
        for each in (self._rename, self._delete):
            each.setEnabled(at >= 0)
        self._up.setEnabled(at > 0)
        self._down.setEnabled(0 <= at < count - 1)
        self._export.setEnabled(count > 0)
        self._save.setEnabled(self._session.state.study is not None)

    def _follow(self, changed: Collection[str]) -> None:
        if PRESETS in changed:
            self._show()

    # -- verbs ------------------------------------------------------------------------------

    def take_over(self, path: Path) -> None:
        """Add the presets of a file; or say why not, and change nothing."""
        try:
            count, left_out = self._presets.take_over(path)
        except BrainViewerError as error:
            self._tell(str(error), "caution")
            return
        said = f"{counted(count, 'preset was', 'presets were')} taken over."
        self._tell(f"{said} {left_out}".strip(), "caution" if left_out else "quiet")

    def _change(self, item: QTreeWidgetItem, at: int) -> None:
        preset: OwnPreset = item.data(0, _PRESET)
        try:
            if at == _NAME and item.text(_NAME) != preset.name:
                renamed = self._presets.rename(preset, item.text(_NAME))
                self._tell(f"'{preset.name}' is called '{renamed.name}' now.")
            elif at == _OPENS:
                self._presets.open_with(preset, item.checkState(_OPENS) is Qt.CheckState.Checked)
        except BrainViewerError as error:
            self._tell(str(error), "caution")
            self._show()

    def _edit(self) -> None:
        if (item := self.list.currentItem()) is not None:
            self.list.editItem(item, _NAME)

    def _move(self, by: int) -> None:
        if (preset := self.chosen) is not None:
            self._presets.move(preset, by)

    def _forget(self) -> None:
        if (preset := self.chosen) is not None:
            self._presets.delete(preset)
            self._tell(f"'{preset.name}' was deleted.")

    def _ask_save(self) -> None:
        save_preset(self._session, self)

    def _ask_export(self) -> None:
        start = Path.home() / "window-presets.json"
        if path := ask_place(self, "Export window presets", start, _FILES):
            try:
                self._presets.export(path)
                self._tell(shown_text(f"The presets were saved as {path}."))
            except BrainViewerError as error:
                self._tell(str(error), "caution")

    def _ask_import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, "Import window presets", str(Path.home()), _FILES.filter
        )
        if path:
            self.take_over(Path(path))

    def _tell(self, text: str, role: str = "quiet") -> None:
        set_role(self._said, role)
        say(self._said, text)


def show_presets(session: Session, window: QWidget) -> None:
    """The presets, in one dialog however often they are asked for."""
    dialog = window.findChild(PresetsDialog) or PresetsDialog(session, window)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def _fill(item: QTreeWidgetItem, preset: OwnPreset) -> None:
    sequence = "Images" if preset.modality is Modality.IMAGE else preset.modality.value
    scanner = (preset.scanner_name or "another") if preset.scanner else "all"
    for at, text in enumerate((sequence, preset.name, scanner, how(preset))):
        item.setText(at, text)
    item.setData(0, _PRESET, preset)
    editable = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsUserCheckable
    item.setFlags(item.flags() | editable)
    item.setCheckState(_OPENS, Qt.CheckState.Checked if preset.opens else Qt.CheckState.Unchecked)


def how(preset: OwnPreset) -> str:
    """What the preset is, in words."""
    if not preset.relative:
        return window_text(Window(preset.level, preset.width, preset.inverted))
    shift = number(preset.level, 2)
    text = f"{number(preset.width, 2)} × automatic, level {shift if '−' in shift else f'+{shift}'}"
    return f"{text}, inverted" if preset.inverted else text
