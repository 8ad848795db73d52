"""Where the sequences of a study are read from: a NIfTI file, or a stack of a DICOM series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Protocol

import numpy as np

from brainviewer.app.opening.dicom.named_series import series_named
from brainviewer.app.opening.dicom.series import SeriesChoice
from brainviewer.core.counting import listed
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import day_of
from brainviewer.core.shown_text import shortened
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.identity import identities_of
from brainviewer.files.dicom.series.segmentation import (
    SegmentationFile,
    read_segmentation,
    segmentation_grid,
    segmentation_in,
)
from brainviewer.files.dicom.series.volume import StackHeader, header_of, read_stack
from brainviewer.files.image2d.folder import is_dicom
from brainviewer.files.nifti.reader import read_header, read_nifti
from brainviewer.files.nifti.volume_limits import Sized
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.stored_volume import StoredVolume
from brainviewer.files.study.folder import Assignment, explicit, given_for_both


class Source(Protocol):
    """Something that one sequence is read from."""

    @property
    def name(self) -> str:
        """For sentences and lists; patient data."""
        ...

    @property
    def path(self) -> Path:
        """Of the file, or of one of the files."""
        ...

    def header(self) -> Sized:
        """Grid and size; raises FileError if they already say that it cannot be shown."""
        ...

    def read(self, report: Report) -> StoredVolume:
        """The volume; raises FileError, and Cancelled when ``report`` does."""
        ...


@dataclass(frozen=True)
class NiftiSource:
    """A NIfTI file."""

    path: Path

    @property
    def name(self) -> str:
        """Name of the file."""
        return self.path.name

    def header(self) -> Sized:
        """See ``read_header``."""
        return read_header(self.path)

    def read(self, report: Report) -> StoredVolume:
        """See ``read_nifti``."""
        return read_nifti(self.path, report)


@dataclass(frozen=True, eq=False)
class SeriesSource:
    """A stack of a DICOM series."""

    candidate: Candidate

    @property
    def name(self) -> str:
        """Number and description of the series."""
        return self.candidate.name

    @property
    def path(self) -> Path:
        """Of its first slice."""
        return self.candidate.stack.first.path

    def header(self) -> Sized:
        """See ``header_of``."""
        return header_of(self.candidate.stack)

    def read(self, report: Report) -> StoredVolume:
        """See ``read_stack``."""
        return read_stack(self.candidate.stack, report)


@dataclass(frozen=True, eq=False)
class SegmentationSource:
    """A DICOM segmentation; grids : of the images that it may lie on."""

    file: SegmentationFile
    grids: tuple[Grid, ...]

    @property
    def name(self) -> str:
        """Number and description of its series."""
        return self.file.name

    @property
    def path(self) -> Path:
        """Of the file."""
        return self.file.frames[0].path

    @cached_property
    def _header(self) -> StackHeader:
        return StackHeader(segmentation_grid(self.file, self.grids), np.dtype(np.uint8))

    @property
    def lies_on_images(self) -> bool:
        """Whether its grid is that of one of the series."""
        return any(self._header.grid is grid for grid in self.grids)

    def header(self) -> Sized:
        """See ``segmentation_grid``."""
        return self._header

    def read(self, report: Report) -> StoredVolume:
        """See ``read_segmentation``."""
        return read_segmentation(self.file, self._header.grid, report)


@dataclass(frozen=True, eq=False)
class Sources:
    """Where the parts of a study are read from.

    segmentations : of DICOM, of which one may fit; see ``supplied_segmentation``.
    segmentation_named : the user said so, and wants no study without it.
    notices : sentences about what was left out.
    left_out : sequences that cannot be read, and a sentence on each of them.
    """

    sequences: Mapping[Modality, Source]
    segmentation: Source | None = None
    segmentation_named: bool = False
    notices: tuple[str, ...] = ()
    segmentations: tuple[SegmentationSource, ...] = ()
    left_out: Mapping[Modality, str] = field(default_factory=dict)

    def without(self, unreadable: Mapping[Modality, BrainViewerError]) -> "Sources":
        """Those of the other sequences; unreadable : why these cannot be read."""
        said = {m: f"{m} was left out. {error}" for m, error in unreadable.items()}
        kept = {m: source for m, source in self.sequences.items() if m not in unreadable}
        return replace(self, sequences=kept, left_out={**self.left_out, **said})


def sources_of(paths: Sequence[Path], which: Assignment | SeriesChoice) -> Sources:
    """Where to read what was assigned; beside series also what is named in the paths.

    Raises FileError if something is named that is not there.
    """
    if isinstance(which, Assignment):
        return files_of_study(which)
    named = files_of_study(explicit(paths)[0])
    taken = [one.candidate for one in named.sequences.values() if isinstance(one, SeriesSource)]
    series = {
        modality: SeriesSource(one)
        for modality, one in which.chosen.items()
        if not any(map(one.same_series, taken))
    }
    together = {**series, **named.sequences}
    in_order = {modality: together[modality] for modality in SEQUENCES if modality in together}
    notices = (*which.notices, *_named_together(in_order))
    grids = tuple(one.stack.grid for one in which.examination.candidates if one.stack.grid)
    labels = tuple(SegmentationSource(one, grids) for one in which.examination.segmentations)
    shown = named.segmentation or _given_alone(paths, labels, in_order)
    return replace(
        named, sequences=in_order, segmentation=shown, notices=notices, segmentations=labels
    )


def files_of_study(assignment: Assignment) -> Sources:
    """Files, of which those that were named may stand for the DICOM series they belong to."""
    sources: dict[Modality, Source] = {}
    for modality, path in assignment.files.items():
        series = series_named(path, modality)
        sources[modality] = NiftiSource(path) if series is None else SeriesSource(series)
    notices = (*assignment.notices, *_named_together(sources))
    labels = _labels_of(assignment)
    return Sources(sources, labels, assignment.segmentation_named, notices)


def _labels_of(assignment: Assignment) -> Source | None:
    """The segmentation, NIfTI or DICOM. Raises FileError if it is named and other DICOM."""
    path = assignment.segmentation
    if path is None or is_folder(path) or not is_dicom(path):
        return None if path is None else NiftiSource(path)
    if (file := segmentation_in(path)) is not None:
        return SegmentationSource(file, ())
    if not assignment.segmentation_named:
        return NiftiSource(path)
    raise FileError(
        f"{shortened(path.name)} is DICOM, but no segmentation.",
        "Name a DICOM Segmentation, or a NIfTI file.",
    )


def _given_alone(
    paths: Sequence[Path], found: Sequence[SegmentationSource], images: Mapping[Modality, Source]
) -> SegmentationSource | None:
    """The one of those found that was named by its file, where the images were not."""
    given = [one for one in found if one.path in paths]
    named = len(given) == 1 and not any(one.path in paths for one in images.values())
    return given[0] if named else None


def _named_together(sources: Mapping[Modality, Source]) -> list[str]:
    """What is to be said of series that were named one by one.

    Raises FileError if one is named twice, or if they are of several patients.
    """
    found = {m: one.candidate for m, one in sources.items() if isinstance(one, SeriesSource)}
    for one, other in combinations(found, 2):
        if found[one].same_series(found[other]):
            raise given_for_both(one, other, found[one].name)
    series = {modality: candidate.tags for modality, candidate in found.items()}
    who = dict(zip(series, identities_of(series.values()), strict=True))
    for one, other in combinations(who, 2):
        if unlike := who[one].differs(who[other]):
            raise FileError(
                f"{one} and {other} are of different patients, as their {unlike} say.",
                "Name series of one patient.",
            )
    days = {m: day_of(tags.text("StudyDate")) for m, tags in series.items()}
    if len({day for day in days.values() if day}) < 2:
        return []
    said = listed(f"{m} of {day or 'an unknown day'}" for m, day in days.items())
    return [f"The series are of different days: {said}."]
