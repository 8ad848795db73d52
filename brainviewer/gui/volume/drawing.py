"""The worker that draws the 3D view: its start, its end, and another in its place."""

from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from brainviewer.app.graphics.graphics import Graphics
from brainviewer.gui.widgets import timer
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.worker import VolumeWorker

_START_MS = 250


class VolumeDrawing(QObject):
    """Keeps a worker that draws by what is chosen at present.

    graphics : chooses what draws; without it the name of the renderer does.
    worker : another one after each choice that draws otherwise.
    """

    drawn = Signal(object)
    """An image (height, width, 3) uint8 that is to be shown."""
    failed = Signal(str)
    """There is no 3D view, and why."""
    begun_anew = Signal()
    """Another worker draws from now on, what the one before it was asked for."""

    def __init__(self, graphics: Graphics | None, parent: QObject) -> None:
        super().__init__(parent)
        self._graphics, self._owner = graphics, parent
        self.worker = self._made_worker()
        self._start_timer = timer(self, _START_MS, self._start)
        if graphics is not None:
            graphics.changed.connect(self._choice_changed)

    @property
    def failure(self) -> str:
        """Why there is no 3D view, or "" ."""
        return self.worker.failure

    @property
    def delivered(self) -> RenderRequest:
        """What the last image shows."""
        return self.worker.delivered

    def start_soon(self) -> None:
        """Start once the window has done what is more urgent; a second call does nothing."""
        self._start_timer.start()

    def request(self, **changes: Any) -> None:
        """See ``VolumeWorker.request``."""
        self.worker.request(**changes)

    def rest(self) -> None:
        """See ``VolumeWorker.rest``."""
        self.worker.rest()

    def close(self) -> None:
        """Stop drawing and release OpenGL."""
        self._start_timer.stop()
        if self._graphics is not None:
            self._graphics.changed.disconnect(self._choice_changed)
        self.worker.close()

    def _start(self) -> None:
        self.worker.start()

    def _made_worker(self) -> VolumeWorker:
        worker = VolumeWorker(self.drawn.emit, self.failed.emit, self._graphics)
        # Also when Qt deletes the pane without closing it, the thread must end.
        self._owner.destroyed.connect(worker.close)
        if application := QCoreApplication.instance():
            application.aboutToQuit.connect(worker.close)
        return worker

    def _choice_changed(self) -> None:
        """Draw by what is chosen now, where that is something else than what draws."""
        assert self._graphics is not None
        drawing, known = self.worker.choice, self._graphics.known
        if drawing is None or known is None or drawing.draws_as(known):
            return
        begun = self.worker
        begun.close()
        self._owner.destroyed.disconnect(begun.close)
        if application := QCoreApplication.instance():
            application.aboutToQuit.disconnect(begun.close)
        self.worker = self._made_worker()
        self.worker.request(**vars(begun.requested))
        self.begun_anew.emit()
        self._start_timer.start()
