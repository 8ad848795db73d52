"""What the user thinks of a classification: agree or disagree, kept on this computer."""

from brainviewer.app.audit_trail.edits import FEEDBACK, may_delete, may_edit
from brainviewer.app.jobs import Jobs
from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.app.stores.feedback import feedback_on, keep_feedback, kept_feedback
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.feedback import WITHDRAWN

KEEP_FEEDBACK = "keep feedback"


class Feedback:
    """Keeps feedback, and shows what was kept before beside the same classification."""

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, predictions: PredictionLog
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._predictions = predictions
        state.classification_changed.connect(self._restore)

    def give(self, opinion: str, user_type: str = "") -> None:
        """Agree or disagree with the classification on the screen, or withdraw that.

        opinion : ``agree``, ``disagree`` or ``withdrawn`` of ``app.stores.feedback``.
        user_type : with ``disagree``, class code or ``other``.
        """
        result = self._state.classification
        if result is None or not self._may(opinion):
            self._show()  # a button that was pressed comes out again
            return
        given = feedback_on(result, opinion, user_type)
        self._state.feedback = None if given.opinion == WITHDRAWN else given
        self._show()
        of_image = result.of_image

        def keep() -> None:
            keep_feedback(given)
            self._predictions.feedback(given, of_image=of_image)

        self._jobs.save(KEEP_FEEDBACK, keep, self._failed)

    def _may(self, opinion: str) -> bool:
        study, failed = self._state.study, self._notices.fail
        if opinion == WITHDRAWN:
            return may_delete(study, FEEDBACK, 1, failed)
        return may_edit(study, FEEDBACK, failed)

    def _failed(self, error: BrainViewerError) -> None:
        """Say why; a button that was pressed comes out again."""
        self._notices.fail(error)
        if not self._jobs.unfinished(KEEP_FEEDBACK):
            self._restore()

    def _restore(self) -> None:
        self._jobs.finish(KEEP_FEEDBACK)  # what is on disk is read
        result = self._state.classification
        self._state.feedback = kept_feedback(result) if result is not None else None
        self._show()

    def _show(self) -> None:
        self._state.feedback_changed.emit()
        self._state.facts_changed.emit()
