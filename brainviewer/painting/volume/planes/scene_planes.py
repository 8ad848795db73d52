"""The planes of the 3D scene, for both ways of drawing it."""

from typing import TYPE_CHECKING

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Volume
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.planes.cut_faces import (
    face_picture,
    faces_viewer,
    has_faces,
)
from brainviewer.painting.volume.planes.marked import MarkedLesion
from brainviewer.painting.volume.planes.plane_layers import with_planes
from brainviewer.painting.volume.planes.plane_picture import PlanePicture
from brainviewer.painting.volume.planes.shown_slices import (
    NO_SLICES,
    Sequence,
    ShownSlices,
    slice_pictures,
)
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.clip import Clip, ClipPlane, CutBlock, cuts_of
from brainviewer.painting.volume.voxels.solid_image import SolidImage

if TYPE_CHECKING:
    from brainviewer.painting.volume.planes.card_planes import CardPlanes


class ScenePlanes:
    """Slices in the head, and the faces of its cuts.

    card : a graphics card, which draws them; None where the processor does.
    """

    def __init__(self, card: "CardPlanes | None" = None) -> None:
        self._card = card
        self._sequence: Sequence | None = None
        self._shown = NO_SLICES
        self._lesion: MarkedLesion | None = None
        self._slices: tuple[PlanePicture, ...] = ()
        self._faces = _Faces()
        self._planes: tuple[PlanePicture, ...] = ()

    def show(
        self,
        volume: Volume | None,
        shown: ShownSlices = NO_SLICES,
        finding: TumourFinding | None = None,
    ) -> None:
        """Show slices and cuts of a sequence in this way; None for none.

        finding : the lesion that is marked on them.
        """
        self._shown = shown
        self._lesion = None
        if volume is not None:
            self._lesion = MarkedLesion.of(finding, volume.grid, shown.contour, shown.tint)
        if volume is None:
            self._sequence = None
        elif self._sequence is None or self._sequence.volume is not volume:
            self._sequence = Sequence.of(volume)
        self._slices = (
            () if self._sequence is None else slice_pictures(self._sequence, shown, self._lesion)
        )
        self._faces = _Faces()

    def prepare(self, view: VolumeView, head: CutBlock, camera: Camera, fine: bool) -> None:
        """Have ready what a picture will show. head : as it will be drawn."""
        faces: tuple[PlanePicture, ...] = ()
        sequence, shown = self._sequence, self._shown
        if sequence is not None and shown.window is not None and has_faces(view):
            cuts = [cut for cut in cuts_of(view.clip) if faces_viewer(cut, camera)]
            faces = self._faces.of(cuts, view.clip, head, sequence, shown, fine, self._lesion)
        self._planes = (*self._slices, *faces)
        if self._card is not None:
            self._card.show(self._planes)

    def among(self, solid: SolidImage | None, camera: Camera, fine: bool) -> SolidImage | None:
        """What is solid, with the planes that the processor draws."""
        return solid if self._card is not None else with_planes(solid, self._planes, camera, fine)


class _Faces:
    """Keeps the faces of the last clip, coarse and fine."""

    def __init__(self) -> None:
        self._of: dict[bool, tuple[Clip, CutBlock]] = {}
        self._made: dict[tuple[bool, ClipPlane], PlanePicture | None] = {}

    def of(
        self,
        cuts: list[ClipPlane],
        clip: Clip,
        head: CutBlock,
        sequence: Sequence,
        shown: ShownSlices,
        fine: bool,
        lesion: MarkedLesion | None,
    ) -> tuple[PlanePicture, ...]:
        known = self._of.get(fine)
        if known is None or known[0] != clip or known[1].block is not head.block:
            self._of[fine] = clip, head
            for key in [key for key in self._made if key[0] is fine]:
                del self._made[key]
        for cut in cuts:
            if (fine, cut) not in self._made:
                self._made[fine, cut] = face_picture(cut, head, sequence, shown, fine, lesion)
        made = (self._made[fine, cut] for cut in cuts)
        return tuple(one for one in made if one is not None)
