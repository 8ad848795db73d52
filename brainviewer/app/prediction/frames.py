"""The answer for a picture, which follows what is on the screen: another frame has another one."""

from brainviewer.app.jobs import Jobs
from brainviewer.app.prediction.image_cache import PictureResults
from brainviewer.app.settings import Settings
from brainviewer.app.state import Status, ViewState
from brainviewer.core.findings import Classification
from brainviewer.core.study import Study


class Following:
    """The part of ``Session`` that shows, or asks for, the answer for the frame on the screen."""

    state: ViewState
    settings: Settings
    jobs: Jobs

    def __init__(self) -> None:
        self._picture_results = PictureResults()
        self._frame = 0
        self.rest_seconds = 0.25
        """How long one of several pictures or frames must be looked at before it is classified."""
        self.state.cursor_changed.connect(self._follow_frame)

    def classify(self, slice_index: int | None = None, *, rest: float = 0.0) -> None:
        """See ``Session``."""
        raise NotImplementedError

    def _set_classification(
        self, result: Classification | None, status: Status, message: str = ""
    ) -> None:
        raise NotImplementedError

    def _answer_frame(self, study: Study, rest: float) -> None:
        """Show what was said of the frame before, or classify it when it is looked at."""
        self._frame = self.state.slice_index()
        kept = self._picture_results.of(study.content_hash, self._frame)
        self._set_classification(kept, Status.NOT_RUN if kept is None else Status.DONE)
        if kept is None and self.settings.classify_on_opening:
            self.classify(rest=rest)

    def _follow_frame(self) -> None:
        """An answer never stands beside another frame than its own."""
        study = self.state.unedited
        if study is None or not study.is_picture or self.state.slice_index() == self._frame:
            return
        self.jobs.cancel("classify")
        self._answer_frame(study, self.rest_seconds)
