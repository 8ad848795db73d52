"""Tells the worker of the 3D view what is open, a moment after it has changed."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from brainviewer.app.facts import Fact
from brainviewer.app.prior.prior import Prior
from brainviewer.app.state import ViewState
from brainviewer.gui.volume.cutting import VolumeCutting
from brainviewer.gui.volume.slices import VolumeSlices
from brainviewer.gui.volume.surfaces.choice import SurfaceChoice
from brainviewer.gui.volume.surfaces.listing import prior_lesion
from brainviewer.gui.widgets import timer

_STUDY_MS = 120
_CURSOR_MS = 300


class StateFollower(QObject):
    """Listens to the state and asks for what it says; the slices on the screen always come first.

    request : of the worker. slices, surfaces, cutting : go with it.
    """

    study_sent = Signal()
    """The worker knows of the study, and not yet of what lies over it."""
    sent = Signal()
    """It knows of all."""

    def __init__(
        self,
        state: ViewState,
        prior: Prior | None,
        request: Callable[..., None],
        slices: VolumeSlices,
        surfaces: SurfaceChoice,
        cutting: VolumeCutting,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._state, self._prior, self._request = state, prior, request
        self._slices, self._surfaces, self._cutting = slices, surfaces, cutting
        self._study_timer = timer(self, _STUDY_MS, self.send_study)
        self._cursor_timer = timer(self, _CURSOR_MS, self._send_cursor)
        self._overlay_timer = timer(self, _STUDY_MS, self._send_overlays)
        self._connections = (
            (state.study_changed, self._study_timer.start),
            (state.active_changed, self._study_timer.start),
            (state.volumes_changed, self._study_timer.start),
            (state.finding_changed, self._study_timer.start),
            (state.cursor_changed, self._cursor_changed),
            (state.display_changed, slices.send),
            (state.reformation_changed, slices.send),
            (state.overlays_changed, self._overlay_timer.start),
        )
        for signal, slot in self._connections:
            signal.connect(slot)
        if prior is not None:
            prior.changed.connect(self._overlay_timer.start)
        self._study_timer.start()

    def bring_up_to_date(self) -> None:
        """Send at once what waits to be sent."""
        for waiting, send in (
            (self._study_timer, self.send_study),
            (self._overlay_timer, self._send_overlays),
        ):
            if waiting.isActive():
                waiting.stop()
                send()

    def close(self) -> None:
        """Listen to nothing any more."""
        for waiting in (self._study_timer, self._cursor_timer, self._overlay_timer):
            waiting.stop()
        for signal, slot in self._connections:
            signal.disconnect(slot)
        if self._prior is not None:
            self._prior.changed.disconnect(self._overlay_timer.start)

    def send_study(self) -> None:
        """Send all that is open."""
        state = self._state
        study = state.solid_study
        modality = None
        if study is not None:
            modality = state.active if state.active in study.volumes else study.modalities[0]
        beside = {"slices": self._slices.of(study, modality), "surfaces": self._surfaces.of(study)}
        self._request(study=study, modality=modality, finding=state.finding, **beside)
        self.study_sent.emit()
        self._send_overlays()
        self.sent.emit()

    def _send_overlays(self) -> None:
        # Where there are no parts to be shown, switching them changes nothing.
        parts = Fact.PARTS not in self._state.facts or self._state.overlays.parts
        skull, prior = self._state.overlays.skull, prior_lesion(self._prior)
        self._request(parts=parts, skull=skull, prior=prior)
        self._surfaces.refresh()
        self._send_cursor()

    def _cursor_changed(self) -> None:
        if self._slices.planes or self._cutting.follows:
            self._send_cursor()
        else:  # started anew by every step: nothing is drawn while the user scrolls
            self._cursor_timer.start()

    def _send_cursor(self) -> None:
        state = self._state
        shown = state.study is not None and state.overlays.crosshair
        x, y, z = (float(v) for v in state.cursor)
        self._request(cursor=(x, y, z) if shown else None)
        self._slices.send()
        self._cutting.follow()
