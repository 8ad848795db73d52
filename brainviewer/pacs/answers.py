"""Studies and series from the datasets that nodes answer with."""

import warnings
from typing import Any

from pydicom.dataset import Dataset

from brainviewer.core.errors import SENSELESS
from brainviewer.files.dicom.dataset_values import as_meant
from brainviewer.pacs.query import SeriesMatch, StudyMatch


def study_match(answer: Dataset) -> StudyMatch:
    """A study from the answer of a node."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # values that are not as the standard says are shown as is
        return StudyMatch(
            uid=_text(answer, "StudyInstanceUID"),
            patient_name=_text(answer, "PatientName"),
            patient_id=_text(answer, "PatientID"),
            birth_date=_text(answer, "PatientBirthDate"),
            date=_text(answer, "StudyDate"),
            time=_text(answer, "StudyTime"),
            description=_text(answer, "StudyDescription"),
            accession=_text(answer, "AccessionNumber"),
            modalities=_texts(answer, "ModalitiesInStudy"),
            series=_count(answer, "NumberOfStudyRelatedSeries"),
            images=_count(answer, "NumberOfStudyRelatedInstances"),
        )


def series_match(answer: Dataset) -> SeriesMatch:
    """A series from the answer of a node."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SeriesMatch(
            uid=_text(answer, "SeriesInstanceUID"),
            number=_count(answer, "SeriesNumber"),
            description=_text(answer, "SeriesDescription"),
            modality=_text(answer, "Modality"),
            images=_count(answer, "NumberOfSeriesRelatedInstances"),
        )


def _value(answer: Dataset, keyword: str) -> Any:
    try:
        return answer.get(keyword)
    except (*SENSELESS, NotImplementedError):
        return None


def _text(answer: Dataset, keyword: str) -> str:
    value = _value(answer, keyword)
    return "" if value is None else as_meant(answer, str(value)).strip()


def _texts(answer: Dataset, keyword: str) -> tuple[str, ...]:
    value = _value(answer, keyword)
    if value is None or value == "":
        return ()
    several = [value] if isinstance(value, str) else list(value)
    return tuple(as_meant(answer, str(one)) for one in several)


def _count(answer: Dataset, keyword: str) -> int | None:
    try:
        return int(_text(answer, keyword))
    except ValueError:
        return None
