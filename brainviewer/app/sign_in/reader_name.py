"""Who is named in what a reader makes."""

import getpass

from brainviewer.app.settings.settings_file import on_disk
from brainviewer.core.errors import FileError
from brainviewer.core.process.reader import current_reader
from brainviewer.files.user_folders import settings_folder

SETTING = "name_reader"


def reader_name() -> str:
    """Of whoever works here, for his own records: the reader, or the user of the computer.

    Empty where it is not known.
    """
    if (reader := current_reader()) is not None:
        return reader.name
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def named_reader() -> str:
    """The reader who has signed in and wants to be named in reports and exports; else empty."""
    reader = current_reader()
    return reader.name if reader is not None and may_be_named() else ""


def may_be_named() -> bool:
    """Whether who works here may be named in reports and exports; a reader's own choice."""
    if current_reader() is None:
        return True
    try:
        return on_disk(settings_folder() / "settings.json").get(SETTING, True) is not False
    except FileError:
        return True  # as by default
