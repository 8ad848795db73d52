"""The left panel's upper half: sequences, tumour, marks."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from brainviewer.app.session import Session
from brainviewer.core.annotations import Annotation, Kind, region_statistics
from brainviewer.core.slices import SliceView
from brainviewer.gui.folding import Section
from brainviewer.gui.sequence_list import SequenceList
from brainviewer.gui.tumour_section import CopyButton, TumourSection
from brainviewer.render.wording import length_text, measured


class MarkList(QListWidget):
    """The annotations of the study with their measures; a click goes there."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Marks")
        self.itemClicked.connect(self._go)
        session.state.annotations_changed.connect(self._fill)
        session.state.study_changed.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        for mark in self._session.state.annotations:
            item = QListWidgetItem(self._describe(mark))
            item.setData(Qt.ItemDataRole.UserRole, mark.id)
            self.addItem(item)
            item.setSelected(mark.id == self._session.state.selection)
        rows = min(self.count(), 6)
        self.setFixedHeight(rows * 26 + 4)

    def _describe(self, mark: Annotation) -> str:
        state = self._session.state
        if state.study is None:
            return str(mark.kind)
        view = SliceView.of(state.study.grid, mark.plane)
        place, index = str(mark.kind).capitalize(), view.index_of(mark.points[0])
        if not state.study.is_picture:
            place = f"{place} · {mark.plane} {index + 1}"
        elif view.count > 1:
            place = f"{place} · frame {index + 1}"
        match mark.kind:
            case Kind.RULER:
                return f"{place} · {length_text(mark, view.grid.unit)}"
            case Kind.RECTANGLE | Kind.ELLIPSE:
                volume = state.study.volumes.get(mark.modality)
                found = region_statistics(mark, view, volume.data) if volume else None
                return f"{place} · mean {measured(found.mean)}" if found else place
            case _:
                return f"{place} · {mark.text}" if mark.text else place

    def select_at(self, at: QPoint) -> None:
        """Select the mark at a place of the list, if there is one."""
        if (item := self.itemAt(at)) is not None:
            self._session.select(item.data(Qt.ItemDataRole.UserRole))

    def _go(self, item: QListWidgetItem) -> None:
        chosen = item.data(Qt.ItemDataRole.UserRole)
        for mark in self._session.state.annotations:
            if mark.id == chosen:
                self._session.show_annotation(mark)
                self._session.select(mark.id)
                return


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
        picture = "picture" in self._session.state.facts
        self._sequences.set_title("Picture" if picture else "Sequences")
        self._tumour.setVisible(not picture)

    def _show_marks(self) -> None:
        self._marks.setVisible(bool(self._session.state.annotations))
