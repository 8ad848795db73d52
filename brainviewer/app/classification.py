"""Classification of the open study, or of the frame that is shown of an image."""

from collections.abc import Collection

from brainviewer.app.audit_trail.edits import AGE, may_edit
from brainviewer.app.engine import EngineControl
from brainviewer.app.jobs import Jobs
from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.notices import Notices
from brainviewer.app.prediction.frame_class import classify_frame, known_prevalence, wait_for_rest
from brainviewer.app.prediction.image_cache import ImageResults
from brainviewer.app.prediction.study_class import classify_study
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.app.stores.age import KEEP_AGE, keep_age
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.findings.classification import Classification
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study

CLASSIFY = "classify"
_OF_IMAGES = {"model": "image_model", "prevalence": "picture_prevalence"}
"""The names that settings of studies have where they are about single images."""


class Classifier:
    """Classifies in the background, and again when age, prevalence or frame change.

    rest_seconds : how long one of several images or frames must be looked at before it is
        classified.
    """

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        engine: EngineControl,
        segmentation: Segmentation,
        predictions: PredictionLog,
    ) -> None:
        self._state, self._settings, self._jobs, self._notices = state, settings, jobs, notices
        self._engine, self._segmentation = engine, segmentation
        self._predictions = predictions
        self.rest_seconds = 0.25
        self._frames = ImageResults()
        self._frame = 0
        self._asked_slice: int | None = None
        """The slice that was asked for; None where the prediction is for the tumour slice."""
        self._finding: TumourFinding | None = None
        """What was found when the prediction on the screen was made."""
        state.cursor_changed.connect(self._follow_frame)
        state.finding_changed.connect(self._follow_finding)
        state.engine_replaced.connect(self._forget_engine)
        settings.changed.connect(self._follow_settings)

    def run(self, slice_index: int | None = None, *, rest: float = 0.0) -> None:
        """Classify the glioma in the background, from the tumour slice or from a given one.

        Of an image, the frame that is shown. A study that was not searched is searched first.
        rest : seconds to wait before, in which a newer call may take the place of this one.
        """
        study, finding = self._state.unedited, self._state.finding
        if study is None:
            return
        if finding is None and not study.is_image2d:
            if self._state.finding_status is not Status.RUNNING:
                # The search was stopped, or has failed.
                self.find_and_run(slice_index)
            return
        self._jobs.cancel(CLASSIFY)  # before its end can be taken for that of the new one
        engine, age = self._engine.ready(), self._state.age_years
        prevalence, asked_before = self.prevalence, self._asked_slice
        wanted = self.model_id
        self._asked_slice = slice_index
        before, before_status = self._state.classification, self._state.classification_status
        before_message = self._state.classification_message
        frame = self._state.slice_index()

        def work(report: Report) -> Classification:
            from brainviewer.models.registry import chosen_model

            if finding is None:
                wait_for_rest(report, rest)
                model_id = chosen_model(wanted, True).id if wanted else None
                return classify_frame(
                    study,
                    frame,
                    engine,
                    report,
                    prevalence,
                    model_id=model_id,
                    kept=self._predictions,
                )
            card = chosen_model(wanted, False)
            return classify_study(
                study,
                finding,
                engine,
                report,
                self._predictions,
                model_id=card.id,
                age_years=age,
                slice_index=slice_index,
                prevalence=known_prevalence(prevalence, card),
            )

        def done(result: Classification) -> None:
            if study.is_image2d:
                self._frames.keep(study.content_hash, frame, result)
            self._finding = finding
            self._state.show_classification(result, Status.DONE)
            self._follow_finding()
            if self._state.age_years != age and self._state.classification_status is Status.DONE:
                self.mark_stale("The age was changed.")
            self._engine.show()

        def failed(error: BrainViewerError) -> None:
            from brainviewer.models.subtype.prediction import NotClassified

            if isinstance(error, NotClassified):
                self._state.show_classification(None, Status.NOT_RUN, str(error))
            else:
                self._state.show_classification(None, Status.FAILED, str(error))
                self._notices.fail(error, of_study=True)
            self._engine.show()

        def stopped() -> None:
            self._asked_slice = asked_before
            if before is None:
                self._state.show_classification(None, Status.NOT_RUN)
            else:
                self._state.show_classification(before, before_status, before_message)
            self._engine.show()

        self._state.show_classification(before, Status.RUNNING)
        self._jobs.start(CLASSIFY, work, done, failed, stopped)

    @property
    def asked_slice(self) -> int | None:
        """The axial slice that the answer was asked for; None for that of the tumour."""
        return self._asked_slice

    def find_and_run(self, slice_index: int | None = None) -> None:
        """Look for the lesion, then classify what was found, or a given slice."""

        def then(finding: TumourFinding) -> None:
            unclassified = self._state.classification is None
            if unclassified and (finding.found or slice_index is not None):
                self.run(slice_index)

        self._segmentation.find(then=then)

    def stop(self) -> None:
        """Stop classifying; the prediction before is shown again."""
        self._jobs.cancel(CLASSIFY)

    def leave_study(self) -> None:
        """Stop for good: another study is shown."""
        self.stop()
        self._asked_slice = self._finding = None

    def enter_study(self) -> None:
        """Classify the study that was just opened, as far as the settings want it."""
        study = self._state.study
        if study is not None and study.is_image2d:
            self._show_frame(study, self.rest_seconds if len(self._state.image_series) > 1 else 0.0)
        elif self._settings.classify_on_opening:
            self.find_and_run()
        else:
            self._segmentation.find()

    def restore(self, result: Classification, status: Status, message: str) -> None:
        """Show an answer that was given before for what is found now."""
        self._finding = self._state.finding
        self._state.show_classification(result, status, message)

    def mark_stale(self, why: str) -> None:
        """Say beside the prediction that something it rests on is another now."""
        if self._state.classification_status in (Status.DONE, Status.STALE):
            self._state.show_classification(
                self._state.classification, Status.STALE, f"{why} Classify again."
            )

    # -- model, age and prevalence ----------------------------------------------------------

    @property
    def model_id(self) -> str:
        """The model that was chosen for what is open; empty for the one that comes with it."""
        return self._settings.image_model if self._of_images else self._settings.model

    def set_model(self, model_id: str) -> None:
        """Choose the model that answers for what is open; empty for the one that comes with it."""
        self._settings.update(**{self._own("model"): model_id})

    def set_age(self, years: float | None) -> None:
        """Enter the patient's age, or None for none; it is kept with the study."""
        study = self._state.study
        if study is None or study.is_image2d or years == self._state.age_years:
            return
        if not may_edit(study, AGE, self._notices.fail):
            return
        self._state.age_years = years
        self._jobs.save(
            KEEP_AGE,
            lambda: keep_age(study.content_hash, years),
            self._notices.fail,
        )
        self._run_again("The age was changed.")

    @property
    def prevalence(self) -> str:
        """The prevalence that was chosen for what is open; empty for the model's own."""
        of_images = self._settings.picture_prevalence
        return of_images if self._of_images else self._settings.prevalence

    def set_prevalence(self, name: str) -> None:
        """Choose how frequent the classes are taken to be.

        name : one of those on the model's card; empty for the model's own.
        """
        self._settings.update(**{self._own("prevalence"): name})

    def _own(self, setting: str) -> str:
        """The name that a setting has for what is open."""
        return _OF_IMAGES[setting] if self._of_images else setting

    def _follow_settings(self, changed: Collection[str]) -> None:
        own = [name for name in _OF_IMAGES if self._own(name) in changed]
        if not {*_OF_IMAGES, *_OF_IMAGES.values()}.isdisjoint(changed):
            self._frames.clear()
        if own:
            self._run_again(f"Another {own[0]} was chosen.")

    @property
    def _of_images(self) -> bool:
        return self._state.study is not None and self._state.study.is_image2d

    def _run_again(self, why: str) -> None:
        """Classify anew, from the same slice, where there is a prediction or one is on its way."""
        if self._state.classification_status is not Status.NOT_RUN:
            self.mark_stale(why)
            self.run(self._asked_slice)

    # -- what it rests on -------------------------------------------------------------------

    def _follow_finding(self) -> None:
        """A prediction from an older search is stale."""
        searched = self._state.finding_status in (Status.DONE, Status.FAILED)
        if searched and self._state.finding is not self._finding:
            self.mark_stale(
                "The segmentation was corrected."
                if self._state.finding is not None and self._state.finding.correction is not None
                else "The tumour was looked for again."
            )

    def _forget_engine(self) -> None:
        self._frames.clear()
        self.stop()

    # -- frames of images -------------------------------------------------------------------

    def _show_frame(self, study: Study, rest: float) -> None:
        """Show what was predicted for the frame before, or classify it when it is looked at."""
        self._frame = self._state.slice_index()
        kept = self._frames.of(study.content_hash, self._frame)
        self._state.show_classification(kept, Status.NOT_RUN if kept is None else Status.DONE)
        if kept is None and self._settings.classify_on_opening:
            self.run(rest=rest)

    def _follow_frame(self) -> None:
        """A prediction never stands beside another frame than its own."""
        study = self._state.unedited
        if study is None or not study.is_image2d or self._state.slice_index() == self._frame:
            return
        self.stop()
        self._show_frame(study, self.rest_seconds)
