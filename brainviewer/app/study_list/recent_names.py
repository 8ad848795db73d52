"""What the studies that were opened lately are called, as far as names may be seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.settings.settings import Settings
from brainviewer.core.headers.dicom_source import day_of
from brainviewer.core.shown_text import shown_text
from brainviewer.files.study.said_by_names import day_of as day_in_name

if TYPE_CHECKING:
    from brainviewer.pacs.query import StudyMatch


@dataclass(frozen=True)
class RecentStudy:
    """One of them; where : its folder or file, empty where that may not be seen."""

    paths: tuple[Path, ...]
    name: str
    where: str


class RecentNames:
    """Names by folder or file, or by what the PACS said; without names, by day or number.

    retrieved : what was found on a node, for paths that were retrieved from one.
    """

    def __init__(
        self, settings: Settings, retrieved: Callable[[Sequence[Path]], "StudyMatch | None"]
    ) -> None:
        self._settings, self._retrieved = settings, retrieved

    def studies(self) -> list[RecentStudy]:
        """Newest first."""
        entries = [tuple(map(Path, entry)) for entry in self._settings.recent]
        return [self._named(number, paths) for number, paths in enumerate(entries, 1)]

    def _named(self, number: int, paths: tuple[Path, ...]) -> RecentStudy:
        place, match = place_of(paths), self._retrieved(paths)
        day = day_in_name(place) if match is None else day_of(match.date)
        if not self._settings.show_patient:
            return RecentStudy(paths, _without_name(number, day), "")
        if match is None:
            return RecentStudy(paths, shown_text(place.name), shown_text(str(place)))
        who = match.patient.readable_name or match.patient_id or match.description
        said = " · ".join(filter(None, (who, str(day or ""))))
        return RecentStudy(paths, shown_text(said) or _without_name(number, day), "From a PACS")


def place_of(paths: Sequence[Path]) -> Path:
    """The file or folder that names a study."""
    return paths[0] if len(paths) == 1 else paths[0].parent


def _without_name(number: int, day: date | None) -> str:
    return f"Study {number}" if day is None else f"Study of {day}"
