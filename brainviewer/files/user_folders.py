"""Where BrainViewer keeps what is the user's own, readable by nobody else.

Settings with the recent studies, the log, feedback, ages and the journal of annotations name
patients or tell what was done with them: folders are 0700 and files 0600, also those that older
versions made.
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import platformdirs

from brainviewer.files.drafts import sweep

OWN_FOLDER, OWN_FILE = 0o700, 0o600
_PATTERNS = ("settings.json*", "settings.tmp", "brainviewer.log*", "verdicts.jsonl*")


def settings_folder() -> Path:
    """Where the settings live; BRAINVIEWER_HOME moves settings, journal and log together."""
    if home := os.environ.get("BRAINVIEWER_HOME"):
        return Path(home)
    return Path(platformdirs.user_config_dir("brainviewer", appauthor=False))


def data_folder() -> Path:
    """Where the user's data live: BRAINVIEWER_HOME, or the place the system has for them."""
    if home := os.environ.get("BRAINVIEWER_HOME"):
        return Path(home)
    return platformdirs.user_data_path("BrainViewer", appauthor=False)


def journal_folder() -> Path:
    """Where journals of annotations lie."""
    return data_folder() / "journal"


def ages_folder() -> Path:
    """Where the ages lie that were entered for studies."""
    return data_folder() / "ages"


def make_own_folder(folder: Path) -> None:
    """Make one of the folders above, for the user alone; raises OSError."""
    folder.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
    _close_folder(folder)


def open_own_file(path: str, flags: int) -> int:
    """An ``opener`` for ``open``: a new file is readable by its owner only."""
    return os.open(path, flags, OWN_FILE)


def tidy_up() -> None:
    """Close what others could read, and remove what killed processes left; never raises."""
    folders = settings_folder(), data_folder(), journal_folder(), ages_folder()
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            if not folder.is_dir():
                continue
            _close_folder(folder)
            for path in _files_in(folder):
                _close_file(path)
            sweep(folder)


def _files_in(folder: Path) -> Iterator[Path]:
    if folder in (journal_folder(), ages_folder()):
        yield from folder.iterdir()
        return
    for pattern in _PATTERNS:
        yield from folder.glob(pattern)


def _close_folder(folder: Path) -> None:
    """A folder that BRAINVIEWER_HOME shares with others, such as /tmp, stays open to them."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        found = folder.stat()
        shared = found.st_mode & stat.S_ISVTX or folder in (Path.home(), Path(folder.anchor))
        if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not shared:
            folder.chmod(OWN_FOLDER)


def _close_file(path: Path) -> None:
    if sys.platform == "win32":
        return
    with suppress(OSError):
        found = path.lstat()
        own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
        if own and found.st_mode & 0o077:
            path.chmod(OWN_FILE)
