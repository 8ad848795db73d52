"""Files that are being written: beside their place, under a name of their own, locked.

A process that is killed leaves its draft behind, but not its lock: so others know it for abandoned
and remove it.
"""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from brainviewer.files.locks import try_lock

_NAME = re.compile(r"\.[0-9a-f]{32}\.part")
_TRIES = 20
_BINARY, _NO_LINK = getattr(os, "O_BINARY", 0), getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def new_draft(folder: Path, mode: int) -> Iterator[tuple[Path, BinaryIO]]:
    """A new file to be written and then renamed; removed if that does not happen.

    mode : permissions, of which the user's umask takes some away.
    Raises OSError.
    """
    path, descriptor = _locked_draft(folder, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield path, file
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def sweep(folder: Path) -> None:
    """Remove the drafts in a folder that no running process writes; never raises."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_abandoned(Path(entry.path))


def _locked_draft(folder: Path, mode: int) -> tuple[Path, int]:
    for _ in range(_TRIES):
        path = folder / f".{uuid4().hex}.part"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        try:
            if try_lock(descriptor) and os.fstat(descriptor).st_nlink:
                break
        except OSError:
            break  # no locks here, so nobody sweeps
        # Another process swept it in the moment before it was locked.
        os.close(descriptor)
    else:
        raise FileNotFoundError(errno.ENOENT, "the new file is gone")
    return path, descriptor


def _remove_abandoned(path: Path) -> None:
    # For writing, since some file systems give locks on nothing else.
    descriptor = os.open(path, os.O_RDWR | _NO_LINK)
    try:
        if try_lock(descriptor):
            path.unlink()
    finally:
        os.close(descriptor)
