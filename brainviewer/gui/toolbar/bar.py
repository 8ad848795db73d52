"""The tool bar of the window: the usual one, or what the user put together."""

from collections.abc import Collection, Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.gui import theme
from brainviewer.gui.toolbar.action_buttons import ActionFollower
from brainviewer.gui.toolbar.icons import icon_of
from brainviewer.gui.widgets import call

LINE, GAP = "-", "<>"
"""What stands between actions: a line; room that pushes what follows to the right."""
_ICON = 20
_STYLES = {
    "under": Qt.ToolButtonStyle.ToolButtonTextUnderIcon,
    "beside": Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
    "icons": Qt.ToolButtonStyle.ToolButtonIconOnly,
    "words": Qt.ToolButtonStyle.ToolButtonTextOnly,
}
"""By the values of the setting."""


class ToolBar(QToolBar):
    """Buttons of actions, with icons and words as the settings say.

    actions : by id. usual : ids, where the user has chosen none. primary : the id of the button
    that stands out.
    """

    customise_wanted = Signal()

    def __init__(
        self,
        actions: Mapping[str, QAction],
        settings: Settings,
        usual: Sequence[str],
        primary: str,
    ) -> None:
        super().__init__("Tools")
        self._actions, self._settings = actions, settings
        self._usual, self._primary = usual, primary
        self.setMovable(False)
        self.setIconSize(QSize(_ICON, _ICON))
        for name, action in actions.items():
            action.setIcon(icon_of(name, "primary_text" if name == primary else "text"))
            action.setIconVisibleInMenu(False)
        self._fill()
        settings.changed.connect(self._follow)
        theme.themes.changed.connect(self.update)

    @property
    def names(self) -> tuple[str, ...]:
        """Ids of what stands on it, with ``LINE`` and ``GAP``; what is not known is left out."""
        known = {*self._actions, LINE, GAP}
        wanted = tuple(name for name in self._settings.tool_bar if name in known)
        return wanted or tuple(self._usual)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("&Customise…", call(self.customise_wanted.emit))
        menu.popup(event.globalPos())
        event.accept()

    def _follow(self, changed: Collection[str]) -> None:
        if not {"tool_bar", "tool_bar_style"}.isdisjoint(changed):
            self._fill()

    def _fill(self) -> None:
        self.clear()
        self.setToolButtonStyle(_STYLES[self._settings.tool_bar_style])
        for name in self.names:
            if name == LINE:
                self.addSeparator()
            elif name == GAP:
                space = QWidget()
                space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
                self.addWidget(space)
            else:
                self._add(name, self._actions[name])
        more = self.findChild(QToolButton, "qt_toolbar_ext_button")
        if more is not None:
            # Qt's own arrow is black on black.
            more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            more.setText("»")
            more.setAccessibleName("More tools")

    def _add(self, name: str, action: QAction) -> None:
        self.addAction(action)
        button = self.widgetForAction(action)
        assert isinstance(button, QToolButton)
        ActionFollower(button)
        button.setAccessibleName(action.iconText())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # Qt leaves tool bars to the mouse
        if name == self._primary:
            button.setProperty("role", "primary")
