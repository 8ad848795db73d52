"""DICOM files that arrive from elsewhere: a series whole or not at all."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from uuid import uuid4

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import DISK_FULL
from brainviewer.files.user_folders import OWN_FOLDER, open_own_file

_UNFINISHED = ".part"


class ArrivingSeries:
    """The files of a series, numbered as they arrive; may be called by several threads."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        self._known: set[str] = set()
        self._lock = Lock()

    @property
    def count(self) -> int:
        """How many images have arrived."""
        return len(self._known)

    def add(self, instance_uid: str, content: bytes) -> None:
        """Write an image, unless it has arrived before. Raises FileError, as for a full disk."""
        with self._lock:
            if instance_uid in self._known:
                return
            path = self._folder / f"{len(self._known) + 1:05}.dcm"
            try:
                with open(path, "wb", opener=open_own_file) as file:
                    file.write(content)
            except OSError as error:
                raise _not_kept(self._name, error) from None
            self._known.add(instance_uid)


@contextmanager
def arriving_series(folder: Path, number: int) -> Iterator[ArrivingSeries]:
    """A folder ``series-NUMBER``: there once the block has ended well, else not at all.

    Raises FileError, also if there is one of that name.
    """
    name = f"Series {number}"
    whole, unfinished = arrived_folder(folder, number), folder / f".{uuid4().hex}{_UNFINISHED}"
    if whole.exists():
        raise FileError(f"There is a folder '{whole.name}' already.", "Choose an empty folder.")
    try:
        folder.mkdir(mode=OWN_FOLDER, parents=True, exist_ok=True)
        unfinished.mkdir(mode=OWN_FOLDER)
    except OSError as error:
        raise _not_kept(name, error) from None
    try:
        yield ArrivingSeries(unfinished, name)
        try:
            unfinished.rename(whole)
        except OSError as error:
            raise _not_kept(name, error) from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def arrived_folder(folder: Path, number: int) -> Path:
    """Where a series lies once it is whole."""
    return folder / f"series-{number:02}"


def _not_kept(what: str, error: OSError) -> FileError:
    if error.errno in DISK_FULL:
        said, advice = f"The disk is full, so {what.lower()} was not kept.", "Free some space"
        return FileError(said, f"{advice}, and retrieve it again.")
    return FileError(f"{what} cannot be kept: {error.strerror}.", "Choose another folder.")
