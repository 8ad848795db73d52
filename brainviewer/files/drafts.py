"""Files that are being written: beside their place, under a name of their own, locked.

A process that is killed leaves its draft behind, but not its lock: so others know it for abandoned
and remove it. While a draft lies outside the folders of the user's own, a link in one of these says
where, so that the next start finds it.
"""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from brainviewer.files.durable.appending import write_all
from brainviewer.files.durable.disk import disk
from brainviewer.files.locks import new_locked_file, try_lock
from brainviewer.files.user_folders import (
    data_folder,
    make_own_folder,
    settings_folder,
    unfinished_folder,
)

_NAME = re.compile(r"\.[0-9a-f]{32}\.part")
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


class Draft:
    """A new file that is written. Every call but ``close`` raises OSError."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor: int | None = descriptor

    def write(self, content: bytes) -> None:
        """Add to the file."""
        assert self._descriptor is not None
        write_all(self._descriptor, content)

    def sync(self) -> None:
        """Bring the file to the disk."""
        assert self._descriptor is not None
        disk().sync(self._descriptor)

    def take_name(self, target: Path) -> None:
        """Give it its name, in the place of what has it; for good once the folder is synced."""
        if sys.platform == "win32":
            self.close()  # what is open cannot be renamed there
        disk().replace(self._path, target)

    def close(self) -> None:
        """Give the descriptor back, and the lock."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            disk().close(descriptor)


@contextmanager
def new_draft(folder: Path, mode: int) -> Iterator[tuple[Path, Draft]]:
    """A new file to be written and then renamed; removed if that does not happen.

    mode : permissions, of which the user's umask takes some away.
    Raises OSError.
    """
    with ExitStack() as links:

        def new_path() -> Path:
            path = folder / f".{uuid4().hex}.part"
            links.enter_context(_linked(path))
            return path

        path, descriptor = new_locked_file(new_path, mode)
        file = Draft(path, descriptor)
        try:
            yield path, file
        except BaseException:
            file.close()
            with suppress(OSError):
                disk().unlink(path)
            raise
        file.close()


def sweep(folder: Path) -> None:
    """Remove the drafts in a folder that no running process writes; never raises."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    remove_abandoned(Path(entry.path))


def sweep_elsewhere() -> None:
    """The same for the drafts that killed processes left in other folders."""
    with suppress(OSError):
        for link in unfinished_folder().iterdir():
            with suppress(OSError):
                path = link.readlink()
                if not _NAME.fullmatch(path.name) or remove_abandoned(path):
                    link.unlink()


@contextmanager
def _linked(draft: Path) -> Iterator[None]:
    if draft.is_relative_to(data_folder()) or draft.is_relative_to(settings_folder()):
        yield
        return
    link = unfinished_folder() / draft.stem[1:]
    with suppress(OSError):  # what cannot be noted is swept by the next file in its folder
        make_own_folder(link.parent)
        link.symlink_to(draft)
    try:
        yield
    finally:
        with suppress(OSError):
            link.unlink()
            link.parent.rmdir()  # if it was the last one


def remove_abandoned(path: Path) -> bool:
    """Remove a file unless a running process holds its lock; whether it is gone. Raises OSError."""
    try:
        # For writing, since some file systems give locks on nothing else.
        descriptor = os.open(path, os.O_RDWR | _NO_LINK)
    except FileNotFoundError:
        return True
    try:
        if not try_lock(descriptor):
            return False
        path.unlink()
        return True
    finally:
        os.close(descriptor)
