"""What the user thinks of an answer: agree or disagree, kept on this machine and nowhere else.

A file of JSON lines in the user's data folder, which only ever grows: a changed mind is one more
line, and the last line about an answer counts. It holds content hashes and probabilities, never
names, paths or ages.
"""

import json
import logging
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import Classification
from brainviewer.files.ordinary_file import check_ordinary, read_ordinary
from brainviewer.files.user_folders import data_folder, make_own_folder, open_own_file

log = logging.getLogger(__name__)

FILE = "verdicts.jsonl"
SCHEMA = 1
_MOST_BYTES = 200_000_000
AGREE, DISAGREE, WITHDRAWN = "agree", "disagree", "withdrawn"
OUT_OF_SCOPE = "out of scope"
OTHER = "other"
"""The user's type where it is none of the model's."""


_STORED = {"slice_index": "slice", "prediction": "answer", "opinion": "verdict"}
"""Names in the file, where they are not those of the fields."""


@dataclass(frozen=True, kw_only=True)
class FeedbackRecord:
    """One opinion about one answer.

    time : UTC, ISO 8601.
    prediction : class code, or ``out of scope``, that the opinion is about.
    opinion : ``agree``, ``disagree`` or ``withdrawn``.
    user_type : with ``disagree``, class code or ``other``; empty if the user did not say.
    """

    time: str = ""
    study_sha256: str
    model: str
    model_version: str
    weights_sha256: str = ""
    slice_index: int | None = None
    prevalence: str = ""
    probabilities: Mapping[str, float] = field(default_factory=dict)
    prediction: str
    not_confident: bool = False
    opinion: str
    user_type: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the user agreed."""
        return self.opinion == AGREE


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
    if not result.study_hash:
        return None
    path = feedback_file()
    if not path.exists():
        return None
    try:
        lines = read_ordinary(path, _MOST_BYTES).splitlines()
    except FileError:
        log.warning("The feedback could not be read.")
        return None
    asked = (result.study_hash, result.model_id, result.model_version, prediction_of(result))
    annotation = result.study_hash.encode()
    for line in reversed(lines):
        if annotation not in line:
            continue
        feedback = _parsed(line)
        if result.of_image and feedback and feedback.slice_index != result.slice_index:
            continue  # of another frame, which is another image
        if feedback and _key(feedback) == asked:
            return None if feedback.opinion == WITHDRAWN else feedback
    return None


def last_opinions() -> dict[str, str]:
    """What the user said last about any prediction of each study: content hash to opinion.

    Nothing of studies whose feedback was withdrawn, nor where the file cannot be read.
    """
    path = feedback_file()
    if not path.exists():
        return {}
    try:
        lines = read_ordinary(path, _MOST_BYTES).splitlines()
    except FileError:
        log.warning("The feedback could not be read.")
        return {}
    said = {f.study_sha256: f.opinion for f in map(_parsed, lines) if f is not None}
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
