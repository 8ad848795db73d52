"""Which series is which as a session has it, so that nobody is asked again.

A series is known again by a sha256 of its identifiers, which cannot be read from it.
"""

import hashlib
from dataclasses import replace

from brainviewer.app.opening.dicom.series import SeriesChoice, with_notices
from brainviewer.app.stores.series_roles import as_remembered
from brainviewer.core.headers.dicom_source import SourceSeries
from brainviewer.core.saved_session import SavedStudy
from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.examination import Examination
from brainviewer.files.dicom.series.patients import source_of


def series_key(source: SourceSeries | None) -> str:
    """The same for the same slices, wherever their files lie; empty for files of other kinds."""
    if source is None or not source.uid:
        return ""
    first = (source.frames[0].instance_uid, source.frames[0].number) if source.frames else ()
    told = (source.uid, *source.orientation, *first)
    return hashlib.sha256("\n".join(map(str, told)).encode()).hexdigest()


def as_saved(examination: Examination, study: SavedStudy) -> SeriesChoice | Examination:
    """The series that the study of a session had; the same examination if not all are there."""
    remembered = replace(examination, candidates=as_remembered(examination.candidates))
    known: dict[str, list[Candidate]] = {}
    for one in remembered.candidates:
        known.setdefault(series_key(source_of(one.stack)), []).append(one)
    chosen: dict[Modality, Candidate] = {}
    for modality, image in study.sequences.items():
        found = known.get(image.series, []) if image.series else []
        if len(found) != 1:
            return examination
        chosen[modality] = found[0]
    return with_notices(remembered, chosen) if chosen else examination
