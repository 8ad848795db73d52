"""A study as a source of the study list tells of it."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.core.counting import counted, listed
from brainviewer.core.errors import Report, silent
from brainviewer.core.study import Modality
from brainviewer.files.dicom.archive import is_archive

_SECONDS = 0.25
"""How long studies are looked for before those that were found are shown."""

if TYPE_CHECKING:
    from brainviewer.files.dicom.series.identity import Identity
    from brainviewer.pacs.node import Node
    from brainviewer.pacs.query import StudyMatch


@dataclass(frozen=True)
class StudyOnNode:
    """A study on a PACS node, as it answered a search."""

    node: "Node"
    match: "StudyMatch"


@dataclass(frozen=True)
class ListedStudy:
    """A study as a source tells of it, without its images having been read.

    paths : what is opened; none of a study on a node before it is retrieved.
    place : see ``files.study_list.entry``.
    patient, study : names to be shown; patient data, like the paths. Whose study it is, see
        ``same_patient``.
    day : of the study; None where it is not said.
    sequences : as names say; what is read later is certain.
    modalities : as a node says, such as MR.
    on_node : where it is retrieved from; None of files.
    identities : all that DICOM files or a node say of who the patient is; none of NIfTI.
    patient_folder : where the patient's NIfTI studies lie, as the names of folders say.
    """

    paths: tuple[Path, ...]
    place: str
    patient: str
    study: str = ""
    day: date | None = None
    sequences: tuple[Modality, ...] = ()
    modalities: tuple[str, ...] = ()
    on_node: StudyOnNode | None = None
    identities: "tuple[Identity, ...]" = ()
    patient_folder: Path | None = None


@dataclass(frozen=True)
class NotListed:
    """A folder, or an archive, that a source does not list; why : a sentence, or part of one."""

    path: Path
    why: str


def how_many(passed_over: Sequence[NotListed]) -> str:
    """Such as ``2 folders and 1 archive``."""
    archives = sum(is_archive(one.path) for one in passed_over)
    counts = {"folder": len(passed_over) - archives, "archive": archives}
    return listed(counted(count, what) for what, count in counts.items() if count)


class Asked:
    """The report of a search that goes on in one job after the other: of the one that runs."""

    def __init__(self) -> None:
        self.report: Report = silent

    def __call__(self, fraction: float, text: str) -> None:
        self.report(fraction, text)


def next_of(
    studies: Iterator[ListedStudy | NotListed], count: int, report: Report
) -> tuple[list[ListedStudy], list[NotListed]]:
    """The next studies of a source, and what it passes over: ``count``, or as many as come soon.

    Nothing more comes where both are empty. Raises Cancelled when ``report`` does.
    """
    found: list[ListedStudy] = []
    passed_over: list[NotListed] = []
    late = time.monotonic() + _SECONDS
    for one in studies:
        report(0.0, "Looking for studies")
        if isinstance(one, NotListed):
            passed_over.append(one)
        else:
            found.append(one)
        if len(found) >= count or time.monotonic() > late:
            break
    return found, passed_over
