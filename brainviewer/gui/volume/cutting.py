"""Cutting the head in the 3D view: at a slice, at the tumour, off its surface."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from brainviewer.app.state import ViewState
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.clip import MOST_PEELED_MM, Clip, ClipPlane

PEEL_STEP_MM = 4.0


class VolumeCutting:
    """Cuts what the 3D view shows; what is cut away is always on the side of the viewer.

    view : how the head is seen at present. set_view : sees it in another way.
    """

    def __init__(
        self,
        state: ViewState,
        view: Callable[[], VolumeView],
        set_view: Callable[[VolumeView], None],
    ) -> None:
        self._state, self._view, self._set_view = state, view, set_view
        self.follows = False
        """Whether the cut goes with the slice that is looked at."""

    def at_slice(self) -> None:
        """Cut at the slice that is looked at, and go with it; again to end that."""
        self.follows = not self.follows
        if self.follows:
            self.follow()
        else:
            self._cut_by(None)

    def follow(self) -> None:
        """Bring a cut that goes with the slice to where the cursor is."""
        state = self._state
        if self.follows and state.study is not None:
            view = state.reformation.view(state.study.grid, state.plane, state.convention)
            # The middle of the slice, so that the face of the cut is the slice itself.
            point = view.move(state.cursor, view.index_of(state.cursor))
            self._cut_by(self._facing(point, view.normal))

    def to_tumour(self) -> None:
        """Cut to the middle of the tumour, across the axis that faces the viewer most."""
        finding = self._state.finding
        if finding is None or finding.position_mm is None:
            return
        self.follows = False
        axis = int(np.abs(self._view().rotation[2]).argmax())
        self._cut_by(self._facing(finding.position_mm, np.eye(3)[axis]))

    def peel(self) -> None:
        """Take some more millimetres off the surface of the head, or of the brain alone."""
        clip = self._view().clip
        peeled = min(MOST_PEELED_MM, clip.peel_mm + PEEL_STEP_MM)
        self._set_view(replace(self._view(), clip=replace(clip, peel_mm=peeled)))

    def whole(self) -> None:
        """Nothing is cut any more."""
        self.follows = False
        self._set_view(replace(self._view(), clip=Clip()))

    def _facing(self, point: ArrayLike, normal: NDArray[np.float64]) -> ClipPlane:
        return ClipPlane.facing(point, normal, self._view().rotation[2])

    def _cut_by(self, plane: ClipPlane | None) -> None:
        view = self._view()
        if view.clip.plane != plane:
            self._set_view(replace(view, clip=replace(view.clip, plane=plane)))
