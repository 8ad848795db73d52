"""What older versions kept in a file for each kind of work: taken over into the journal, once.

Annotations lay in ``journal/HASH.json``, a correction in ``journal/HASH.correction``, ages and
texts of reports in ``ages`` and ``reports``, feedback on all studies in ``verdicts.jsonl``. A file
goes when what it held is on the disk; one that makes no sense is set aside.
"""

import json
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.files.annotation_file import (
    DamagedFile,
    NewerFile,
    entries_by_id,
    read_annotations,
)
from brainviewer.files.durable.appending import remove, rename
from brainviewer.files.journal.correction_content import correction_entries
from brainviewer.files.journal.standing import AGE, ANNOTATION, FEEDBACK, REPORT
from brainviewer.files.locks import held_elsewhere
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.own_file import free_name
from brainviewer.files.user_folders import ages_folder, data_folder, journal_folder, reports_folder

log = logging.getLogger(__name__)

Entries = Sequence[dict[str, Any]]
AddOf = Callable[[str, Entries], None]
"""Adds entries to the journal of a study. Raises FileError."""
_MOST_BYTES = 500_000_000


def has_older_files(study_hash: str) -> bool:
    """Whether there is anything to take over."""
    return _feedback_file().exists() or any(p.exists() for p in _files_of(study_hash).values())


def take_over(study_hash: str, add: AddOf) -> str:
    """Take over what was kept for a study, and all feedback; the folder is held.

    Returns sentences about what was set aside. Raises FileError where annotations cannot be read
    now, or a newer version wrote them; the file stays, and the next call tries again.
    """
    files, said = _files_of(study_hash), []
    for kind, read in (("correction", _correction), (AGE, _age), (REPORT, _report)):
        path = files[kind]
        if not path.exists() or held_elsewhere(path, unknown=False):
            continue
        try:
            entries = read(study_hash, path)
        except FileError:
            log.warning("What an older version kept cannot be read now.")
            continue
        except SENSELESS:
            said.append(_set_aside(path))
            continue
        add(study_hash, entries)
        _remove(path)
    if _feedback_file().exists():
        _take_feedback(add)
    if files[ANNOTATION].exists():
        said.append(_take_annotations(study_hash, files[ANNOTATION], add))
    return " ".join(filter(None, said))


def feedback_in_older_file() -> bool:
    """Whether feedback lies where older versions kept it."""
    return _feedback_file().exists()


def _files_of(study_hash: str) -> dict[str, Path]:
    return {
        ANNOTATION: journal_folder() / f"{study_hash}.json",
        "correction": journal_folder() / f"{study_hash}.correction",
        AGE: ages_folder() / f"{study_hash}.json",
        REPORT: reports_folder() / f"{study_hash}.json",
    }


def _feedback_file() -> Path:
    return data_folder() / "verdicts.jsonl"


def _take_annotations(study_hash: str, path: Path, add: AddOf) -> str:
    try:
        found = read_annotations(path)
    except DamagedFile:
        return _set_aside(path)
    except NewerFile as error:
        raise FileError(
            "A newer version of BrainViewer has kept annotations of this study, which are left as "
            "they are.",
            "Update BrainViewer. Keep new ones with 'Save annotations as' until then.",
        ) from error
    except FileError as error:
        raise FileError(
            f"The annotations kept for this study cannot be read now. {error.message}",
            f"Open the study again when '{path}' can be read. Keep new ones with 'Save annotations "
            "as' until then.",
        ) from error
    known = entries_by_id(found.entries)
    add(
        study_hash,
        [
            {"kind": ANNOTATION, "id": name, "value": value, "old": True}
            for name, value in known.items()
        ],
    )
    _remove(path)
    return ""


def _correction(study_hash: str, path: Path) -> Entries:
    entries = correction_entries(read_ordinary(path, _MOST_BYTES), study_hash)
    return [{**entry, "old": True} for entry in entries]


def _age(_: str, path: Path) -> Entries:
    years = float(json.loads(read_ordinary(path, _MOST_BYTES))["age_years"])
    return [{"kind": AGE, "value": years, "old": True}]


def _report(_: str, path: Path) -> Entries:
    text = json.loads(read_ordinary(path, _MOST_BYTES))
    if not isinstance(text, dict):
        raise TypeError("the text of a report is an object")
    return [{"kind": REPORT, "value": text, "old": True}]


def _take_feedback(add: AddOf) -> None:
    """Of every study; a line that makes no sense stays in a file that is set aside."""
    path, damaged = _feedback_file(), False
    try:
        lines = read_ordinary(path, _MOST_BYTES).splitlines()
    except FileError:
        log.warning("Feedback that an older version kept cannot be read now.")
        return
    last: dict[str, dict[tuple[Any, ...], Any]] = {}
    for line in filter(None, lines):
        try:
            value = json.loads(line)
            study = str(value["study_sha256"])
            if not study.isalnum():
                raise ValueError("no content hash")
            key = value["model"], value["model_version"], value["answer"], value.get("slice")
            mine = last.setdefault(study, {})
            mine.pop(key, None)
            mine[key] = value
        except SENSELESS:
            damaged = True
    for study, values in last.items():
        add(study, [{"kind": FEEDBACK, "value": v, "old": True} for v in values.values()])
    if damaged:
        _set_aside(path)
    else:
        _remove(path)


def _remove(path: Path) -> None:
    """What cannot be removed is taken over again next time, and then takes nobody's place."""
    with suppress(OSError):
        remove(path)


def _set_aside(path: Path) -> str:
    aside = free_name(path, "damaged")
    try:
        rename(path, aside)
    except OSError:
        return "What an older version kept for this study is damaged and cannot be set aside."
    return f"What was kept for this study is damaged; it is set aside as '{aside}'."
