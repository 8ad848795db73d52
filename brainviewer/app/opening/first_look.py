"""A first look at a study: its content and a small image, without bringing it onto one grid."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from brainviewer.app.opening.dicom.series import UnknownSeries, choice_of, named
from brainviewer.app.opening.reading import content_hash, read_sequences
from brainviewer.app.opening.sequence_assignment import UnknownSequences, which_is_which
from brainviewer.app.opening.sources import Sources, sources_of
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import auto_window, opening_window
from brainviewer.files.study.folder import SELECT, middle_slice
from brainviewer.files.study_list.entry import THUMBNAIL, StudyEntry


def first_look(paths: Sequence[Path], report: Report = silent) -> StudyEntry:
    """Read a study as ``open_without_asking`` does; its content is the same.

    Raises FileError or GeometryError if it cannot be opened, Cancelled when ``report`` does.
    """
    report(0.0, "Looking at the files")
    sources = _sources(paths, report)
    if not sources.sequences:
        raise FileError("None of the files is an MR sequence that can be shown.", SELECT)
    sequences = read_sequences(paths, sources, report).sequences
    there = tuple(sequences)
    image = sequences[there[0]][0]
    shown = middle_slice(image.data, image.grid, auto_window(image.data), THUMBNAIL)
    return StudyEntry(content_hash(sequences), there, shown.tobytes())


def _sources(paths: Sequence[Path], report: Report) -> Sources:
    """What ``open_without_asking`` would read."""
    examination = named(paths, report).examination
    try:
        which = which_is_which(paths) if examination is None else choice_of(examination)
    except UnknownSeries as unsure:
        if not unsure.told.chosen:
            raise
        which = unsure.told
    except UnknownSequences as unknown:
        if not unknown.assignment.files or unknown.several:
            raise
        which = replace(unknown.assignment, unknown=())
    return sources_of(paths, which)


def entry_of(study: Study) -> StudyEntry:
    """The same of a study that is open."""
    first: Modality = study.modalities[0]
    volume = study.volumes[first]
    shown = middle_slice(volume.data, study.grid, opening_window(volume), THUMBNAIL)
    return StudyEntry(study.content_hash, study.modalities, shown.tobytes())
