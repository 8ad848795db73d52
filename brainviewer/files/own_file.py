"""A file in a folder of the user's own, written whole and readable by nobody else."""

from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.user_folders import OWN_FILE, make_own_folder
from brainviewer.files.writing import write_whole


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
