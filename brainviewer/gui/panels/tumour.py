"""What was measured on the lesion, each with its slice one click away, and how it is looked for."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.core.study import Study
from brainviewer.gui.layouts import column, discard, fill, row
from brainviewer.gui.measurements.location import LocationRows
from brainviewer.gui.measurements.row import MeasurementRow
from brainviewer.gui.widgets import (
    button,
    call,
    label,
    listen,
    number_field,
    say,
    told,
)
from brainviewer.painting.text.measurement_line import MeasurementLine
from brainviewer.painting.text.measurements import (
    AGREEMENT,
    agreement_lines,
    cavity_text,
    measurement_lines,
    measurement_text,
    origin_line,
    slice_line,
)

_Told = tuple[MeasurementLine, Callable[[], object] | None, str]
"""What a row is made of: what it tells, where it leads, and its tool tip."""
TUMOUR_SLICE_TIP = (
    "The slice with the largest lesion area, and the area in it. Areas are smoothed over "
    "neighbouring slices first, so that a slice beside it can hold a little more."
)
_COMPARED_TIP = (
    "The segmentation that came with the study is never read by the search; both are compared "
    "afterwards. Dice is 1 where they are the same, and 0 where they share nothing."
)
_SHORT = {Plane.AXIAL: "Axial", Plane.CORONAL: "Cor", Plane.SAGITTAL: "Sag"}
_TIPS = {
    "Volume": "Volume of the lesion mask",
    "Enhancing": "The part that takes up contrast agent, and its fraction of the lesion",
    "Necrosis": "The core that does not enhance, necrotic or not, and its fraction of the lesion",
    "Oedema": "Oedema around the core, which tumour may infiltrate, and its fraction of the lesion",
    "Diameters FLAIR": "Longest diameter of the lesion in one axial slice, and the longest "
    "perpendicular to it; their product",
    "Diameters T1ce": "The same for the enhancing part; measurable from 10 × 10 mm (RANO)",
    "Side": "Distance of the lesion's middle from the estimated mid-sagittal plane of the head",
}


class TumourSection(QWidget):
    """The tumour slice, the measurements, the candidates and the method.

    copy : a button beside its head that copies the measurements, while there are some.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.copy = button(
            "Copy",
            "small",
            "Copy the measurements as text",
            call(copy_measurements, session),
            name="Copy measurements",
        )
        self._status = label(role="quiet", wrap=True)
        self._find = button("Find", "second", "Look for the tumour", self._look_again)
        self._cancel = button(
            "Cancel", "second", "Stop looking for the tumour", session.segmentation.stop
        )
        self._method = told(QComboBox(), tip="How the tumour slice is found", name="Method")
        self._method.setMinimumWidth(1)  # else as wide as its longest entry
        self._method.addItem("Lesion detection", "lesion")
        self._method.addItem("Detection without a model", "model-free")
        self._method.addItem("FLAIR above", "threshold")
        self._method.activated.connect(self._look_again)
        self._threshold = told(
            number_field(0, 1e15, digits=6), tip="Threshold in the FLAIR's own intensity unit"
        )
        self._threshold.setValue(session.segmentation.threshold)
        self._threshold.valueChanged.connect(self._look_again)
        self._told: QWidget | None = None
        self._rows: tuple[MeasurementRow, ...] = ()
        self._rest: tuple[object, ...] = ()
        self._column = column(
            row((self._status, 1), self._find, self._cancel),
            LocationRows(session),
            row((self._method, 1), self._threshold),
            spacing=4,
        )
        self.setLayout(self._column)
        listen(self._show, session.state.finding_changed, session.state.study_changed)
        self._show()

    def _look_again(self) -> None:
        method = self._method.currentData()
        self._threshold.setVisible(method == "threshold")
        self._session.segmentation.find(method, self._threshold.value())

    def _show(self) -> None:
        state = self._session.state
        finding, study = state.finding, state.study
        self.copy.setVisible(Fact.TUMOUR in state.facts)
        self._show_status()
        self._method.setEnabled(study is not None)
        used = finding.method if finding else self._session.segmentation.method
        self._method.setCurrentIndex(max(0, self._method.findData(used)))
        self._threshold.setVisible(self._method.currentData() == "threshold")
        if study is None or finding is None or not (finding.found or finding.agreement):
            self._forget()
        elif not self._told_again(study, finding):
            self._forget()
            self._told = self._made(study, finding)
            self._column.insertWidget(1, self._told)

    def _forget(self) -> None:
        discard(self._told)
        self._told, self._rows, self._rest = None, (), ()

    def _told_again(self, study: Study, finding: TumourFinding) -> bool:
        """Tell what is measured in the rows that are there; False where others are needed.

        While a brush paints, measurements follow several times a second.
        """
        told = [*self._measurements(study, finding), *self._agreement(finding)]
        rows = self._rows
        alike = len(told) == len(rows) and all(
            one.looks_like(line, go) for one, (line, go, _) in zip(rows, told, strict=True)
        )
        if not rows or not alike or self._rest != _rest_of(finding):
            return False
        for one, line in zip(rows, told, strict=True):
            one.tell(*line)
        return True

    def _show_status(self) -> None:
        state = self._session.state
        found = state.study is not None and state.finding is not None and state.finding.found
        if state.finding_status is Status.RUNNING:
            first = self._session.head_motion.running
            text = "Aligning the sequences first…" if first else "Looking for the tumour…"
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
        say(self._status, text)

    def _made(self, study: Study, finding: TumourFinding) -> QWidget:
        """Everything that is told about a lesion, and how far it is what came with the study."""
        made = QWidget()
        lines = column(spacing=1, margins=(0, 0, 0, 4))
        measured, compared = (
            [MeasurementRow(*line) for line in some]
            for some in (self._measurements(study, finding), self._agreement(finding))
        )
        self._rows, self._rest = (*measured, *compared), _rest_of(finding)
        if finding.found:
            fill(lines, *measured, 3)
        if finding.slices:
            fill(lines, self._largest(finding), 3)
        if len(finding.candidates) > 1:
            fill(lines, self._candidates(finding))
        if finding.agreement is not None:
            fill(lines, 3, label(AGREEMENT, "quiet", _COMPARED_TIP, wrap=True), *compared)
            if left_out := cavity_text(finding):
                fill(lines, label(left_out, "small", wrap=True))
        made.setLayout(lines)
        return made

    def _measurements(self, study: Study, finding: TumourFinding) -> list[_Told]:
        if not finding.found:
            return []
        tip = "How sure the detection is of its slice, 0 to 1"
        if finding.correction is not None:
            tip = "Who made the segmentation, and with what"
        return [
            (
                slice_line(finding),
                call(self._show_place, finding, finding.position_mm),
                TUMOUR_SLICE_TIP,
            ),
            *(
                (
                    line,
                    call(self._session.view.go_to_diameters, line.diameters)
                    if line.diameters
                    else None,
                    _TIPS.get(line.name, ""),
                )
                for line in measurement_lines(study, finding)
            ),
            (origin_line(finding), None, tip),
        ]

    def _agreement(self, finding: TumourFinding) -> list[_Told]:
        """What was found beside the segmentation that came with the study."""
        if finding.agreement is None:
            return []
        return [(line, None, _COMPARED_TIP) for line in agreement_lines(finding)]

    def _show_place(self, finding: TumourFinding, position_mm: Sequence[float] | None) -> None:
        if position_mm is not None:
            self._session.view.show_place(position_mm, finding.plane)

    def _largest(self, finding: TumourFinding) -> QHBoxLayout:
        """A button to the largest slice of every plane."""
        numbers = {plane: finding.slices[plane] + 1 for plane in Plane if plane in finding.slices}
        buttons = (
            button(
                f"{_SHORT[plane]} {number}",
                "small",
                f"Go to the {plane} slice with the largest lesion area",
                call(self._session.view.go_to_largest, plane),
                name=f"Largest {plane} slice: {number}",
            )
            for plane, number in numbers.items()
        )
        return row(*((go, 1) for go in buttons), spacing=4)

    def _candidates(self, finding: TumourFinding) -> QHBoxLayout:
        buttons = (
            button(
                str(n),
                "small",
                f"Go to candidate {n}: {candidate.volume_ml:.1f} mL, score {candidate.score:.2f}",
                call(self._show_place, finding, candidate.position_mm),
            )
            for n, candidate in enumerate(finding.candidates, 1)
        )
        return row(label("Candidates", "quiet"), None, *buttons, spacing=4)


def _rest_of(finding: TumourFinding) -> tuple[object, ...]:
    """What is told of a finding beside the rows of its measurements."""
    candidates = finding.candidates if len(finding.candidates) > 1 else ()
    told = cavity_text(finding) if finding.agreement is not None else ""
    return tuple(finding.slices.items()), candidates, finding.agreement is None, told


def copy_measurements(session: Session) -> None:
    """Put the measurements of the open study on the clipboard, as text."""
    session.correction.settle()
    state = session.state
    study, finding = state.study, state.location.told_with(state.finding)
    if study is not None and finding is not None:
        try:
            with audited(Action.COPIED, study, facts={"kind": "measurements"}):
                QGuiApplication.clipboard().setText(measurement_text(study, finding))
        except BrainViewerError as error:
            session.notices.fail(error)
