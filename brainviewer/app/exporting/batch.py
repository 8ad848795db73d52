"""Series of slices of every study in a folder, one study after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from brainviewer.app.correction.keeping import as_kept, kept_of
from brainviewer.app.exporting.series_figures import SeriesStudy, series_of_study
from brainviewer.app.exporting.slice_series import SavedSeries, SeriesRequest, save_series
from brainviewer.app.study_list.listed import ListedStudy, NotListed
from brainviewer.app.study_list.sources import FolderOfStudies
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, Report, silent
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Study
from brainviewer.files.folder_listing import check_searchable
from brainviewer.files.journal.annotations import AnnotationJournal
from brainviewer.files.writing import check_empty_folder, make_folder

Find = Callable[[Study, Report], TumourFinding]
"""Looks for the lesion."""
_NONE = "There are no studies in this folder."


@dataclass(frozen=True)
class BatchEntry:
    """One study of a batch. paths : of it. saved : None where ``why`` says why not."""

    paths: tuple[Path, ...]
    saved: SavedSeries | None = None
    why: str = ""


def known_study(study: Study, request: SeriesRequest, find: Find, report: Report) -> SeriesStudy:
    """A study with the annotations and the correction that are kept on this computer.

    The lesion is looked for where it is to be drawn or told.
    """
    annotations = AnnotationJournal(study).restore().annotations
    wanted = (request.burn.lesion or request.burn.result) and not study.is_image2d
    finding = find(study, report) if wanted else None
    if finding is not None and (kept := kept_of(study)) is not None:
        finding = as_kept(study, finding, kept)
    return SeriesStudy(study, annotations, finding)


def export_folder(
    folder: Path, request: SeriesRequest, ending: str, find: Find, report: Report = silent
) -> list[BatchEntry]:
    """Export a series of each study in a folder; one that cannot be is told, and the rest go on.

    request : its target is a new or empty folder, in which each study has one of its own, or its
        file. They are numbered, or called as the studies where these may be named.
    ending : of the files of cines; empty for images.
    Raises BrainViewerError if the folder holds no studies or too much to be looked through, or if
    the target cannot be written in.
    """
    from brainviewer.app.opening.study import open_without_asking

    check_empty_folder(request.target)
    studies = list(_studies_in(folder, report))
    if not studies:
        raise BrainViewerError(_NONE, "Choose a folder with the folders of studies in it.")
    make_folder(request.target)
    entries: list[BatchEntry] = []
    for number, listed in enumerate(studies, 1):
        start = f"Study {number} of {len(studies)}"

        def tell(fraction: float, text: str, done: int = number - 1, start: str = start) -> None:
            report((done + fraction) / len(studies), f"{start}: {text}")

        tell(0.0, "opening")
        name = f"{number:03d}"
        try:
            study = open_without_asking(list(listed.paths), tell)
            if request.burn.identify and study.name:
                name = f"{name} {_plain(study.name)}"
            wanted = replace(request, target=request.target / f"{name}{ending}")
            figures = series_of_study(known_study(study, wanted, find, tell), wanted)
            entries.append(BatchEntry(listed.paths, save_series(wanted, figures, tell)))
        except BrainViewerError as error:
            entries.append(BatchEntry(listed.paths, why=str(error)))
    return entries


def said_of_batch(entries: list[BatchEntry], target: Path) -> str:
    """What became of a batch, in words."""
    done = [entry for entry in entries if entry.saved is not None]
    said = f"{counted(len(done), 'study was', 'studies were')} exported to {target}."
    if left := len(entries) - len(done):
        first = next(entry.why for entry in entries if entry.saved is None)
        said += f" {counted(left, 'study was', 'studies were')} not: {first}"
    return shown_text(said)


def _studies_in(folder: Path, report: Report) -> Iterator[ListedStudy]:
    check_searchable([folder], report)
    for one in FolderOfStudies(folder).studies(report):
        if not isinstance(one, NotListed):
            yield one


def _plain(name: str) -> str:
    """A name as a part of the name of a file."""
    return "".join(c if c.isalnum() or c in " -_." else "_" for c in name)[:80].strip(" .")
