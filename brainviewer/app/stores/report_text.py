"""The text of a report, kept on this computer with the content of its study.

One small file for each study, named by its content hash, which only its owner may read; without a
text there is no file.
"""

import json
import logging
import re
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.report_text import ReportText
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.user_folders import OWN_FILE, make_own_folder, reports_folder
from brainviewer.files.writing import write_whole

log = logging.getLogger(__name__)

KEEP_REPORT = "keep report text"
_MOST_BYTES = 1_000_000


def kept_report_text(study_hash: str) -> ReportText:
    """The text that was kept for a study; an empty one if there is none that makes sense."""
    if not study_hash or not (path := _file_of(study_hash)).exists():
        return ReportText()
    try:
        return ReportText.from_json(json.loads(read_ordinary(path, _MOST_BYTES)))
    except (FileError, ValueError, TypeError, RecursionError):
        log.warning("A report that was kept cannot be read.")
        return ReportText()


def keep_report_text(study_hash: str, text: ReportText) -> None:
    """Keep the text for a study; an empty one is forgotten. A study without a hash keeps none.

    Raises FileError; what was kept before then stays.
    """
    if not study_hash:
        return
    path = _file_of(study_hash)
    try:
        if not text:
            path.unlink(missing_ok=True)
            return
        make_own_folder(path.parent)
    except OSError as error:
        raise FileError(
            f"The text of the report cannot be kept in '{path.parent}': {error.strerror}.",
            "Save the report as a file before you close the study.",
        ) from None
    content = json.dumps(text.to_json(), ensure_ascii=False, indent=1) + "\n"
    write_whole(path, content.encode(), OWN_FILE)


def _file_of(study_hash: str) -> Path:
    if not re.fullmatch(r"[0-9A-Za-z_-]+", study_hash):
        raise ValueError("a content hash is made of letters and digits")
    return reports_folder() / f"{study_hash}.json"
