"""What the user thinks of answers about a study, as plain data: one entry an answer."""

import logging
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.durable.appending import read_from
from brainviewer.files.durable.records import records_in
from brainviewer.files.journal.older_files import feedback_in_older_file
from brainviewer.files.journal.sentences import Words
from brainviewer.files.journal.standing import FEEDBACK, Standing
from brainviewer.files.journal.study_file import SUFFIX, StudyFile
from brainviewer.files.user_folders import journal_folder

log = logging.getLogger(__name__)

_WORDS = Words("Feedback", "the feedback", "Give it again when there is room")
_MENTIONED = b'"kind":"feedback"'


def kept_feedback_on(study_hash: str) -> list[Any]:
    """What was said about a study: the last word about each answer, in the order of time."""
    try:
        return list(StudyFile(study_hash, _WORDS).look().feedback.values())
    except FileError:
        log.warning("The feedback could not be read.")
        return []


def keep_feedback_on(study_hash: str, value: dict[str, Any]) -> None:
    """Add what was said; nothing is kept for a study without a hash. Raises FileError."""
    if not study_hash:
        return
    file = StudyFile(study_hash, _WORDS)
    with file.alone():
        file.add([{"kind": FEEDBACK, "value": value}])


def all_feedback() -> list[Any]:
    """The same of all studies; nothing of those whose journals cannot be read."""
    if feedback_in_older_file():
        try:
            with StudyFile("", _WORDS).alone():
                pass
        except FileError:
            log.warning("Feedback that an older version kept cannot be read now.")
    said: list[Any] = []
    for path in sorted(journal_folder().glob(f"*{SUFFIX}")):
        said += _feedback_in(path)
    return said


def _feedback_in(path: Path) -> list[Any]:
    try:
        content = read_from(path)
    except OSError:
        return []
    # Most of a journal is something else, and may be large.
    lines = [line + b"\n" for line in content.split(b"\n") if _MENTIONED in line]
    standing = Standing()
    for value in records_in(b"".join(lines)).values:
        for entry in value.get("entries", []) if isinstance(value, dict) else []:
            if isinstance(entry, dict) and entry.get("kind") == FEEDBACK:
                standing.follow(entry)
    return list(standing.feedback.values())
