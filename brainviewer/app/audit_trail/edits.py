"""Edits of the open study are recorded before they are made; where that fails they are not."""

from collections.abc import Callable

from brainviewer.app.audit_trail.recording import record, record_edit
from brainviewer.app.state import ViewState
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import Study

Failed = Callable[[BrainViewerError], object]
ANNOTATIONS, SEGMENTATION, REPORT_TEXT = "annotations", "segmentation", "report text"
AGE, FEEDBACK, SESSION = "age", "feedback", "session file"


def may_edit(study: Study | None, kind: str, failed: Failed) -> bool:
    """Whether an edit was recorded and may be made; ``failed`` is told why not."""
    try:
        record_edit(study, kind)
    except BrainViewerError as error:
        failed(error)
        return False
    return True


class MayEdit:
    """Asks ``may_edit`` for one kind of work in the study that is open."""

    def __init__(self, state: ViewState, kind: str, failed: Failed) -> None:
        self._state, self._kind, self._failed = state, kind, failed

    def __call__(self) -> bool:
        """Whether an edit may be made now."""
        return may_edit(self._state.study, self._kind, self._failed)


def may_delete(study: Study | None, kind: str, count: int, failed: Failed) -> bool:
    """The same for what is deleted, which is recorded each time."""
    try:
        record(Action.DELETED, study, facts={"kind": kind, "count": count})
    except BrainViewerError as error:
        failed(error)
        return False
    return True
