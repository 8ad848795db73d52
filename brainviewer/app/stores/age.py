"""The age that was entered for a study, kept on this computer with the study's content.

One small file for each study, named by its content hash, which only its owner may read. It holds
the age and nothing else; without an age there is no file.
"""

import json
import logging
import re
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.headers.dicom_source import OLDEST
from brainviewer.core.study import Study
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.user_folders import OWN_FILE, ages_folder, make_own_folder
from brainviewer.files.writing import write_whole
from brainviewer.models.subtype.fusion_head import YOUNGEST

log = logging.getLogger(__name__)

KEEP_AGE = "keep age"
_MOST_BYTES = 1000


def kept_age(study_hash: str) -> float | None:
    """The age in years that was kept for a study; None if there is none that makes sense."""
    if not study_hash or not (path := _file_of(study_hash)).exists():
        return None
    try:
        years = float(json.loads(read_ordinary(path, _MOST_BYTES))["age_years"])
    except (FileError, ValueError, TypeError, KeyError, RecursionError):
        log.warning("An age that was kept cannot be read.")
        return None
    return years if YOUNGEST <= years <= OLDEST else None


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
    if not study_hash:
        return
    path = _file_of(study_hash)
    try:
        if years is None:
            path.unlink(missing_ok=True)
            return
        make_own_folder(path.parent)
    except OSError as error:
        raise FileError(
            f"The age cannot be kept in '{path.parent}': {error.strerror}.",
            "Enter it again when you open the study.",
        ) from None
    write_whole(path, (json.dumps({"age_years": years}) + "\n").encode(), OWN_FILE)


def _file_of(study_hash: str) -> Path:
    if not re.fullmatch(r"[0-9A-Za-z_-]+", study_hash):
        raise ValueError("a content hash is made of letters and digits")
    return ages_folder() / f"{study_hash}.json"
