"""What was measured on the lesion, each with its slice one click away, and how it is looked for."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings import Diameters, TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.core.study import Study
from brainviewer.gui.widgets import button, label, number_field, set_role, tabular
from brainviewer.painting.measurement_text import (
    MeasurementLine,
    measurement_lines,
    measurement_text,
    slice_line,
)

TUMOUR_SLICE_TIP = (
    "The slice with the largest lesion area, and the area in it. Areas are smoothed over "
    "neighbouring slices first, so that a slice beside it can hold a little more."
)
_SHORT = {Plane.AXIAL: "Axial", Plane.CORONAL: "Cor", Plane.SAGITTAL: "Sag"}
_TIPS = {
    "Volume": "Volume of the lesion mask",
    "Enhancing": "The part that takes up contrast agent, from T1ce and T1, and its share",
    "Diameters FLAIR": "Longest diameter of the lesion in one axial slice, and the longest "
    "perpendicular to it; their product",
    "Diameters T1ce": "The same for the enhancing part; measurable from 10 × 10 mm (RANO)",
    "Side": "Distance of the lesion's middle from the estimated mid-sagittal plane of the head",
}


class MeasurementRow(QPushButton):
    """A name, a value and a smaller line under it; with a place to go to, a button."""

    def __init__(self, go: Callable[[], None] | None = None, tip: str = "") -> None:
        super().__init__()
        self.setProperty("role", "row")
        self._name, self._value = label("", "quiet"), tabular(label())
        self._detail = tabular(label("", "small", wrap=True))
        for text in (self._name, self._value, self._detail):
            text.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        for text in (self._value, self._detail):
            text.setAlignment(Qt.AlignmentFlag.AlignRight)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self._name)
        line.addWidget(self._value, 1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 1, 0, 1)
        self._column.setSpacing(0)
        self._column.addLayout(line)
        self._column.addWidget(self._detail)
        shape = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        shape.setHeightForWidth(True)
        self.setSizePolicy(shape)
        self.setToolTip(tip)
        if go is None:
            self.setEnabled(False)
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip(f"{tip}\nClick to go to its slice".strip())
            self.clicked.connect(go)

    def show_line(self, line: MeasurementLine) -> None:
        """Show a measurement, or why there is none."""
        self._name.setText(line.name)
        self._value.setText(line.value)
        set_role(self._value, "" if line.known else "quiet")
        self._detail.setText(line.detail)
        self._detail.setVisible(bool(line.detail))
        self.setAccessibleName(f"{line.name}: {line.value} {line.detail}".strip())

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave, QEvent.Type.EnabledChange):
            font = self._value.font()
            font.setUnderline(event.type() == QEvent.Type.Enter and self.isEnabled())
            self._value.setFont(font)
        return super().event(event)

    def sizeHint(self) -> QSize:
        return self._column.sizeHint()

    def minimumSizeHint(self) -> QSize:
        return self._column.minimumSize()

    def hasHeightForWidth(self) -> bool:
        return self._column.hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        return self._column.heightForWidth(width)


class TumourSection(QWidget):
    """The tumour slice, the measurements, the candidates and the method."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._status = label("", "quiet", wrap=True)
        self._find = button("Find", "second", "Look for the tumour")
        self._find.clicked.connect(self._look_again)
        self._cancel = button("Cancel", "second", "Stop looking for the tumour")
        self._cancel.clicked.connect(session.segmentation.stop)
        row = QHBoxLayout()
        row.addWidget(self._status, 1)
        row.addWidget(self._find)
        row.addWidget(self._cancel)
        self._column.addLayout(row)
        self._told: QWidget | None = None
        self._column.addLayout(self._method_row())
        session.state.finding_changed.connect(self._show)
        session.state.study_changed.connect(self._show)
        self._show()

    def _method_row(self) -> QHBoxLayout:
        chooser = QHBoxLayout()
        self._method = QComboBox()
        self._method.addItem("Lesion finder", "lesion")
        self._method.addItem("Finder without a model", "model-free")
        self._method.addItem("FLAIR above", "threshold")
        self._method.setToolTip("How the tumour slice is found")
        self._method.activated.connect(self._look_again)
        self._threshold = number_field(0, 1e15, digits=6)
        self._threshold.setValue(self._session.segmentation.threshold)
        self._threshold.setToolTip("Threshold in the FLAIR's own intensity unit")
        self._threshold.valueChanged.connect(self._look_again)
        chooser.addWidget(self._method, 1)
        chooser.addWidget(self._threshold)
        return chooser

    def _look_again(self) -> None:
        method = self._method.currentData()
        self._threshold.setVisible(method == "threshold")
        self._session.segmentation.find(method, self._threshold.value())

    def _show(self) -> None:
        state = self._session.state
        finding, study = state.finding, state.study
        self._show_status()
        self._method.setEnabled(study is not None)
        used = finding.method if finding else self._session.segmentation.method
        self._method.setCurrentIndex(max(0, self._method.findData(used)))
        self._threshold.setVisible(self._method.currentData() == "threshold")
        if self._told is not None:
            self._told.hide()
            self._told.deleteLater()
            self._told = None
        if study is not None and finding is not None and finding.found:
            self._told = self._made(study, finding)
            self._column.insertWidget(1, self._told)

    def _show_status(self) -> None:
        state = self._session.state
        found = state.study is not None and state.finding is not None and state.finding.found
        if state.finding_status is Status.RUNNING:
            text = "Looking for the tumour…"
        elif state.finding_status is Status.FAILED:
            text = "Could not look for a tumour."
        elif state.finding is not None and not state.finding.found:
            text = "No lesion found."
        else:
            text = "" if found else "Not looked for yet."
        running = state.finding_status is Status.RUNNING
        waits = state.study is not None and state.finding is None
        self._find.setVisible(waits and not running)
        self._cancel.setVisible(running)
        self._status.setText(text)
        self._status.setVisible(bool(text))

    def _made(self, study: Study, finding: TumourFinding) -> QWidget:
        """Everything that is told about a lesion."""
        told = QWidget()
        column = QVBoxLayout(told)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(1)
        column.addWidget(self._tumour_slice(finding))
        for line in measurement_lines(study, finding):
            row = MeasurementRow(self._way_to(line.diameters), _TIPS.get(line.name, ""))
            row.show_line(line)
            column.addWidget(row)
        confidence = MeasurementRow(tip="How sure the finder is of its slice, 0 to 1")
        confidence.show_line(MeasurementLine("Confidence", f"{finding.confidence:.2f}"))
        column.addWidget(confidence)
        column.addSpacing(3)
        if finding.slices:
            column.addLayout(self._largest(finding))
            column.addSpacing(3)
        if len(finding.candidates) > 1:
            column.addLayout(self._candidates(finding))
        return told

    def _tumour_slice(self, finding: TumourFinding) -> MeasurementRow:
        def go() -> None:
            if finding.position_mm is not None:
                self._session.view.show_place(finding.position_mm, finding.plane)

        row = MeasurementRow(go, TUMOUR_SLICE_TIP)
        row.show_line(slice_line(finding))
        return row

    def _go_to(self, position_mm: Sequence[float], plane: Plane, _checked: bool = False) -> None:
        self._session.view.show_place(position_mm, plane)

    def _way_to(self, diameters: Diameters | None) -> Callable[[], None] | None:
        return None if diameters is None else lambda: self._session.view.go_to_diameters(diameters)

    def _largest(self, finding: TumourFinding) -> QHBoxLayout:
        """A button to the largest slice of every plane."""
        row = QHBoxLayout()
        row.setSpacing(4)
        for plane in Plane:
            if plane in finding.slices:
                number = finding.slices[plane] + 1
                go = button(f"{_SHORT[plane]} {number}", "small")
                go.setToolTip(f"Go to the {plane} slice with the largest lesion area")
                go.setAccessibleName(f"Largest {plane} slice: {number}")
                go.clicked.connect(lambda _=False, p=plane: self._session.view.go_to_largest(p))
                row.addWidget(go, 1)
        return row

    def _candidates(self, finding: TumourFinding) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(label("Candidates", "quiet"))
        row.addStretch(1)
        for n, candidate in enumerate(finding.candidates, 1):
            go = button(str(n), "small")
            go.setToolTip(
                f"Go to candidate {n}: {candidate.volume_ml:.1f} mL, score {candidate.score:.2f}"
            )
            go.clicked.connect(partial(self._go_to, candidate.position_mm, finding.plane))
            row.addWidget(go)
        return row


def copy_measurements(session: Session) -> None:
    """Put the measurements of the open study on the clipboard, as text."""
    study, finding = session.state.study, session.state.finding
    if study is not None and finding is not None:
        QGuiApplication.clipboard().setText(measurement_text(study, finding))


class CopyButton(QPushButton):
    """Copies the measurements; there while there are some."""

    def __init__(self, session: Session) -> None:
        super().__init__("Copy")
        self._state = session.state
        self.setProperty("role", "small")
        self.setToolTip("Copy the measurements as text")
        self.setAccessibleName("Copy measurements")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda: copy_measurements(session))
        session.state.finding_changed.connect(self._show)
        session.state.study_changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        self.setVisible(Fact.TUMOUR in self._state.facts)
