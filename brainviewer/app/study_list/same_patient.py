"""Which studies of the list are of one patient: never by the names that are shown."""

from collections.abc import Sequence

from brainviewer.app.study_list.rows import StudyRow
from brainviewer.files.dicom.series.identity import patient_with


def of_same_patient(here: StudyRow, rows: Sequence[StudyRow]) -> list[StudyRow]:
    """Those of the patient of one study, by all that DICOM says of who it is.

    NIfTI names nobody: of these it is the folder that is named after the patient.
    """
    ours, folder = here.listed.identities, here.listed.patient_folder
    if ours:
        patient = patient_with(ours, (one for row in rows for one in row.listed.identities))
        return [
            row
            for row in rows
            if row.listed.identities and patient.issuperset(row.listed.identities)
        ]
    return [row for row in rows if folder is not None and row.listed.patient_folder == folder]
