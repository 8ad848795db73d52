"""Who and what an object is about: patient, study and equipment modules."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes

from brainviewer import __version__
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient
from brainviewer.core.research_use import FOR_RESEARCH
from brainviewer.files.dicom.export.patient import NAME, new_uid
from brainviewer.files.dicom.export.values import (
    day,
    identifier,
    person_name,
    time_of_day,
    words,
)

RESEARCH = "RESEARCH"
"""Content qualification (PS3.3 C.12.1): neither a product nor for service."""
UTF_8 = "ISO_IR 192"
EQUIPMENT = {
    "manufacturer": NAME,
    "manufacturer_model_name": NAME,
    "software_versions": __version__,
    "device_serial_number": "none",
}
"""Arguments of highdicom's objects; a program has no serial number, but the element is required."""

_SEXES = ("M", "F", "O")
_SHORT = 16
"""Characters of a short string."""
_MADE_UP = "ID made up by BrainViewer: the source files name no patient."


def set_identity(dataset: Dataset, patient: Patient, study: ImagingStudy) -> None:
    """Set the modules of patient and study, and those that all our objects have.

    What a source says in a form that DICOM forbids, such as a date in words, is left out or cut;
    see ``values``.
    """
    dataset.SpecificCharacterSet = UTF_8
    dataset.PatientName = person_name(patient.name)
    dataset.PatientID = identifier(patient.id)
    dataset.PatientBirthDate = day(patient.birth_date)
    dataset.PatientSex = patient.sex if patient.sex in _SEXES else ""
    if patient.made_up:
        dataset.IssuerOfPatientID = NAME
        dataset.PatientComments = _MADE_UP
    dataset.StudyInstanceUID = study.uid
    dataset.StudyID = identifier(study.id, _SHORT)
    dataset.StudyDate = day(study.date)
    dataset.StudyTime = time_of_day(study.time)
    dataset.AccessionNumber = identifier(study.accession_number, _SHORT)
    dataset.ReferringPhysicianName = person_name(study.referring_physician)
    if study.description:
        dataset.StudyDescription = words(study.description)
    dataset.ContentQualification = RESEARCH
    dataset.ContributingEquipmentSequence = [_contribution()]


def _contribution() -> Dataset:
    """What this program did, and what it is not for; every kind of object can say it (C.12.1)."""
    item = Dataset()
    item.PurposeOfReferenceCodeSequence = [coded(codes.DCM.ProcessingEquipment)]
    set_equipment(item)
    item.ContributionDescription = FOR_RESEARCH
    return item


def unnamed(objects: Iterable[Dataset]) -> list[Dataset]:
    """The same objects without the patient's name, which is set when what is made of them is made.

    highdicom warns of names of one component, and quotes them.
    """
    copies = [Dataset(dataset) for dataset in objects]
    for dataset in copies:
        dataset.PatientName = ""
    return copies


def set_equipment(dataset: Dataset) -> None:
    """Set the modules of the equipment that made the object: this program."""
    for keyword, value in (
        ("Manufacturer", EQUIPMENT["manufacturer"]),
        ("ManufacturerModelName", EQUIPMENT["manufacturer_model_name"]),
        ("SoftwareVersions", EQUIPMENT["software_versions"]),
        ("DeviceSerialNumber", EQUIPMENT["device_serial_number"]),
    ):
        setattr(dataset, keyword, value)


def set_series(dataset: Dataset, modality: str, number: int, description: str) -> None:
    """Set the series module of a series that begins with this object, now."""
    now = datetime.now()
    dataset.Modality, dataset.SeriesNumber = modality, number
    dataset.SeriesInstanceUID, dataset.SeriesDescription = new_uid(), description
    dataset.InstanceNumber = 1
    for keyword in ("Content", "Series", "InstanceCreation"):
        setattr(dataset, f"{keyword}Date", now.strftime("%Y%m%d"))
        setattr(dataset, f"{keyword}Time", now.strftime("%H%M%S"))


def coded(code: Any) -> Dataset:
    """A code as an item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator = code.value, code.scheme_designator
    item.CodeMeaning = code.meaning
    return item
