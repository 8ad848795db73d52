"""Jobs: one of three callbacks each, progress that ends, cancelling, replacing, closing."""

import gc
import threading
import weakref
from collections.abc import Callable, Iterator
from queue import Empty, Queue
from typing import Any

import pytest

from brainviewer.app.jobs import Jobs, Policy
from brainviewer.core.errors import BrainViewerError, Report

SOON = 10.0


class Desk:
    """Stands for the main thread: runs what was posted when the test says so."""

    def __init__(self) -> None:
        self.posted: Queue[Callable[[], None]] = Queue()
        self.said: list[object] = []
        self.progress: list[tuple[str, float | None, str]] = []
        self.jobs = Jobs(
            self.posted.put, lambda *news: self.progress.append(news), self.said.append
        )

    def start(self, work: Callable[[Report], object], key: str = "job", **more: Any) -> None:
        self.jobs.start(
            key,
            work,
            lambda result: self.said.append(("done", result)),
            lambda error: self.said.append(("failed", str(error))),
            lambda: self.said.append("stopped"),
            **more,
        )

    def until(self, condition: Callable[[], bool]) -> None:
        while not condition():
            try:
                self.posted.get(timeout=SOON)()
            except Empty:
                pytest.fail("nothing was posted any more")

    def drain(self) -> None:
        while not self.posted.empty():
            self.posted.get()()


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.jobs.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("job")]


class Waits:
    """Work that waits until it is let go, and asks whether it is still wanted."""

    def __init__(self, prediction: str = "late") -> None:
        self.begun, self.go, self.prediction = threading.Event(), threading.Event(), prediction

    def __call__(self, report: Report) -> str:
        self.begun.set()
        assert self.go.wait(SOON)
        report(0.9, "nearly")
        return self.prediction


def test_work_runs_beside_the_main_thread_and_its_prediction_comes_back_to_it(desk: Desk) -> None:
    where: list[str] = []

    def work(report: Report) -> int:
        where.append(threading.current_thread().name)
        report(0.5, "half")
        return 7

    desk.start(work)
    desk.until(lambda: bool(desk.said))
    assert desk.said == [("done", 7)]
    assert where == ["job job"]
    assert ("job", 0.5, "half") in desk.progress
    assert desk.progress[-1] == ("job", None, "")
    assert not desk.jobs.running("job")


def test_an_expected_failure_is_not_a_crash(desk: Desk) -> None:
    def work(_: Report) -> None:
        raise BrainViewerError("It is broken.", "Mend it.")

    desk.start(work)
    desk.until(lambda: bool(desk.said))
    assert desk.said == [("failed", "It is broken. Mend it.")]


def test_a_bug_stops_the_job_and_is_handed_on(desk: Desk) -> None:
    bug = ZeroDivisionError("a bug")

    def work(_: Report) -> None:
        raise bug

    desk.start(work)
    desk.until(lambda: len(desk.said) > 1)
    assert desk.said == ["stopped", bug]
    assert desk.progress[-1] == ("job", None, "")


def test_a_cancelled_job_is_stopped_at_once_and_its_prediction_is_dropped(desk: Desk) -> None:
    work = Waits()
    desk.start(work)
    assert work.begun.wait(SOON)
    desk.jobs.cancel("job")
    assert desk.said == ["stopped"]
    work.go.set()
    desk.jobs.close()
    desk.drain()
    assert desk.said == ["stopped"]
    assert desk.progress[-1] == ("job", None, "")


def test_a_newer_job_takes_the_place_of_the_older(desk: Desk) -> None:
    older, newer = Waits("older"), Waits("newer")
    desk.start(older)
    assert older.begun.wait(SOON)
    desk.start(newer)
    older.go.set()
    newer.go.set()
    desk.until(lambda: len(desk.said) > 1)
    desk.jobs.close()
    desk.drain()
    assert desk.said == ["stopped", ("done", "newer")]


def test_jobs_with_other_keys_do_not_meet(desk: Desk) -> None:
    first, second = Waits("first"), Waits("second")
    desk.start(first, "a")
    desk.start(second, "b")
    desk.jobs.cancel("a")
    first.go.set()
    second.go.set()
    desk.until(lambda: ("done", "second") in desk.said)
    assert desk.said == ["stopped", ("done", "second")]


def test_closing_cancels_and_waits_for_the_threads(desk: Desk) -> None:
    work = Waits()
    desk.start(work)
    assert work.begun.wait(SOON)
    threading.Timer(0.05, work.go.set).start()
    desk.jobs.close()
    assert desk.said == ["stopped"]
    assert not [t for t in threading.enumerate() if t.name.startswith("job")]


def test_what_would_follow_is_not_begun_at_the_end(desk: Desk) -> None:
    work, next_work, saved = Waits(), Waits(), list[str]()

    def go_on() -> None:
        desk.start(next_work, "next")
        desk.jobs.save("keep", lambda: saved.append("kept"), desk.said.append)

    desk.jobs.start("job", work, desk.said.append, desk.said.append, go_on)
    assert work.begun.wait(SOON)
    desk.jobs.stop()
    desk.jobs.close()
    assert not next_work.begun.is_set()
    assert saved == ["kept"]


def test_cancelling_nothing_says_nothing(desk: Desk) -> None:
    desk.jobs.cancel("job")
    assert not desk.said
    assert not desk.progress


# -- policies -----------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [Policy.QUEUE, Policy.MUST_FINISH])
def test_a_job_that_queues_waits_for_those_before(desk: Desk, policy: Policy) -> None:
    first, second = Waits("first"), Waits("second")
    desk.start(first, policy=policy)
    desk.start(second, policy=policy)
    assert first.begun.wait(SOON)
    assert desk.jobs.unfinished("job") == 2
    first.go.set()
    desk.until(lambda: ("done", "first") in desk.said)
    assert second.begun.wait(SOON)
    assert desk.jobs.unfinished("job") == 1
    second.go.set()
    desk.until(lambda: len(desk.said) == 2)
    assert desk.said == [("done", "first"), ("done", "second")]


def test_a_queue_is_dropped_at_the_end(desk: Desk) -> None:
    first, second = Waits("first"), Waits("second")
    desk.start(first, policy=Policy.QUEUE)
    desk.start(second, policy=Policy.QUEUE)
    assert first.begun.wait(SOON)
    assert not desk.jobs.unsaved
    first.go.set()
    desk.jobs.close()
    desk.drain()
    assert desk.said == ["stopped"]
    assert not second.begun.is_set()


def test_what_must_finish_is_neither_cancelled_nor_dropped(desk: Desk) -> None:
    first, second = Waits("first"), Waits("second")
    desk.start(first, policy=Policy.MUST_FINISH)
    desk.start(second, policy=Policy.MUST_FINISH)
    assert first.begun.wait(SOON)
    desk.jobs.cancel("job")
    desk.jobs.drop("job")
    assert desk.jobs.unsaved == 2
    first.go.set()
    second.go.set()
    desk.jobs.close()
    assert desk.said == [("done", "first"), ("done", "second")]
    assert not desk.jobs.unsaved
    desk.drain()
    assert len(desk.said) == 2


def test_the_callbacks_of_what_is_waited_for_come_in_order_and_once(desk: Desk) -> None:
    def fails(_: Report) -> None:
        raise BrainViewerError("It is broken.", "Mend it.")

    desk.start(lambda _: 1, policy=Policy.MUST_FINISH)
    desk.start(fails, policy=Policy.MUST_FINISH)
    desk.start(lambda _: 3, policy=Policy.MUST_FINISH)
    desk.jobs.finish("job")
    assert desk.said == [("done", 1), ("failed", "It is broken. Mend it."), ("done", 3)]
    desk.drain()
    assert len(desk.said) == 3
    desk.jobs.finish("job")
    assert len(desk.said) == 3


def test_a_job_that_is_not_shown_has_no_progress(desk: Desk) -> None:
    desk.start(lambda _: 1, shown=False)
    desk.until(lambda: bool(desk.said))
    assert not desk.progress


def test_a_result_is_not_kept_after_its_job(desk: Desk) -> None:
    """Without a search for garbage: a study takes tens of megabytes."""

    class Large:
        """Stands for a study."""

    made: list[weakref.ref[Large]] = []

    def work(_: Report) -> Large:
        large = Large()
        made.append(weakref.ref(large))
        return large

    gc.disable()
    try:
        desk.start(work)
        desk.until(lambda: bool(desk.said))
        desk.start(work)
        desk.jobs.cancel("job")
        desk.jobs.close()
        desk.drain()
        desk.said.clear()
        assert [large() for large in made] == [None] * len(made)
    finally:
        gc.enable()


def test_what_is_asked_for_while_jobs_are_held_begins_when_they_go_on(desk: Desk) -> None:
    running = Waits("running")
    desk.start(running, "running")
    assert running.begun.wait(SOON)
    desk.jobs.hold()
    desk.jobs.hold()
    desk.start(lambda _: "older", "asked")
    desk.start(lambda _: "newer", "asked")
    desk.start(lambda _: "ordered", "export", policy=Policy.QUEUE)
    desk.start(lambda _: "saved", "save", policy=Policy.MUST_FINISH)
    running.go.set()
    desk.until(lambda: len(desk.said) == 4)
    assert desk.said[0] == "stopped"  # the older one
    assert set(desk.said[1:]) == {("done", "running"), ("done", "ordered"), ("done", "saved")}
    assert not desk.jobs.running("asked")
    desk.jobs.go_on()
    desk.until(lambda: len(desk.said) == 5)
    assert desk.said[-1] == ("done", "newer")


def test_held_jobs_are_cancelled_with_the_others(desk: Desk) -> None:
    desk.jobs.hold()
    for key in ("cancelled", "closed"):
        desk.start(lambda _: "never", key)
    desk.jobs.cancel("cancelled")
    assert desk.said == ["stopped"]
    desk.jobs.close()
    assert desk.said == ["stopped", "stopped"]
    desk.jobs.go_on()
    assert not desk.jobs.running("closed")
