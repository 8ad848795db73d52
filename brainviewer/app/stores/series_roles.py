"""Which series is which sequence, as the user has corrected it: per scanner and description.

One small file of the user's own. Scanner and description are kept as a sha256, since descriptions
are typed by hand and may name anybody.
"""

import hashlib
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.own_file import set_damaged_aside, write_own_file
from brainviewer.files.user_folders import settings_folder

log = logging.getLogger(__name__)
LEFT_OUT = "left out"
_MOST_BYTES = 2_000_000
_MOST_ENTRIES = 2000


def as_remembered(candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The same series, each as the user has corrected one like it."""
    known = _read()
    return tuple(_corrected(one, known.get(_key(one), "")) for one in candidates)


def remember(chosen: Mapping[Candidate, Modality | None]) -> None:
    """Remember what the user has said of series; None : not shown. Raises FileError.

    What was said before of series of these names is forgotten.
    """
    unclear = not_remembered(chosen)
    new = {_key(one): said or LEFT_OUT for one, said in chosen.items() if one not in unclear}
    forgotten = {_key(one) for one in chosen}
    before = _stored()
    known = {key: value for key, value in _sound(before).items() if key not in forgotten} | new
    kept = dict(list(known.items())[-_MOST_ENTRIES:])
    if before is None:
        set_damaged_aside(_file())
    said = "What the series are cannot be remembered"
    write_own_file(_file(), json.dumps(kept, indent=1).encode(), said, "You will be asked again.")


def not_remembered(chosen: Mapping[Candidate, Modality | None]) -> list[Candidate]:
    """Series without a name, or of one name that were given different sequences."""
    said: dict[str, set[Modality | None]] = {}
    for one, sequence in chosen.items():
        said.setdefault(_key(one), set()).add(sequence)
    return [one for one in chosen if not _key(one) or len(said[_key(one)]) > 1]


def state_of_roles() -> str:
    """Another text whenever something else is remembered."""
    try:
        now = _file().stat()
    except OSError:
        return ""
    return f"{now.st_mtime_ns} {now.st_size}"


def _corrected(one: Candidate, said: str) -> Candidate:
    if one.stack.grid is None or not said:
        return one
    one = replace(one, left_out="", doubt="", perhaps=None, agent_unclear=False)
    if said == LEFT_OUT:
        return replace(one, sequence=None, left_out="left out by you before")
    return replace(one, sequence=Modality(said))


def _key(one: Candidate) -> str:
    """Equal for series of one name on one scanner; empty where there is no name."""
    if not one.description:
        return ""
    told = "\n".join((one.scanner, one.description, one.plane, *filter(None, (one.part,))))
    return hashlib.sha256(told.encode()).hexdigest()


def _file() -> Path:
    return settings_folder() / "series.json"


def _read() -> dict[str, str]:
    try:
        return _sound(_stored())
    except FileError:
        log.warning("What was remembered of series cannot be read.")
        return {}


def _stored() -> dict[str, str] | None:
    """What the file holds; None if that makes no sense. Raises FileError if it cannot be read."""
    path = _file()
    if not os.path.lexists(path):
        return {}
    content = read_ordinary(path, _MOST_BYTES)
    try:
        return {str(key): str(value) for key, value in json.loads(content).items()}
    except SENSELESS:
        return None


def _sound(known: Mapping[str, str] | None) -> dict[str, str]:
    if known is None:
        log.warning("What was remembered of series is damaged.")
        return {}
    allowed = {LEFT_OUT, *map(str, SEQUENCES)}
    return {key: value for key, value in known.items() if value in allowed}
