"""The engine of a window: started ahead of need, replaced, restarted when it hangs, ended."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from brainviewer.app.jobs import Post
from brainviewer.app.notices import Notice, Notices, Offer
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.core.errors import BrainViewerError

if TYPE_CHECKING:
    from brainviewer.models.engine.engine import Engine


class EngineControl:
    """Owns the child process that runs networks, and shows how it stands.

    post : runs a function on the main thread; the engine tells of silence in a thread of its own.
    """

    def __init__(self, state: ViewState, settings: Settings, notices: Notices, post: Post) -> None:
        self._state, self._settings, self._notices = state, settings, notices
        self._post_silence = lambda silent: post(lambda: self._tell_silence(silent))
        self._engine: Engine | None = None
        self._silence = Notice(
            "The engine has not answered for a while.",
            "caution",
            (Offer("Restart the engine", self.restart),),
        )
        settings.changed.connect(self._follow)

    def start(self) -> None:
        """Start the child process and load the model ahead of need; for when the window is idle."""
        from brainviewer.models.registry import chosen_model, segmentation_model

        try:
            cards = segmentation_model(), chosen_model(self._settings.model, False)
            self.ready().start(*(one.network for one in cards if one and one.network))
        except BrainViewerError as error:
            self._notices.fail(error)
        self.show()

    def choose(self, wanted: str) -> None:
        """Choose the engine: ``auto``, ``onnx`` or ``tensorflow``."""
        self._settings.update(engine=wanted)

    def _follow(self, changed: Collection[str]) -> None:
        """Another engine was chosen: what was asked of the one before goes to it."""
        if "engine" not in changed:
            return
        replaced, self._engine = self._engine, None
        self._state.engine_replaced.emit()  # what listens may ask the new one at once
        if replaced is not None:
            replaced.close()
            self.start()

    def restart(self) -> None:
        """End an engine that hangs; a new one gets the question that is waiting."""
        if self._engine is None:
            return
        try:
            self._engine.restart()
        except BrainViewerError as error:
            self._notices.fail(error)
        self.show()

    def ready(self) -> "Engine":
        """The engine; made when it is first needed."""
        if self._engine is None:
            from brainviewer.models.engine.engine import Engine

            self._engine = Engine(self._settings.engine, on_silence=self._post_silence)
        return self._engine

    def use(self, engine: "Engine") -> None:
        """Use an engine that was made elsewhere."""
        self._engine = engine

    @property
    def made(self) -> bool:
        """Whether there is an engine."""
        return self._engine is not None

    def close(self) -> None:
        """End the child process."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None

    def show(self) -> None:
        """Show how the engine stands."""
        if self._engine is not None:
            self._state.engine_text = self._engine.state
            self._state.engine_changed.emit()

    def _tell_silence(self, silent: bool) -> None:
        if silent:
            self._notices.show(self._silence)
        else:
            self._notices.settle(self._silence)
        self.show()
