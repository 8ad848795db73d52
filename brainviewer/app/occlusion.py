"""The occlusion test: a part of an image is painted over to see its classification change."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from brainviewer.app.annotations import Annotations
from brainviewer.app.engine import EngineControl
from brainviewer.app.facts import Fact
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.prediction.frame_class import of_frame
from brainviewer.app.state import Tool, ViewState
from brainviewer.app.status import Status
from brainviewer.app.view import View
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings import Classification

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_edit import Comparison, Fill, Mask, Pixels
    from brainviewer.app.prediction.occlusion_test import Trial
    from brainviewer.core.study import Study

KEY = "try"


class Occlusion:
    """Edits an image to test its classification; the file and the annotations stay as they are."""

    def __init__(
        self,
        state: ViewState,
        jobs: Jobs,
        notices: Notices,
        engine: EngineControl,
        view: View,
        annotations: Annotations,
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._engine, self._view, self._annotations = engine, view, annotations
        self._tool_before = Tool.WINDOW
        self._heatmap_before = False
        state.cursor_changed.connect(self._stay_on_frame)
        state.classification_changed.connect(self._follow_classification)

    def start(self) -> None:
        """Begin to edit the frame that is shown; nothing happens without an answer for it."""
        from brainviewer.app.prediction.occlusion_test import Trial

        state = self._state
        if state.study is None or state.classification is None or Fact.TRIABLE not in state.facts:
            return
        if state.trial is not None:
            return
        self._tool_before, self._heatmap_before = state.tool, state.overlays.heatmap
        self._annotations.select("")
        self._state.show_trial(Trial.of(state.study, state.slice_index(), state.classification))
        self._view.set_tool(Tool.BRUSH)
        # What is painted over must be seen; H shows where the network looks now.
        self._view.set_overlay(heatmap=False)

    def toggle(self) -> None:
        """Start a test, or end the one that is open."""
        if self._state.trial is None:
            self.start()
        else:
            self.stop()

    def stop(self) -> None:
        """Show the picture again as it is, with its answer; without a trial, nothing happens."""
        trial = self._state.trial
        if trial is not None:
            self._state.study = trial.original
            self.forget()

    def forget(self) -> None:
        """End the trial without a look at its picture: another is shown."""
        if self._state.trial is None:
            return
        self._jobs.cancel(KEY)
        self._state.show_trial(None)
        if self._state.tool is Tool.BRUSH:
            self._view.set_tool(self._tool_before)
        if self._heatmap_before:
            self._view.set_overlay(heatmap=True)

    def paint(self, region: "Mask") -> None:
        """Paint over a region, all of it; an empty one shows the picture as it is.

        region : (rows, columns) bool.
        """
        if region.all():
            text = "The whole picture is painted over, so that nothing is left to fill it from."
            self._notices.tell(f"{text} Paint over a smaller part.", "error")
            self._state.trial_changed.emit()
            return
        self._change(lambda trial: trial.painted(region))

    def fill_with(self, fill: "Fill") -> None:
        """Fill what is painted over in another way."""
        self._change(lambda trial: trial.filled(fill))

    def reset(self) -> None:
        """Paint nothing over any more; can be undone."""
        self._change(lambda trial: trial.cleared() if trial.edited else trial)

    def set_brush(self, diameter: int) -> None:
        """Paint with another brush. diameter : in pixels of the picture."""
        trial = self._state.trial
        if trial is not None and (changed := trial.with_brush(diameter)).brush != trial.brush:
            self._state.show_trial(changed)

    def undo(self) -> None:
        """Take the last edit back; without a test, that of the annotations."""
        if self._state.trial is None:
            self._annotations.undo()
        elif self._state.trial.can_undo:
            self._change(lambda trial: trial.moved(-1))

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._state.trial is None:
            self._annotations.redo()
        elif self._state.trial.can_redo:
            self._change(lambda trial: trial.moved(1))

    # -- showing and answering --------------------------------------------------------------

    def _change(self, change: "Callable[[Trial], Trial]") -> None:
        before = self._state.trial
        if before is None or (trial := change(before)) is before:
            return
        self._try(trial)

    def _try(self, trial: "Trial") -> None:
        """Show the edited picture as soon as it is made, and its answer after that."""
        from brainviewer.app.prediction.occlusion_test import painted_over

        self._jobs.cancel(KEY)
        status = Status.RUNNING if trial.edited else Status.NOT_RUN
        fresh = replace(trial, after=None, comparison=None, status=status, message="")
        if not trial.edited:
            self._state.study = trial.original
            self._state.show_trial(fresh)
            return

        def work(report: Report) -> "tuple[Pixels, Study]":
            report(0.0, "Filling what was painted over")
            return painted_over(trial)

        def done(made: "tuple[Pixels, Study]") -> None:
            pixels, self._state.study = made
            self._state.trial_changed.emit()
            self._answer(pixels)

        self._state.show_trial(fresh)
        self._jobs.start(KEY, work, done, self._failed, self._stopped)

    def _answer(self, pixels: "Pixels") -> None:
        from brainviewer.app.prediction.occlusion_edit import what_if

        trial, engine = self._state.trial, self._engine.ready()
        if trial is None:
            return
        original, before, frame = trial.original, trial.before, trial.frame

        def work(report: Report) -> "tuple[Classification, Comparison]":
            after, comparison = what_if(pixels, before, engine, report)
            return of_frame(after, original, frame), comparison

        def done(answer: "tuple[Classification, Comparison]") -> None:
            if self._state.trial is not None:
                after, comparison = answer
                self._state.show_trial(
                    replace(
                        self._state.trial, after=after, comparison=comparison, status=Status.DONE
                    )
                )

        self._jobs.start(KEY, work, done, self._failed, self._stopped)

    def _failed(self, error: BrainViewerError) -> None:
        if self._state.trial is not None:
            failed = replace(self._state.trial, status=Status.FAILED, message=str(error))
            self._state.show_trial(failed)

    def _stopped(self) -> None:
        if self._state.trial is not None:
            self._state.show_trial(replace(self._state.trial, status=Status.NOT_RUN))

    def _follow_classification(self) -> None:
        """The picture itself has another answer: compare with that."""
        trial, result = self._state.trial, self._state.classification
        if trial is not None and result is not None and result is not trial.before:
            self._try(replace(trial, before=result))

    def _stay_on_frame(self) -> None:
        """Another frame is another picture."""
        trial = self._state.trial
        if trial is not None and self._state.slice_index() != trial.frame:
            self.stop()
