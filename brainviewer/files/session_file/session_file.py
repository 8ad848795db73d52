"""A session as a file: an archive of ``session.json``, annotations, correction and arrays.

``session.json`` has the keys ``format``, ``schema``, ``id``, ``stamp``, ``saved``, ``version`` and
those of ``SavedSession``, each as ``plain_values`` writes it. Annotations and the correction are
written as their own files are. Images are named by what they hold, and by file names without the
folders that they lie in, unless the session lies beside them.
"""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.correction.kept import KeptCorrection
from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.core.findings.feedback import FeedbackRecord
from brainviewer.core.report_text import ReportText
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.core.saved_session import SavedPrior, SavedResults, SavedSession, SavedStudy
from brainviewer.core.shown_text import shortened
from brainviewer.core.study import Study
from brainviewer.core.view.saved_view import SavedView
from brainviewer.files.annotation_file import AnnotationFile, annotations_content, annotations_in
from brainviewer.files.journal.correction_content import correction_content, correction_in
from brainviewer.files.ordinary_file import plain_errors
from brainviewer.files.session_file.archive import (
    archive_of,
    damaged,
    packed_array,
    read_archive,
    unpacked_array,
)
from brainviewer.files.session_file.checks import (
    MOST_VOXELS,
    check_feedback,
    check_prior,
    check_results,
    check_study,
)
from brainviewer.files.session_file.plain_values import built, plain
from brainviewer.files.writing import write_whole

SUFFIX = ".brainviewer"
FORMAT, SCHEMA = "BrainViewer session", 1
_HEAD, _ANNOTATIONS, _CORRECTION = "session.json", "annotations.json", "correction.jsonl"
_ID = re.compile(r"[0-9a-f]{32}")
_SOME = "A part of the annotations"
_LEFT_OUT = "{} of the session is damaged and was left out."
STAYS = "The file is not written to: save the session under another name to go on with it."
"""What is said besides where more is to be saved: what is damaged may be mended elsewhere."""


class NewerSession(FileError):
    """A newer version wrote the file."""


def is_session(path: Path) -> bool:
    """Whether a file is a session by its name."""
    return path.suffix.lower() == SUFFIX


def write_session(path: Path, session: SavedSession, study: Study) -> None:
    """Write a session, whole or not at all. Raises FileError.

    study : the one that it is about.
    """
    write_whole(path, session_content(session, study))


def session_content(session: SavedSession, study: Study) -> bytes:
    """The content of the file that ``write_session`` writes."""
    arrays: list[NDArray[Any]] = []
    told = {
        "format": FORMAT,
        "schema": SCHEMA,
        "notice": RESEARCH_ONLY,
        "id": session.id,
        "stamp": session.stamp,
        "saved": session.saved,
        "version": session.version,
        "study": plain(session.study, arrays),
        "view": plain(session.view, arrays),
        "age_years": session.age_years,
        "report_text": session.report_text.to_json(),
        "results": plain(session.results, arrays),
        "prior": plain(session.prior, arrays),
        "feedback": plain(session.feedback, arrays),
    }
    entries = {
        _HEAD: json.dumps(told, indent=1).encode(),
        _ANNOTATIONS: annotations_content(session.annotations, study),
    }
    if session.correction is not None:
        entries[_CORRECTION] = correction_content(session.study.sha256, session.correction)
    for number, array in enumerate(arrays):
        entries[_place(number)] = packed_array(array)
    return archive_of(entries)


def stamp_in(path: Path) -> str:
    """The stamp of the session that a file holds; see ``SavedSession``. Raises FileError."""
    head = _head(path, read_archive(path, _HEAD))
    return str(head["stamp"])


def read_session(path: Path) -> SavedSession:
    """What a session holds; of it what is damaged is left out, and said.

    Raises FileError if the file cannot be read, DamagedSession if it is no session or does not say
    of which study, and NewerSession if a newer version wrote it.
    """
    entries = read_archive(path)
    head = _head(path, entries)
    take = _Arrays(entries).take
    with plain_errors(path, damaged(path)):
        study = check_study(built(SavedStudy, head["study"], take))
        found = SavedSession(
            str(head["id"]), str(head["stamp"]), str(head["saved"]), str(head["version"]), study
        )
        if not _ID.fullmatch(found.id):
            raise ValueError("no id")
    left: list[str] = []

    def part(name: str, read: Callable[[], Any], otherwise: Any) -> Any:
        try:
            return read()
        except (*SENSELESS, FileError):
            left.append(_LEFT_OUT.format(name))
            return otherwise

    def results() -> SavedResults:
        return check_results(built(SavedResults, head["results"], take), study)

    def prior() -> SavedPrior | None:
        return check_prior(built(SavedPrior | None, head.get("prior"), take))

    def feedback() -> FeedbackRecord | None:
        return check_feedback(built(FeedbackRecord | None, head.get("feedback"), take), study)

    return replace(
        found,
        view=part("The view", lambda: built(SavedView | None, head["view"], take), None),
        annotations=part(
            "A part of the annotations", lambda: _annotations(path, entries, left), ()
        ),
        correction=part("The correction", lambda: _correction(entries, study), None),
        results=part("The result", results, SavedResults()),
        age_years=part("The age", lambda: built(float | None, head["age_years"], take), None),
        report_text=part(
            "The text", lambda: ReportText.from_json(head.get("report_text", {})), ReportText()
        ),
        prior=part("The prior", prior, None),
        feedback=part("The feedback", feedback, None),
        left_out=tuple(left),
    )


def annotations_in_session(path: Path) -> AnnotationFile:
    """The annotations of a session as a file of annotations, with the study they were made on."""
    return annotations_in(path.name, read_archive(path, _ANNOTATIONS)[_ANNOTATIONS])


def _head(path: Path, entries: dict[str, bytes]) -> dict[str, Any]:
    with plain_errors(path, damaged(path)):
        head = json.loads(entries[_HEAD].decode("utf-8"))
        if not isinstance(head, dict) or head.get("format") != FORMAT:
            raise ValueError("another kind of file")
        schema = head["schema"]
        if type(schema) is not int or schema < 1:
            raise ValueError("no schema")
    if schema > SCHEMA:
        raise NewerSession(
            f"{shortened(path.name)} was saved by a newer version of BrainViewer.",
            "Update BrainViewer to open it; the study itself can be opened without it.",
        )
    return head


def _annotations(path: Path, entries: dict[str, bytes], left: list[str]) -> tuple[Annotation, ...]:
    found = annotations_in(path.name, entries[_ANNOTATIONS])
    read = found.readable
    if len(read) < len(found.entries):
        left.append(_LEFT_OUT.format(_SOME))
    return read


def _correction(entries: dict[str, bytes], study: SavedStudy) -> KeptCorrection | None:
    if _CORRECTION not in entries:
        return None
    return correction_in(entries[_CORRECTION], study.sha256, study.shape)


class _Arrays:
    """The arrays of an archive."""

    def __init__(self, entries: dict[str, bytes]) -> None:
        self._entries = entries

    def take(self, told: Any, dtype: np.dtype[Any]) -> NDArray[Any]:
        """See ``TakeArray``."""
        shape = tuple(told["shape"])
        sound = all(type(n) is int and n >= 0 for n in (told["array"], *shape)) and len(shape) <= 4
        if not sound or told["order"] not in ("C", "F"):
            raise ValueError("no array")
        if int(np.prod(shape, dtype=np.float64)) > MOST_VOXELS:
            raise ValueError("too large an array")
        return unpacked_array(self._entries[_place(told["array"])], shape, told["order"], dtype)


def _place(number: int) -> str:
    return f"arrays/{number}.zlib"
