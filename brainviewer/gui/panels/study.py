"""The left panel's upper half: sequences, tumour, marks."""

from PySide6.QtWidgets import QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.gui.layouts import column
from brainviewer.gui.panels.annotations import MarkList
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panels.tumour import TumourSection


class StudyPanel(QWidget):
    """Sequences, tumour and marks, one under the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, settings = session.state, session.settings
        tumour = TumourSection(session)
        self._sequences = Section("Sequences", SequenceList(session), settings)
        self._tumour = Section("Tumour", tumour, settings, tumour.copy)
        self._marks = Section("Marks", MarkList(session), settings)
        sections = self._sequences, self._tumour, self._marks
        self.setLayout(column(*sections, spacing=16, margins=(12, 12, 12, 0)))
        session.state.annotations_changed.connect(self._show_marks)
        session.state.study_changed.connect(self._show_study)
        self._show_marks()
        self._show_study()

    def _show_study(self) -> None:
        picture = Fact.PICTURE in self._state.facts
        self._sequences.head.set_title("Picture" if picture else "Sequences")
        self._tumour.setVisible(not picture)

    def _show_marks(self) -> None:
        self._marks.setVisible(bool(self._state.annotations))
