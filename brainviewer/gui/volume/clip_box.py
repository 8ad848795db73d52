"""The clip box of the 3D view: shown, moved, cropped to the brain, reset."""

from collections.abc import Callable
from dataclasses import replace

from brainviewer.app.notices import Notice
from brainviewer.app.state import ViewState
from brainviewer.gui.volume.box_handles import BoxOverlay
from brainviewer.gui.volume.image import VolumeImage
from brainviewer.gui.volume.sight import Sight
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.box import box_round, holds, whole_box, with_face, within
from brainviewer.painting.volume.voxels.clip import Box

_NO_BRAIN = "In this study the brain is not told from the head; there is nothing to crop to."


class ClipBox:
    """Cuts what the 3D view shows by a box.

    view : how the head is seen at present. set_view : sees it in another way. sight : what the
    last image shows.
    """

    def __init__(
        self,
        state: ViewState,
        image: VolumeImage,
        sight: Sight,
        view: Callable[[], VolumeView],
        set_view: Callable[[VolumeView], None],
    ) -> None:
        self._state, self._sight = state, sight
        self._view, self._set_view = view, set_view
        self.overlay = BoxOverlay(image, image.place, self.move_face, image.released.emit)
        self.shown = False
        """Whether its edges and handles are over the image."""
        image.resized.connect(self.show)

    @property
    def _most(self) -> Box | None:
        seen = self._sight.seen
        return None if seen is None else whole_box(seen.block)

    def toggle(self) -> None:
        """Show its edges and handles, or put them away; what it cuts stays cut."""
        box, most = self._view().clip.box, self._most
        if self.shown:
            self.shown = False
            if box is not None and most is not None and holds(box, most):
                self._cut(None)
        elif most is not None:
            self.shown = True
            self._cut(box or most)
        self.show()

    def reset(self) -> None:
        """Round all of the head again."""
        if self._view().clip.box is not None:
            self._cut(self._most if self.shown else None)

    def crop_to_brain(self) -> None:
        """Round the brain alone, with its edges and handles."""
        state, most = self._state, self._most
        if most is None or state.study is None:
            return
        brain = None if state.finding is None else state.finding.brain
        there = brain is not None and brain.shape == state.study.grid.shape
        box = box_round(brain, state.study.grid) if brain is not None and there else None
        if box is None:
            state.noticed.emit(Notice(_NO_BRAIN))
            return
        self.shown = True
        self._cut(within(box, most))

    def move_face(self, face: int, to: float) -> None:
        """Put a face to another place along its axis, in mm, RAS+; see ``voxels.box``."""
        box, most = self._view().clip.box, self._most
        if box is not None and most is not None:
            self._cut(with_face(box, face, to, most))

    def show(self) -> None:
        """Bring edges and handles to where the box is seen now."""
        seen, box = self._sight.seen, self._view().clip.box
        if box is None and seen is not None:
            self.shown = False  # all cuts were taken back
        study = self._state.study
        there = self.shown and seen is not None
        self.overlay.show_box(
            box if there else None,
            None if seen is None else seen.camera,
            study is not None and study.grid.oriented,
        )

    def _cut(self, box: Box | None) -> None:
        view = self._view()
        if view.clip.box != box:
            self._set_view(replace(view, clip=replace(view.clip, box=box)))
        self.show()
