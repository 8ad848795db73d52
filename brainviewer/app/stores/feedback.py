"""What the user thinks of an answer: agree or disagree, kept on this machine and nowhere else.

It is kept in the journal of the study; a changed mind takes the place of what was said before. It
holds content hashes and probabilities, never names, paths or ages.
"""

from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import Any

from brainviewer.app.sign_in.reader_name import named_reader
from brainviewer.core.errors import SENSELESS
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.feedback import (
    AGREE,
    DISAGREE,
    OTHER,
    WITHDRAWN,
    FeedbackRecord,
)
from brainviewer.files.journal.feedback import (
    all_feedback,
    keep_feedback_on,
    kept_feedback_on,
)

SCHEMA = 1
OUT_OF_SCOPE = "out of scope"


_STORED = {"slice_index": "slice", "prediction": "answer", "opinion": "verdict"}
"""Names in the file, where they are not those of the fields."""


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
        reader=named_reader(),
    )


def keep_feedback(feedback: FeedbackRecord) -> None:
    """Add feedback to the journal of its study. Raises FileError if it cannot be written."""
    stored = {_STORED.get(name, name): value for name, value in asdict(feedback).items()}
    if not feedback.reader:
        del stored["reader"]
    keep_feedback_on(feedback.study_sha256, {"schema": SCHEMA, **stored})


def kept_feedback(result: Classification) -> FeedbackRecord | None:
    """The last feedback on the same answer of the same model for the same study, or frame.

    None if there is none, or if it was withdrawn; what makes no sense is passed over.
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
    if not asked[0]:
        return None
    for value in reversed(kept_feedback_on(asked[0])):
        feedback = _parsed(value)
        if feedback is None or (frame is not None and feedback.slice_index != frame):
            continue  # of another frame, which is another image
        if _key(feedback) == asked:
            return feedback
    return None


def last_opinions() -> dict[str, str]:
    """What the user said last about any prediction of each study: content hash to opinion.

    Nothing of studies whose feedback was withdrawn, nor where it cannot be read.
    """
    said = {f.study_sha256: f.opinion for f in map(_parsed, all_feedback()) if f is not None}
    return {content: opinion for content, opinion in said.items() if opinion != WITHDRAWN}


def _key(feedback: FeedbackRecord) -> tuple[str, str, str, str]:
    return feedback.study_sha256, feedback.model, feedback.model_version, feedback.prediction


def _parsed(record: Any) -> FeedbackRecord | None:
    try:
        names = {item.name: _STORED.get(item.name, item.name) for item in fields(FeedbackRecord)}
        known = {name: record[stored] for name, stored in names.items() if stored in record}
        feedback = FeedbackRecord(**known)
    except SENSELESS:
        return None
    return feedback if feedback.opinion in (AGREE, DISAGREE, WITHDRAWN) else None
