"""A session in place of a study: its images, and what it says of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.errors import BrainViewerError, Report, silent, within
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.saved_session import SavedSession
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.app.prior.comparison import Comparison
    from brainviewer.core.findings.classification import Classification

CHANGED = BrainViewerError(
    "The images are others than when the session was saved.",
    "Open it in the window, which tells what has changed.",
)
NOT_OF_THE_STUDY = "Annotations of the session were left out that cannot be of this study."
_NO_CHANGE = "{} The change since it is left out."


@dataclass(frozen=True, eq=False)
class OfSession:
    """A session, and its study as it was opened. file : of the session. images : of the study."""

    file: Path
    session: SavedSession
    study: Study
    images: tuple[Path, ...]

    @property
    def annotations(self) -> tuple[Annotation, ...]:
        """Those that can be of the study."""
        from brainviewer.core.annotation.limits import why_impossible

        made = self.session.annotations
        reasons = why_impossible(made, self.study.grid)
        return tuple(one for one, why in zip(made, reasons, strict=True) if not why)

    @property
    def notices(self) -> tuple[str, ...]:
        """What of the session was left out, since it is damaged or cannot be of the study."""
        some = len(self.annotations) < len(self.session.annotations)
        return (*self.session.left_out, *((NOT_OF_THE_STUDY,) if some else ()))

    @property
    def frame(self) -> int:
        """Of an image, the one that was looked at."""
        view = self.session.view
        if view is None:
            return self.study.frame_index()
        return SliceView.of(self.study.grid, Plane.AXIAL).index_of(view.cursor)

    def finding(self, search: Callable[[], TumourFinding]) -> TumourFinding:
        """The lesion as it was seen; else it is looked for, and corrected as it was."""
        from brainviewer.app.correction.keeping import as_kept

        known, kept = self.session.results.finding, self.session.correction
        if known is not None:
            return known
        found = search()
        return found if kept is None else as_kept(self.study, found, kept)

    @property
    def answer(self) -> "Classification | None":
        """What was answered, if nothing it rests on has changed since."""
        results = self.session.results
        return results.classification if results.status == "done" else None

    def compared(
        self,
        finding: TumourFinding | None,
        find: Callable[[Study, Report], TumourFinding],
        report: Report = silent,
    ) -> "tuple[Comparison | None, tuple[str, ...]]":
        """The change since the prior of the session, and what must be said of it."""
        from brainviewer.app.saved_session.kept_prior import OTHER_PRIOR
        from brainviewer.app.saved_session.places import find_prior
        from brainviewer.app.stores.session_places import known_session

        saved = self.session.prior
        if saved is None or finding is None:
            return None, ()
        known = known_session(self.session.id)
        found = find_prior(self.session, self.file, known, self.images)
        if found.missing:
            return None, (_NO_CHANGE.format(found.sentence_of_prior),)
        from brainviewer.app.opening.study import open_without_asking
        from brainviewer.app.prior.comparison import compare, followed
        from brainviewer.app.prior.dates import DatedStudy
        from brainviewer.app.prior.saved_prior import measured_before

        now = DatedStudy.of(self.study, self.images)
        opened = open_without_asking(list(found.paths), within(report, 0.0, 0.5))
        before = DatedStudy.of(opened, found.paths)
        if (prior := measured_before(self.study, before, saved)) is not None:
            return followed(now, finding, [prior]), ()
        told = within(report, 0.5, 0.5)
        return compare(now, [before], find, told, finding), (OTHER_PRIOR,)


def of_session(paths: Sequence[Path], report: Report = silent) -> OfSession | None:
    """A session that was named, with its study; None if it is none.

    Raises BrainViewerError if its images are not there, or are others now.
    """
    from brainviewer.app.opening.dicom.saved_series import as_saved
    from brainviewer.app.opening.dicom.series import named
    from brainviewer.app.opening.study import open_without_asking
    from brainviewer.app.saved_session.places import images_of_sessions
    from brainviewer.files.session_file.session_file import is_session, read_session

    if len(paths) != 1 or not is_session(paths[0]):
        return None
    session = read_session(paths[0])
    images = images_of_sessions(paths)
    there = named(images, report).examination
    found = None if there is None else as_saved(there, session.study)
    study = open_without_asking(images, report, found)
    if study.content_hash != session.study.sha256:
        raise CHANGED
    return OfSession(paths[0], session, study, tuple(images))
