"""The patient and the study that results are about, where no DICOM file names them."""

import re
import unicodedata
import uuid
from datetime import date, timedelta

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.headers.dicom_source import ImagingStudy, Patient
from brainviewer.files.dicom.export.values import COMPONENTS, GROUPS, LONGEST, person_name

NAME = "BrainViewer"
_MADE_UP_NAME = "Unknown^Name made up by BrainViewer"
_NAMESPACE = uuid.UUID("6f0e2f0c-52b5-4a0e-9d5c-6a8f5bb9a4a1")
_OLDEST_YEAR = 1850
_SEXES = {"": "", "m": "M", "male": "M", "f": "F", "female": "F", "o": "O", "other": "O"}


def entered_patient(
    name: str = "", patient_id: str = "", birth_date: str = "", sex: str = ""
) -> Patient:
    """A patient as typed in; without an id it is that of nobody, and is made up on export.

    name : ``Family, Given``, ``Given Family`` or with ``^``; groups with ``=`` between them.
    birth_date : YYYY-MM-DD or YYYYMMDD.
    sex : M, F, O or empty, or the word.

    Raises BrainViewerError for what DICOM cannot hold.
    """
    name, patient_id = _plain_spaces(name), _plain_spaces(patient_id)
    for what, text, parts in (("name", name, name.split("=")), ("ID", patient_id, [patient_id])):
        if "\\" in text or not text.isprintable():
            raise BrainViewerError(
                f"The patient's {what} holds characters that DICOM cannot store.",
                "Leave out backslashes and line breaks.",
            )
        if max(map(len, parts)) > LONGEST:
            raise BrainViewerError(
                f"The patient's {what} is too long for DICOM.",
                f"Give {LONGEST} characters at most.",
            )
    groups = name.split("=")
    if len(groups) > GROUPS or any(group.count("^") >= COMPONENTS for group in groups):
        raise BrainViewerError(
            "The patient's name has more parts than DICOM can store.",
            f"Give {GROUPS} parts at most between '=' and {COMPONENTS} between '^'.",
        )
    if sex.strip().lower() not in _SEXES:
        raise BrainViewerError(
            f"'{sex}' is not a sex that DICOM knows.", "Give M, F or O, or leave it out."
        )
    return Patient(
        person_name("=".join(map(_family_first, groups))),
        patient_id,
        _date(birth_date.strip()),
        _SEXES[sex.strip().lower()],
        made_up=not patient_id,
    )


def made_up_patient(patient: Patient, content_hash: str) -> Patient:
    """The same patient with an id, and a name that says that nobody knows it.

    One study gets one id, however often it is exported.
    """
    if not patient.made_up:
        return patient
    number = uuid.uuid5(_NAMESPACE, f"patient {content_hash} {patient.name}").hex[:12].upper()
    return Patient(
        patient.name or _MADE_UP_NAME,
        f"BRAINVIEWER-{number}",
        patient.birth_date,
        patient.sex,
        made_up=True,
    )


def made_up_study(patient: Patient, content_hash: str) -> ImagingStudy:
    """A study for files that name none: the same one each time for the same patient and images."""
    return ImagingStudy(
        fixed_uid(f"study {content_hash} {patient.id}"), description=f"Images given to {NAME}"
    )


def fixed_uid(seed: str) -> str:
    """A UID that depends on ``seed`` alone (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid5(_NAMESPACE, seed).int}"


def new_uid() -> str:
    """A UID that nothing else has (PS3.5 B.2)."""
    return f"2.25.{uuid.uuid4().int}"


def _plain_spaces(text: str) -> str:
    """Wide and other spaces, which keyboards of Asia type, as plain ones."""
    return "".join(" " if unicodedata.category(c) == "Zs" else c for c in text).strip()


def _family_first(text: str) -> str:
    if "^" in text or not text:
        return text
    if "," in text:
        family, given = (part.strip() for part in text.split(",", 1))
        return f"{family}^{given}"
    *given_names, family = text.split()
    return "^".join(filter(None, (family, " ".join(given_names))))


def _date(text: str) -> str:
    if not text:
        return ""
    try:
        written = re.fullmatch(r"\d{8}|\d{4}-\d{2}-\d{2}", text, re.ASCII)
        born = date.fromisoformat(text) if written else None
    except ValueError:
        born = None
    if born is None:
        raise BrainViewerError(f"'{text}' is not a date.", "Write it as 1970-12-31.")
    if born.year < _OLDEST_YEAR or born > date.today() + timedelta(days=1):
        raise BrainViewerError(f"No patient was born on {born}.", "Check the year.")
    return f"{born:%Y%m%d}"
