"""A study or an image as opening brings it back: with its windows, and where it came from."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from brainviewer.app.stores.series_roles import state_of_roles
from brainviewer.core.errors import FileError, Report
from brainviewer.core.saved_session import SavedSession
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window, opening_window
from brainviewer.files.dicom.archive import is_archive
from brainviewer.files.dicom.series.examination import Examination
from brainviewer.files.sources import files_of
from brainviewer.files.study.folder import explicit
from brainviewer.files.study_list.entry import place_key

if TYPE_CHECKING:
    from brainviewer.app.opening.dicom.series import SeriesChoice


@dataclass(frozen=True, eq=False)
class OpenedSession:
    """A session that was read, and the file it was read from.

    prior : what its prior can be opened from; prior_missing : a sentence, where that is not there.
    """

    path: Path
    session: SavedSession
    prior: tuple[Path, ...] = ()
    prior_missing: str = ""

    def is_of(self, study: Study) -> bool:
        """Whether it was saved with the images of a study."""
        return study.content_hash == self.session.study.sha256


@dataclass(frozen=True, eq=False)
class Opened:
    """What a job of opening brings back.

    paths : what was opened; stamp : tells its files from changed ones; empty where nobody can.
    image_series : the images that were opened together, of which ``index`` is shown.
    unreadable : those of them that were tried in vain; said : sentences about the image series.
    named : the paths as ``FLAIR=FILE`` and the like, where the user was asked which is which.
    session : the session that it was opened for.
    """

    study: Study
    windows: Mapping[Modality, Window]
    paths: tuple[Path, ...] = ()
    stamp: str = ""
    image_series: tuple[Path, ...] = ()
    index: int = 0
    unreadable: frozenset[int] = frozenset()
    said: tuple[str, ...] = ()
    named: tuple[Path, ...] = ()
    session: "OpenedSession | None" = None

    @classmethod
    def of(cls, study: Study, **of_it: Any) -> "Opened":
        """With the windows that the study opens with, which takes a look at every volume."""
        with ThreadPoolExecutor(thread_name_prefix="window") as pool:
            windows = pool.map(opening_window, study.volumes.values())
            return cls(study, dict(zip(study.volumes, windows, strict=True)), **of_it)

    @classmethod
    def read(
        cls,
        paths: Sequence[Path],
        report: Report,
        found: "SeriesChoice | Examination | None" = None,
    ) -> "Opened":
        """A study, read from its files; found : what is there, if it is DICOM.

        Raises UnknownSeries with what the images look like, where nothing else tells.
        """
        from brainviewer.app.opening.dicom.by_content import with_content
        from brainviewer.app.opening.dicom.series import UnknownSeries
        from brainviewer.app.opening.study import open_study

        stamp = stamp_of(paths)  # before: what is changed meanwhile is told from it then
        try:
            study = open_study(paths, report, found)
        except UnknownSeries as unsure:
            raise with_content(unsure, report) from None
        return cls.of(study, paths=tuple(paths), stamp=stamp)


def stamp_of(paths: Sequence[Path]) -> str:
    """Tells the files of a study as they are now from others; empty where nobody can tell."""
    if any(map(is_archive, paths)) or explicit(paths)[1] != list(paths):
        return ""  # to look into an archive, or at all of a series, takes as long as to read it
    try:
        files = files_of(paths)
        # What is remembered of series is a part of what they are.
        return f"{place_key(files)} {state_of_roles()}" if files else ""
    except FileError:
        return ""
