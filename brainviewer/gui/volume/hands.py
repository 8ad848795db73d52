"""What the hands do to the 3D view becomes views, and places in the patient."""

from collections.abc import Callable
from typing import Any

from brainviewer.gui.volume.controls import VolumeControls
from brainviewer.gui.volume.image import VolumeImage
from brainviewer.gui.volume.sight import Sight
from brainviewer.gui.volume.turning import Turning
from brainviewer.gui.widgets import listen
from brainviewer.painting.volume.view import VolumeView


class VolumeHands:
    """Follows the image, its cube, and the controls under it.

    sight : of what the image shows. view : how the head is seen at present.
    set_view : sees it in another way. rested : called when the head has got to where it turned.
    picked : told of the place (x, y, z) in mm, RAS+, of what was clicked at.
    before_pick : asked whether it takes a click at a part of the image's width and height.
    """

    def __init__(
        self,
        image: VolumeImage,
        controls: VolumeControls,
        sight: Sight,
        view: Callable[[], VolumeView],
        set_view: Callable[[VolumeView], None],
        rested: Callable[[], None],
        picked: Callable[[Any], None],
    ) -> None:
        self._sight, self._view, self._set_view, self._picked = sight, view, set_view, picked
        self.before_pick: Callable[[float, float], bool] | None = None
        self.turning = Turning(image, view, set_view, rested)
        listen(set_view, image.view_wanted, controls.view_wanted)
        image.clicked.connect(self._pick)
        image.zoom_wanted.connect(self._zoom)
        image.cube.rotation_wanted.connect(self.turning.to)
        controls.look_wanted.connect(self.turning.look)
        controls.sliders_moved.connect(self._sliders_moved)

    def _pick(self, x: float, y: float) -> None:
        """Tell what is seen at a place of the image."""
        taken = self.before_pick is not None and self.before_pick(x, y)
        if not taken and (place := self._sight.place(x, y)) is not None:
            self._picked(place)

    def _zoom(self, factor: float, right: float, up: float) -> None:
        nearer = self._sight.nearer(right, up)
        self._set_view(self._view().zoomed(factor, (right, up), nearer))

    def _sliders_moved(self, opacity: float, contrast: float, size: float) -> None:
        self._set_view(self._view().shown(opacity=opacity, contrast=contrast, size=size))
