"""Folders for images that are there for a while only: retrieved from a PACS, or unpacked.

They are the user's alone and go when they are no longer needed. One that a killed process left is
known by its lock, which goes with the process, and is removed at the next start.
"""

import os
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from brainviewer.core.errors import FileError
from brainviewer.files.locks import new_locked_file, try_lock
from brainviewer.files.ordinary_file import DISK_FULL
from brainviewer.files.user_folders import OWN_FILE, OWN_FOLDER, make_own_folder

_LOCK = ".lock"


class PrivateFolder:
    """A new folder in one of the user's own, for this process.

    Raises FileError if it cannot be made.
    """

    def __init__(self, home: Path) -> None:
        try:
            make_own_folder(home)
            lock, descriptor = new_locked_file(lambda: home / f"{uuid4().hex}{_LOCK}", OWN_FILE)
            self.path = lock.with_suffix("")
            self._lock: int | None = descriptor
            self.path.mkdir(mode=OWN_FOLDER)
        except OSError as error:
            if error.errno in DISK_FULL:
                said, advice = "The disk is full.", "Free some space and try again."
                raise FileError(said, advice) from None
            said = f"A folder for the images cannot be made: {error.strerror}."
            raise FileError(said, "Check the permissions of your own folders.") from None

    def remove(self) -> None:
        """Remove it with all that is in it; never raises."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        with suppress(OSError):
            _lock_of(self.path).unlink()


def sweep_private(home: Path) -> None:
    """Remove the private folders in a folder that no running process holds; never raises."""
    with suppress(OSError):
        for lock in home.glob(f"*{_LOCK}"):
            with suppress(OSError):
                _remove_abandoned(lock)


def _remove_abandoned(lock: Path) -> None:
    """The lock goes last: whatever interrupts this, the next start goes on with it."""
    folder, descriptor = lock.with_suffix(""), os.open(lock, os.O_RDWR)
    try:
        if not try_lock(descriptor):
            return
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            lock.unlink()
        return
    except OSError:
        pass  # no locks here
    finally:
        os.close(descriptor)
    lock.unlink()  # refused on Windows while a process has it open
    shutil.rmtree(folder, ignore_errors=True)


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(_LOCK)
