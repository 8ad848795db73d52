"""Whose study is shown: one line above the images, hidden by a key before others look on."""

from PySide6.QtWidgets import QLabel

from brainviewer.app.session import Session
from brainviewer.core.headers.dicom_source import SourceSeries, age_in_years, day_of
from brainviewer.core.shown_text import shown_text
from brainviewer.gui.widgets import told


class PatientBar(QLabel):
    """Name, id, birth date and age, day and description of the examination, as files say them."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        told(
            self,
            "quiet",
            "From the DICOM files; it leaves them only where you ask for it",
            "Patient",
        )
        self.setContentsMargins(12, 4, 12, 4)
        self._session = session
        session.state.study_changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Show the patient of the open study, unless that is not wanted."""
        study = self._session.state.study
        series = None if study is None or study.is_image2d else study.patient_source
        shown = self._session.settings.show_patient and series is not None
        self.setText(patient_line(series) if shown and series is not None else "")
        self.setVisible(bool(self.text()))


def patient_line(series: SourceSeries) -> str:
    """What is known, in one line; what is not is left out."""
    patient, study = series.patient, series.study
    born, day = day_of(patient.birth_date), day_of(study.date)
    age = age_in_years(patient, study)
    years = "" if age is None else f"{int(age)} y"
    birth = f"born {born}" if born else ""
    parts = (
        patient.readable_name,
        patient.id and f"ID {patient.id}",
        f"{birth} ({years})" if birth and years else birth or years,
        f"examined {day}" if day else "",
        study.description,
    )
    return shown_text("  ·  ".join(part for part in parts if part))
