"""The mark of a process that starts OpenGL: who finds one that nobody holds knows how that ended.

It is locked while its process runs, made before the context is and removed after the first image.
"""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from brainviewer.files.locks import held_elsewhere
from brainviewer.files.process_mark import ProcessMark
from brainviewer.files.user_folders import graphics_folder

_SUFFIX = ".starting"


class StartMark:
    """The mark of this process, from now on; nothing where there can be none."""

    def __init__(self) -> None:
        self._mark = ProcessMark(graphics_folder, _SUFFIX)

    def drawn(self) -> None:
        """Remove it, and those that were left: the first image was drawn."""
        if self._mark.stands:
            self.end()
            remove_marks(left_marks())

    def end(self) -> None:
        """Remove it: nothing is drawn any more. A second call does nothing."""
        self._mark.end()


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
