"""Reads the sequences of a study beside each other, without those that cannot be read."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.app.opening.one_grid import Plan
from brainviewer.app.opening.sources import Source, Sources
from brainviewer.app.opening.supplied_segmentation import Supplied
from brainviewer.core.errors import BrainViewerError, Cancelled, Report
from brainviewer.core.study import SEQUENCES, LabelMap, Modality
from brainviewer.files.nifti.volume_limits import Sized, check_study, check_volume
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.stored_volume import StoredVolume
from brainviewer.files.study.folder import explicit

Read = tuple[StoredVolume, str]
"""What was read, and the sha256 of its voxels and grid."""
Labels = tuple[LabelMap | None, list[str]]
"""The segmentation on the grid of the study, if there is one, and sentences about it."""
_Failed = Mapping[Modality, BrainViewerError]


@dataclass(frozen=True, eq=False)
class SequencesRead:
    """What could be read of a study.

    sources : of the sequences that can be read, with a sentence on each of the others.
    plan : how they come together. sequences : those that the plan does not leave out.
    supplied, labels : of the segmentation, where it was asked for.
    """

    sources: Sources
    plan: Plan
    sequences: Mapping[Modality, Read]
    supplied: Supplied
    labels: Labels


def read_sequences(
    paths: Sequence[Path],
    sources: Sources,
    report: Report,
    *,
    with_labels: bool = False,
    known: Mapping[Modality, Read] | None = None,
) -> SequencesRead:
    """Read what can be read of the sequences, and the segmentation on their grid.

    paths : what was named. known : what was read already.

    A sequence whose file is damaged, empty, closed, or shows no head is left out, with a sentence
    on it in ``sources.left_out``. Raises its error (FileError or GeometryError) if it is the only
    one, or if a file is named that is not there; the same of a segmentation that was named; and
    Cancelled when ``report`` does.
    """
    headers, failed = _headers(sources.sequences)
    if failed:
        sources = _without(paths, sources, failed)
    plan = Plan.of({m: header.grid for m, header in headers.items()})
    kept = {m: s for m, s in sources.sequences.items() if m not in plan.left_out}
    of_kept = {m: headers[m] for m in kept}
    check_study({str(m): header for m, header in of_kept.items()}, plan.grid)
    supplied = Supplied.of(sources, plan, of_kept) if with_labels else Supplied()
    read, failed, labels = _read_all(
        {m: source for m, source in kept.items() if m not in (known or {})},
        report,
        partial(supplied.read, plan) if supplied.sources else None,
    )
    read = {**(known or {}), **read}
    if failed:  # another sequence may be that whose grid the others are brought onto
        rest = _without(paths, sources, failed)
        return read_sequences(paths, rest, report, with_labels=with_labels, known=read)
    in_order = {m: read[m] for m in SEQUENCES if m in kept}
    return SequencesRead(sources, plan, in_order, supplied, labels)


def _headers(sources: Mapping[Modality, Source]) -> tuple[dict[Modality, Sized], _Failed]:
    """The headers that can be read and show what may be a head; and why others are none."""
    headers: dict[Modality, Sized] = {}
    failed: dict[Modality, BrainViewerError] = {}
    for modality, source in sources.items():
        try:
            header = source.header()
            check_volume(header, source.name)
        except BrainViewerError as error:
            failed[modality] = error
        else:
            headers[modality] = header
    return headers, failed


def _without(paths: Sequence[Path], sources: Sources, failed: _Failed) -> Sources:
    """The sources without those that cannot be read.

    Raises the error of the first if no other is left, or if its file was named and is not there.
    """
    named = {*paths, *explicit(paths)[0].files.values()}
    for modality, error in failed.items():
        path = sources.sequences[modality].path
        if len(failed) == len(sources.sequences) or (path in named and not is_there(path)):
            raise error
    return sources.without(failed)


def _read_all(
    sequences: Mapping[Modality, Source],
    report: Report,
    labels: Callable[[Report], Labels] | None,
) -> tuple[dict[Modality, Read], _Failed, Labels]:
    """Read everything in threads; labels : reads the segmentation, if there is one to be read.

    Returns also why sequences cannot be read.
    """
    progress = _SharedProgress(len(sequences) + (labels is not None), report)
    with ThreadPoolExecutor(thread_name_prefix="read") as pool:

        def start(name: str, work: Callable[[Report], Any]) -> "Future[Any]":
            return pool.submit(work, progress.part(f"Reading {name}"))

        reading = {m: start(m, partial(_read, sequences[m])) for m in SEQUENCES if m in sequences}
        reading_labels = start("the segmentation", labels) if labels else None
        read: dict[Modality, Read] = {}
        failed: dict[Modality, BrainViewerError] = {}
        try:
            for modality, future in reading.items():
                try:
                    read[modality] = future.result()
                except BrainViewerError as error:
                    failed[modality] = error
            if failed:
                progress.stop()  # the segmentation is read anew, on the grid of the rest
                return read, failed, (None, [])
            return read, failed, reading_labels.result() if reading_labels else (None, [])
        except BaseException:
            progress.stop()
            raise


class _SharedProgress:
    """One report for several files that are read at the same time."""

    def __init__(self, parts: int, report: Report) -> None:
        self._done = [0.0] * parts
        self._next = iter(range(parts))
        self._report, self._lock, self._stopped = report, threading.Lock(), False

    def part(self, text: str) -> Report:
        """The report of the next file."""
        return partial(self._show, next(self._next), text)

    def stop(self) -> None:
        """Let every file that is still being read raise Cancelled at its next report."""
        self._stopped = True

    def _show(self, part: int, sentence: str, fraction: float, _: str) -> None:
        with self._lock:
            if self._stopped:
                raise Cancelled
            self._done[part] = fraction
            self._report(0.9 * sum(self._done) / len(self._done), sentence)


def _read(source: Source, report: Report) -> Read:
    image = source.read(report)
    grid = image.grid
    digest = hashlib.sha256(image.data.ravel(order="K").data)
    digest.update(f"{image.data.dtype.name} {grid.shape} {grid.oriented}".encode())
    digest.update((np.round(grid.affine, 4) + 0.0).astype("<f8").tobytes())
    return image, digest.hexdigest()


def content_hash(sequences: Mapping[Modality, Read]) -> str:
    """sha256 over the sequences in order of display: name, voxel values, number type, grid.

    The same for the same images under other names, in another folder, packed or not.
    """
    lines = [f"{m}={sequences[m][1]}" for m in SEQUENCES if m in sequences]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
