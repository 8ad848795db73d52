"""What the user thinks of an answer: agree or disagree, kept on this machine and nowhere else.

A file of JSON lines in the user's data folder, which only ever grows: a changed mind is one more
line, and the last line about an answer counts. It holds content hashes and probabilities, never
names, paths or ages.
"""

import json
import logging
import os
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import (
    AGREE,
    DISAGREE,
    OTHER,
    WITHDRAWN,
    FeedbackRecord,
)
from brainviewer.files.ordinary_file import check_ordinary, read_ordinary
from brainviewer.files.user_folders import data_folder, make_own_folder, open_own_file

log = logging.getLogger(__name__)

FILE = "verdicts.jsonl"
SCHEMA = 1
_MOST_BYTES = 200_000_000
OUT_OF_SCOPE = "out of scope"


_STORED = {"slice_index": "slice", "prediction": "answer", "opinion": "verdict"}
"""Names in the file, where they are not those of the fields."""


def feedback_file() -> Path:
    """Where feedback is kept: beside the journal of annotations."""
    return data_folder() / FILE


def prediction_of(result: Classification) -> str:
    """What feedback on this result is about."""
    return result.predicted if result.in_scope else OUT_OF_SCOPE


def feedback_on(result: Classification, opinion: str, user_type: str = "") -> FeedbackRecord:
    """Feedback of this moment. opinion : ``agree``, ``disagree`` or ``withdrawn``.

    Raises ValueError for another word, or for a type that is none of the model's nor ``other``.
    """
    if opinion not in (AGREE, DISAGREE, WITHDRAWN):
        raise ValueError(f"an opinion is not {opinion!r}")
    if user_type and (opinion != DISAGREE or user_type not in (*result.names, OTHER)):
        raise ValueError(f"{user_type!r} cannot be the user's type here")
    return FeedbackRecord(
        study_sha256=result.study_hash,
        model=result.model_id,
        model_version=result.model_version,
        prediction=prediction_of(result),
        opinion=opinion,
        user_type=user_type,
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        weights_sha256=result.weights_sha256,
        not_confident=result.abstained,
        prevalence=result.prevalence,
        slice_index=result.slice_index,
        probabilities={code: round(p, 6) for code, p in result.classes.items()},
    )


def keep_feedback(feedback: FeedbackRecord) -> None:
    """Add feedback to the file. Raises FileError if it cannot be written."""
    stored = {_STORED.get(name, name): value for name, value in asdict(feedback).items()}
    record = {"schema": SCHEMA, **stored}
    line = json.dumps(record, ensure_ascii=False) + "\n"
    path = feedback_file()
    try:
        make_own_folder(path.parent)
        if path.exists():
            check_ordinary(path)
        with open(path, "a+b", opener=open_own_file) as file:
            # A line that a full disk or a crash cut off must not swallow this one.
            cut_off = file.tell() > 0 and not _ends_with_newline(file)
            file.write((b"\n" if cut_off else b"") + line.encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise FileError(
            f"Your feedback could not be kept: {error.strerror or 'unknown reason'}.",
            f"Check the folder '{path.parent}': it must be yours, and the disk must have room.",
        ) from None


def kept_feedback(result: Classification) -> FeedbackRecord | None:
    """The last feedback on the same answer of the same model for the same study, or frame.

    None if there is none, or if it was withdrawn; damaged lines are passed over.
    """
    frame = result.slice_index if result.of_image else None
    asked = (result.study_hash, result.model_id, result.model_version, prediction_of(result))
    said = _last_on(asked, frame)
    return None if said is None or said.opinion == WITHDRAWN else said


def take_feedback(feedback: FeedbackRecord) -> None:
    """Keep what was said elsewhere, unless something later is kept here about the same answer.

    Raises FileError if it cannot be written.
    """
    here = _last_on(_key(feedback), None)
    if here is None or here.time < feedback.time:
        keep_feedback(feedback)


def _last_on(asked: tuple[str, str, str, str], frame: int | None) -> FeedbackRecord | None:
    """What was said last about an answer, withdrawn or not. frame : of an image, if it is one."""
    study = asked[0].encode()
    if not study:
        return None
    for line in reversed(_lines()):
        if study not in line:
            continue
        feedback = _parsed(line)
        if feedback is None or (frame is not None and feedback.slice_index != frame):
            continue  # of another frame, which is another image
        if _key(feedback) == asked:
            return feedback
    return None


def _lines() -> list[bytes]:
    path = feedback_file()
    if not path.exists():
        return []
    try:
        return read_ordinary(path, _MOST_BYTES).splitlines()
    except FileError:
        log.warning("The feedback could not be read.")
        return []


def last_opinions() -> dict[str, str]:
    """What the user said last about any prediction of each study: content hash to opinion.

    Nothing of studies whose feedback was withdrawn, nor where the file cannot be read.
    """
    said = {f.study_sha256: f.opinion for f in map(_parsed, _lines()) if f is not None}
    return {content: opinion for content, opinion in said.items() if opinion != WITHDRAWN}


def _key(feedback: FeedbackRecord) -> tuple[str, str, str, str]:
    return feedback.study_sha256, feedback.model, feedback.model_version, feedback.prediction


def _parsed(line: bytes) -> FeedbackRecord | None:
    try:
        record = json.loads(line)
        names = {item.name: _STORED.get(item.name, item.name) for item in fields(FeedbackRecord)}
        known = {name: record[stored] for name, stored in names.items() if stored in record}
        feedback = FeedbackRecord(**known)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return feedback if feedback.opinion in (AGREE, DISAGREE, WITHDRAWN) else None


def _ends_with_newline(file: Any) -> bool:
    file.seek(-1, os.SEEK_END)
    return bool(file.read(1) == b"\n")
