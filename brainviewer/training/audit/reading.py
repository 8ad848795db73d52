"""Looking at every picture once, in several processes."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.worker_pool import worker_pool
from brainviewer.training.audit.image_signature import Look, look_at

_AT_ONCE = 32  # pictures that a process gets together
_WORTH_PROCESSES = 400  # pictures; for fewer it takes longer to start them


def look_at_all(
    paths: Sequence[Path], processes: int | None = None, report: Report = silent
) -> Iterator[Look | FileError]:
    """The look of every picture, in order, or why it could not be read.

    processes : how many to use, by default one per core

    Stopping early ends the processes.
    """
    count = processes or os.cpu_count() or 1
    if count == 1 or len(paths) < _WORTH_PROCESSES:
        found: Iterator[Look | FileError] = map(_look, paths)
        yield from _told(found, len(paths), report)
        return
    with worker_pool(count, _start) as pool:
        yield from _told(pool.map(_look, paths, chunksize=_AT_ONCE), len(paths), report)


def _told(
    found: Iterator[Look | FileError], count: int, report: Report
) -> Iterator[Look | FileError]:
    for number, look in enumerate(found, start=1):
        report(number / count, f"Reading the pictures: {number} of {count}")
        yield look


def _start() -> None:
    cv2.setNumThreads(1)


def _look(path: Path) -> Look | FileError:
    try:
        return look_at(path)
    except FileError as error:
        return error
