"""Verbs that paint over a part of the open picture to see what becomes of its answer."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from brainviewer.app.annotations import Marking
from brainviewer.app.facts import Fact
from brainviewer.app.jobs import Jobs
from brainviewer.app.prediction.frame_class import of_frame
from brainviewer.app.state import Notice, Status, Tool
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings import Classification

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_edit import Comparison, Fill, Mask, Pixels
    from brainviewer.app.prediction.occlusion_test import Trial
    from brainviewer.core.study import Study
    from brainviewer.models.engine.engine import Engine

KEY = "try"


class Trying(Marking):
    """The part of ``Session`` that edits a picture on trial; annotations stay as they are."""

    jobs: Jobs

    def __init__(self) -> None:
        super().__init__()
        self._tool_before = Tool.WINDOW
        self._heatmap_before = False
        self.state.cursor_changed.connect(self._stay_on_frame)

    def _ready_engine(self) -> "Engine":
        raise NotImplementedError

    def start_trial(self) -> None:
        """Begin to edit the frame that is shown; nothing happens without an answer for it."""
        from brainviewer.app.prediction.occlusion_test import Trial

        state = self.state
        if state.study is None or state.classification is None or Fact.TRIABLE not in state.facts:
            return
        if state.trial is not None:
            return
        self._tool_before, self._heatmap_before = state.tool, state.overlays.heatmap
        self.select("")
        self._show_trial(Trial.of(state.study, state.slice_index(), state.classification))
        self._choose_tool(Tool.BRUSH)
        # What is painted over must be seen; H shows where the network looks now.
        self._show_heatmap(False)

    def stop_trial(self) -> None:
        """Show the picture again as it is, with its answer; without a trial, nothing happens."""
        trial = self.state.trial
        if trial is not None:
            self.state.study = trial.original
            self.forget_trial()

    def forget_trial(self) -> None:
        """End the trial without a look at its picture: another is shown."""
        if self.state.trial is None:
            return
        self.jobs.cancel(KEY)
        self._show_trial(None)
        if self.state.tool is Tool.BRUSH:
            self._choose_tool(self._tool_before)
        if self._heatmap_before:
            self._show_heatmap(True)

    def paint(self, region: "Mask") -> None:
        """Paint over a region, all of it; an empty one shows the picture as it is.

        region : (rows, columns) bool.
        """
        if region.all():
            text = "The whole picture is painted over, so that nothing is left to fill it from."
            self.state.noticed.emit(Notice(f"{text} Paint over a smaller part.", "error"))
            self.state.trial_changed.emit()
            return
        self._change(lambda trial: trial.painted(region))

    def fill_with(self, fill: "Fill") -> None:
        """Fill what is painted over in another way."""
        self._change(lambda trial: trial.filled(fill))

    def reset_trial(self) -> None:
        """Paint nothing over any more; can be undone."""
        self._change(lambda trial: trial.cleared() if trial.edited else trial)

    def set_brush(self, diameter: int) -> None:
        """Paint with another brush. diameter : in pixels of the picture."""
        trial = self.state.trial
        if trial is not None and (changed := trial.with_brush(diameter)).brush != trial.brush:
            self._show_trial(changed)

    def undo(self) -> None:
        """Take the last edit back: of a trial, while there is one."""
        if self.state.trial is None:
            super().undo()
        elif self.state.trial.can_undo:
            self._change(lambda trial: trial.moved(-1))

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self.state.trial is None:
            super().redo()
        elif self.state.trial.can_redo:
            self._change(lambda trial: trial.moved(1))

    # -- showing and answering --------------------------------------------------------------

    def _change(self, change: "Callable[[Trial], Trial]") -> None:
        before = self.state.trial
        if before is None or (trial := change(before)) is before:
            return
        self._try(trial)

    def _try(self, trial: "Trial") -> None:
        """Show the edited picture as soon as it is made, and its answer after that."""
        from brainviewer.app.prediction.occlusion_test import painted_over

        self.jobs.cancel(KEY)
        status = Status.RUNNING if trial.edited else Status.NOT_RUN
        fresh = replace(trial, after=None, comparison=None, status=status, message="")
        if not trial.edited:
            self.state.study = trial.original
            self._show_trial(fresh)
            return

        def work(report: Report) -> "tuple[Pixels, Study]":
            report(0.0, "Filling what was painted over")
            return painted_over(trial)

        def done(made: "tuple[Pixels, Study]") -> None:
            pixels, self.state.study = made
            self.state.trial_changed.emit()
            self._answer(pixels)

        self._show_trial(fresh)
        self.jobs.start(KEY, work, done, self._failed, self._stopped)

    def _answer(self, pixels: "Pixels") -> None:
        from brainviewer.app.prediction.occlusion_edit import what_if

        trial, engine = self.state.trial, self._ready_engine()
        if trial is None:
            return
        original, before, frame = trial.original, trial.before, trial.frame

        def work(report: Report) -> "tuple[Classification, Comparison]":
            after, comparison = what_if(pixels, before, engine, report)
            return of_frame(after, original, frame), comparison

        def done(answer: "tuple[Classification, Comparison]") -> None:
            if self.state.trial is not None:
                after, comparison = answer
                self._show_trial(
                    replace(
                        self.state.trial, after=after, comparison=comparison, status=Status.DONE
                    )
                )

        self.jobs.start(KEY, work, done, self._failed, self._stopped)

    def _failed(self, error: BrainViewerError) -> None:
        if self.state.trial is not None:
            failed = replace(self.state.trial, status=Status.FAILED, message=str(error))
            self._show_trial(failed)

    def _stopped(self) -> None:
        if self.state.trial is not None:
            self._show_trial(replace(self.state.trial, status=Status.NOT_RUN))

    def _follow_answer(self) -> None:
        """The picture itself has another answer: compare with that."""
        trial, result = self.state.trial, self.state.classification
        if trial is not None and result is not None and result is not trial.before:
            self._try(replace(trial, before=result))

    def _stay_on_frame(self) -> None:
        """Another frame is another picture."""
        trial = self.state.trial
        if trial is not None and self.state.slice_index() != trial.frame:
            self.stop_trial()

    def _show_trial(self, trial: "Trial | None") -> None:
        self.state.trial = trial
        self.state.trial_changed.emit()
        self.state.facts_changed.emit()

    def _show_heatmap(self, shown: bool) -> None:
        self.state.overlays = replace(self.state.overlays, heatmap=shown)
        self.state.overlays_changed.emit()

    def _choose_tool(self, tool: Tool) -> None:
        self.state.tool = tool
        self.state.tool_changed.emit()
