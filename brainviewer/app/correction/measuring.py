"""The finding that follows the labels which are being edited, measured in the background."""

from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.correction.provenance import Correction
from brainviewer.core.correction.steps import Labels
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study

MEASURE = "measure correction"
_Asked = tuple[Study, TumourFinding, Labels, Correction]


class Measuring:
    """Measures one state of the labels after the other, and the last one in any case.

    A measurement that runs is not stopped for a newer one: while a hand draws without a pause,
    there would never be any.
    """

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._next: _Asked | None = None
        self._owed: _Asked | None = None
        """What was asked for last, until its finding is shown."""

    def ask(
        self, study: Study, base: TumourFinding, labels: Labels, correction: Correction
    ) -> None:
        """Measure labels (i, j, k) that may change later; see ``corrected``."""
        self._next = self._owed = study, base, labels, correction
        if not self._jobs.running(MEASURE):
            self._start()

    def stop(self) -> None:
        """Another study is shown."""
        self._next = self._owed = None
        self._jobs.cancel(MEASURE)

    def settle(self) -> None:
        """Show the finding of the labels as they stand, at once: what goes out is of them."""
        if self._owed is None:
            return
        study, base, labels, correction = self._owed
        self.stop()
        try:
            self._show(study, _finding_of(study, base, labels.copy(), correction))
        except BrainViewerError as error:
            self._notices.fail(error, of_study=True)

    def _show(self, study: Study, finding: TumourFinding) -> None:
        if self._state.finding_status is not Status.RUNNING and self._state.study is study:
            self._state.show_finding(finding, Status.DONE)

    def _start(self) -> None:
        if self._next is None:
            return
        study, base, live, correction = self._next
        self._next, labels = None, live.copy()

        def work(_: Report) -> TumourFinding:
            return _finding_of(study, base, labels, correction)

        def done(finding: TumourFinding) -> None:
            self._told()
            self._show(study, finding)
            self._start()

        def failed(error: BrainViewerError) -> None:
            self._told()
            self._notices.fail(error, of_study=True)
            self._start()

        self._jobs.start(MEASURE, work, done, failed, shown=False)

    def _told(self) -> None:
        if self._next is None:
            self._owed = None


def _finding_of(
    study: Study, base: TumourFinding, labels: Labels, correction: Correction
) -> TumourFinding:
    """What labels say; the finding before any correction where all was taken back."""
    from brainviewer.imaging.correction.corrected_finding import corrected, same_labels

    return base if same_labels(base, labels) else corrected(study, base, labels, correction)
