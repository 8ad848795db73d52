"""Where the images of sessions lie on this computer, kept here and not in the sessions.

One small file for each session, named by its id, which only its owner may read. A session that is
given to others so tells nothing of the folders of who made it, and leads nobody to a file that it
does not lie beside.
"""

import json
import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.user_folders import OWN_FILE, data_folder, make_own_folder
from brainviewer.files.writing import write_whole

log = logging.getLogger(__name__)
_MOST_BYTES = 1_000_000
_MOST_SESSIONS = 500


@dataclass(frozen=True)
class KnownSession:
    """What is known here of a session.

    paths : what its study was opened from; empty where that may not be remembered.
    prior : the same of its prior.
    stamp : of the session when it was saved or opened here last.
    """

    paths: tuple[Path, ...] = ()
    stamp: str = ""
    prior: tuple[Path, ...] = ()


def known_session(session_id: str) -> KnownSession:
    """What was remembered of a session; nothing if that is gone or makes no sense."""
    path = _file_of(session_id)
    if not path.exists():
        return KnownSession()
    try:
        stored = json.loads(read_ordinary(path, _MOST_BYTES))
        paths = tuple(Path(str(each)) for each in stored["paths"])
        prior = tuple(Path(str(each)) for each in stored.get("prior", ()))
        return KnownSession(paths, str(stored["stamp"]), prior)
    except (*SENSELESS, FileError):
        log.warning("What was remembered of a session cannot be read.")
        return KnownSession()


def remember_session(
    session_id: str, paths: Sequence[Path], stamp: str, prior: Sequence[Path] = ()
) -> None:
    """Remember a session; of very many the oldest are forgotten. Raises FileError."""
    path = _file_of(session_id)
    try:
        make_own_folder(path.parent)
        _forget_oldest(path.parent)
    except OSError as error:
        raise FileError(
            f"Where the images of the session lie cannot be remembered: {error.strerror}.",
            "You will be asked for them when you open it.",
        ) from None
    told = {
        "paths": [str(each) for each in paths],
        "prior": [str(each) for each in prior],
        "stamp": stamp,
    }
    write_whole(path, json.dumps(told).encode("utf-8", "surrogateescape"), OWN_FILE)


def forget_places() -> None:
    """Forget where the images of all sessions lie."""
    with suppress(OSError):
        for path in _folder().glob("*.json"):
            path.unlink()


def _forget_oldest(folder: Path) -> None:
    found = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in found[: -_MOST_SESSIONS + 1]:
        with suppress(OSError):
            path.unlink()


def _folder() -> Path:
    return data_folder() / "sessions"


def _file_of(session_id: str) -> Path:
    if not session_id.isalnum():
        raise ValueError("an id is made of letters and digits")
    return _folder() / f"{session_id}.json"
