"""The notice of the first start: what the program is for, to be accepted before the work."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QWidget

from brainviewer.app.settings.first_notice import LEAD, SECTIONS, TITLE
from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import Item, column, row
from brainviewer.gui.widgets import button, heading, label

_WIDTH = 560
_MARGINS = 28, 24, 28, 20


class FirstNotice(QDialog):
    """Covers the window's controls, and nothing else; Escape means *Quit*."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("BrainViewer")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.understood = button("I understand", "primary", clicked=self.accept)
        self.understood.setDefault(True)
        self.quit = button("Quit", "second", clicked=self.reject)
        self.quit.setAutoDefault(False)
        lines: list[Item] = [label(TITLE, "answer"), label(LEAD, "caution", wrap=True)]
        for title, points in SECTIONS:
            lines += [8, heading(title), *(label(text, wrap=True) for text in points)]
        foot = row(HelpButton("limits"), None, self.quit, self.understood, spacing=8)
        self._lines = column(*lines, 16, foot, spacing=8, margins=_MARGINS)
        self.setLayout(self._lines)
        self.setFixedWidth(theme.px(_WIDTH))
        self.setAccessibleDescription(LEAD)
        self.understood.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """As high as its words are: labels that wrap ask for more."""
        self._lines.activate()
        self.setFixedHeight(self._lines.totalHeightForWidth(self.width()))
        super().showEvent(event)
