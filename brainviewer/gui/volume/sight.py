"""Where in the patient lies what the 3D view shows at a place of its image."""

import math
from collections.abc import Callable

import numpy as np

from brainviewer.app.state import ViewState
from brainviewer.painting.volume.voxels.picking import Seen
from brainviewer.painting.volume.worker import VolumeWorker


class Sight:
    """Asks the last image that was drawn.

    worker : the one that draws at present.
    """

    def __init__(self, state: ViewState, worker: Callable[[], VolumeWorker]) -> None:
        self._state, self._worker = state, worker

    @property
    def seen(self) -> Seen | None:
        """What the last image shows; None if it is not of the study that is open."""
        worker = self._worker()
        return worker.seen if worker.delivered.study is self._state.solid_study else None

    def place(self, x: float, y: float) -> tuple[float, float, float] | None:
        """See ``Seen.place``."""
        seen = self.seen
        return None if seen is None else seen.place(x, y)

    def nearer(self, right: float, up: float) -> float:
        """How far before the plane of the middle of the image something is seen, as a part of the
        distance to the eye; 0 where nothing is.

        right, up : of the middle of the image, in halves of its shorter side.
        """
        seen = self.seen
        if seen is None or not math.isfinite(seen.camera.distance):
            return 0.0
        width, height = seen.camera.size
        half = min(width, height) / 2
        place = seen.place(0.5 + right * half / width, 0.5 - up * half / height)
        if place is None:
            return 0.0
        camera = seen.camera
        return float((np.array(place) - camera.focus) @ camera.rotation[2] / camera.distance)
