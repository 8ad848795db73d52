"""What the session says: notices, progress, and that something failed."""

import logging

from brainviewer.app.documents import THUMBNAILS
from brainviewer.app.state import Notice, Progress, ViewState

log = logging.getLogger(__name__)


class Noticing:
    """The part of ``Session`` that speaks."""

    state: ViewState

    def __init__(self) -> None:
        self._telling_crash = False

    def notice(self, text: str, level: str = "info", *, of_study: bool = False) -> None:
        """Tell the user one sentence; it stays until read, or until its study is left.

        of_study : an error that is about the study or its files; see ``Notice``.
        """
        self.state.noticed.emit(Notice(text, level, of_study=of_study))

    def _show_progress(self, key: str, fraction: float | None, text: str) -> None:
        if key == THUMBNAILS:
            return
        others = tuple(p for p in self.state.progress if p.key != key)
        ours = () if fraction is None else (Progress(key, fraction, text),)
        self.state.progress = (*others, *ours)
        self.state.progress_changed.emit()
        self.state.facts_changed.emit()

    def _log_crash(self, error: BaseException) -> None:
        log.error("Something failed unexpectedly.", exc_info=error)
        if self._telling_crash:  # what shows notices is what failed
            return
        self._telling_crash = True
        said = "Something went wrong inside BrainViewer; the log has the details."
        self.notice(said, "error")
        self._telling_crash = False
