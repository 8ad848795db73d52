"""What is solid in the 3D scene where OpenGL is not to be touched."""

from collections.abc import Sequence

from numpy.typing import ArrayLike

from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.rasteriser.picture import rasterised
from brainviewer.painting.volume.rasteriser.shapes import (
    CURSOR_COLOUR,
    CURSOR_WIDE,
    Faces,
    Lines,
    cross_ends,
    faces_of,
    wires_of,
)
from brainviewer.painting.volume.voxels.solid_image import SMOOTHED, SolidImage


class RasterisedSolids:
    """Surfaces of the lesion and the cursor's cross, drawn by the processor alone."""

    renderer_name = "the processor, without OpenGL"

    def __init__(self) -> None:
        self._surfaces: tuple[Surface, ...] = ()
        self._faces: dict[bool, Faces | None] = {}
        self._wires: tuple[Lines, ...] = ()
        self._cross: tuple[Lines, ...] = ()

    def set_surfaces(self, surfaces: Sequence[Surface]) -> None:
        """Show surfaces in place of those before."""
        self._surfaces = tuple(surfaces)
        self._wires = wires_of(self._surfaces)
        self._faces.clear()

    def set_cursor(self, position_mm: ArrayLike | None, block: Block | None) -> None:
        """Mark a place (3,) in mm, RAS+; hidden for None or without a head."""
        self._cross = ()
        if position_mm is not None and block is not None:
            self._cross = (Lines(cross_ends(position_mm), CURSOR_COLOUR, wide=CURSOR_WIDE),)

    def image(self, camera: Camera, fine: bool) -> SolidImage | None:
        """What is seen of them; None if nothing is."""
        if fine not in self._faces:
            self._faces[fine] = faces_of(self._surfaces, fine)
        faces, lines = self._faces[fine], (*self._wires, *self._cross)
        if faces is None and not lines:
            return None
        times = 2 if fine and max(camera.size) <= SMOOTHED else 1
        return rasterised(camera, faces, lines, times)

    def abort(self) -> None:
        """Nothing takes so long that it would have to be given up."""

    def close(self) -> None:
        """Nothing is held."""
