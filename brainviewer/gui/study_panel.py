"""The left panel's upper half: sequences, tumour, marks."""

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
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
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Volume
from brainviewer.core.windowing import Window
from brainviewer.gui.words import ValueRow, button, grouped, head, label, signed

_THUMBNAIL = 40


def thumbnail(volume: Volume, window: Window, size: int) -> QPixmap:
    """The middle axial slice of a sequence as a square picture of ``size`` device pixels."""
    view = SliceView.of(volume.grid, Plane.AXIAL)
    grey = np.ascontiguousarray(window.apply(view.cut(volume.data, view.count // 2)))
    rows, columns = grey.shape
    image = QImage(grey.data, columns, rows, columns, QImage.Format.Format_Grayscale8)
    height, width = view.pixel_spacing
    square = QPixmap(size, size)
    square.fill(Qt.GlobalColor.black)
    scale = size / max(rows * height, columns * width)
    scaled = QPixmap.fromImage(image).scaled(
        max(1, round(columns * width * scale)),
        max(1, round(rows * height * scale)),
        Qt.AspectRatioMode.IgnoreAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
    from PySide6.QtGui import QPainter

    painter = QPainter(square)
    painter.drawPixmap((size - scaled.width()) // 2, (size - scaled.height()) // 2, scaled)
    painter.end()
    return square


def _section(column: QVBoxLayout, title: str) -> QVBoxLayout:
    column.addWidget(head(title))
    section = QVBoxLayout()
    section.setSpacing(4)
    column.addLayout(section)
    column.addSpacing(12)
    return section


class SequenceList(QListWidget):
    """The four sequences; the active one is selected, missing ones are said."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setIconSize(QSize(_THUMBNAIL, _THUMBNAIL))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Sequences")
        self.currentItemChanged.connect(self._chosen)
        session.state.study_changed.connect(self._fill)
        session.state.active_changed.connect(self._select)
        self._fill()

    def _fill(self) -> None:
        self.blockSignals(True)
        self.clear()
        state = self._session.state
        for modality in Modality:
            item = QListWidgetItem()
            item.setData(Qt.ItemDataRole.UserRole, modality)
            if state.study and (volume := state.study.volumes.get(modality)):
                grid = volume.file_grid
                shape = "×".join(map(str, grid.shape))
                sizes = {f"{s:.2g}" for s in grid.spacing}
                spacing = (
                    "×".join(f"{s:.2g}" for s in grid.spacing) if len(sizes) > 1 else sizes.pop()
                )
                item.setText(f"{modality}\n{shape} · {spacing} mm")
                pixels = round(_THUMBNAIL * self.devicePixelRatioF())
                picture = thumbnail(volume, state.windows[modality], pixels)
                picture.setDevicePixelRatio(self.devicePixelRatioF())
                item.setIcon(QIcon(picture))
                item.setToolTip(f"{volume.file_name}\n{volume.dtype} · {grid.orientation}")
            else:
                item.setText(f"{modality}\n{'missing' if state.study else '–'}")
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                blank = QPixmap(_THUMBNAIL, _THUMBNAIL)
                blank.fill(Qt.GlobalColor.transparent)
                item.setIcon(QIcon(blank))
            item.setSizeHint(QSize(120, _THUMBNAIL + 10))
            self.addItem(item)
        self.setFixedHeight(4 * (_THUMBNAIL + 10) + 4)
        self.blockSignals(False)
        self._select()

    def _select(self) -> None:
        self.blockSignals(True)
        self.setCurrentRow(list(Modality).index(self._session.state.active))
        self.blockSignals(False)

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self._session.set_active(Modality(item.data(Qt.ItemDataRole.UserRole)))


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
            for n, candidate in enumerate(finding.candidates, 1):
                go = button(f"{n} · {candidate.volume_ml:.1f} mL", "second")
                go.setToolTip(f"Go to candidate {n}, score {candidate.score:.2f}")
                go.clicked.connect(
                    lambda _=False, p=candidate.position_mm: self._session.set_cursor(p)
                )
                self._candidates.addWidget(go)
            self._candidates.addStretch(1)


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
                return f"{place} · mean {signed(found.mean, 0)}" if found else place
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
