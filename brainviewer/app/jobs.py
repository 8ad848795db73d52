"""Work beside the main thread: run, report, cancel.

A newer job with the same key replaces the older one, whose report then raises ``Cancelled``; or it
waits until the older ones have ended, where each of them has to be done.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from brainviewer.core.errors import BrainViewerError, Cancelled, Report
from brainviewer.core.memory import limit_pools
from brainviewer.files.ordinary_file import told_by_the_system

Result = TypeVar("Result")
Post = Callable[[Callable[[], None]], None]
"""Runs a function on the main thread, soon; may be called from any thread."""


@dataclass
class _Job(Generic[Result]):
    key: str
    work: Callable[[Report], Result]
    done: Callable[[Result], None]
    failed: Callable[[BrainViewerError], None]
    stopped: Callable[[], None]
    cancelled: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Jobs:
    """Runs blocking verbs in threads and brings their answers back to the main thread.

    post : how to reach the main thread.
    progress : called on the main thread with (key, fraction, text) while a job runs, and with
        (key, None, "") when it has ended, whatever its end.
    crashed : called on the main thread with an exception that is nobody's expected failure.
    """

    def __init__(
        self,
        post: Post,
        progress: Callable[[str, float | None, str], None],
        crashed: Callable[[BaseException], None],
    ) -> None:
        self._post, self._progress, self._crashed = post, progress, crashed
        self._running: dict[str, _Job[Any]] = {}
        self._threads: set[threading.Thread] = set()
        limit_pools()  # every job has a thread of its own
        self._queues: dict[str, deque[Callable[[], None]]] = {}

    def start(
        self,
        key: str,
        work: Callable[[Report], Result],
        done: Callable[[Result], None],
        failed: Callable[[BrainViewerError], None],
        stopped: Callable[[], None] = lambda: None,
    ) -> None:
        """Start ``work(report)``; exactly one of the three callbacks follows on the main thread."""
        self.cancel(key)
        job = _Job(key, work, done, failed, stopped)
        job.thread = threading.Thread(target=self._run, args=(job,), name=f"job {key}")
        self._running[key] = job
        # One that has just posted its end may still be there for a moment.
        self._threads = {job.thread, *(t for t in self._threads if t.is_alive())}
        self._progress(key, 0.0, "")
        job.thread.start()

    def queue(
        self,
        key: str,
        work: Callable[[Report], Result],
        done: Callable[[Result], None],
        failed: Callable[[BrainViewerError], None],
        stopped: Callable[[], None] = lambda: None,
    ) -> None:
        """The same after all earlier jobs of the key have ended, whatever their end."""
        waiting = self._queues.setdefault(key, deque())
        waiting.append(lambda: self.start(key, work, done, failed, stopped))
        if not self.running(key):
            self._start_next(key)

    def unfinished(self, key: str) -> int:
        """How many jobs of a key run or wait."""
        return int(self.running(key)) + len(self._queues.get(key, ()))

    def drop(self, key: str) -> None:
        """Forget what waits, and ask what runs to stop."""
        self._queues.pop(key, None)
        self.cancel(key)

    def cancel(self, key: str) -> None:
        """Ask a job to stop; without one, nothing happens."""
        if job := self._running.pop(key, None):
            job.cancelled.set()
            self._progress(key, None, "")
            job.stopped()
            self._start_next(key)

    def running(self, key: str) -> bool:
        """Whether a job with this key is under way."""
        return key in self._running

    def close(self) -> None:
        """Cancel everything and wait until the threads have ended."""
        for key in tuple(self._running):
            self.drop(key)
        for thread in tuple(self._threads):
            thread.join()

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
            more = len(self._queues.get(job.key, ()))
            self._progress(job.key, fraction, f"{text} · {more} more" if more else text)

    def _end(self, job: _Job[Any], callback: Callable[[], object]) -> None:
        # A job that was cancelled or replaced has had its callback already.
        if self._running.get(job.key) is job:
            del self._running[job.key]
            self._progress(job.key, None, "")
            try:
                callback()
            finally:
                self._start_next(job.key)

    def _start_next(self, key: str) -> None:
        if (waiting := self._queues.get(key)) and not self.running(key):
            waiting.popleft()()
