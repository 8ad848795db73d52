"""A file in a folder of the user's own, written whole and readable by nobody else."""

import os
from pathlib import Path
from uuid import uuid4

from brainviewer.core.errors import FileError
from brainviewer.files.user_folders import OWN_FILE, make_own_folder
from brainviewer.files.writing import write_whole


def free_name(path: Path, ending: str) -> Path:
    """A name beside a file that nothing has."""
    aside = path.with_name(f"{path.name}.{ending}")
    while os.path.lexists(aside):
        aside = path.with_name(f"{path.name}.{uuid4().hex[:8]}.{ending}")
    return aside


def set_damaged_aside(path: Path) -> None:
    """Give a file of the user that makes no sense another name, so that nothing replaces it.

    Raises FileError.
    """
    try:
        path.rename(free_name(path, "damaged"))
    except OSError as error:
        raise FileError(
            f"{path.name} is damaged and cannot be set aside: {error.strerror}.",
            "Move it to another folder.",
        ) from None


def write_own_file(path: Path, content: bytes, not_kept: str, advice: str) -> None:
    """Write a file, and make its folder where there is none.

    not_kept : what is said, with the reason, if the folder cannot be made.

    Raises FileError; what was there before then stays.
    """
    try:
        make_own_folder(path.parent)
    except OSError as error:
        raise FileError(f"{not_kept}: {error.strerror}.", advice) from None
    write_whole(path, content, OWN_FILE)
