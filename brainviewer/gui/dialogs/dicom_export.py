"""Asks what results to save as DICOM, about whom, and where."""

import os
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QCheckBox, QDialog, QFileDialog, QFormLayout, QLineEdit, QWidget

from brainviewer.app.dicom_export.request import DicomExportRequest
from brainviewer.app.facts import Fact
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.headers.dicom_source import Patient
from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.export.patient import entered_patient
from brainviewer.files.writing import check_empty_folder
from brainviewer.gui.actions.why_not import why_no_lesion
from brainviewer.gui.dialogs.files import there_is
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.panels.choice_row import ChoiceRow
from brainviewer.gui.widgets import button, check_box, heading, label, listen, set_there, told

_WIDTH = 460
_NAME = "brainviewer-dicom"
_SEXES = {"–": "", "F": "F", "M": "M", "O": "O"}
_AN_IMAGE = "A single image has pictures only."


class DicomExportDialog(QDialog):
    """``request`` holds the user's choice once the dialog was accepted.

    folder : where the new folder is made unless the user says otherwise; the documents by default.
    """

    def __init__(
        self, state: ViewState, parent: QWidget | None = None, *, folder: Path | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export as DICOM")
        self._state = state
        self._above = folder or documents_folder()
        image = Fact.IMAGE in state.facts
        self.segmentation = QCheckBox("Segmentation, and the mask as NIfTI")
        self.report = QCheckBox("Measurements and prediction, as a report")
        self.pictures = QCheckBox("Pictures of the view and of the tumour slice")
        self.pictures.setChecked(True)
        series = None if state.study is None else state.study.reference.series
        self.sequences = check_box(
            "All sequences, as DICOM series",
            not image and series is None,
            _AN_IMAGE if image else "The sequences are DICOM series already.",
        )
        self._patient = None if series is None else series.patient
        self.patient_id = told(QLineEdit(), name="Patient ID")
        self.patient_id.setPlaceholderText("made up, and marked so, if empty")
        self.patient_name = told(QLineEdit(), name="Patient name")
        self.patient_name.setPlaceholderText("Family, Given")
        self.birth_date = told(QLineEdit(), name="Birth date")
        self.birth_date.setPlaceholderText("1970-12-31")
        self.sex = ChoiceRow(_SEXES, "")
        self.folder = told(QLineEdit(str(free_folder(self._above))), name="Folder")
        self._remark = label(role="caution", wrap=True)
        self.export_button = button("Export", "primary", clicked=self.accept)
        self.export_button.setDefault(True)
        self._lay_out()
        fields = self.patient_id, self.patient_name, self.birth_date, self.folder
        boxes = self.segmentation, self.report, self.pictures, self.sequences
        listen(self._check, *(field.textChanged for field in fields))
        listen(self._check, *(box.toggled for box in boxes))
        self.offer()

    def offer(self) -> None:
        """Offer what there is by now, such as the lesion that was looked for."""
        facts = self._state.facts
        image = Fact.IMAGE in facts
        why_not = _AN_IMAGE if image else why_no_lesion(self._state)
        measured = not image and bool({Fact.TUMOUR, Fact.CLASSIFIED} & facts)
        set_there(self.segmentation, Fact.TUMOUR in facts, why_not)
        set_there(self.report, measured, why_not)
        self._check()

    @property
    def request(self) -> DicomExportRequest:
        """What is chosen; raises BrainViewerError for a patient that DICOM cannot hold."""
        segmentation, report, pictures, sequences = (
            box.isChecked() and box.isEnabled()
            for box in (self.segmentation, self.report, self.pictures, self.sequences)
        )
        return DicomExportRequest(
            self._folder, self._entered(), segmentation, report, pictures, sequences
        )

    @property
    def _folder(self) -> Path:
        """What was typed: a path, or a name, which counts from the folder that was chosen."""
        typed = self.folder.text().strip()
        # Unlike Path's own, it leaves the name of a user that there is not as it is.
        return self._above / os.path.expanduser(typed)  # noqa: PTH111

    def _entered(self) -> Patient:
        if self._patient is not None:
            return self._patient
        return entered_patient(
            self.patient_name.text(),
            self.patient_id.text(),
            self.birth_date.text(),
            self.sex.chosen,
        )

    def _lay_out(self) -> None:
        browse = button("Folder…", "second", "Choose the folder", self._browse)
        cancel = button("Cancel", clicked=self.reject)
        boxes = self.segmentation, self.report, self.pictures, self.sequences
        self.setLayout(
            column(
                *(heading("What"), *boxes, 16),
                *(heading("Patient"), self._patient_fields(), 16),
                *(heading("Folder, new or empty"), row((self.folder, 1), browse)),
                self._remark,
                label("All files are marked as research.", "quiet"),
                None,
                row(HelpButton("DICOM export"), None, cancel, self.export_button),
                spacing=4,
                margins=(20, 20, 20, 20),
            )
        )
        self.setMinimumWidth(_WIDTH)

    def _patient_fields(self) -> QWidget:
        """Fields for the patient, or, of a DICOM study, that they are known."""
        if self._patient is not None:
            return label("As in the DICOM files of the study.", "quiet", wrap=True)
        fields = QWidget()
        form = QFormLayout(fields)
        form.setContentsMargins(0, 0, 0, 0)
        for name, field in (
            ("ID", self.patient_id),
            ("Name", self.patient_name),
            ("Birth date", self.birth_date),
            ("Sex", self.sex),
        ):
            form.addRow(name, field)
        return fields

    def _check(self) -> None:
        """Say what is missing or wrong; only what can be exported is."""
        try:
            self._entered()
            if not self.folder.text().strip():
                raise BrainViewerError("Give the folder a name.")
            check_empty_folder(self._folder)
            said = ""
        except (BrainViewerError, OSError, ValueError) as error:
            said = str(error)
        boxes = self.segmentation, self.report, self.pictures, self.sequences
        chosen = any(box.isChecked() and box.isEnabled() for box in boxes)
        self.export_button.setEnabled(chosen and not said)
        self._remark.setText(shown_text(said))

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the results", str(self._above))
        if chosen:
            self._above = Path(chosen)
            empty = there_is(self._above, lambda folder: not any(folder.iterdir()))
            self.folder.setText(str(self._above if empty else free_folder(self._above)))


def free_folder(above: Path) -> Path:
    """A folder that there is not yet, in the one above."""
    folder, number = above / _NAME, 1
    while there_is(folder, Path.exists):
        number += 1
        folder = above / f"{_NAME}-{number}"
    return folder


def documents_folder() -> Path:
    """The user's folder of documents, or the home folder."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(place) if place else Path.home()
    return folder if folder.is_dir() else Path.home()
