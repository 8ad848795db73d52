"""A locked file that stands for a process: who finds one that nobody holds knows how that ended."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from brainviewer.files.locks import new_locked_file
from brainviewer.files.user_folders import OWN_FILE, make_own_folder


class ProcessMark:
    """The mark of this process, from now on; nothing where there can be none.

    folder : where it lies, made if it is not there. suffix : of its name.
    descriptor : of the open file; -1 without one.
    """

    def __init__(self, folder: Callable[[], Path], suffix: str) -> None:
        self._path: Path | None = None
        self.descriptor = -1
        with suppress(OSError):
            place = folder()
            make_own_folder(place)
            self._path, self.descriptor = new_locked_file(
                lambda: place / f"{uuid4().hex}{suffix}", OWN_FILE
            )

    @property
    def stands(self) -> bool:
        """Whether there is one, and it was not removed."""
        return self._path is not None

    def end(self) -> None:
        """Remove it; a second call does nothing, and nothing is raised."""
        if self._path is None:
            return
        os.close(self.descriptor)
        with suppress(OSError):
            self._path.unlink()
        self._path, self.descriptor = None, -1
