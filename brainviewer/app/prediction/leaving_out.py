"""Asks for the answers without each sequence and of other ages, while a study is tested."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from brainviewer.app.engine import EngineControl
from brainviewer.app.jobs import Jobs
from brainviewer.app.occlusion import Occlusion
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError, Report

if TYPE_CHECKING:
    from brainviewer.app.prediction.left_out import Row, Rows
    from brainviewer.app.prediction.study_occlusion import Basis

LEAVE_OUT = "leave out"
STOPPED = "Stopped."


class LeavingOut:
    """In the background, for the study of the occlusion test that is open."""

    def __init__(
        self, state: ViewState, jobs: Jobs, engine: EngineControl, occlusion: Occlusion
    ) -> None:
        self._state, self._jobs, self._engine = state, jobs, engine
        self._occlusion = occlusion
        self._of: Basis | None = None
        """What the answers that are on their way rest on."""
        state.occlusion_changed.connect(self._follow)
        state.engine_replaced.connect(self._ask_again)

    def run(self) -> None:
        """Ask for the answers that are not there yet."""
        test = self._occlusion.study_test
        if test is None or self._state.classification_status is not Status.DONE:
            return
        rows, basis, engine = test.rows, test.basis, self._engine.ready()
        known = {row.name: row for row in rows.rows}

        def work(report: Report) -> "tuple[Row, ...]":
            from brainviewer.app.prediction.left_out import answers_without

            return answers_without(
                basis.study,
                basis.finding,
                basis.before,
                engine,
                report,
                age_years=basis.age_years,
                slice_index=basis.slice_index,
                ages=rows.ages,
                known=known,
            )

        def done(made: "tuple[Row, ...]") -> None:
            self._show(lambda now: replace(now, rows=made, status=Status.DONE, message=""))
            self._engine.show()

        self._jobs.cancel(LEAVE_OUT)
        self._of = basis
        self._show(lambda now: replace(now, ages=rows.ages, status=Status.RUNNING, message=""))
        self._jobs.start(LEAVE_OUT, work, done, self._failed, self._stopped)

    def try_age(self, years: float) -> None:
        """Ask for the answer of another age, in years; it is kept nowhere.

        Raises BrainViewerError if it cannot be an age.
        """
        from brainviewer.models.subtype.prediction import check_age

        check_age(years)
        self._show(lambda now: now.with_age(years))
        self.run()

    def cancel(self) -> None:
        """Stop asking; what was answered before stays."""
        self._jobs.cancel(LEAVE_OUT)

    def _show(self, change: "Callable[[Rows], Rows]") -> None:
        test = self._occlusion.study_test
        if test is not None:
            self._state.show_occlusion(replace(test, rows=change(test.rows)))

    def _failed(self, error: BrainViewerError) -> None:
        self._show(lambda now: replace(now, status=Status.FAILED, message=str(error)))

    def _stopped(self) -> None:
        self._show(lambda now: replace(now, status=Status.NOT_RUN, message=STOPPED))

    def _follow(self) -> None:
        """The test has ended, or rests on another answer."""
        if not self._jobs.running(LEAVE_OUT):
            return
        test = self._occlusion.study_test
        if test is None or test.status is Status.STALE or test.basis is not self._of:
            self._jobs.cancel(LEAVE_OUT)
            self._show(lambda now: replace(now, message=""))

    def _ask_again(self) -> None:
        if self._jobs.running(LEAVE_OUT):
            self.run()
