"""What a graphics card does beside drawing voxels: the order of what is clear, and hollows."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.surface_mesh import SurfaceMesh
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView, look_rotation

SIZE = (120, 120)
AMBER, BLUE = "#E8A33D", "#4C8FE0"
# Almost nothing, so that the surfaces alone are seen.
EMPTY = Block(np.asfortranarray(np.zeros((40, 40, 40), np.uint16)), np.eye(4))


def plate(y: float, half: float = 12.0) -> SurfaceMesh:
    """A square across the line of sight from anterior, around the middle."""
    corners = [(19.5 + x, y, 19.5 + z) for x, z in ((-half, -half), (half, -half), (half, half))]
    corners.append((19.5 - half, y, 19.5 + half))
    return SurfaceMesh.of(corners, [(0, 2, 1), (0, 3, 2)])


def picture(surfaces: list[Surface], preset: str = "brain") -> NDArray[np.int64]:
    scene = VolumeScene(GraphicsChoice(DrawnBy.GRAPHICS_CARD, ""))
    scene.set_head(EMPTY, oriented=False)
    scene.set_surfaces(surfaces)
    scene.view = VolumeView(look_rotation("A"), preset=preset)
    image = scene.render_image(SIZE)
    scene.close()
    return image.astype(np.int64)


def test_clear_surfaces_lie_in_their_order_whichever_was_added_first() -> None:
    near, far = Surface(plate(30), AMBER, opacity=0.6), Surface(plate(10), BLUE, opacity=0.6)
    one, other = picture([near, far]), picture([far, near])
    middle = slice(55, 65), slice(55, 65)
    assert np.abs(one[middle] - other[middle]).max() <= 2
    red, _, blue = one[middle].mean(axis=(0, 1))
    assert red > blue + 20  # amber lies before


@pytest.mark.parametrize(("preset", "darkened"), [("brain", True), ("maximum", False)])
def test_a_hollow_is_darker_than_what_stands_free(preset: str, darkened: bool) -> None:
    floor = Surface(plate(12, 18.0), AMBER)
    wall = [(22.0, 12.0, 5.0), (22.0, 12.0, 34.0), (22.0, 30.0, 34.0), (22.0, 30.0, 5.0)]
    fold = Surface(SurfaceMesh.of(wall, [(0, 1, 2), (0, 2, 3)]), AMBER)
    grey = [
        cv2.GaussianBlur(picture(shown, preset).sum(axis=2).astype(np.float32), (5, 5), 0)
        for shown in ([floor], [floor, fold])
    ]
    free, beside = (image[55:65, 28:56].mean() for image in grey)
    assert (beside < 0.97 * free) == darkened
