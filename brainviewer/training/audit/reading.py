"""Looking at every image once, in several processes."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.worker_pool import worker_pool
from brainviewer.training.audit.image_signature import ImageSignature, measure_image

_AT_ONCE = 32  # images that a process gets together
_WORTH_PROCESSES = 400  # images; for fewer it takes longer to start them


def measure_images(
    paths: Sequence[Path], processes: int | None = None, report: Report = silent
) -> Iterator[ImageSignature | FileError]:
    """The signature of every image, in order, or why it could not be read.

    processes : how many to use, by default one per core

    Stopping early ends the processes.
    """
    count = processes or os.cpu_count() or 1
    if count == 1 or len(paths) < _WORTH_PROCESSES:
        found: Iterator[ImageSignature | FileError] = map(_measured, paths)
        yield from _told(found, len(paths), report)
        return
    with worker_pool(count, _start) as pool:
        yield from _told(pool.map(_measured, paths, chunksize=_AT_ONCE), len(paths), report)


def _told(
    found: Iterator[ImageSignature | FileError], count: int, report: Report
) -> Iterator[ImageSignature | FileError]:
    for number, signature in enumerate(found, start=1):
        report(number / count, f"Reading the images: {number} of {count}")
        yield signature


def _start() -> None:
    cv2.setNumThreads(1)


def _measured(path: Path) -> ImageSignature | FileError:
    try:
        return measure_image(path)
    except FileError as error:
        return error
