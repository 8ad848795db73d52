"""The log: what happened and where in the program, never to whom.

File names count as patient data, and so does whatever an exception says: it may quote a name. Of an
exception the log keeps the kinds and the places in the code.
"""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import walk_tb
from typing import Any

from brainviewer.files.tidying import tidy_up
from brainviewer.files.user_folders import machine_settings_folder, make_own_folder, open_own_file


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
    handler.setFormatter(NamelessFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


class NamelessFormatter(logging.Formatter):
    """Writes an exception, and those that led to it, without their texts and without paths."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, and under it the kinds and places of the exception."""
        record.message, record.asctime = record.getMessage(), self.formatTime(record, self.datefmt)
        line = self._style.format(record)
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join((line, *_told(error))) if error is not None else line


def _told(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if lines:
            lines.append("caused by")
        lines.append(type(cause).__qualname__)
        # Modules rather than files: the path of an installation tells whose it is.
        lines += [
            f"  {frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}"
            for frame, line in walk_tb(cause.__traceback__)
        ]
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return lines


class _OwnFile(RotatingFileHandler):
    """A log that only its owner can read; one that cannot be written is silent."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=500_000, backupCount=2, encoding="utf-8", delay=True)

    def _open(self) -> Any:
        return open(self.baseFilename, self.mode, encoding=self.encoding, opener=open_own_file)

    def handleError(self, record: logging.LogRecord) -> None:
        """Python would print the record, and where it came from, to stderr."""
