"""Whom and what a line is about: identifiers, which stand in the trail as seals only."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.pacs.query import StudyMatch

CONTENT, PATIENT, NAME, STUDY = "content", "patient", "name", "study"
"""Hash of the voxels; patient id; patient's name; Study Instance UID."""
Identifier = tuple[str, str]
"""Its kind, and its value, which is never stored."""


def of_study(study: Study) -> tuple[Identifier, ...]:
    """What tells a study, and its patient, from others."""
    found: list[Identifier] = [(CONTENT, study.content_hash)]
    for volume in study.volumes.values():
        if (series := volume.series) is not None:
            patient = "" if series.patient.made_up else series.patient.id
            found += [
                (STUDY, series.study.uid),
                (PATIENT, patient),
                (NAME, series.patient.readable_name),
            ]
    return tuple(dict.fromkeys(found))


def identity_of(study: Study) -> tuple[Identifier, ...]:
    """What tells a study from the others of its patient."""
    return tuple(one for one in of_study(study) if one[0] in (CONTENT, STUDY))


def of_content(content_hash: str) -> tuple[Identifier, ...]:
    """A study that only its hash is known of."""
    return ((CONTENT, content_hash),)


def of_match(match: "StudyMatch") -> tuple[Identifier, ...]:
    """A study that a PACS node told of."""
    return (
        (STUDY, match.uid),
        (PATIENT, match.patient_id),
        (NAME, match.patient.readable_name),
    )


def sealed(key: TrailKey, identifiers: Iterable[Identifier]) -> tuple[str, ...]:
    """As they stand in the trail; case and spaces make no difference."""
    plain = ((kind, " ".join(value.split()).casefold()) for kind, value in identifiers)
    return tuple(dict.fromkeys(key.subject(kind, value) for kind, value in plain if value))


def kinds_of(subjects: Sequence[str]) -> tuple[str, ...]:
    """What a line is about, as far as it can be read."""
    return tuple(dict.fromkeys(subject.partition(":")[0] for subject in subjects))
