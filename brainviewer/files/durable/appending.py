"""Files that are only added to, and folders that stay: on the disk when these functions return.

Whoever calls them holds a lock where several processes write the same file.
"""

import errno
import os
from contextlib import suppress
from pathlib import Path

from brainviewer.files.durable.disk import Disk, disk

OWN_FILE = 0o600
_named: set[Path] = set()
"""Files whose names this process has brought to the disk; who made them may have been killed."""
_unnamed: set[Path] = set()
"""Folders whose names it has not."""
_doubtful: dict[Path, int] = {}
"""From where on a file may hold what is in memory only, since a sync has failed."""


def append(path: Path, content: bytes, whole: int | None = None, mode: int = OWN_FILE) -> int:
    """Add to a file, which is made if it is not there; returns how long it is then, in bytes.

    All of it is on the disk when this returns. If anything fails the file is cut to what it was.

    whole : how much of the file makes sense; what a crash left behind that is cut off.
    mode : permissions of a new file.
    Raises OSError.
    """
    on = disk()
    descriptor, new = _opened(on, path, mode)
    if new:
        _named.discard(path)
    try:
        start = on.size(descriptor)
        if whole is not None and whole < start:
            on.truncate(descriptor, whole)
            start = whole
        doubtful = _doubtful.get(path, start)
        if doubtful < start:
            _write_again(on, path, doubtful, start)
        try:
            write_all(descriptor, content)
            on.sync(descriptor)
            if path not in _named:
                sync_name(path)
        except BaseException:
            _doubtful[path] = min(doubtful, start)
            with suppress(OSError):
                on.truncate(descriptor, start)
            raise
        _doubtful.pop(path, None)
        return start + len(content)
    finally:
        on.close(descriptor)


def write_new(path: Path, content: bytes, mode: int = OWN_FILE) -> None:
    """Write a file that is not there yet, whole or not at all. Raises OSError."""
    on = disk()
    descriptor = on.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        write_all(descriptor, content)
        on.sync(descriptor)
        sync_name(path)
    except BaseException:
        on.close(descriptor)
        with suppress(OSError):
            on.unlink(path)
        raise
    on.close(descriptor)


def write_all(descriptor: int, content: bytes) -> None:
    """Write at the place of a descriptor, however often it takes. Raises OSError."""
    on, rest = disk(), memoryview(content)
    while rest:
        count = on.write(descriptor, bytes(rest))
        if count <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        rest = rest[count:]


def read_from(path: Path, start: int = 0, most_bytes: int | None = None) -> bytes:
    """What a file holds from a place on, or the first bytes of it. Raises OSError.

    Whether it is an ordinary file is asked before; see ``ordinary_file``.
    """
    on = disk()
    descriptor = on.open(path, os.O_RDONLY, 0)
    try:
        left = on.size(descriptor) - start
        if most_bytes is not None:
            left = min(left, most_bytes)
        parts: list[bytes] = []
        while left > 0 and (part := on.read(descriptor, start, left)):
            parts.append(part)
            start, left = start + len(part), left - len(part)
        return b"".join(parts)
    finally:
        on.close(descriptor)


def sync_name(path: Path) -> None:
    """Bring the name of a file to the disk, which was given to it just now. Raises OSError."""
    _named.discard(path)
    disk().sync_folder(path.parent)
    _named.add(path)


def doubt_name(path: Path) -> None:
    """Another process gave a file its name, and perhaps did not live to bring that to the disk."""
    _named.discard(path)


def rename(path: Path, target: Path) -> None:
    """Give a file another name for good, in the place of what has it. Raises OSError."""
    disk().replace(path, target)
    sync_name(target)
    if path.parent != target.parent:
        disk().sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove a file for good; one that is not there is gone already. Raises OSError."""
    try:
        disk().unlink(path)
    except FileNotFoundError:
        return
    disk().sync_folder(path.parent)


def make_folders(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it where there are none, for good. Raises OSError.

    mode : permissions of the folder itself; those above it get the usual ones.
    """
    for place in (*reversed(folder.parents), folder):
        if place.is_dir() and place not in _unnamed:
            continue
        _unnamed.add(place)
        try:
            disk().make_folder(place, mode if place == folder else 0o777)
        except FileExistsError:
            if not place.is_dir():
                raise
        disk().sync_folder(place.parent)
        _unnamed.discard(place)


def _write_again(on: Disk, path: Path, start: int, stop: int) -> None:
    """Make what was perhaps not written to be written with what follows; it stays what it is."""
    descriptor = on.open(path, os.O_RDWR, 0)
    try:
        while start < stop and (part := on.read(descriptor, start, stop - start)):
            start += max(1, on.write(descriptor, part, start))
        on.sync(descriptor)
    finally:
        on.close(descriptor)


def _opened(on: Disk, path: Path, mode: int) -> tuple[int, bool]:
    """Open for adding, and whether the file is new."""
    flags = os.O_RDWR | os.O_APPEND
    with suppress(FileNotFoundError):
        return on.open(path, flags, mode), False
    return on.open(path, flags | os.O_CREAT, mode), True
