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
from brainviewer.core.findings.classification import Classification

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_edit import Comparison, Fill, Mask, Pixels
    from brainviewer.app.prediction.occlusion_test import OcclusionTest
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
        from brainviewer.app.prediction.occlusion_test import OcclusionTest

        state = self._state
        if (
            state.study is None
            or state.classification is None
            or Fact.OCCLUSION_POSSIBLE not in state.facts
        ):
            return
        if state.occlusion is not None:
            return
        self._tool_before, self._heatmap_before = state.tool, state.overlays.heatmap
        self._annotations.select("")
        self._state.show_occlusion(
            OcclusionTest.of(state.study, state.slice_index(), state.classification)
        )
        self._view.set_tool(Tool.BRUSH)
        # What is painted over must be seen; H shows where the network looks now.
        self._view.set_overlay(heatmap=False)

    def toggle(self) -> None:
        """Start a test, or end the one that is open."""
        if self._state.occlusion is None:
            self.start()
        else:
            self.stop()

    def stop(self) -> None:
        """Show the image again as it is, with its answer; without an occlusion test, nothing
        happens."""
        test = self._state.occlusion
        if test is not None:
            self._state.study = test.original
            self.forget()

    def forget(self) -> None:
        """End the occlusion test without a look at its image: another is shown."""
        if self._state.occlusion is None:
            return
        self._jobs.cancel(KEY)
        self._state.show_occlusion(None)
        if self._state.tool is Tool.BRUSH:
            self._view.set_tool(self._tool_before)
        if self._heatmap_before:
            self._view.set_overlay(heatmap=True)

    def paint(self, region: "Mask") -> None:
        """Paint over a region, all of it; an empty one shows the image as it is.

        region : (rows, columns) bool.
        """
        if region.all():
            text = "The whole image is painted over, so that nothing is left to fill it from."
            self._notices.tell(f"{text} Paint over a smaller part.", "error")
            self._state.occlusion_changed.emit()
            return
        self._change(lambda test: test.painted(region))

    def fill_with(self, fill: "Fill") -> None:
        """Fill what is painted over in another way."""
        self._change(lambda test: test.filled(fill))

    def reset(self) -> None:
        """Paint nothing over any more; can be undone."""
        self._change(lambda test: test.cleared() if test.edited else test)

    def set_brush(self, diameter: int) -> None:
        """Paint with another brush. diameter : in pixels of the image."""
        test = self._state.occlusion
        if test is not None and (changed := test.with_brush(diameter)).brush != test.brush:
            self._state.show_occlusion(changed)

    def undo(self) -> None:
        """Take the last edit back; without a test, that of the annotations."""
        if self._state.occlusion is None:
            self._annotations.undo()
        elif self._state.occlusion.can_undo:
            self._change(lambda test: test.moved(-1))

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._state.occlusion is None:
            self._annotations.redo()
        elif self._state.occlusion.can_redo:
            self._change(lambda test: test.moved(1))

    # -- showing and answering --------------------------------------------------------------

    def _change(self, change: "Callable[[OcclusionTest], OcclusionTest]") -> None:
        before = self._state.occlusion
        if before is None or (test := change(before)) is before:
            return
        self._try(test)

    def _try(self, test: "OcclusionTest") -> None:
        """Show the edited image as soon as it is made, and its answer after that."""
        from brainviewer.app.prediction.occlusion_test import painted_over

        self._jobs.cancel(KEY)
        status = Status.RUNNING if test.edited else Status.NOT_RUN
        fresh = replace(test, after=None, comparison=None, status=status, message="")
        if not test.edited:
            self._state.study = test.original
            self._state.show_occlusion(fresh)
            return

        def work(report: Report) -> "tuple[Pixels, Study]":
            report(0.0, "Filling what was painted over")
            return painted_over(test)

        def done(made: "tuple[Pixels, Study]") -> None:
            pixels, self._state.study = made
            self._state.occlusion_changed.emit()
            self._predict(pixels)

        self._state.show_occlusion(fresh)
        self._jobs.start(KEY, work, done, self._failed, self._stopped)

    def _predict(self, pixels: "Pixels") -> None:
        from brainviewer.app.prediction.occlusion_edit import what_if

        test, engine = self._state.occlusion, self._engine.ready()
        if test is None:
            return
        original, before, frame = test.original, test.before, test.frame

        def work(report: Report) -> "tuple[Classification, Comparison]":
            after, comparison = what_if(pixels, before, engine, report)
            return of_frame(after, original, frame), comparison

        def done(prediction: "tuple[Classification, Comparison]") -> None:
            if self._state.occlusion is not None:
                after, comparison = prediction
                self._state.show_occlusion(
                    replace(
                        self._state.occlusion,
                        after=after,
                        comparison=comparison,
                        status=Status.DONE,
                    )
                )

        self._jobs.start(KEY, work, done, self._failed, self._stopped)

    def _failed(self, error: BrainViewerError) -> None:
        if self._state.occlusion is not None:
            failed = replace(self._state.occlusion, status=Status.FAILED, message=str(error))
            self._state.show_occlusion(failed)

    def _stopped(self) -> None:
        if self._state.occlusion is not None:
            self._state.show_occlusion(replace(self._state.occlusion, status=Status.NOT_RUN))

    def _follow_classification(self) -> None:
        """The image itself has another answer: compare with that."""
        test, result = self._state.occlusion, self._state.classification
        if test is not None and result is not None and result is not test.before:
            self._try(replace(test, before=result))

    def _stay_on_frame(self) -> None:
        """Another frame is another image."""
        test = self._state.occlusion
        if test is not None and self._state.slice_index() != test.frame:
            self.stop()
