"""The log: what happened and where in the program, never to whom.

File names count as patient data, and so does whatever an exception says: it may quote a name. Of an
exception the log keeps the kinds and the places in the code.
"""

import logging
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from brainviewer.app.faults.description import kinds_and_places
from brainviewer.files.tidying import tidy_up
from brainviewer.files.user_folders import machine_settings_folder, make_own_folder, open_own_file

_RECENT = 20


def start_log(debug: bool = False) -> None:
    """Log to a file in the user's settings folder; a folder that cannot be written is no error.

    What others could read of the user's files, and what killed processes left, is put right.
    """
    level = logging.DEBUG if debug else logging.INFO
    root = logging.getLogger("brainviewer")
    root.setLevel(level)
    if root.handlers:
        return
    try:
        folder = machine_settings_folder()
        make_own_folder(folder)
        tidy_up()
        handler: logging.Handler = _OwnFile(folder / "brainviewer.log")
    except OSError:
        handler = logging.NullHandler()
    for one in (handler, _RecentLines()):
        one.setFormatter(NamelessFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        root.addHandler(one)


def recent_lines() -> tuple[str, ...]:
    """The last lines of the log of this process, oldest first; they name nobody either."""
    handlers = logging.getLogger("brainviewer").handlers
    kept = next((one for one in handlers if isinstance(one, _RecentLines)), None)
    return () if kept is None else tuple(kept.lines)


class NamelessFormatter(logging.Formatter):
    """Writes an exception, and those that led to it, without their texts and without paths."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and under it the kinds and places of the exception."""
        record.message, record.asctime = record.getMessage(), self.formatTime(record, self.datefmt)
        line = self._style.format(record)
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join((line, *kinds_and_places(error))) if error is not None else line


class _OwnFile(RotatingFileHandler):
    """A log that only its owner can read; one that cannot be written is silent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True)

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=open_own_file)

    def handleError(self, record: logging.LogRecord) -> None:
        """Python would print the record, and where it came from, to stderr."""


class _RecentLines(logging.Handler):
    """Keeps the last lines, for who reports an error."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: deque[str] = deque(maxlen=_RECENT)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line, without the places of an exception: these are told beside it."""
        self.lines.append(self.format(record).split("\n", 1)[0])
