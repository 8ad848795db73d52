"""The engine of a session: started ahead of need, replaced, restarted when it hangs, ended."""

from typing import TYPE_CHECKING

from brainviewer.app.jobs import Jobs, Post
from brainviewer.app.prediction.image_cache import PictureResults
from brainviewer.app.settings import Settings
from brainviewer.app.state import Notice, ViewState
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from brainviewer.models.engine.engine import Engine


class EngineControl:
    """The part of ``Session`` that owns the engine."""

    state: ViewState
    settings: Settings
    jobs: Jobs
    _picture_results: PictureResults

    def __init__(self, post: Post) -> None:
        self._post_silence = lambda silent: post(lambda: self._tell_silence(silent))
        self._engine: Engine | None = None
        self._silence = Notice(
            "The engine has not answered for a while.",
            "caution",
            "Restart the engine",
            self.restart_engine,
        )

    def start_engine(self) -> None:
        """Start the child process and load the model ahead of need; for when the window is idle."""
        from brainviewer.models.registry import model

        try:
            self._ready_engine().start(model().network)
        except BrainViewerError as error:
            self.state.noticed.emit(Notice(str(error), "error"))
        self._show_engine()

    def set_engine(self, wanted: str) -> None:
        """Choose the engine: ``auto``, ``onnx`` or ``tensorflow``."""
        self.settings.update(engine=wanted)
        self._picture_results.clear()
        if self._engine is not None:
            self.jobs.cancel("classify")
            self._end_engine()
            self.start_engine()

    def restart_engine(self) -> None:
        """End an engine that hangs; a new one gets the question that is waiting."""
        if self._engine is None:
            return
        try:
            self._engine.restart()
        except BrainViewerError as error:
            self.state.noticed.emit(Notice(str(error), "error"))
        self._show_engine()

    def _ready_engine(self) -> "Engine":
        """The engine; made when it is first needed."""
        if self._engine is None:
            from brainviewer.models.engine.engine import Engine

            self._engine = Engine(self.settings.engine, on_silence=self._post_silence)
        return self._engine

    def _end_engine(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def _tell_silence(self, silent: bool) -> None:
        signal = self.state.noticed if silent else self.state.notice_settled
        signal.emit(self._silence)
        self._show_engine()

    def _show_engine(self) -> None:
        if self._engine is not None:
            self.state.engine_text = self._engine.state
            self.state.engine_changed.emit()
