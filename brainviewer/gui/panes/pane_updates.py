"""Tells panes what concerns them: windows, overlays, results, the prior, and when they blink."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer

from brainviewer.app.session import Session
from brainviewer.core.study import Modality
from brainviewer.core.view.fusion import FusionMode
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.panes.contour_cache import ContoursAhead
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.prior.panes import PriorSide
from brainviewer.gui.widgets import listen

_BLINK_MS = 600


class PaneUpdates(QObject):
    """Listens to what changes on the panes, while their layout stays.

    live : gives the panes that are in sight.
    """

    def __init__(
        self,
        session: Session,
        shared: SharedLayers,
        ahead: ContoursAhead,
        live: Callable[[], Sequence[SlicePane]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._state, self._shared, self._ahead, self._live = session.state, shared, ahead, live
        self._windows = self._displayed()
        state, prior = session.state, session.prior
        state.study_changed.connect(self._remember_windows)
        state.tool_changed.connect(self._show_tool)
        state.display_changed.connect(self._show_windows)
        drawn_over = state.annotations_changed, state.labels_changed
        listen(self._update, state.overlays_changed, *drawn_over)
        made_again = state.finding_changed, state.classification_changed, state.occlusion_changed
        listen(self._make_again, *made_again, state.volumes_changed)
        listen(self._show_prior, prior.changed, prior.measured)
        self._blinking = QTimer(self, interval=_BLINK_MS)
        self._blinking.timeout.connect(self._blink)
        listen(self._let_blink, state.overlays_changed, state.study_changed)

    def _displayed(self) -> dict[Modality, tuple[Window | None, str]]:
        state = self._state
        return {m: (state.windows.get(m), state.colour_maps.get(m, "")) for m in Modality}

    def _remember_windows(self) -> None:
        self._windows = self._displayed()

    def _show_windows(self) -> None:
        before, self._windows = self._windows, self._displayed()
        for pane in self._live():
            if before.get(pane.modality) != self._windows[pane.modality]:
                pane.update()

    def _show_tool(self) -> None:
        for pane in self._live():
            pane.refresh_tool()

    def _update(self) -> None:
        self._ahead.begin()
        for pane in self._live():
            pane.update()

    def _make_again(self) -> None:
        """Another finding or result, or the image is edited, or itself again."""
        self._shared.forget_overlays()
        for pane in self._live() if self._state.original_grids.shown(self._state.study) else ():
            pane.refresh()  # the head's motion moves these grids
        self._update()

    def _show_prior(self) -> None:
        """Another prior, or none, or other lesions of it are certain."""
        for pane in self._live():
            if isinstance(pane, PriorSide):
                self._shared.forget_overlays()
                pane.refresh()

    def _let_blink(self) -> None:
        blinks = self._state.overlays.fusion.mode is FusionMode.BLINK
        wanted = blinks and self._state.solid_study is not None
        if wanted is not self._blinking.isActive():
            self._blinking.start() if wanted else self._blinking.stop()
        if not wanted and self._shared.base_shown:
            self._blink()

    def _blink(self) -> None:
        self._shared.base_shown = not self._shared.base_shown
        for pane in self._live():
            pane.update()
