"""What is asked of a disk: few calls, so that tests can put a disk that fails in its place.

What was written is on the disk once its file is synced; a new, a renamed and a removed name once
its folder is. Source: "All File Systems Are Not Created Equal" (Pillai et al., OSDI 2014).
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

_BINARY = getattr(os, "O_BINARY", 0)
_NOT_FOR_FOLDERS = frozenset((
    errno.EACCES, errno.EBADF, errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EPERM,
))  # fmt: skip
"""What file systems say that sync no folders, and folders that may be written but not read."""


class Disk(Protocol):
    """Every call raises OSError."""

    def open(self, path: Path, flags: int, mode: int) -> int:
        """A descriptor; flags as of ``os.open``, mode of a new file."""

    def size(self, descriptor: int) -> int:
        """In bytes."""

    def read(self, descriptor: int, start: int, count: int) -> bytes:
        """At most ``count`` bytes, from a place on."""

    def write(self, descriptor: int, content: bytes, start: int | None = None) -> int:
        """How many bytes were taken, which may be fewer. start : None for the place it is at."""

    def truncate(self, descriptor: int, length: int) -> None:
        """Cut a file off."""

    def sync(self, descriptor: int) -> None:
        """Bring what was written to the disk."""

    def close(self, descriptor: int) -> None:
        """Give a descriptor back, and the lock that it holds."""

    def replace(self, path: Path, target: Path) -> None:
        """Give a file another name, in the place of what has it."""

    def unlink(self, path: Path) -> None:
        """Remove a name."""

    def make_folder(self, folder: Path, mode: int) -> None:
        """Make a folder whose parent is there."""

    def sync_folder(self, folder: Path) -> None:
        """Bring the names in a folder to the disk, where the system can."""

    def try_lock(self, descriptor: int) -> bool:
        """Lock an open file or folder; False if another process holds the lock."""


class SystemDisk:
    """The disk of the system; see ``Disk``."""

    def open(self, path: Path, flags: int, mode: int) -> int:
        """See ``Disk``."""
        return os.open(path, flags | _BINARY, mode)

    def size(self, descriptor: int) -> int:
        """See ``Disk``."""
        return os.fstat(descriptor).st_size

    def read(self, descriptor: int, start: int, count: int) -> bytes:
        """See ``Disk``."""
        os.lseek(descriptor, start, os.SEEK_SET)
        return os.read(descriptor, count)

    def write(self, descriptor: int, content: bytes, start: int | None = None) -> int:
        """See ``Disk``."""
        if start is not None:
            os.lseek(descriptor, start, os.SEEK_SET)
        return os.write(descriptor, content)

    def truncate(self, descriptor: int, length: int) -> None:
        """See ``Disk``."""
        os.ftruncate(descriptor, length)

    def sync(self, descriptor: int) -> None:
        """See ``Disk``."""
        os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """See ``Disk``."""
        os.close(descriptor)

    def replace(self, path: Path, target: Path) -> None:
        """See ``Disk``."""
        path.replace(target)

    def unlink(self, path: Path) -> None:
        """See ``Disk``."""
        path.unlink()

    def make_folder(self, folder: Path, mode: int) -> None:
        """See ``Disk``."""
        folder.mkdir(mode)

    def sync_folder(self, folder: Path) -> None:
        """See ``Disk``."""
        if sys.platform == "win32":
            return
        try:
            descriptor = os.open(folder, os.O_RDONLY)
        except PermissionError:
            return
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno not in _NOT_FOR_FOLDERS:
                raise
        finally:
            os.close(descriptor)

    def try_lock(self, descriptor: int) -> bool:
        """See ``Disk``."""
        if sys.platform == "win32":
            raise OSError(errno.ENOTSUP, "no locks")
        import fcntl

        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class _Current:
    disk: Disk = SystemDisk()


_current = _Current()


def disk() -> Disk:
    """The disk of this process."""
    return _current.disk


@contextmanager
def using_disk(other: Disk) -> Iterator[None]:
    """Write on another disk for a while: one that fails."""
    before, _current.disk = _current.disk, other
    try:
        yield
    finally:
        _current.disk = before
