"""The age that was entered for a study, and the text of its report: the last one stands."""

import logging
import threading
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.journal.sentences import Words
from brainviewer.files.journal.standing import AGE, REPORT
from brainviewer.files.journal.study_file import StudyFile

log = logging.getLogger(__name__)

_WORDS = {
    AGE: Words("The age", "the age", "Enter it again when you open the study"),
    REPORT: Words(
        "The text of the report",
        "the text of the report",
        "Save the report as a file before you close the study",
    ),
}


_lock = threading.Lock()
_last: dict[str, StudyFile] = {}
"""The journals that were read last: of a large one only what was added is read again."""


def kept_value(study_hash: str, kind: str) -> Any:
    """What was kept, as plain data; None if there is nothing, or it cannot be read."""
    try:
        with _lock:
            return _file_of(study_hash, kind).look().values.get(kind)
    except FileError:
        log.warning("What was kept for a study cannot be read: %s", kind)
        return None


def keep_value(study_hash: str, kind: str, value: Any) -> None:
    """Keep plain data for a study; None forgets it, also on the disk.

    Raises FileError; what was kept before then stays.
    """
    with _lock:
        file = _file_of(study_hash, kind)
        # Without a file none is made to forget something.
        if not study_hash or (value is None and file.look().values.get(kind) is None):
            return
        with file.alone():
            if file.standing.values.get(kind) == value:
                return
            file.add([{"kind": kind, "value": value}])
            if value is None:
                file.tidy()


def _file_of(study_hash: str, kind: str) -> StudyFile:
    file, last = StudyFile(study_hash, _WORDS[kind]), _last.get(kind)
    if last is not None and last.path == file.path:
        return last
    _last[kind] = file
    return file
