"""Work in threads, and the way back to the main thread: run, report, cancel.

What becomes of two jobs with the same key is said by their policy. The report of a job that was
cancelled raises ``Cancelled``.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from brainviewer.app.signals import Signal
from brainviewer.core.errors import BrainViewerError, Cancelled, Report
from brainviewer.core.process.memory import limit_pools
from brainviewer.files.ordinary_file import told_by_the_system

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
    done: Callable[[Result], object]
    failed: Callable[[BrainViewerError], object]
    stopped: Callable[[], object]
    policy: Policy
    shown: bool
    cancelled: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None
    ended: Callable[[], object] | None = None
    """Which of the callbacks follows, once the work has ended."""


class Jobs:
    """Runs blocking functions in threads and brings their results back to the main thread.

    post : how to reach the main thread.
    progress : called on the main thread with (key, fraction, text) while a job runs, and with
        (key, None, "") when it has ended, whatever its end.
    crashed : called on the main thread with an unexpected exception.
    """

    ended = Signal()
    """A job has ended, whatever its end, and its callback has been called."""

    def __init__(self, post: Post, progress: ShowProgress, crashed: Crashed) -> None:
        self._post, self._progress, self.crashed = post, progress, crashed
        self._running: dict[str, _Job[Any]] = {}
        self._waiting: dict[str, deque[_Job[Any]]] = {}
        self._threads: set[threading.Thread] = set()
        self._held: dict[str, _Job[Any]] | None = None
        self._closing = False
        limit_pools()  # every job has a thread of its own

    def start(
        self,
        key: str,
        work: Callable[[Report], Result],
        done: Callable[[Result], object],
        failed: Callable[[BrainViewerError], object],
        stopped: Callable[[], object] = lambda: None,
        policy: Policy = Policy.LATEST,
        shown: bool = True,
    ) -> None:
        """Run ``work(report)``; exactly one of the three callbacks follows on the main thread.

        A job that is dropped before it began has none.
        policy : the same for all jobs of a key. shown : whether its progress is told.
        While the application closes, only what must finish still begins.
        """
        if self._closing and policy is not Policy.MUST_FINISH:
            return
        job = _Job(key, work, done, failed, stopped, policy, shown)
        if policy is Policy.LATEST:
            self.cancel(key)
            if self._held is not None:
                self._held[key] = job
                return
        elif self.running(key):
            self._waiting.setdefault(key, deque()).append(job)
            return
        self._start(job)

    def save(
        self,
        key: str,
        work: Callable[[], Result],
        failed: Callable[[BrainViewerError], object],
        done: Callable[[Result], object] = lambda _: None,
    ) -> None:
        """Run what must finish, without a word while it runs; see ``start``."""
        policy = Policy.MUST_FINISH
        self.start(key, lambda _: work(), done, failed, policy=policy, shown=False)

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
        if self._held and (held := self._held.pop(key, None)):
            held.stopped()
        job = self._running.get(key)
        if job is not None and job.policy is not Policy.MUST_FINISH:
            del self._running[key]
            job.cancelled.set()
            self._tell(job, None)
            job.stopped()
            self._start_next(key)
            self.ended.emit()

    def running(self, key: str) -> bool:
        """Whether a job with this key is under way."""
        return key in self._running

    @property
    def unsaved(self) -> int:
        """How many jobs run or wait that must finish."""
        keys = [key for key, job in self._running.items() if job.policy is Policy.MUST_FINISH]
        return sum(self.unfinished(key) for key in keys)

    def finish(self, key: str) -> None:
        """Wait until all jobs of a key have ended; their callbacks follow before this returns."""
        while job := self._running.get(key):
            assert job.thread is not None
            job.thread.join()
            self._end(job)

    def hold(self) -> None:
        """Begin nothing of ``LATEST`` any more until ``go_on``; what runs goes on to its end.

        What was ordered, such as exports, and what must finish goes on as ever.
        """
        if self._held is None:
            self._held = {}

    def go_on(self) -> None:
        """Begin what was asked for since ``hold``."""
        held, self._held = self._held, None
        for job in (held or {}).values():
            self._start(job)

    def stop(self) -> None:
        """Cancel what may be cancelled, without waiting, and begin no more of it.

        Otherwise what follows a job that is stopped, such as the search that waits for the head
        motion, would begin now and be waited for.
        """
        self._closing = True
        for key in tuple(self._held or ()):
            self.cancel(key)
        for key in tuple(self._running):
            self.drop(key)

    def close(self) -> None:
        """Cancel what may be cancelled, finish what must be, and wait for the threads."""
        self.stop()
        while self._running:
            self.finish(next(iter(self._running)))
        for thread in tuple(self._threads):
            thread.join()

    def _start(self, job: _Job[Any]) -> None:
        thread = job.thread = threading.Thread(target=self._run, args=(job,), name=f"job {job.key}")
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
            job.ended = job.stopped
        except BrainViewerError as error:
            expected = error
            job.ended = lambda: job.failed(expected)
        except BaseException as error:
            job.ended = self._failure(job, error)
        else:
            job.ended = lambda: job.done(result)
        self._post(lambda: self._end(job))

    def _failure(self, job: _Job[Any], error: BaseException) -> Callable[[], object]:
        if said := told_by_the_system(error):
            return lambda: job.failed(said)
        return lambda: self._crash(job, error)

    def _crash(self, job: _Job[Any], bug: BaseException) -> None:
        job.stopped()
        self.crashed(bug)

    def _show(self, job: _Job[Any], fraction: float, text: str) -> None:
        if self._running.get(job.key) is job:
            more = len(self._waiting.get(job.key, ()))
            self._tell(job, fraction, f"{text} · {more} more" if more else text)

    def _end(self, job: _Job[Any]) -> None:
        # What follows holds the job, and the result: a circle that would keep both for long.
        ended, job.ended = job.ended, None
        # A job that was cancelled, replaced or waited for has had its callback already.
        if self._running.get(job.key) is job and ended is not None:
            del self._running[job.key]
            self._tell(job, None)
            try:
                ended()
            finally:
                self._start_next(job.key)
                self.ended.emit()

    def _start_next(self, key: str) -> None:
        if (waiting := self._waiting.get(key)) and not self.running(key):
            self._start(waiting.popleft())
