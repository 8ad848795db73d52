"""The trail for a window: read, verified and taken out in the background, a page at a time."""

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from brainviewer.app.audit_trail.looking import Row, Wanted, key_of_lines, lines, row_of
from brainviewer.app.audit_trail.recording import own_trail, recording
from brainviewer.app.audit_trail.switching import start, stop
from brainviewer.app.audit_trail.taking_out import take_out
from brainviewer.app.audit_trail.verifying import verify
from brainviewer.app.jobs import Jobs
from brainviewer.core.audit_trail.faults import Check
from brainviewer.core.audit_trail.line import Line
from brainviewer.core.errors import BrainViewerError, Report, silent

READ, VERIFY, TAKE_OUT = "read audit trail", "verify audit trail", "export audit trail"
PAGE = 400
"""Lines that are read at once: some more than a screen shows."""
Failed = Callable[[BrainViewerError], object]
Rows = Callable[[list[Row], bool], object]
"""Takes rows, and whether there may be more."""


class TrailBrowser:
    """Reads lines as they are asked for; one page at a time."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._lines: Iterator[Line] = iter(())
        self._report: Report = silent
        self._looked_at = 0

    @property
    def state(self) -> str:
        """Whether what is done is recorded, as a sentence; or why that cannot be told."""
        try:
            if recording():
                return "What is done is recorded."
            if own_trail().begun:
                return "Recording was stopped: what is done now is not recorded."
            return "What is done is not recorded."
        except BrainViewerError as error:
            return str(error)

    @property
    def on(self) -> bool:
        """Whether what is done is recorded, or should be and cannot."""
        try:
            return recording()
        except BrainViewerError:
            return True

    @property
    def begun(self) -> bool:
        """Whether there is a trail to be looked at."""
        return own_trail().begun

    def read(self, wanted: Wanted, rows: Rows, failed: Failed) -> None:
        """Read the newest lines that are wanted; a newer call takes the place of an older one."""
        self._jobs.cancel(READ)
        self._looked_at = 0
        try:
            self._lines = lines(wanted, self._passed) if own_trail().begun else iter(())
        except BrainViewerError as error:
            self._lines = iter(())
            failed(error)
            return
        self.read_on(rows, failed)

    def read_on(self, rows: Rows, failed: Failed) -> None:
        """Read the next page, unless one is being read."""
        if self._jobs.running(READ):
            return
        found = self._lines

        def work(report: Report) -> list[Row]:
            self._report = report
            key = key_of_lines()
            return [row_of(line, key) for line in islice(found, PAGE)]

        self._jobs.start(READ, work, lambda page: rows(page, len(page) == PAGE), failed)

    def verify(self, done: Callable[[Check], object], failed: Failed) -> None:
        """Go through the whole trail."""
        self._jobs.start(VERIFY, verify, done, failed)

    def take_out(
        self, path: Path, wanted: Wanted, done: Callable[[int], object], failed: Failed
    ) -> None:
        """Write the lines that are wanted into a file."""
        self._jobs.start(TAKE_OUT, lambda _: take_out(path, wanted), done, failed)

    def switch(self, done: Callable[[str], object], failed: Failed) -> None:
        """Begin to record, or end it; ``done`` is told what is so then."""
        try:
            if self.on:
                stop()
                done(self.state)
            else:
                done(start().sentence)
        except BrainViewerError as error:
            failed(error)

    def _passed(self) -> None:
        """In the thread that reads: where few lines fit, very many are looked at."""
        self._looked_at += 1
        if self._looked_at % PAGE == 0:
            self._report(0.0, f"Reading the audit trail: {self._looked_at:,} lines")

    def close(self) -> None:
        """The window is closed: nothing more is read."""
        self._jobs.cancel(READ)
        self._lines = iter(())
