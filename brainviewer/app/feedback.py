"""Verbs that say what the user thinks of an answer."""

from brainviewer.app.feedback_store import WITHDRAWN, Verdict, keep_verdict, verdict_on
from brainviewer.app.state import Notice, ViewState
from brainviewer.core.errors import BrainViewerError


class Judging:
    """The part of ``Session`` that keeps verdicts."""

    state: ViewState

    def judge(self, verdict: str, user_type: str = "") -> None:
        """Agree or disagree with the answer on the screen, or withdraw that; kept locally.

        verdict : ``agree``, ``disagree`` or ``withdrawn`` of ``app.verdicts``.
        user_type : with ``disagree``, class code or ``other``.
        """
        result = self.state.classification
        if result is None:
            return
        given = verdict_on(result, verdict, user_type)
        try:
            keep_verdict(given)
        except BrainViewerError as error:
            self.state.noticed.emit(Notice(str(error), "error"))
            self.state.verdict_changed.emit()  # a button that was pressed comes out again
            return
        self._set_verdict(None if given.verdict == WITHDRAWN else given)

    def _set_verdict(self, verdict: Verdict | None) -> None:
        self.state.verdict = verdict
        self.state.verdict_changed.emit()
        self.state.facts_changed.emit()
