"""Work in threads, and the way back to the main thread: run, report, cancel.

What becomes of two jobs with the same key is said by their policy. The report of a job that was
cancelled raises ``Cancelled``.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from brainviewer.core.errors import BrainViewerError, Cancelled, Report
from brainviewer.core.memory import limit_pools
from brainviewer.files.ordinary_file import told_by_the_system

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Post = Callable[[Callable[[], None]], None]
"""Runs a function on the main thread, soon; may be called from any thread."""
ShowProgress = Callable[[str, float | None, str], None]
Crashed = Callable[[BaseException], None]


class Policy(StrEnum):
    """What becomes of jobs with the same key, and of a job when the application closes."""

    LATEST = "latest"
    """A newer one takes the place of the older; closing cancels it."""
    QUEUE = "queue"
    """A newer one waits until the older have ended; closing drops them."""
    MUST_FINISH = "must finish"
    """As a queue, but nothing cancels or drops it; closing waits until it is done."""


@dataclass
class _Job(Generic[Result]):
    key: str
    work: Callable[[Report], Result]
    done: Callable[[Result], None]
    failed: Callable[[BrainViewerError], None]
    stopped: Callable[[], None]
    policy: Policy
    shown: bool
    cancelled: threading.Event = field(default_factory=threading.Event)


class Jobs:
    """Runs blocking functions in threads and brings their results back to the main thread.

    post : how to reach the main thread.
    progress : called on the main thread with (key, fraction, text) while a job runs, and with
        (key, None, "") when it has ended, whatever its end.
    crashed : called on the main thread with an exception that is nobody's expected failure.
    """

    def __init__(self, post: Post, progress: ShowProgress, crashed: Crashed) -> None:
        self._post, self._progress, self._crashed = post, progress, crashed
        self._running: dict[str, _Job[Any]] = {}
        self._waiting: dict[str, deque[_Job[Any]]] = {}
        self._threads: set[threading.Thread] = set()
        limit_pools()  # every job has a thread of its own

    def start(
        self,
        key: str,
        work: Callable[[Report], Result],
        done: Callable[[Result], None],
        failed: Callable[[BrainViewerError], None],
        stopped: Callable[[], None] = lambda: None,
        policy: Policy = Policy.LATEST,
        shown: bool = True,
    ) -> None:
        """Run ``work(report)``; exactly one of the three callbacks follows on the main thread.

        A job that is dropped before it began has none.
        policy : the same for all jobs of a key. shown : whether its progress is told.
        """
        job = _Job(key, work, done, failed, stopped, policy, shown)
        if policy is Policy.LATEST:
            self.cancel(key)
        elif self.running(key):
            self._waiting.setdefault(key, deque()).append(job)
            return
        self._start(job)

    def unfinished(self, key: str) -> int:
        """How many jobs of a key run or wait."""
        return int(self.running(key)) + len(self._waiting.get(key, ()))

    def drop(self, key: str) -> None:
        """Forget what waits, and ask what runs to stop; what must finish goes on."""
        job = self._running.get(key)
        if job is not None and job.policy is not Policy.MUST_FINISH:
            self._waiting.pop(key, None)
            self.cancel(key)

    def cancel(self, key: str) -> None:
        """Ask what runs to stop; nothing happens without it, or if it must finish."""
        job = self._running.get(key)
        if job is not None and job.policy is not Policy.MUST_FINISH:
            del self._running[key]
            job.cancelled.set()
            self._tell(job, None)
            job.stopped()
            self._start_next(key)

    def running(self, key: str) -> bool:
        """Whether a job with this key is under way."""
        return key in self._running

    def close(self) -> None:
        """Cancel what may be cancelled, do what must be done, and wait for the threads."""
        for key in tuple(self._running):
            self.drop(key)
        for thread in tuple(self._threads):
            thread.join()
        for waiting in self._waiting.values():
            while waiting:
                _finish(waiting.popleft())

    def _start(self, job: _Job[Any]) -> None:
        thread = threading.Thread(target=self._run, args=(job,), name=f"job {job.key}")
        self._running[job.key] = job
        # One that has just posted its end may still be there for a moment.
        self._threads = {thread, *(t for t in self._threads if t.is_alive())}
        self._tell(job, 0.0)
        thread.start()

    def _tell(self, job: _Job[Any], fraction: float | None, text: str = "") -> None:
        if job.shown:
            self._progress(job.key, fraction, text)

    def _run(self, job: _Job[Any]) -> None:
        def report(fraction: float, text: str) -> None:
            if job.cancelled.is_set():
                raise Cancelled
            self._post(lambda: self._show(job, fraction, text))

        try:
            report(0.0, "")
            result = job.work(report)
        except Cancelled:
            self._post(lambda: self._end(job, job.stopped))
        except BrainViewerError as error:
            expected = error
            self._post(lambda: self._end(job, lambda: job.failed(expected)))
        except BaseException as error:
            self._fail(job, error)
        else:
            self._post(lambda: self._end(job, lambda: job.done(result)))

    def _fail(self, job: _Job[Any], error: BaseException) -> None:
        if said := told_by_the_system(error):
            self._post(lambda: self._end(job, lambda: job.failed(said)))
        else:
            self._post(lambda: self._end(job, lambda: self._crash(job, error)))

    def _crash(self, job: _Job[Any], bug: BaseException) -> None:
        job.stopped()
        self._crashed(bug)

    def _show(self, job: _Job[Any], fraction: float, text: str) -> None:
        if self._running.get(job.key) is job:
            more = len(self._waiting.get(job.key, ()))
            self._tell(job, fraction, f"{text} · {more} more" if more else text)

    def _end(self, job: _Job[Any], callback: Callable[[], object]) -> None:
        # A job that was cancelled or replaced has had its callback already.
        if self._running.get(job.key) is job:
            del self._running[job.key]
            self._tell(job, None)
            try:
                callback()
            finally:
                self._start_next(job.key)

    def _start_next(self, key: str) -> None:
        if (waiting := self._waiting.get(key)) and not self.running(key):
            self._start(waiting.popleft())


def _finish(job: _Job[Any]) -> None:
    """Do what must be done when nobody is there any more to be told of it."""
    try:
        job.work(lambda _fraction, _text: None)
    except BrainViewerError as error:
        log.error("Something could not be saved.", exc_info=error)
