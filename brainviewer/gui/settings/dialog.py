"""The settings, a page at a time; what is changed holds at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from brainviewer.app.session import Session
from brainviewer.app.settings.exchange import export_settings, read_settings
from brainviewer.app.settings.settings import TABLE
from brainviewer.app.settings.table import Page
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.process.reader import current_reader
from brainviewer.core.shown_text import shown_text
from brainviewer.gui import theme
from brainviewer.gui.audit_trail.opener import show_trail
from brainviewer.gui.dialogs.questions import ask
from brainviewer.gui.dialogs.save_place import FileKind, ask_place
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.keys.key_map import KeyMap
from brainviewer.gui.layouts import column, row, scrolled
from brainviewer.gui.pacs.nodes import NodesDialog
from brainviewer.gui.panes.image_focus import WheelGuard
from brainviewer.gui.settings.editors import SettingEditor
from brainviewer.gui.settings.graphics_page import GraphicsPage
from brainviewer.gui.settings.keys_page import KeysPage
from brainviewer.gui.settings.tool_bar_editor import ToolBarEditor
from brainviewer.gui.voi.presets_dialog import show_presets
from brainviewer.gui.widgets import button, label, say, set_role, told
from brainviewer.gui.window_size import open_with

_FILES = FileKind("BrainViewer settings", (".json",))
_TOPICS: Mapping[Page, str] = {
    Page.DISPLAY: "settings",
    Page.MOUSE: "mouse",
    Page.KEYS: "keys",
    Page.WINDOWS: "windows",
    Page.MODELS: "own models",
    Page.GRAPHICS: "graphics",
    Page.EXPORT: "export",
    Page.PRIVACY: "privacy",
    Page.PACS: "PACS",
    Page.ACCOUNTS: "sign-in",
}
"""Where the question mark leads on a page."""


class SettingsDialog(QDialog):
    """Made from the table; a page that has more than fields brings a widget of its own.

    usual_bar : ids of the tool bar that the application comes with.
    """

    def __init__(
        self,
        session: Session,
        keys: KeyMap,
        usual_bar: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Settings")
        self._session, self._settings, self._keys = session, session.settings, keys
        self.editors = {
            key: SettingEditor(setting, self._settings)
            for key, setting in TABLE.items()
            if setting.page is not None and setting.reader is None
        }
        self.tool_bar = ToolBarEditor(self._settings, keys, usual_bar)
        self.keys = KeysPage(self._settings, keys, self._tell)
        self.pages = told(QListWidget(), name="Pages")
        self.pages.setFixedWidth(theme.px(170))
        self._shown = QStackedWidget()
        self._said = label(role="quiet", wrap=True)
        self._help = HelpButton("settings")
        self._fill(self._own_widgets())
        self.pages.currentRowChanged.connect(self._shown.setCurrentIndex)
        self._lay_out()
        self.pages.currentTextChanged.connect(lambda name: self._turn_to(Page(name)))
        self.pages.setCurrentRow(0)
        self._settings.changed.connect(self._follow)
        WheelGuard(self)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        return Page(self.pages.currentItem().text())

    @property
    def said(self) -> str:
        """What was said last, under the page."""
        return self._said.text()

    def show_page(self, page: Page) -> None:
        """Turn to a page."""
        for found in self.pages.findItems(page.value, Qt.MatchFlag.MatchExactly):
            self.pages.setCurrentItem(found)

    # -- layout -----------------------------------------------------------------------------

    def _own_widgets(self) -> Mapping[Page, QWidget]:
        presets = _alone(
            "Window presets…", "Your own presets", lambda: show_presets(self._session, self)
        )
        nodes = _alone("PACS nodes…", "Set up PACS nodes", self._ask_nodes)
        trail = _alone(
            "Audit trail…",
            "Who did what on this computer: record it, look at it, verify it",
            lambda: show_trail(self._session, self),
        )
        own: dict[Page, QWidget] = {
            Page.DISPLAY: self.tool_bar,
            Page.GRAPHICS: GraphicsPage(self._session.graphics),
            Page.KEYS: self.keys,
            Page.WINDOWS: presets,
            Page.PRIVACY: trail,
            Page.PACS: nodes,
        }
        if current_reader() is not None:
            from brainviewer.gui.sign_in.accounts_page import AccountsPage

            own[Page.ACCOUNTS] = AccountsPage()
        return own

    def _fill(self, own: Mapping[Page, QWidget]) -> None:
        for page in Page:
            fields = [one.whole for one in self.editors.values() if one.setting.page is page]
            more = [(own[page], int(page is Page.KEYS))] if page in own else []
            if fields or more:
                self.pages.addItem(page.value)
                rest = [] if page is Page.KEYS else [None]
                content = column(*fields, *more, *rest, spacing=14, margins=(16, 16, 16, 16))
                area = scrolled(content)
                area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                self._shown.addWidget(area)

    def _lay_out(self) -> None:
        def made(text: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
            each = button(text, "second", tip, clicked)
            each.setAutoDefault(False)
            return each

        self._reset_page = made(
            "Reset page", "Give the settings of this page their defaults", self.reset_page
        )
        buttons = row(
            self._reset_page,
            made("Reset all", "Give all settings their defaults", self.reset_all),
            None,
            self._help,
            made("Import…", "Take settings over from a file", self.ask_import),
            made("Export…", "Save the settings to a file", self.ask_export),
            made("Close", "", self.close),
            spacing=8,
        )
        side = column((self._shown, 1), self._said, spacing=8)
        whole = column((row(self.pages, (side, 1), spacing=16), 1), buttons, spacing=12)
        whole.setContentsMargins(16, 16, 16, 16)
        self.setLayout(whole)
        open_with(self, 880, 760)
        say(self._said, "")

    def _turn_to(self, page: Page) -> None:
        """What belongs to the page that is shown; one without settings has none to reset."""
        self._help.turn_to(_TOPICS[page])
        self._reset_page.setEnabled(any(one.page is page for one in TABLE.values()))

    # -- verbs ------------------------------------------------------------------------------

    def reset_page(self) -> None:
        """Give the settings of the page their defaults, once the user has agreed."""
        what = f"All settings of “{self.page.value}” get their defaults."
        if ask(self, what, "This cannot be undone.", "Reset"):
            self._settings.reset(self.page)
            self._tell(f"“{self.page.value}” has its defaults.")

    def reset_all(self) -> None:
        """Give all settings their defaults, once the user has agreed."""
        what = "The settings of all pages get their defaults. PACS nodes and studies stay."
        if ask(self, what, "This cannot be undone; export the settings to keep them.", "Reset"):
            self._settings.reset()
            self._tell("All settings have their defaults.")

    def ask_export(self) -> None:
        """Ask for a file, and save the settings there."""
        start = Path.home() / "brainviewer-settings.json"
        if path := ask_place(self, "Export settings", start, _FILES):
            try:
                export_settings(self._settings, path)
                self._tell(shown_text(f"The settings were saved as {path}."))
            except BrainViewerError as error:
                self._tell(str(error), "caution")

    def ask_import(self) -> None:
        """Ask for a file, and take its settings over; or say why not, and change nothing."""
        path, _ = QFileDialog.getOpenFileName(
            self, "Import settings", str(Path.home()), _FILES.filter
        )
        if path:
            self.take_over(Path(path))

    def take_over(self, path: Path) -> None:
        """Take the settings of a file over; or say why not, and change nothing."""
        try:
            found = read_settings(path, self._settings)
            self._keys.check(found.values.get("keys", ()))
        except BrainViewerError as error:
            self._tell(str(error), "caution")
            return
        self._settings.update(**found.values)
        many = len(found.values)
        text = f"{many} setting{'s were' if many > 1 else ' was'} taken over."
        if found.unknown:
            text += f" This version does not know {', '.join(found.unknown)}."
        self._tell(shown_text(text), "caution" if found.unknown else "quiet")

    def _ask_nodes(self) -> None:
        dialog = NodesDialog(self._session.pacs, "", self)
        dialog.exec()
        dialog.deleteLater()

    def _tell(self, text: str, role: str = "quiet") -> None:
        set_role(self._said, role)
        say(self._said, text)

    def _follow(self, changed: Collection[str]) -> None:
        # What may be assumed depends on the model.
        models = any(TABLE[key].page is Page.MODELS for key in changed)
        for editor in self.editors.values():
            if editor.setting.key in changed or (models and editor.setting.offered is not None):
                editor.show()


def _alone(text: str, tip: str, clicked: Callable[[], object]) -> QWidget:
    """A button in a line of its own."""
    made = button(text, "second", tip, clicked)
    made.setAutoDefault(False)
    holder = QWidget()
    holder.setLayout(row(made, None))
    return holder
