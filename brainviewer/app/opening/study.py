"""Opens a study: which file is which, reading beside each other, one grid. Or one image."""

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from brainviewer.app.opening.one_grid import (
    Plan,
    labels_notices,
    place,
    place_labels,
    placing_notices,
)
from brainviewer.app.opening.sequence_assignment import UnknownSequences, which_is_which
from brainviewer.assets import resources
from brainviewer.core.errors import BrainViewerError, Cancelled, FileError, Report, silent
from brainviewer.core.geometry import Grid
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.files.image2d.folder import images_of
from brainviewer.files.nifti.header import Header
from brainviewer.files.nifti.reader import NiftiImage, read_header, read_nifti
from brainviewer.files.nifti.volume_limits import check_study
from brainviewer.files.ordinary_file import is_folder, resolved
from brainviewer.files.study.folder import SELECT, Assignment, collect, some_names
from brainviewer.imaging.preprocess.sequence_check import doubtful_names

_Read = tuple[NiftiImage, str]
"""A file that was read, and the sha256 of its voxels and grid."""


def open_study(
    paths: Sequence[Path], report: Report = silent, assignment: Assignment | None = None
) -> Study:
    """Open one to four sequences, and the segmentation that lies with them; or one image.

    paths : a study folder, or files; ``FLAIR=FILE`` says what a file is, whatever its name. Or an
        image; see ``image_opening``.
    assignment : which file is which; ``paths`` then only gives the study its name.
    Raises FileError or GeometryError if a sequence cannot be opened, UnknownSequences if names are
    silent and no assignment was given, and Cancelled when ``report`` does.
    """
    report(0.0, "Looking at the files")
    if assignment is None:
        if images2d := images_of(paths):
            if len(images2d) > 1:
                raise FileError(
                    f"These are {len(images2d)} images, and one is needed.",
                    f"Name one of them, for example {images2d[0]}.",
                )
            from brainviewer.app.opening.image2d import open_image2d

            return open_image2d(images2d[0], report)
        assignment = which_is_which(paths)
    if not assignment.files:
        raise FileError("None of the files is an MR sequence that can be shown.", SELECT)
    headers = {m: read_header(path) for m, path in assignment.files.items()}
    plan = Plan.of({m: header.grid for m, header in headers.items()})
    files = {m: path for m, path in assignment.files.items() if m not in plan.left_out}
    kept = {str(m): headers[m] for m in files}
    check_study(kept, plan.grid)
    assignment, notices = _with_room_for_labels(replace(assignment, files=files), kept, plan.grid)
    sequences, labels, unread = _read_all(assignment, report)
    notices += unread
    report(0.9, "Bringing the sequences onto one grid")
    images = {m: image for m, (image, _) in sequences.items()}
    placed = place(plan, images, {m: path.name for m, path in files.items()})
    volumes = {volume.modality: volume for volume, _ in placed}
    notices += [*plan.left_out.values(), *placing_notices(plan, images, placed)]
    notices += doubtful_names(volumes).values()
    segmentation = None
    if labels is not None and assignment.segmentation:
        try:
            segmentation = place_labels(plan, labels, assignment.segmentation.name)
            notices += labels_notices(plan, labels)
        except BrainViewerError as error:
            notices.append(_without_labels(assignment, error))
    missing = [f"{modality} is missing." for modality in SEQUENCES if modality not in headers]
    report(1.0, "Open")
    return Study(
        volumes,
        plan.grid,
        _name(paths, assignment),
        segmentation,
        (*missing, *assignment.notices, *notices),
        _content_hash(sequences),
        synthetic=any(one.description.startswith("SYNTHETIC") for one in images.values()),
    )


def open_without_asking(paths: Sequence[Path], report: Report = silent) -> Study:
    """As ``open_study``, but files whose names are silent are left out with a notice.

    Raises UnknownSequences if no file says which sequence it is, or if several claim one.
    """
    try:
        return open_study(paths, report)
    except UnknownSequences as unknown:
        known = unknown.assignment
        if not known.files or unknown.several:
            raise
        notice = (
            f"Left out, because the name does not say which sequence it is: "
            f"{some_names(known.unknown)}."
        )
        known = replace(known, unknown=(), notices=(*known.notices, notice))
        return open_study(paths, report, known)


def demo_paths() -> list[Path]:
    """The files of the synthetic study that comes with the application.

    Raises FileError if the installation does not carry it.
    """
    return collect([resources() / "demo"])


def _with_room_for_labels(
    assignment: Assignment, headers: Mapping[str, Header], grid: Grid
) -> tuple[Assignment, list[str]]:
    """The assignment without a segmentation that is too large, and the notice that says so."""
    if assignment.segmentation is None:
        return assignment, []
    try:
        labels = read_header(assignment.segmentation)
        check_study({**headers, "segmentation": labels}, grid)
    except BrainViewerError as error:
        notice = _without_labels(assignment, error)
        return replace(assignment, segmentation=None), [notice]
    return assignment, []


def _without_labels(assignment: Assignment, error: BrainViewerError) -> str:
    """The notice that the segmentation was left out; raises the error if the user had named it."""
    if assignment.segmentation_named:
        raise error
    return f"The segmentation was left out. {error.message}"


def _read_all(
    assignment: Assignment, report: Report
) -> tuple[dict[Modality, _Read], NiftiImage | None, list[str]]:
    """Read all files in threads; a segmentation that cannot be read becomes a notice."""
    progress = _SharedProgress(len(assignment.files) + bool(assignment.segmentation), report)
    with ThreadPoolExecutor(thread_name_prefix="read") as pool:

        def start(path: Path, name: str, work: Callable[..., Any]) -> "Future[Any]":
            return pool.submit(work, path, progress.part(f"Reading {name}"))

        files = assignment.files
        reading = {m: start(files[m], m, _read) for m in SEQUENCES if m in files}
        annotations = assignment.segmentation
        reading_labels = start(annotations, "the segmentation", read_nifti) if annotations else None
        try:
            sequences = {modality: future.result() for modality, future in reading.items()}
        except BaseException:
            progress.stop()
            raise
        try:
            labels = reading_labels.result() if reading_labels else None
        except BrainViewerError as error:
            return sequences, None, [_without_labels(assignment, error)]
    return sequences, labels, []


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


def _read(path: Path, report: Report) -> _Read:
    image = read_nifti(path, report)
    grid = image.grid
    digest = hashlib.sha256(image.data.ravel(order="K").data)
    digest.update(f"{image.data.dtype.name} {grid.shape} {grid.oriented}".encode())
    digest.update((np.round(grid.affine, 4) + 0.0).astype("<f8").tobytes())
    return image, digest.hexdigest()


def _content_hash(sequences: Mapping[Modality, _Read]) -> str:
    """sha256 over the sequences in order of display: name, voxel values, number type, grid.

    The same for the same images under other names, in another folder, packed or not.
    """
    lines = [f"{m}={sequences[m][1]}" for m in SEQUENCES if m in sequences]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _name(paths: Sequence[Path], assignment: Assignment) -> str:
    """What to call the study: the folder it was opened from, else the one its files lie in."""
    if len(paths) == 1 and is_folder(paths[0]):
        return resolved(paths[0]).name
    return resolved(next(iter(assignment.files.values()))).parent.name
