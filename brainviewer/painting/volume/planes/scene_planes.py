"""The planes of the 3D scene, for both ways of drawing it."""

from typing import TYPE_CHECKING

from brainviewer.core.study import Volume
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.planes.plane_layers import with_planes
from brainviewer.painting.volume.planes.plane_picture import PlanePicture
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES, ShownSlices, slice_pictures
from brainviewer.painting.volume.voxels.solid_image import SolidImage

if TYPE_CHECKING:
    from brainviewer.painting.volume.planes.card_planes import CardPlanes


class ScenePlanes:
    """Slices in the head.

    card : a graphics card, which draws them; None where the processor does.
    """

    def __init__(self, card: "CardPlanes | None" = None) -> None:
        self._card = card
        self._planes: tuple[PlanePicture, ...] = ()

    def show(self, volume: Volume | None, shown: ShownSlices = NO_SLICES) -> None:
        """Show slices of a sequence in place of those before; None for none."""
        self._planes = () if volume is None else slice_pictures(volume, shown)
        if self._card is not None:
            self._card.show(self._planes)

    def among(self, solid: SolidImage | None, camera: Camera, fine: bool) -> SolidImage | None:
        """What is solid, with the planes that the processor draws."""
        return solid if self._card is not None else with_planes(solid, self._planes, camera, fine)
