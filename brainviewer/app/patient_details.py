"""Verbs that say what an answer takes into account beside the images: age and prevalence."""

from brainviewer.app.age_store import keep_age
from brainviewer.app.prediction.image_cache import PictureResults
from brainviewer.app.settings import Settings
from brainviewer.app.state import Notice, Status, ViewState
from brainviewer.core.errors import BrainViewerError


class Assuming:
    """The part of ``Session`` that changes them; an answer that was there follows at once."""

    state: ViewState
    settings: Settings
    _picture_results: PictureResults

    def __init__(self) -> None:
        self._asked_slice: int | None = None
        """The slice that was asked for; None where the answer is for the tumour slice."""

    def classify(self, slice_index: int | None = None, *, rest: float = 0.0) -> None:
        """See ``Session``."""
        raise NotImplementedError

    def _mark_stale(self, why: str) -> None:
        raise NotImplementedError

    def set_age(self, years: float | None) -> None:
        """Enter the patient's age, or None for none; it is kept with the study."""
        study = self.state.study
        if study is None or study.is_picture or years == self.state.age_years:
            return
        self.state.age_years = years
        try:
            keep_age(study.content_hash, years)
        except BrainViewerError as error:
            self.state.noticed.emit(Notice(str(error), "error"))
        self._answer_again("The age was changed.")

    @property
    def prevalence(self) -> str:
        """The prevalence that was chosen for what is open; empty for the model's own."""
        settings = self.settings
        return settings.picture_prevalence if self._of_pictures else settings.prevalence

    @property
    def _of_pictures(self) -> bool:
        return self.state.study is not None and self.state.study.is_picture

    def set_prevalence(self, name: str) -> None:
        """Choose how frequent the classes are taken to be.

        name : one of those on the model's card; empty for the model's own.
        """
        if name == self.prevalence:
            return
        self.settings.update(**{"picture_prevalence" if self._of_pictures else "prevalence": name})
        self._picture_results.clear()
        self._answer_again("Another prevalence was chosen.")

    def _answer_again(self, why: str) -> None:
        """Answer anew, from the same slice, where there is an answer, or one is on its way."""
        if self.state.classification_status is not Status.NOT_RUN:
            self._mark_stale(why)
            self.classify(self._asked_slice)
