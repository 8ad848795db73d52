"""The 3D view with its controls."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QThread, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from brainviewer.app.graphics.graphics import Graphics
from brainviewer.app.jobs import Jobs
from brainviewer.app.looks.own_looks import OwnLooks
from brainviewer.app.prior.prior import Prior
from brainviewer.app.state import ViewState
from brainviewer.gui.layouts import column
from brainviewer.gui.volume.clip_box import ClipBox
from brainviewer.gui.volume.controls import VolumeControls
from brainviewer.gui.volume.cutting import VolumeCutting
from brainviewer.gui.volume.drawing import VolumeDrawing
from brainviewer.gui.volume.following import StateFollower
from brainviewer.gui.volume.hands import VolumeHands
from brainviewer.gui.volume.image import VolumeImage
from brainviewer.gui.volume.looks.choice import LookChoice
from brainviewer.gui.volume.sight import Sight
from brainviewer.gui.volume.slices import VolumeSlices
from brainviewer.gui.volume.surfaces.choice import SurfaceChoice
from brainviewer.gui.volume.words import show_words
from brainviewer.gui.widgets import listen
from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.view import VolumeView, first_view
from brainviewer.painting.volume.voxels.picking import Seen

_CONTROLS = 300, 230
"""The width and height in points that the pane must have for its controls to have room."""


class VolumePane(QWidget):
    """The head in 3D, drawn in a thread of its own, with a row of controls under it.

    state : what is open; listened to, never changed.
    graphics : chooses what draws; without it the name of the renderer does.
    prior : what the study is compared with; its lesion is shown as a wire.
    looks : those that the user has made.
    finished : puts over an image that is exported what is over that on the screen.
    jobs : where distances of surfaces are measured; without it they are not.
    """

    place_picked = Signal(object)
    """The place (x, y, z) in mm, RAS+, of what was clicked at."""
    saveRequested = Signal()  # noqa: N815 - named as Qt names its own

    def __init__(
        self,
        state: ViewState,
        graphics: Graphics | None = None,
        prior: Prior | None = None,
        looks: OwnLooks | None = None,
        jobs: Jobs | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._touched = False
        self.finished: Callable[[NDArray[np.uint8], Seen | None], NDArray[np.uint8]] | None = None
        self.image = VolumeImage()
        self.controls = VolumeControls()
        self.setLayout(column((self.image, 1), self.controls, spacing=0))
        self.cutting = VolumeCutting(state, lambda: self.view, self.set_view)
        listen(self.reset, self.image.reset_wanted, self.controls.reset_wanted)
        self.image.resized.connect(self._ask_for_size)
        self.controls.preset_wanted.connect(self.offer_looks)
        self.controls.save_wanted.connect(self.saveRequested)
        self.drawing = VolumeDrawing(graphics, self)
        self.drawing.drawn.connect(self._show_image)
        self.drawing.failed.connect(self._show_failure)
        self.drawing.begun_anew.connect(self._show_words)
        self.image.released.connect(self.drawing.rest)
        menu = self.controls.slices_menu
        self.slices = VolumeSlices(state, menu, lambda: self.view, self.drawing.request)
        self.sight = Sight(state, lambda: self.drawing.worker)
        self.hands = VolumeHands(
            self.image, self.controls, self.sight, lambda: self.view, self.set_view,
            self.drawing.rest, self.place_picked.emit,
        )  # fmt: skip
        self.turning = self.hands.turning
        button, over = self.controls.surfaces, self.image
        self.surfaces = SurfaceChoice(button, over, state, prior, jobs, self.drawing.request)
        self.box = ClipBox(state, self.image, self.sight, lambda: self.view, self.set_view)
        self.looks = LookChoice(
            self, state, looks, self.controls, self.drawing, lambda: self.view, self.set_view
        )
        self._follower = StateFollower(
            state, prior, self.drawing.request, self.slices, self.surfaces, self.cutting, self
        )
        self._follower.study_sent.connect(self._turn_to_lesion)
        self._follower.sent.connect(self._show_words)
        state.study_changed.connect(self._study_changed)
        state.overlays_changed.connect(self._show_words)
        self._study_changed()

    @property
    def view(self) -> VolumeView:
        """How the head is seen at present."""
        return self.image.view

    @property
    def failure(self) -> str:
        """Why there is no 3D view, or "" ."""
        return self.drawing.failure

    @property
    def renderer(self) -> str:
        """What draws the 3D view, or why there is none; "" before it has started."""
        return self.failure or self.drawing.worker.renderer

    @property
    def shown(self) -> RenderRequest:
        """What is shown, or will be at once; on the main thread."""
        self.bring_up_to_date()
        return self.drawing.worker.requested

    def set_view(self, view: VolumeView) -> None:
        """See the head in another way."""
        self._touched = True
        self._apply(view)

    def look(self, letter: str) -> None:
        """One of the six standard views: A, P, L, R, S or I faces the viewer."""
        self.set_view(self.view.looking(letter))

    def set_preset(self, name: str) -> None:
        """The look of a name."""
        self.looks.choose(name)

    def offer_looks(self) -> None:
        """Let the user choose a look, by pictures of the study."""
        self.looks.open(self.controls.preset if self.controls.isVisible() else self.image)

    def set_parallel(self) -> None:
        """Lines of sight are parallel, or meet in the eye again."""
        self.set_view(replace(self.view, perspective=not self.view.perspective))

    def reset(self) -> None:
        """Back to the view that the study opened with, whole and in the usual look."""
        self._touched = self.cutting.follows = False
        self.slices.show()
        self._apply(self._first_view())

    def render_image(
        self,
        width: int,
        height: int,
        waiting: Callable[[float], None] = lambda _: None,
        shown: RenderRequest | None = None,
    ) -> NDArray[np.uint8]:
        """The present view as (height, width, 3) uint8, drawn anew in that size.

        Waits for the drawing, which a large image takes long for; may be called from any thread.
        waiting : called meanwhile with the fraction done; what it raises gives the image up.
        shown : is drawn instead. Raises BrainViewerError if there is no 3D view.
        """
        if QThread.currentThread() is self.thread():
            self.bring_up_to_date()
        image, seen = self.drawing.worker.render_seen((width, height), waiting, shown)
        of_open = shown is None or shown.study is self._state.solid_study
        return self.finished(image, seen) if self.finished is not None and of_open else image

    def bring_up_to_date(self) -> None:
        """Send what has changed to the worker at once; on the main thread."""
        self._follower.bring_up_to_date()

    def shutdown(self) -> None:
        """Stop drawing and release OpenGL; the pane stays as it is."""
        self.turning.stop()
        self._follower.close()
        self._state.study_changed.disconnect(self._study_changed)
        self._state.overlays_changed.disconnect(self._show_words)
        self.looks.close()
        self.drawing.close()

    def _apply(self, view: VolumeView) -> None:
        self.image.view = view
        self.controls.show_view(view)
        self.looks.follow(view)
        self.drawing.request(view=view)
        self.slices.send()

    def _first_view(self) -> VolumeView:
        study = self._state.solid_study
        return VolumeView() if study is None else first_view(study, self._state.finding)

    def _study_changed(self) -> None:
        if not self._state.view_kept:
            self._touched = self.cutting.follows = False
            self.image.show_image(None)
            # No image of the study before is begun, which the first one of this would wait for.
            self.drawing.request(study=None, modality=None, finding=None, prior=None)
        self._show_words()

    def _turn_to_lesion(self) -> None:
        """The first view, until the user has turned the head."""
        if not self._touched:
            # The look stays from study to study; what was cut does not.
            self._apply(self._first_view().drawn_as(self.looks.known(self.view)))

    def _ask_for_size(self) -> None:
        self.drawing.request(size=self.image.pixels, ratio=self.image.devicePixelRatioF())

    def _show_words(self) -> None:
        show_words(self.image, self.controls, self._state, self.drawing.delivered, self.failure)

    # From the worker to the screen

    def _show_image(self, image: NDArray[np.uint8]) -> None:
        self.turning.drawn()
        if self._state.solid_study is not None:
            self.image.show_image(image)
            self.image.cube.show_rotation(self.drawing.delivered.view.rotation)
            self.box.show()
            self._show_words()

    def _show_failure(self, _reason: str) -> None:
        self.image.show_image(None)
        self.box.show()
        self._show_words()

    # Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small pane the image comes first; hands and menus do what the controls do."""
        super().resizeEvent(event)
        small = self.width() < _CONTROLS[0] or self.height() < _CONTROLS[1]
        self.controls.setVisible(not small)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.drawing.start_soon()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.shutdown()
        super().closeEvent(event)
