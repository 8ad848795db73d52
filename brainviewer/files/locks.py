"""Locks between processes, which the system takes back when a process is killed.

Where the file system or the system (Windows) knows none, nothing is locked and everything goes on.
"""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from brainviewer.files.durable.disk import disk

_PAUSE = 0.01
_TRIES = 20


def try_lock(descriptor: int) -> bool:
    """Lock an open file or folder; False if another process holds the lock.

    The lock goes when the file is closed. Raises OSError where there are no locks.
    """
    return disk().try_lock(descriptor)


def held_elsewhere(path: Path, unknown: bool) -> bool:
    """Whether another process holds the lock of a file. unknown : what where it cannot be told."""
    if sys.platform == "win32":
        try:
            path.rename(path)  # refused while a process has it open
        except OSError:
            return True
        return False
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return unknown
    try:
        return not try_lock(descriptor)
    except OSError:
        return unknown
    finally:
        os.close(descriptor)


def new_locked_file(new_path: Callable[[], Path], mode: int) -> tuple[Path, int]:
    """A new file, open for reading and writing and locked: its path and its descriptor.

    Without a lock where there are none: nothing is swept there, and on Windows no open file can be
    removed.

    new_path : another one each time, since whoever swept a file may still remove its name.
    mode : permissions, of which the user's umask takes some away.
    Raises OSError.
    """
    for _ in range(_TRIES):
        path = new_path()
        descriptor = disk().open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)
        try:
            if try_lock(descriptor) and os.fstat(descriptor).st_nlink:
                return path, descriptor
        except OSError:
            return path, descriptor
        # Another process swept it in the moment before it was locked.
        disk().close(descriptor)
        with suppress(FileNotFoundError):
            disk().unlink(path)
    raise FileNotFoundError(errno.ENOENT, "the new file is gone")


@contextmanager
def locked_folder(folder: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of a folder.

    Raises TimeoutError if another process still holds it after so many seconds, and OSError if the
    folder cannot be opened.
    """
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _wait_for_lock(descriptor, seconds)
        yield
    finally:
        os.close(descriptor)


def _wait_for_lock(descriptor: int, seconds: float) -> None:
    late = time.monotonic() + seconds
    try:
        while not try_lock(descriptor):
            if time.monotonic() > late:
                raise TimeoutError
            time.sleep(_PAUSE)
    except TimeoutError:
        raise
    except OSError:
        return  # the file system has no locks
