"""A study that a killed window had open, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from brainviewer.app.study_list.recent_names import place_of
from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.journal.sessions import LeftWork
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.study.folder import explicit


@dataclass(frozen=True)
class LeftStudy:
    """What a window left that was not closed.

    paths : what the study can be opened by; empty where nobody knows, or nothing is there.
    moved : it lay somewhere, where it is no longer.
    """

    work: LeftWork
    paths: tuple[Path, ...]
    moved: bool

    @classmethod
    def of(cls, work: LeftWork) -> "LeftStudy":
        """Looks whether the images are where they were."""
        there = bool(work.paths) and all(map(is_there, _files(work.paths)))
        return cls(work, work.paths if there else (), bool(work.paths) and not there)

    def sentence(self, *, named: bool, now: datetime | None = None) -> str:
        """What is there, and until when; in the time of this place.

        named : whether patients, after whom folders are named, may be seen.
        """
        work = self.work
        which = shortened(place_of(work.paths).name) if named and work.paths else "a study"
        kinds = f": {made}" if (made := _kinds(work)) else ""
        return f"Your work on {which}{_until(work.until, now)} is there{kinds}."

    @property
    def advice(self) -> str:
        """What to do where it cannot be opened from here; else empty."""
        if self.moved:
            return "Its images are not where they were. Open them as usual: the work comes along."
        return "" if self.paths else "Open the study as usual: the work comes along."


def _files(paths: Sequence[Path]) -> list[Path]:
    """The files and folders, also of what is written as ``FLAIR=FILE``."""
    try:
        named, others = explicit(paths)
    except FileError:
        return list(paths)
    files = [*named.files.values(), *others]
    return files if named.segmentation is None else [*files, named.segmentation]


def _kinds(work: LeftWork) -> str:
    kinds: Sequence[tuple[int | bool, str, str]] = (
        (work.annotations, "annotation", "annotations"),
        (work.corrections, "correction", "corrections"),
    )
    told = [counted(int(count), one, many) for count, one, many in kinds if count]
    told += [
        word
        for there, word in (
            (work.report, "report text"),
            (work.feedback, "feedback"),
            (work.age, "age"),
        )
        if there
    ]
    return ", ".join(told)


def _until(told: str, now: datetime | None) -> str:
    try:
        when = datetime.fromisoformat(told).astimezone()
    except ValueError:
        return ""
    today = (now or datetime.now()).date()
    return f" up to {when:%H:%M}" if when.date() == today else f" up to {when:%Y-%m-%d, %H:%M}"
