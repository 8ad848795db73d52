"""The window of the study list, made when it is first wanted."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session
from brainviewer.gui.study_list.window import StudyListWindow
from brainviewer.pacs.node import Node
from brainviewer.pacs.query import StudyMatch


class StudyLists:
    """Holds the window of the study list.

    ask_pacs : shows the window for PACS; toggle_names : hides names, or shows them. Both are set
        by the main window.
    """

    def __init__(self, session: Session, parent: QWidget) -> None:
        self._session, self._parent = session, parent
        self._made: StudyListWindow | None = None
        self.ask_pacs: Callable[[], object] = lambda: None
        self.toggle_names: Callable[[], object] = lambda: None

    @property
    def window(self) -> StudyListWindow:
        """The window, hidden at first."""
        if self._made is None:
            toggle = self.toggle_names
            self._made = StudyListWindow(self._session, self.ask_pacs, toggle, self._parent)
        return self._made

    def follow_patient(self) -> None:
        """Show names, or hide them, as the settings say now."""
        if self._made is not None:
            self._made.follow_patient()

    def show_folder(self, folder: Path) -> None:
        """List the studies in a folder."""
        self.window.show_folder(folder)

    def show_examinations(self, paths: Sequence[Path]) -> None:
        """List the DICOM examinations in what was named."""
        self.window.show_examinations(paths)

    def show_found(self, node: Node, found: tuple[StudyMatch, ...]) -> None:
        """List what a search of a PACS node has found."""
        self.window.show_found(node, found)
