"""The mark of a process that starts OpenGL: who finds one that nobody holds knows how that ended.

It is locked while its process runs, made before the context is and removed after the first image.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from brainviewer.files.locks import held_elsewhere, new_locked_file
from brainviewer.files.user_folders import OWN_FILE, graphics_folder, make_own_folder

_SUFFIX = ".starting"


class StartMark:
    """The mark of this process, from now on; nothing where there can be none."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._descriptor = -1
        with suppress(OSError):
            folder = graphics_folder()
            make_own_folder(folder)
            new = folder / f"{uuid4().hex}{_SUFFIX}"
            self._path, self._descriptor = new_locked_file(lambda: new, OWN_FILE)

    def drawn(self) -> None:
        """Remove it, and those that were left: the first image was drawn."""
        if self._path is not None:
            self.end()
            remove_marks(left_marks())

    def end(self) -> None:
        """Remove it: nothing is drawn any more. A second call does nothing."""
        if self._path is None:
            return
        os.close(self._descriptor)
        remove_marks([self._path])
        self._path = None


def left_marks() -> list[Path]:
    """The marks of processes that ended while OpenGL was starting."""
    try:
        marks = sorted(graphics_folder().glob(f"*{_SUFFIX}"))
    except OSError:
        return []
    return [mark for mark in marks if not held_elsewhere(mark, unknown=True)]


def remove_marks(marks: Iterable[Path]) -> None:
    """Remove marks; never raises."""
    for mark in marks:
        with suppress(OSError):
            mark.unlink()
