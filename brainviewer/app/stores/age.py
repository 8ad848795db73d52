"""The age that was entered for a study, kept in the journal of the study."""

from typing import Any

from brainviewer.core.headers.dicom_source import OLDEST
from brainviewer.core.study import Study
from brainviewer.files.journal.standing import AGE
from brainviewer.files.journal.values import keep_value, kept_value
from brainviewer.models.subtype.fusion_head import YOUNGEST

KEEP_AGE = "keep age"


def kept_age(study_hash: str) -> float | None:
    """The age in years that was kept for a study; None if there is none that makes sense."""
    years: Any = kept_value(study_hash, AGE)
    if not isinstance(years, int | float) or isinstance(years, bool):
        return None
    return float(years) if YOUNGEST <= years <= OLDEST else None


def age_of(study: Study) -> float | None:
    """The age that was entered for a study, else that of its files; None if neither is known."""
    if study.is_image2d:
        return None
    kept = kept_age(study.content_hash)
    return age_in_files(study) if kept is None else kept


def age_in_files(study: Study) -> float | None:
    """The age in whole years that DICOM files tell; None where they do not, or not soundly."""
    noted = study.noted_age
    if noted is None or not YOUNGEST <= noted <= OLDEST:
        return None
    return float(int(noted))


def keep_age(study_hash: str, years: float | None) -> None:
    """Keep the age for a study, or forget it; a study without a hash keeps none.

    years : 0 to 120; None forgets it.

    Raises FileError; what was kept before then stays.
    """
    keep_value(study_hash, AGE, years)
