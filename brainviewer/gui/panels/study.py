"""The left panel's upper half: sequences, tumour, annotations."""

from PySide6.QtWidgets import QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column
from brainviewer.gui.panels.annotations import AnnotationList
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panels.tumour import TumourSection


class StudyPanel(QWidget):
    """Sequences, tumour and annotations, one under the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, settings = session.state, session.settings
        tumour = TumourSection(session)
        self._sequences = Section(
            "Sequences", SequenceList(session), settings, HelpButton("sequences")
        )
        self._tumour = Section("Tumour", tumour, settings, tumour.copy, HelpButton("lesion"))
        self._annotations = Section(
            "Annotations", AnnotationList(session), settings, HelpButton("annotations")
        )
        sections = self._sequences, self._tumour, self._annotations
        self.setLayout(column(*sections, spacing=16, margins=(12, 12, 12, 0)))
        session.state.annotations_changed.connect(self._show_annotations)
        session.state.study_changed.connect(self._show_study)
        self._show_annotations()
        self._show_study()

    def _show_study(self) -> None:
        image = Fact.IMAGE in self._state.facts
        self._sequences.head.set_title("Image" if image else "Sequences")
        self._tumour.setVisible(not image)

    def _show_annotations(self) -> None:
        self._annotations.setVisible(bool(self._state.annotations))
