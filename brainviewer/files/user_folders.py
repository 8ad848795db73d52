"""Where BrainViewer keeps what is the user's own, readable by nobody else.

Settings with the recent studies, the log, feedback, ages, texts of reports and the journal of
annotations name patients or tell what was done with them: folders are 0700 and files 0600, also
those that older versions made.
"""

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

import platformdirs

from brainviewer.core.process.reader import current_reader
from brainviewer.files.durable.appending import make_folders

OWN_FOLDER, OWN_FILE = 0o700, 0o600


def machine_settings_folder() -> Path:
    """Where the log and the PACS nodes of all readers live.

    BRAINVIEWER_HOME moves settings, data and log together.
    """
    if home := os.environ.get("BRAINVIEWER_HOME"):
        return Path(home)
    return Path(platformdirs.user_config_dir("brainviewer", appauthor=False))


def machine_folder() -> Path:
    """Where the data of all readers live: accounts, audit trail, models, monitored predictions."""
    if home := os.environ.get("BRAINVIEWER_HOME"):
        return Path(home)
    return platformdirs.user_data_path("BrainViewer", appauthor=False)


def graphics_folder() -> Path:
    """Where the last probe of the graphics lies, and the marks of windows that start to draw."""
    return machine_settings_folder() / "graphics"


def settings_folder() -> Path:
    """Where the settings live: of the reader who has signed in, else of the user."""
    return machine_settings_folder() if current_reader() is None else data_folder()


def data_folder() -> Path:
    """Where the user's data live: of the reader who has signed in a folder of his own."""
    reader = current_reader()
    return machine_folder() if reader is None else machine_folder() / "readers" / reader.id


def journal_folder() -> Path:
    """Where journals of annotations lie."""
    return data_folder() / "journal"


def ages_folder() -> Path:
    """Where the ages lie that were entered for studies."""
    return data_folder() / "ages"


def reports_folder() -> Path:
    """Where the texts lie that were written into reports of studies."""
    return data_folder() / "reports"


def models_folder() -> Path:
    """Where the models lie that the user added."""
    return machine_folder() / "models"


def retrieved_folder() -> Path:
    """Where studies lie that were retrieved from a PACS, while they are needed."""
    return data_folder() / "retrieved"


def unpacked_folder() -> Path:
    """Where the images of archives lie, while they are needed."""
    return data_folder() / "unpacked"


def unfinished_folder() -> Path:
    """Where links to files lie that are being written elsewhere; see ``drafts``."""
    return data_folder() / "unfinished"


def make_own_folder(folder: Path) -> None:
    """Make one of the folders above, for the user alone; raises OSError."""
    every = machine_settings_folder(), machine_folder(), settings_folder(), data_folder()
    homes = (home for home in dict.fromkeys(every) if folder.is_relative_to(home))
    for own in (*homes, folder):
        make_folders(own, OWN_FOLDER)
        close_folder(own)


def open_own_file(path: str, flags: int) -> int:
    """An ``opener`` for ``open``: a new file is readable by its owner only."""
    return os.open(path, flags, OWN_FILE)


def close_folder(folder: Path) -> None:
    """Let nobody else look into a folder.

    One that BRAINVIEWER_HOME shares with others, such as /tmp, stays open to them.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):
        found = folder.stat()
        shared = found.st_mode & stat.S_ISVTX or folder in (Path.home(), Path(folder.anchor))
        if found.st_uid == os.geteuid() and found.st_mode & 0o077 and not shared:
            folder.chmod(OWN_FOLDER)


def close_file(path: Path) -> None:
    """Let nobody else read a file; a link is left alone."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        found = path.lstat()
        own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
        if own and found.st_mode & 0o077:
            path.chmod(OWN_FILE)
