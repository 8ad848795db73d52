"""Every verb of the application, for one window: open, find, classify, and what they need.

Called on the main thread. Slow work runs in jobs; their answers come back through ``post``.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from brainviewer.app.age_store import kept_age
from brainviewer.app.documents import Showing
from brainviewer.app.engine_control import EngineControl
from brainviewer.app.feedback import Judging
from brainviewer.app.feedback_store import kept_verdict
from brainviewer.app.jobs import Jobs, Post
from brainviewer.app.notices import Noticing
from brainviewer.app.occlusion import Trying
from brainviewer.app.patient_details import Assuming
from brainviewer.app.prediction.frame_class import classify_frame, wait_for_rest
from brainviewer.app.prediction.frames import Following
from brainviewer.app.settings import Settings
from brainviewer.app.state import Status, ViewState
from brainviewer.app.view import Viewing
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings import Classification, TumourFinding
from brainviewer.core.memory import give_back
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi_window import AUTOMATIC, Window


class Session(Noticing, EngineControl, Viewing, Trying, Showing, Following, Judging, Assuming):
    """State, jobs, engine and settings of one window.

    post : runs a function on the main thread.
    settings : what is remembered between starts.
    ask_sequences : set by the window; without it, silent names are an error sentence.
    """

    def __init__(
        self,
        post: Post,
        settings: Settings | None = None,
        crashed: Callable[[BaseException], None] | None = None,
    ) -> None:
        Viewing.__init__(self, ViewState())
        Trying.__init__(self)
        Showing.__init__(self)
        Following.__init__(self)
        Noticing.__init__(self)
        Assuming.__init__(self)
        EngineControl.__init__(self, post)
        self.settings = settings or Settings()
        self.state.convention = self.settings.convention
        self.state.crashed = crashed or self._log_crash
        self.jobs = Jobs(post, self._show_progress, self.state.crashed)
        self.finding_method = "lesion"
        self.threshold = 450.0

    # -- opening ----------------------------------------------------------------------------

    def _show_study(self, study: Study, windows: Mapping[Modality, Window]) -> None:
        if self.state.study is not None:
            self.state.study_leaving.emit()
        self.forget_trial()
        for key in ("find", "classify"):
            self.jobs.cancel(key)
        self._asked_slice = None
        state = self.state
        state.study, state.windows = study, windows
        state.presets = dict.fromkeys(windows, AUTOMATIC)
        # The marks of the old study must not be drawn or measured on the new one.
        state.annotations, state.selection = (), ""
        state.colour_maps = dict.fromkeys(study.volumes, "grey")
        if state.active not in study.volumes:
            state.active = study.modalities[0]
        state.age_years = None if study.is_picture else kept_age(study.content_hash)
        self._set_finding(None, Status.NOT_RUN)
        self._set_classification(None, Status.NOT_RUN)
        state.cursor = study.grid.centre
        if study.is_picture:  # of an even number of frames, the centre is between two
            state.cursor = state.view().move(state.cursor, study.frame_index())
        self._user_has_moved = False
        state.study_changed.emit()
        self._restore_annotations()
        if study.is_picture:
            self._answer_frame(study, self.rest_seconds if len(state.film) > 1 else 0.0)
        else:
            self.find_tumour(then_classify=self.settings.classify_on_opening)

    # -- finding ----------------------------------------------------------------------------

    def find_tumour(
        self,
        method: str | None = None,
        threshold: float | None = None,
        *,
        then_classify: bool = False,
        then_slice: int | None = None,
    ) -> None:
        """Look for the lesion in the background and go to its slice.

        The view stays where it is if the user has scrolled since the study was opened, unless
        the method or the threshold was chosen by hand.
        then_classify : classify what was found, or slice ``then_slice`` if that is given.
        """
        study = self.state.study
        if study is None or study.is_picture:
            return
        self.jobs.cancel("find")  # before its end can be taken for that of the new search
        before = self.state.finding
        asked = method is not None or threshold is not None
        self.finding_method = method or self.finding_method
        self.threshold = self.threshold if threshold is None else threshold
        chosen, level = self.finding_method, self.threshold

        def work(report: Report) -> TumourFinding:
            from brainviewer.models.segmentation.detection import find_tumour

            try:
                return find_tumour(study, chosen, threshold=level, report=report)
            finally:
                give_back()  # what this took, and the study before

        def done(finding: TumourFinding) -> None:
            self._set_finding(finding, Status.DONE)
            for sentence in finding.notices:
                self.notice(sentence)
            if asked:
                self.go_to_tumour()
            elif finding.position_mm and not self._user_has_moved:
                self._place_cursor(np.array(finding.position_mm))
            if self.state.classification is not None:
                self._mark_stale("The tumour was looked for again.")
            elif then_classify and (finding.found or then_slice is not None):
                self.classify(then_slice)

        def failed(error: BrainViewerError) -> None:
            self._set_finding(None, Status.FAILED)
            self._mark_stale("The tumour was looked for again.")
            self.notice(str(error), "error", of_study=True)

        def stopped() -> None:
            self._set_finding(before, Status.NOT_RUN if before is None else Status.DONE)

        self._set_finding(before, Status.RUNNING)
        self.jobs.start("find", work, done, failed, stopped)

    def _set_finding(self, finding: TumourFinding | None, status: Status) -> None:
        self.state.finding, self.state.finding_status = finding, status
        self.state.finding_changed.emit()
        self.state.facts_changed.emit()

    # -- classifying ------------------------------------------------------------------------

    def classify(self, slice_index: int | None = None, *, rest: float = 0.0) -> None:
        """Type the glioma in the background, from the tumour slice or from a given one.

        Of a picture, the class of the frame that is shown.
        rest : seconds to wait before, in which a newer call may take the place of this one.
        """
        study, finding = self.state.unedited, self.state.finding
        if study is None:
            return
        if finding is None and not study.is_picture:
            if self.state.finding_status is not Status.RUNNING:
                # The search was stopped, or has failed.
                self.find_tumour(then_classify=True, then_slice=slice_index)
            return
        self.jobs.cancel("classify")  # before its end can be taken for that of the new one
        engine, age = self._ready_engine(), self.state.age_years
        prevalence, asked_before = self.prevalence, self._asked_slice
        self._asked_slice = slice_index
        before, before_status = self.state.classification, self.state.classification_status
        before_message = self.state.classification_message
        frame = self.state.slice_index()

        def work(report: Report) -> Classification:
            if finding is None:
                wait_for_rest(report, rest)
                return classify_frame(study, frame, engine, report, prevalence)
            from brainviewer.app.prediction.subtype import classify

            return classify(
                study,
                finding,
                engine,
                age_years=age,
                slice_index=slice_index,
                prevalence=prevalence or None,
                report=report,
            )

        def done(result: Classification) -> None:
            if study.is_picture:
                self._picture_results.keep(study.content_hash, frame, result)
            self._set_classification(result, Status.DONE)
            if self.state.finding is not finding:
                self._mark_stale("The tumour was looked for again.")
            elif self.state.age_years != age:
                self._mark_stale("The age was changed.")
            self._show_engine()

        def failed(error: BrainViewerError) -> None:
            from brainviewer.app.prediction.subtype import NotClassified

            if isinstance(error, NotClassified):
                self._set_classification(None, Status.NOT_RUN, str(error))
            else:
                self._set_classification(None, Status.FAILED, str(error))
                self.notice(str(error), "error", of_study=True)
            self._show_engine()

        def stopped() -> None:
            self._asked_slice = asked_before
            if before is None:
                self._set_classification(None, Status.NOT_RUN)
            else:
                self._set_classification(before, before_status, before_message)
            self._show_engine()

        self._set_classification(before, Status.RUNNING)
        self.jobs.start("classify", work, done, failed, stopped)

    def _mark_stale(self, why: str) -> None:
        if self.state.classification_status in (Status.DONE, Status.STALE):
            self._set_classification(
                self.state.classification, Status.STALE, f"{why} Classify again."
            )

    def _set_classification(
        self, result: Classification | None, status: Status, message: str = ""
    ) -> None:
        self.state.classification = result
        self.state.classification_status = status
        self.state.classification_message = message
        self.state.verdict = kept_verdict(result) if result is not None else None
        self._follow_answer()
        self.state.classification_changed.emit()
        self.state.verdict_changed.emit()
        self.state.facts_changed.emit()

    # -- saying -----------------------------------------------------------------------------

    def cancel(self, key: str) -> None:
        """Stop a running job: ``open``, ``find`` or ``classify``."""
        self.jobs.cancel(key)

    def close(self) -> None:
        """Stop all work and the child process, and wait for both."""
        self._end_engine()  # first: work that waits for it then ends
        self.jobs.close()

    def set_overlay(self, **changes: Any) -> None:
        """Change some fields of ``Overlays``."""
        self.set_overlays(replace(self.state.overlays, **changes))
