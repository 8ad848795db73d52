"""Opens the pages to read: guide, keys, models, classes, about, and the hints of the start."""

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from brainviewer.app.prediction.class_texts import class_text
from brainviewer.app.session import Session
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.dialogs.key_sheet import KeySheet, Rows
from brainviewer.gui.dialogs.pages import GuidePage, Page, about_text, card_page
from brainviewer.gui.dialogs.questions import errors_told
from brainviewer.gui.welcome import Hints


class Pages:
    """Opens pages in windows of their own; what cannot be shown is a notice.

    window : their parent. over : what the hints lie on.
    """

    def __init__(self, session: Session, window: QWidget, over: QWidget) -> None:
        self._session, self._window, self._over = session, window, over

    def show_shortcuts(self, groups: Sequence[tuple[str, Rows]]) -> None:
        """The page of keys and mouse. groups : title, and rows of key and text."""
        KeySheet(groups, self._window).show()

    def show_guide(self) -> None:
        """The user guide."""
        try:
            GuidePage(self._window).show()
        except (BrainViewerError, OSError):
            said = "The user guide is not part of this installation."
            self._session.notices.tell(said, "error")

    def show_card(self, model_id: str) -> None:
        """The page of a model."""
        with errors_told(self._session):
            card_page(model_id, self._window).show()

    def show_class(self, code: str = "") -> None:
        """The page of a class; of the predicted one, without a code."""
        result = self._session.state.classification
        with errors_told(self._session):
            text = class_text(code or (result.predicted if result else ""))
            Page(text.title, text.markdown, self._window).show()

    def show_about(self) -> None:
        """The page about the application."""
        Page("About BrainViewer", about_text(), self._window).show()

    def show_hints(self) -> None:
        """The hints of the first start."""
        hints = Hints(self._over)
        hints.read.connect(lambda: self._session.settings.update(hints_seen=True))
