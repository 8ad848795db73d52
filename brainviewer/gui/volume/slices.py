"""Slices in the 3D view: which of them stand there, and how they are shown."""

from collections.abc import Callable

from PySide6.QtWidgets import QMenu

from brainviewer.app.exporting.volume_slices import slices_as_shown
from brainviewer.app.state import ViewState
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.gui.widgets import call
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES, ShownSlices
from brainviewer.painting.volume.view import VolumeView


class VolumeSlices:
    """Tells what is to be drawn of slices; they go with cursor and window at once.

    menu : holds the switches. view : how the head is seen at present; the faces of its cuts are
    shown in the same way.
    request : takes ``slices=`` when they change.
    """

    def __init__(
        self,
        state: ViewState,
        menu: QMenu,
        view: Callable[[], VolumeView],
        request: Callable[..., None],
    ) -> None:
        self._state, self._view, self._request = state, view, request
        self._of: tuple[Study | None, Modality | None] = None, None
        self._sent = NO_SLICES
        menu.aboutToShow.connect(call(self.fill, menu))
        self.planes: tuple[Plane, ...] = ()
        """Those whose slices are shown."""

    def show(self, *planes: Plane) -> None:
        """Show the slices of these planes, and of no others."""
        self.planes = planes
        self.send()

    def toggle(self, plane: Plane) -> None:
        """Show the slice of a plane, or not any more."""
        self.show(*(one for one in Plane if (one in self.planes) is not (one is plane)))

    def of(self, study: Study | None, modality: Modality | None) -> ShownSlices:
        """What to show of a sequence from now on."""
        self._of = study, modality
        self._sent = self._now()
        return self._sent

    def send(self) -> None:
        """Tell what has changed."""
        # Of another study all is told at once, when that is shown.
        if self._of[0] is self._state.solid_study and (now := self._now()) != self._sent:
            self._sent = now
            self._request(slices=now)

    def fill(self, menu: QMenu) -> None:
        """The switches, as they stand, into a menu."""
        menu.clear()
        for plane in Plane:
            action = menu.addAction(plane.capitalize(), call(self.toggle, plane))
            action.setCheckable(True)
            action.setChecked(plane in self.planes)
        menu.addSeparator()
        menu.addAction("All three", call(self.show, *Plane))
        menu.addAction("None", call(self.show))

    def _now(self) -> ShownSlices:
        state, (study, modality) = self._state, self._of
        if study is None or modality is None:
            return NO_SLICES
        views = (state.reformation.view(study.grid, p, Convention.RADIOLOGICAL) for p in Plane)
        return slices_as_shown(
            study,
            modality,
            self._view().clip,
            state.overlays,
            cuts=tuple(
                (view.plane, view.index_of(state.cursor))
                for view in views
                if view.plane in self.planes
            ),
            windows=state.windows,
            colour_map=state.colour_maps.get(modality, "gray"),
            reformation=state.reformation,
        )
