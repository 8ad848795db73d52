"""What the class of a picture is: one sentence under the answer, and a page behind it."""

from html import escape

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from brainviewer.app.prediction.class_texts import CODES, class_text
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings import Classification
from brainviewer.gui import theme
from brainviewer.gui.dialogs.pages import Page
from brainviewer.gui.widgets import linked

_MORE = "What\u00a0is\u00a0this?"


class ClassNote(QLabel):
    """The summary of a class with a link to its page; invisible where there is none."""

    wanted = Signal(str)
    """Code of the class that the user wants to read about."""

    def __init__(self) -> None:
        super().__init__(wordWrap=True)
        self.setProperty("role", "small")
        linked(self, self.wanted.emit)
        self.hide()

    def show_class(self, result: Classification | None) -> None:
        """Explain what an answer says; nothing for studies and where nothing is answered."""
        code = result.predicted if result is not None and result.of_picture else ""
        self.setVisible(code in CODES)
        if code in CODES:
            try:
                summary = escape(class_text(code).summary)
            except BrainViewerError as error:
                self.setText(escape(str(error)))
            else:
                self.setText(f"{summary} {theme.link(code, _MORE)}")


def class_page(code: str, parent: QWidget | None = None) -> Page:
    """The page about a class. Raises BrainViewerError if there is none."""
    text = class_text(code)
    return Page(text.title, text.markdown, parent)
