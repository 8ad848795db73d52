"""The left panel's upper half: sequences, tumour, marks."""

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from brainviewer.app.session import Session
from brainviewer.app.state import Status
from brainviewer.core.annotations import Annotation, Kind, region_statistics
from brainviewer.core.slices import SliceView
from brainviewer.gui.sequence_list import SequenceList
from brainviewer.gui.words import ValueRow, button, grouped, head, label
from brainviewer.render.wording import measured


def _section(column: QVBoxLayout, title: str) -> QVBoxLayout:
    column.addWidget(head(title))
    section = QVBoxLayout()
    section.setSpacing(4)
    column.addLayout(section)
    column.addSpacing(12)
    return section


class TumourSection(QWidget):
    """What the picker found and how it looked for it."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._status = label("", "quiet", wrap=True)
        self._slice = ValueRow("Slice", "Axial slice with the largest lesion area, from 1")
        self._area = ValueRow("Area there", "Lesion area in that slice")
        self._volume = ValueRow("Volume", "Volume of the lesion mask")
        self._confidence = ValueRow("Confidence", "How sure the picker is of its slice, 0 to 1")
        column.addWidget(self._status)
        self._rows = (self._slice, self._area, self._volume, self._confidence)
        for row in self._rows:
            column.addWidget(row)
        self._candidates = QHBoxLayout()
        self._candidates.setSpacing(4)
        column.addLayout(self._candidates)
        chooser = QHBoxLayout()
        self._method = QComboBox()
        self._method.addItem("Lesion finder", "lesion")
        self._method.addItem("FLAIR above", "threshold")
        self._method.setToolTip("How the tumour slice is found")
        self._method.activated.connect(self._look_again)
        self._threshold = QDoubleSpinBox()
        self._threshold.setRange(0, 1_000_000)
        self._threshold.setDecimals(0)
        self._threshold.setValue(session.threshold)
        self._threshold.setKeyboardTracking(False)
        self._threshold.setToolTip("Threshold in the FLAIR's own intensity unit")
        self._threshold.valueChanged.connect(self._look_again)
        chooser.addWidget(self._method, 1)
        chooser.addWidget(self._threshold)
        column.addLayout(chooser)
        session.state.finding_changed.connect(self._show)
        session.state.study_changed.connect(self._show)
        self._show()

    def _look_again(self) -> None:
        method = self._method.currentData()
        self._threshold.setVisible(method == "threshold")
        self._session.find_tumour(method, self._threshold.value())

    def _show(self) -> None:
        state = self._session.state
        finding, study = state.finding, state.study
        found = finding is not None and finding.found and study is not None
        if state.finding_status is Status.RUNNING:
            text = "Looking for the tumour…"
        elif state.finding_status is Status.FAILED:
            text = "Could not look for a tumour."
        elif finding is not None and not finding.found:
            text = "No lesion found."
        else:
            text = "" if found else "Not looked for yet."
        self._status.setText(text)
        self._status.setVisible(bool(text))
        for row in self._rows:
            row.setVisible(found)
        while item := self._candidates.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        self._method.setEnabled(study is not None)
        self._method.setCurrentIndex(
            max(
                0,
                self._method.findData(finding.method if finding else self._session.finding_method),
            )
        )
        self._threshold.setVisible(self._method.currentData() == "threshold")
        if finding is None or study is None or not finding.found or finding.index is None:
            return
        self._slice.set(f"{finding.index + 1} of {len(finding.area_mm2)}")
        self._area.set(f"{grouped(float(finding.area_mm2[finding.index]))} mm²")
        if finding.mask is not None:
            volume = finding.mask.sum() * study.grid.voxel_volume / 1000
            self._volume.set(f"{grouped(volume, 1)} mL")
        self._confidence.set(f"{finding.confidence:.2f}")
        if len(finding.candidates) > 1:
            self._candidates.addWidget(label("Candidates", "quiet"))
            self._candidates.addStretch(1)
            for n, candidate in enumerate(finding.candidates, 1):
                go = button(str(n), "second")
                go.setToolTip(
                    f"Go to candidate {n}: {candidate.volume_ml:.1f} mL, "
                    f"score {candidate.score:.2f}"
                )
                go.clicked.connect(
                    lambda _=False, p=candidate.position_mm: self._session.set_cursor(p)
                )
                self._candidates.addWidget(go)


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
        place = f"{str(mark.kind).capitalize()} · {mark.plane} {view.index_of(mark.points[0]) + 1}"
        match mark.kind:
            case Kind.RULER:
                return f"{place} · {mark.length_mm:.1f} mm"
            case Kind.RECTANGLE | Kind.ELLIPSE:
                volume = state.study.volumes.get(mark.modality)
                found = region_statistics(mark, view, volume.data) if volume else None
                return f"{place} · mean {measured(found.mean)}" if found else place
            case _:
                return f"{place} · {mark.text}" if mark.text else place

    def _go(self, item: QListWidgetItem) -> None:
        chosen = item.data(Qt.ItemDataRole.UserRole)
        for mark in self._session.state.annotations:
            if mark.id == chosen:
                self._session.set_cursor(np.mean(mark.points, axis=0))
                self._session.select(mark.id)
                return


class StudyPanel(QWidget):
    """Sequences, tumour and marks, one under the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 0)
        column.setSpacing(6)
        _section(column, "Sequences").addWidget(SequenceList(session))
        _section(column, "Tumour").addWidget(TumourSection(session))
        marks = MarkList(session)
        title = head("Marks")
        column.addWidget(title)
        column.addWidget(marks)

        def show_marks() -> None:
            title.setVisible(bool(session.state.annotations))
            marks.setVisible(bool(session.state.annotations))

        session.state.annotations_changed.connect(show_marks)
        self._keep = show_marks
        show_marks()
