"""The occlusion test: a part of an image or a study is hidden to see its classification change."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from brainviewer.app.annotations import Annotations
from brainviewer.app.engine import EngineControl
from brainviewer.app.facts import Fact
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import Tool, ViewState
from brainviewer.app.status import Status
from brainviewer.app.view import View
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.classification import Classification

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_edit import Comparison, Fill, Mask
    from brainviewer.app.prediction.occlusion_steps import Steps
    from brainviewer.app.prediction.occlusion_test import OcclusionTest
    from brainviewer.app.prediction.study_occlusion import Basis, StudyOcclusion
    from brainviewer.core.slices import SliceView

    AnyTest = OcclusionTest | StudyOcclusion

KEY = "try"
WAITS = "The answer for the study itself is not up to date. Classify again; the test follows."


class Occlusion:
    """Edits an image or a study to test its classification.

    The files, the annotations and the answer stay as they are.
    asked_slice : tells the axial slice that the answer was asked for; None for that of the tumour.
    """

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
        self.asked_slice: Callable[[], int | None] = lambda: None
        state.cursor_changed.connect(self._stay_on_frame)
        state.classification_changed.connect(self._follow_classification)
        state.engine_replaced.connect(self._ask_again)

    def start(self) -> None:
        """Begin to edit what is shown; nothing happens without an answer for it."""
        state = self._state
        if Fact.OCCLUSION_POSSIBLE not in state.facts or state.occlusion is not None:
            return
        test = self._begin()
        if test is None:
            return
        self._tool_before, self._heatmap_before = state.tool, state.overlays.heatmap
        self._annotations.select("")
        self._state.show_occlusion(test)
        self._view.set_tool(Tool.BRUSH)
        # What is painted over must be seen; H shows where the network looks now.
        self._view.set_overlay(heatmap=False)
        self._follow_classification()

    def _begin(self) -> "AnyTest | None":
        from brainviewer.app.prediction.occlusion_test import OcclusionTest

        state = self._state
        if state.study is None or state.classification is None:
            return None
        if state.study.is_image2d:
            return OcclusionTest.of(state.study, state.slice_index(), state.classification)
        from brainviewer.app.prediction.study_occlusion import StudyOcclusion

        basis = self._basis()
        return None if basis is None else StudyOcclusion.of(basis)

    def _basis(self) -> "Basis | None":
        """What the answer for the open study rests on."""
        from brainviewer.app.prediction.study_occlusion import Basis

        state = self._state
        study, finding, answer = state.study, state.finding, state.classification
        if study is None or finding is None or answer is None:
            return None
        return Basis(study, finding, answer, state.age_years, self.asked_slice())

    def toggle(self) -> None:
        """Start a test, or end the one that is open."""
        if self._state.occlusion is None:
            self.start()
        else:
            self.stop()

    def stop(self) -> None:
        """Show image or study again as it is, with its answer; without an occlusion test, nothing
        happens."""
        test = self._state.occlusion
        if test is not None:
            self._show_original(test)
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
        """Paint over a region, all of it; an empty one shows what is there.

        region : (rows, columns) bool of an image, (i, j, k) bool of a study.
        """
        if region.all():
            text = "All of it is painted over, so that nothing is left to fill it from."
            self._notices.tell(f"{text} Paint over a smaller part.", "error")
            self._state.occlusion_changed.emit()
            return
        self._change(lambda edits: edits.painted(region))

    def draw(self, view: "SliceView", index: int, covered: "Mask") -> None:
        """Hide what is covered on a slice of a study, as deep as is chosen; see ``drawn``."""
        test = self.study_test
        if test is not None:
            self.paint(test.drawn(view, index, covered))

    def set_depth(self, *, through_lesion: bool) -> None:
        """Whether a stroke goes through all slices of the lesion, or stays on its own."""
        test = self.study_test
        if test is not None:
            self._state.show_occlusion(replace(test, through_lesion=through_lesion))

    def fill_with(self, fill: "Fill") -> None:
        """Fill what is painted over in another way."""
        self._change(lambda edits: edits.filled(fill))

    def reset(self) -> None:
        """Paint nothing over any more; can be undone."""
        self._change(lambda edits: edits.cleared())

    def cancel(self) -> None:
        """Stop asking for the answer of what is edited."""
        self._jobs.cancel(KEY)

    def set_brush(self, diameter: int) -> None:
        """Paint with another brush. diameter : in pixels of an image, in mm of a study."""
        test = self._state.occlusion
        if test is not None and (changed := test.with_brush(diameter)).brush != test.brush:
            self._state.show_occlusion(changed)

    def undo(self) -> None:
        """Take the last edit back; without a test, that of the annotations."""
        if self._state.occlusion is None:
            self._annotations.undo()
        elif self._state.occlusion.edits.can_undo:
            self._change(lambda edits: edits.moved(-1))

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._state.occlusion is None:
            self._annotations.redo()
        elif self._state.occlusion.edits.can_redo:
            self._change(lambda edits: edits.moved(1))

    @property
    def study_test(self) -> "StudyOcclusion | None":
        """The test that is open, if it is one of a study."""
        test = self._state.occlusion
        if test is None or test.original.is_image2d:
            return None
        from brainviewer.app.prediction.study_occlusion import StudyOcclusion

        return test if isinstance(test, StudyOcclusion) else None

    # -- showing and answering --------------------------------------------------------------

    def _change(self, change: "Callable[[Steps], Steps]") -> None:
        before = self._state.occlusion
        if before is not None and (edits := change(before.edits)) is not before.edits:
            self._try(before.with_edits(edits))

    def _show_original(self, test: "AnyTest") -> None:
        if test.original.is_image2d:
            self._state.study = test.original

    def _try(self, test: "AnyTest") -> None:
        """Show what is edited as soon as it is made, and its answer after that."""
        self._jobs.cancel(KEY)
        status = Status.RUNNING if test.edits.edited else Status.NOT_RUN
        fresh = replace(test, after=None, comparison=None, status=status, message="")
        if not test.edits.edited:
            self._show_original(test)
            self._state.show_occlusion(fresh)
            self._wait()
            return

        def done(made: Any) -> None:
            now = self._state.occlusion
            if now is not None:
                self._state.show_occlusion(self._with_made(now, made))
                if not self._wait():
                    self._predict(made)

        self._state.show_occlusion(fresh)
        self._jobs.start(KEY, test.make, done, self._failed, self._stopped)

    def _wait(self) -> bool:
        """Whether the answer for the study itself is not up to date: the test waits for it."""
        test = self.study_test
        if test is None or self._state.classification_status is Status.DONE:
            return False
        self._state.show_occlusion(test.settled().waiting(WAITS))
        return True

    def _with_made(self, test: "AnyTest", made: Any) -> "AnyTest":
        """Put what was made before the eyes."""
        if self.study_test is not None:
            return self.study_test.with_part(made)
        _, self._state.study = made
        return test

    def _predict(self, made: Any) -> None:
        test = self._state.occlusion
        if test is None:
            return
        engine = self._engine.ready()

        def work(report: Report) -> "tuple[Classification | None, Comparison]":
            return test.ask(made, engine, report)

        def done(prediction: "tuple[Classification | None, Comparison]") -> None:
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
            self._engine.show()

        self._jobs.start(KEY, work, done, self._failed, self._stopped)

    def _failed(self, error: BrainViewerError) -> None:
        if (test := self._state.occlusion) is not None:
            failed = replace(test.settled(), status=Status.FAILED, message=str(error))
            self._state.show_occlusion(failed)

    def _stopped(self) -> None:
        if (test := self._state.occlusion) is not None:
            self._state.show_occlusion(replace(test.settled(), status=Status.NOT_RUN))

    def _ask_again(self) -> None:
        """Another engine was chosen: it answers what the one before was asked."""
        test = self._state.occlusion
        if test is not None and self._jobs.running(KEY):
            self._try(test)

    def _follow_classification(self) -> None:
        """There is another answer for what is as it is: compare with that."""
        test, result = self._state.occlusion, self._state.classification
        if test is None:
            return
        if (of_study := self.study_test) is not None:
            self._follow_study(of_study)
        elif result is not None and result is not test.before:
            self._try(test.compared_with(result))

    def _follow_study(self, test: "StudyOcclusion") -> None:
        basis, status = self._basis(), self._state.classification_status
        if status is not Status.DONE:
            if basis is None and status is not Status.RUNNING:
                self.forget()  # there is no answer any more that could be tested
            elif test.status is not Status.STALE or test.message != WAITS:
                self._jobs.cancel(KEY)
                self._wait()
        elif basis is not None and (basis != test.basis or test.status is Status.STALE):
            self._try(test.resting_on(basis))

    def _stay_on_frame(self) -> None:
        """Another frame is another image."""
        test = self._state.occlusion
        if test is not None and test.frame not in (None, self._state.slice_index()):
            self.stop()
