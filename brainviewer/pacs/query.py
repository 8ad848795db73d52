"""What is searched for on a node, and what it answers."""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from brainviewer.core.headers.dicom_source import Patient

_BETWEEN_NAMES = re.compile(r"[\s,^]+")
MOST_STUDIES = 500
"""More are not asked for: nobody looks through them."""

STUDY_KEYS = (
    "StudyInstanceUID", "StudyDate", "StudyTime", "StudyDescription", "AccessionNumber",
    "PatientName", "PatientID", "PatientBirthDate", "ModalitiesInStudy",
    "NumberOfStudyRelatedSeries", "NumberOfStudyRelatedInstances",
)  # fmt: skip
SERIES_KEYS = (
    "SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "Modality",
    "NumberOfSeriesRelatedInstances",
)  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What a study must fit; what is empty fits all.

    name : the beginning of the patient's name, family name first; ``*`` stands for any characters.
    since, until : first and last day of the study.
    modality : such as ``MR``
    """

    name: str = ""
    patient_id: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    modality: str = ""

    def spellings(self) -> tuple[Mapping[str, str], ...]:
        """The elements that must match, by keyword, with wildcards as DICOM has them (PS3.4, C.2).

        Several, where a name could be written in capitals: many nodes tell them apart.
        """
        name = "*".join(filter(None, _BETWEEN_NAMES.split(self.name)))
        name = name if not name or "*" in self.name else f"{name}*"
        days = [f"{day:%Y%m%d}" if day else "" for day in (self.since, self.until)]
        wanted = {
            "PatientID": self.patient_id.strip(),
            "StudyDate": days[0] if days[0] == days[1] else "-".join(days),
            "ModalitiesInStudy": self.modality.strip().upper(),
        }
        names = dict.fromkeys((name, name.upper(), name.title()))
        return tuple(
            {key: value for key, value in {"PatientName": one, **wanted}.items() if value}
            for one in names
        )


@dataclass(frozen=True)
class StudyMatch:
    """A study on a node; texts are empty and counts None where the node does not say them.

    birth_date, date : as DICOM writes them, ``YYYYMMDD``
    """

    uid: str
    patient_name: str
    patient_id: str
    birth_date: str
    date: str
    time: str
    description: str
    accession: str
    modalities: tuple[str, ...]
    series: int | None
    images: int | None

    @property
    def patient(self) -> Patient:
        """Whose study it is."""
        return Patient(self.patient_name, self.patient_id, self.birth_date)


@dataclass(frozen=True)
class SeriesMatch:
    """A series of a study on a node; see ``StudyMatch``."""

    uid: str
    number: int | None
    description: str
    modality: str
    images: int | None


@dataclass(frozen=True)
class Found:
    """The studies that fit, the newest first.

    more : whether the node has further ones, which were not asked for.
    """

    studies: tuple[StudyMatch, ...]
    more: bool


def newest_first(studies: list[StudyMatch]) -> Found:
    """The studies that a node has answered with, each once; without a UID none can be asked for."""
    once = {study.uid: study for study in studies if study.uid}
    newest = sorted(once.values(), key=lambda s: (s.date, s.time), reverse=True)
    return Found(tuple(newest[:MOST_STUDIES]), len(newest) > MOST_STUDIES)


def by_number(series: list[SeriesMatch]) -> tuple[SeriesMatch, ...]:
    """The series of a study in the order of their numbers, each once; those without one last."""
    once = {one.uid: one for one in series if one.uid}
    return tuple(sorted(once.values(), key=lambda s: (s.number is None, s.number or 0)))
