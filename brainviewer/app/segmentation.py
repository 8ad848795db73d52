"""Lesion detection in the open study."""

from collections.abc import Callable
from functools import partial

from brainviewer.app.engine import EngineControl
from brainviewer.app.head_motion import HeadMotion
from brainviewer.app.jobs import Jobs
from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.app.view import View
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.process.memory import give_back
from brainviewer.core.study import Study

FIND = "find"


class Segmentation:
    """Finds the lesion in the background.

    method : the method that was used last. threshold : its level, in units of the FLAIR.
    complete : makes of what was found in a study what is shown; called in the thread of the search.
    """

    def __init__(
        self,
        state: ViewState,
        jobs: Jobs,
        notices: Notices,
        view: View,
        engine: EngineControl,
        head_motion: HeadMotion,
        predictions: PredictionLog,
    ) -> None:
        self._state, self._jobs, self._notices, self._view = state, jobs, notices, view
        self._predictions = predictions
        self._engine, self._head_motion = engine, head_motion
        self.method = "lesion"
        self.threshold = 450.0
        self.complete: Callable[[Study, TumourFinding], TumourFinding] = lambda _, found: found
        self._find_again: Callable[[], None] = self.find
        self._next: Callable[[], object] | None = None
        state.engine_replaced.connect(self._continue)
        state.study_changed.connect(self._forget_next)

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
        follows = self._next
        self._jobs.cancel(FIND)  # before its end can be taken for that of the new search
        self._next = follows
        before = self._state.finding
        asked = method is not None or threshold is not None
        self.method = method or self.method
        self.threshold = self.threshold if threshold is None else threshold
        if self._head_motion.running:
            self._state.show_finding(before, Status.RUNNING)
            self._head_motion.then(partial(self.find, method, threshold, then=then))
            return
        chosen, level, engine = self.method, self.threshold, self._engine.ready()
        self._find_again = partial(self.find, method, threshold, then=then)

        def work(report: Report) -> TumourFinding:
            from brainviewer.app.prediction.recorded import find_tumour
            from brainviewer.imaging.measure.agreement import compared
            from brainviewer.models.segmentation.network import segmentation_network

            network = segmentation_network(engine)
            try:
                found = find_tumour(study, chosen, threshold=level, network=network, report=report)
                self._predictions.finding(found, study)
                return self.complete(study, compared(study, found))
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
            call, self._next = self._next, None
            if call is not None:
                call()

        def failed(error: BrainViewerError) -> None:
            self._next = None
            self._state.show_finding(None, Status.FAILED)
            self._notices.fail(error, of_study=True)

        def stopped() -> None:
            self._next = None
            self._state.show_finding(before, Status.NOT_RUN if before is None else Status.DONE)

        self._state.show_finding(before, Status.RUNNING)
        self._jobs.start(FIND, work, done, failed, stopped)

    def show_again(self, found: TumourFinding) -> None:
        """Show what was found in the open study before, with what was corrected since."""
        study = self._state.study
        if study is None:
            return
        if self._head_motion.running:
            self._state.show_finding(None, Status.RUNNING)
            self._head_motion.then(partial(self.show_again, found))
            return

        def failed(error: BrainViewerError) -> None:
            self._state.show_finding(None, Status.FAILED)
            self._notices.fail(error, of_study=True)

        self._state.show_finding(None, Status.RUNNING)
        self._jobs.start(
            FIND,
            lambda _: self.complete(study, found),
            lambda finding: self._state.show_finding(finding, Status.DONE),
            failed,
            lambda: self._state.show_finding(None, Status.NOT_RUN),
        )

    def follow(self, call: Callable[[], object]) -> None:
        """What follows once the search that runs has ended, instead of what was to follow before.

        Nothing follows one that fails or is stopped; of one that another one replaces, the other.
        """
        self._next = call

    def _forget_next(self) -> None:
        self._next = None

    def _continue(self) -> None:
        """Search on in the engine that took the place of another."""
        if self._jobs.running(FIND):
            self._find_again()

    def stop(self) -> None:
        """Stop looking; what was found before is shown again."""
        self._next = None
        if self._head_motion.forget():
            before = self._state.finding
            self._state.show_finding(before, Status.NOT_RUN if before is None else Status.DONE)
        self._jobs.cancel(FIND)
