"""Worker processes that end with the process that started them, whatever ended it."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait

from brainviewer.core.process.network import close_network


@contextmanager
def worker_pool(
    count: int, start: Callable[[], None] | None = None
) -> Iterator[ProcessPoolExecutor]:
    """A pool of ``count`` spawned processes; leaving it drops the work that has not begun.

    start : run once in each process, before its first work; can be imported by name.
    """
    # A forked process would inherit locks that threads of this one hold.
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(count, spawn, initializer=_begin, initargs=(start,))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def end_with_parent() -> None:
    """From now on, end this process as soon as the one that started it has ended.

    A parent that is killed cannot tell its children. The system closes the pipe that every
    spawned process has to its parent, on all systems, and a thread waits for that here. (The
    signal that Linux can send instead comes when the *thread* that started the process ends.)
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_outlast, args=(parent.sentinel,), daemon=True).start()


def _outlast(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _begin(start: Callable[[], None] | None) -> None:
    close_network()
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which ends us
    if start is not None:
        start()
