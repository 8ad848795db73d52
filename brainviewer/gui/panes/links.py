"""What panes do together: they follow one cursor, and zoom and pan as one."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.hanging.shown import chosen_place
from brainviewer.app.session import Session
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.view.saved_camera import Place, SavedCamera, SavedLooks
from brainviewer.gui.panes.camera import FIT, Camera
from brainviewer.gui.panes.shared_layers import SharedLayers
from brainviewer.gui.panes.slice_pane import SlicePane


class PaneLinks:
    """Cameras and places of the panes, as far as they are linked.

    live : gives the panes that are in sight, in all windows and in the order of the layout.
    """

    def __init__(self, session: Session, live: Callable[[], Sequence[SlicePane]]) -> None:
        self._session, self._state, self._live = session, session.state, live
        self._of_planes: dict[Plane, Camera] = {}
        self._of_panes: dict[SlicePane, Camera] = {}
        session.saved.looks = session.open_study.looks = self.looks
        session.state.looks_sought.connect(self._take)

    def forget_cameras(self) -> None:
        """Whole slices again, in all panes."""
        self._of_planes.clear()
        self._of_panes.clear()

    def forget_places(self) -> None:
        """All panes show the place of the cursor."""
        for pane in self._live():
            pane.held = None

    def turn(self, shared: SharedLayers, before: Reformation) -> None:
        """Displays are turned from how they were before: what was looked at stays in sight."""
        for plane, camera in self._of_planes.items():
            self._of_planes[plane] = shared.turned(camera, plane, before.turn(plane))
        for pane, camera in self._of_panes.items():
            self._of_panes[pane] = shared.turned(camera, pane.plane, before.turn(pane.plane))

    def camera_of(self, pane: SlicePane, plane: Plane) -> Camera:
        """What a pane shows of the slices of a plane."""
        shared = self._of_planes.get(plane, FIT)
        if self._state.hanging.linked.zoom:
            return shared
        return self._of_panes.get(pane, shared)

    def moved(self, pane: SlicePane, camera: Camera) -> None:
        """The user zoomed or panned in a pane; those of its plane follow, if they are linked."""
        if not self._state.hanging.linked.zoom:
            self._of_panes[pane] = camera
            return
        self._of_planes[pane.plane] = camera
        for other in self._live():
            if other.plane is pane.plane:
                other.set_camera(camera)

    def settle(self) -> None:
        """The layout, the links or the chosen pane changed."""
        self._settle_cameras()
        self._settle_places()

    def _settle_cameras(self) -> None:
        if self._state.hanging.linked.zoom and self._of_panes:
            live, chosen = self._live(), chosen_place(self._state)
            for pane in (*live, *live[chosen : chosen + 1]):  # that of the chosen pane counts
                if pane in self._of_panes:
                    self._of_planes[pane.plane] = self._of_panes[pane]
            self._of_panes.clear()
            for pane in live:
                pane.set_camera(self.camera_of(pane, pane.plane))

    def _settle_places(self) -> None:
        linked, chosen = self._state.hanging.linked.scroll, chosen_place(self._state)
        sought = None
        for place, pane in enumerate(self._live()):
            if linked or place == chosen:
                if pane.held is not None:
                    sought, pane.held = (None if linked else pane.held), None
                    pane.refresh_slice()
            elif pane.held is None:
                pane.held = self._state.cursor.copy()
                pane.update()
        if sought is not None:
            self._session.view.place_cursor(sought)

    # -- for sessions -----------------------------------------------------------------------

    def looks(self) -> SavedLooks:
        """What part of its slices each pane shows, in mm of the study."""
        if self._state.study is None:
            return SavedLooks()
        live = self._live()
        cameras = [self._saved(plane, camera) for plane, camera in self._of_planes.items()]
        cameras += [
            self._saved(pane.plane, self._of_panes[pane], place)
            for place, pane in enumerate(live)
            if pane in self._of_panes
        ]
        held = [
            (place, _point(pane.held)) for place, pane in enumerate(live) if pane.held is not None
        ]
        return SavedLooks(tuple(cameras), tuple(held))

    def _take(self, looks: SavedLooks) -> None:
        """Show what a session says, as far as there are such panes."""
        live = self._live()
        self.forget_cameras()
        for one in looks.cameras:
            if one.pane is None:
                self._of_planes[one.plane] = self._seen(one)
            elif one.pane < len(live) and live[one.pane].plane is one.plane:
                self._of_panes[live[one.pane]] = self._seen(one)
        for pane in live:
            pane.set_camera(self.camera_of(pane, pane.plane))
        for place, held in looks.held:
            if place < len(live) and not self._state.hanging.linked.scroll:
                live[place].held = np.array(held)
                live[place].refresh_slice()

    def _saved(self, plane: Plane, camera: Camera, pane: int | None = None) -> SavedCamera:
        centre = None
        if camera.centre is not None:
            view, (x, y) = self._common(plane), camera.centre
            down, across = view.pixel_spacing
            centre = _point(view.to_world(0, [(y / down, x / across)])[0])
        return SavedCamera(plane, camera.zoom, centre, pane)

    def _seen(self, saved: SavedCamera) -> Camera:
        if saved.centre is None:
            return Camera(zoom=saved.zoom)
        view = self._common(saved.plane)
        down, across = (view.to_screen([saved.centre])[0] * view.pixel_spacing).tolist()
        return Camera((across, down), saved.zoom)

    def _common(self, plane: Plane) -> SliceView:
        """The view that cameras are in slice mm of; see ``SharedLayers.linked``."""
        state, study = self._state, self._state.study
        assert study is not None
        turn = state.reformation.turn(Plane.AXIAL if study.grid.as_stored else plane)
        return SliceView.of(study.grid, plane, state.convention, turn)

    def follow_cursor(self) -> None:
        """Show the slices of another place, in the panes that follow it."""
        crossed = self._state.overlays.cross_reference
        for pane in self._live():
            if pane.held is None:
                pane.refresh_slice()
            elif crossed:
                pane.update()


def _point(position: NDArray[np.float64]) -> Place:
    x, y, z = (float(value) for value in position)
    return x, y, z
