"""A picture as Secondary Capture, with words in its pixels (PS3.3 A.8.1)."""

from typing import Any

import numpy as np
from highdicom.sc import SCImage
from numpy.typing import NDArray
from pydicom.uid import ExplicitVRLittleEndian

from brainviewer.core.headers.dicom_source import ImagingStudy, Patient
from brainviewer.files.dicom.export.identity import EQUIPMENT, RESEARCH, set_identity
from brainviewer.files.dicom.export.patient import NAME, new_uid


def captures(
    pictures: list[NDArray[np.uint8]],
    patient: Patient,
    study: ImagingStudy,
    *,
    number: int,
    description: str,
    of_brain: bool = True,
) -> list[SCImage]:
    """Pictures as a series of Secondary Captures.

    pictures : (rows, columns, 3) uint8 RGB, each with the words on research use in it.
    of_brain : they show a head; of a single image nobody knows.
    """
    series = new_uid()
    return [
        _capture(picture, patient, study, series, number, instance, description, of_brain)
        for instance, picture in enumerate(pictures, 1)
    ]


def _capture(
    picture: NDArray[np.uint8],
    patient: Patient,
    study: ImagingStudy,
    series_uid: str,
    number: int,
    instance: int,
    description: str,
    of_brain: bool,
) -> Any:
    made = SCImage(
        picture,
        "RGB",
        8,
        "PATIENT",
        study.uid,
        series_uid,
        number,
        new_uid(),
        instance,
        EQUIPMENT["manufacturer"],
        patient_orientation=("L", "P"),
        transfer_syntax_uid=ExplicitVRLittleEndian,
        series_description=description,
        content_qualification=RESEARCH,
        manufacturer_model_name=EQUIPMENT["manufacturer_model_name"],
        software_versions=EQUIPMENT["software_versions"],
    )
    set_identity(made, patient, study)
    # A page of several slices and words has no one orientation.
    made.PatientOrientation = None
    if of_brain:
        made.BodyPartExamined = "BRAIN"
    else:
        made.Laterality = None
    made.Modality, made.ConversionType = "OT", "WSD"
    made.ImageType = ["DERIVED", "SECONDARY"]
    made.BurnedInAnnotation = "YES"
    made.DerivationDescription = f"Page drawn by {NAME}, for research use only"
    return made
