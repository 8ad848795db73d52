"""The corner of the window that says who reads, with what he may do about it."""

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QMenu, QToolButton

from brainviewer.core.process.reader import Reader, current_reader
from brainviewer.gui.outside_text import on_button
from brainviewer.gui.widgets import told


class ReaderMenu(QObject):
    """What is wanted of whoever lets readers in and out."""

    lock_wanted = Signal()
    password_wanted = Signal()
    sign_out_wanted = Signal()

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.button: QToolButton | None = None

    def show_reader(self, actions: list[QAction]) -> None:
        """Say who has signed in, in the corner of the window; nothing where nobody has to."""
        reader = current_reader()
        if reader is None:
            return
        menu = QMenu(self._window)
        menu.addActions(actions)
        made = told(QToolButton(), "reader", _tip(reader), f"Reader: {reader.name}")
        made.setText(on_button(reader.name))
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        made.setMenu(menu)
        self.button = made
        bar = self._window.menuBar()
        if bar.isNativeMenuBar():
            self._window.statusBar().addPermanentWidget(made)
        else:
            bar.setCornerWidget(made)


def _tip(reader: Reader) -> str:
    role = "an administrator" if reader.administers else "a reader"
    return f"You have signed in as {role}"
