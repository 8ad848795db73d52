"""Lesion detection in the open study."""

from collections.abc import Callable
from functools import partial

from brainviewer.app.engine import EngineControl
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.app.view import View
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings import TumourFinding
from brainviewer.core.memory import give_back

FIND = "find"


class Segmentation:
    """Finds the lesion in the background.

    method : the method that was used last. threshold : its level, in units of the FLAIR.
    """

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, view: View, engine: EngineControl
    ) -> None:
        self._state, self._jobs, self._notices, self._view = state, jobs, notices, view
        self._engine = engine
        self.method = "lesion"
        self.threshold = 450.0
        self._find_again: Callable[[], None] = self.find
        state.engine_replaced.connect(self._continue)

    def find(
        self,
        method: str | None = None,
        threshold: float | None = None,
        *,
        then: Callable[[TumourFinding], object] | None = None,
    ) -> None:
        """Look for the lesion in the background and go to its slice.

        The view stays where it is if the user has scrolled since the study was opened, unless
        the method or the threshold was chosen by hand.
        then : called with what was found.
        """
        study = self._state.study
        if study is None or study.is_image2d:
            return
        self._jobs.cancel(FIND)  # before its end can be taken for that of the new search
        before = self._state.finding
        asked = method is not None or threshold is not None
        self.method = method or self.method
        self.threshold = self.threshold if threshold is None else threshold
        chosen, level, engine = self.method, self.threshold, self._engine.ready()
        self._find_again = partial(self.find, method, threshold, then=then)

        def work(report: Report) -> TumourFinding:
            from brainviewer.imaging.measure.agreement import compared
            from brainviewer.models.segmentation.detection import find_tumour
            from brainviewer.models.segmentation.network import segmentation_network

            network = segmentation_network(engine)
            try:
                return compared(
                    study,
                    find_tumour(study, chosen, threshold=level, network=network, report=report),
                )
            finally:
                give_back()  # what this took, and the study before

        def done(finding: TumourFinding) -> None:
            self._state.show_finding(finding, Status.DONE)
            for sentence in finding.notices:
                self._notices.tell(sentence)
            if asked:
                self._view.go_to_tumour()
            elif finding.position_mm and not self._view.moved:
                self._view.place_cursor(finding.position_mm)
            if then is not None:
                then(finding)

        def failed(error: BrainViewerError) -> None:
            self._state.show_finding(None, Status.FAILED)
            self._notices.fail(error, of_study=True)

        def stopped() -> None:
            self._state.show_finding(before, Status.NOT_RUN if before is None else Status.DONE)

        self._state.show_finding(before, Status.RUNNING)
        self._jobs.start(FIND, work, done, failed, stopped)

    def _continue(self) -> None:
        """Search on in the engine that took the place of another."""
        if self._jobs.running(FIND):
            self._find_again()

    def stop(self) -> None:
        """Stop looking; what was found before is shown again."""
        self._jobs.cancel(FIND)
