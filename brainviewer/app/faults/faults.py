"""Every exception that nobody caught comes here: logged, counted, and told once."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from brainviewer.app.faults.description import kinds_and_places
from brainviewer.app.faults.repeats import Repeats, worth_a_line
from brainviewer.app.notices import Notice, Notices, Offer
from brainviewer.app.signals import Signal
from brainviewer.core.errors import BrainViewerError
from brainviewer.files.ordinary_file import told_by_the_system

log = logging.getLogger(__name__)
_AGAIN = "The same error inside BrainViewer happened again."
_MOST = 20


@dataclass
class Fault:
    """An exception as far as it can be told: nothing of it but kinds, places, times.

    lines : see ``kinds_and_places``. times : how often it was there. last : when, the last time.
    """

    lines: tuple[str, ...]
    times: int
    last: datetime


class Faults:
    """What went wrong in this window; on the main thread.

    An exception itself is not kept: its frames hold images.

    unread : what is to be shown, oldest first; at most 20 of a kind of their own.
    exit_code : of the program, at its end: 1 once something went wrong.
    """

    wanted = Signal()
    """Something new went wrong, or the user asks for it again: show what is unread."""
    counted = Signal()
    """What is unread happened again."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._repeats = Repeats()
        self._known: dict[tuple[str, ...], Fault] = {}
        self.unread: list[Fault] = []
        self.exit_code = 0
        self.crashed: Callable[[BaseException], None] = _log
        self._telling = False

    def report(self, error: BaseException) -> None:
        """Log it and tell it; what a user can understand is a notice, all else is shown once."""
        self.exit_code = 1
        lines = kinds_and_places(error)
        times = self._repeats.again(lines)
        if worth_a_line(times):
            log.error("Something failed unexpectedly (%d times so far).", times, exc_info=error)
        if self._telling:  # what tells of errors is what failed
            return
        self._telling = True
        try:
            self._tell(error, lines, times)
        except Exception as failed:
            _log(failed)
        finally:
            self._telling = False

    def read(self) -> None:
        """What was unread has been read."""
        self.unread = []

    def show(self) -> None:
        """Show again what happened last."""
        if not self.unread:
            newest = sorted(self._known.values(), key=lambda fault: fault.last)
            self.unread = newest[-_MOST:]
        self.wanted.emit()

    def _tell(self, error: BaseException, lines: tuple[str, ...], times: int) -> None:
        expected = error if isinstance(error, BrainViewerError) else told_by_the_system(error)
        if expected is not None:
            self._notices.fail(expected)
            return
        now = datetime.now().astimezone()
        fault = self._known.get(lines)
        if fault is None:
            if len(self._known) >= _MOST:
                del self._known[next(iter(self._known))]
            self._known[lines] = fault = Fault(lines, times, now)
            self.unread = [*self.unread, fault][-_MOST:]
            self.wanted.emit()
            return
        fault.times, fault.last = times, now
        if any(one is fault for one in self.unread):
            self.counted.emit()
        else:
            again = Offer("Show details", self.show)
            self._notices.show(Notice(_AGAIN, "error", (again,)))


def _log(error: BaseException) -> None:
    log.error("What tells of errors failed.", exc_info=error)
