"""The left panel's upper half: sequences, tumour, marks."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.gui.panels.annotations import MarkList
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panels.tumour import CopyButton, TumourSection


class StudyPanel(QWidget):
    """Sequences, tumour and marks, one under the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 0)
        column.setSpacing(16)
        settings = session.settings
        self._sequences = Section("Sequences", SequenceList(session), settings)
        column.addWidget(self._sequences)
        tumour, copy = TumourSection(session), CopyButton(session)
        self._tumour = Section("Tumour", tumour, settings, copy)
        column.addWidget(self._tumour)
        self._marks = Section("Marks", MarkList(session), settings)
        column.addWidget(self._marks)
        session.state.annotations_changed.connect(self._show_marks)
        session.state.study_changed.connect(self._show_study)
        self._show_marks()
        self._show_study()

    def _show_study(self) -> None:
        picture = Fact.PICTURE in self._session.state.facts
        self._sequences.set_title("Picture" if picture else "Sequences")
        self._tumour.setVisible(not picture)

    def _show_marks(self) -> None:
        self._marks.setVisible(bool(self._session.state.annotations))
