"""Locates the lesion of the open study in the background, whenever its mask has changed."""

from dataclasses import dataclass

from brainviewer.app.jobs import Jobs
from brainviewer.app.location.lesion_location import LesionLocation
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.location import Fitted, Location
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.process.memory import give_back
from brainviewer.core.study import Study

LOCATE = "locate"


@dataclass(frozen=True, eq=False)
class _KnownFit:
    """A fit of a study's head, and the finding that it was made for."""

    study: Study
    finding: TumourFinding
    fit: Fitted | None

    def serves(self, study: Study, finding: TumourFinding) -> bool:
        """Whether it holds for another finding: of the same brain, and by the same sequences."""
        own = self.finding
        same_head = self.study is study and own.brain is finding.brain
        return same_head and own.left_out == finding.left_out


class Locating:
    """Follows the finding of the open study.

    The head is brought over the template once; a lesion that is edited is only looked up again,
    and one that is edited meanwhile when that has ended.
    """

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._known: _KnownFit | None = None
        self._awaited: _KnownFit | None = None
        """What is being fitted; its fit is not known yet."""
        state.finding_changed.connect(self._follow)

    def _follow(self) -> None:
        state = self._state
        study, finding = state.study, state.finding
        if state.finding_status is Status.RUNNING or state.editing.drawing:
            return  # what is shown meanwhile is what was found before
        if study is None or finding is None or not finding.found or finding.mask is None:
            self._jobs.cancel(LOCATE)
            self._known = None
            self._show(LesionLocation())
            return
        before = state.location
        if before.of is not None and before.of.mask is finding.mask:
            return
        self._locate(study, finding)

    def _locate(self, study: Study, finding: TumourFinding) -> None:
        known = self._known if self._known and self._known.serves(study, finding) else None
        if known is None and self._awaited and self._awaited.serves(study, finding):
            self._show(LesionLocation(finding, None, Status.RUNNING))
            return
        before = self._state.location.location if known is not None else None

        def work(report: Report) -> tuple[Location, _KnownFit]:
            from brainviewer.imaging.location.located import fitted, locate

            try:
                made = known or _KnownFit(study, finding, fitted(study, finding, report))
                return locate(study, finding, made.fit, report), made
            finally:
                give_back()

        def done(result: tuple[Location, _KnownFit]) -> None:
            location, self._known = result
            self._awaited = None
            asked = self._state.location.of
            if asked is None or asked is finding:
                self._show(LesionLocation(finding, location, Status.DONE))
            else:
                self._locate(study, asked)

        def failed(error: BrainViewerError) -> None:
            self._awaited = None
            self._show(LesionLocation(self._state.location.of, None, Status.FAILED))
            self._notices.fail(error, of_study=True)

        def stopped() -> None:
            self._awaited = None

        self._jobs.cancel(LOCATE)
        self._awaited = None if known else _KnownFit(study, finding, None)
        self._show(LesionLocation(finding, before, Status.RUNNING))
        self._jobs.start(LOCATE, work, done, failed, stopped, shown=False)

    def _show(self, location: LesionLocation) -> None:
        self._state.location = location
        self._state.location_changed.emit()
