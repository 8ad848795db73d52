"""Surfaces and lines drawn without OpenGL: as VTK draws them."""

import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.geometry import Grid
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.lesion_surfaces import Surface
from brainviewer.painting.volume.mask_surface import mask_surface
from brainviewer.painting.volume.rasteriser import picture
from brainviewer.painting.volume.rasteriser.fragments import Triangles
from brainviewer.painting.volume.rasteriser.shapes import Lines, faces_of
from brainviewer.painting.volume.rasteriser.solids import RasterisedSolids
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.solids import OpenGLSolids
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.solid_image import SolidImage

SHAPE = (60, 50, 40)
HEAD = Block(np.zeros(SHAPE, np.uint16, order="F"), np.eye(4))


def ball(radius: float, dent: float = 0.0) -> Surface:
    """A ball in the middle of the head, with a dent in its side so that it is no mirror image."""
    at = (np.indices(SHAPE).T - (30, 25, 20)).T
    mask = (at**2).sum(axis=0) < radius**2
    if dent:
        mask &= ((at.T - (-radius, 4, 5)).T ** 2).sum(axis=0) > dent**2
    mesh = mask_surface(mask, Grid(SHAPE, np.eye(4)))
    assert mesh is not None
    return Surface(mesh)


INNER, OUTER = ball(7.0), replace(ball(15.0, 9.0), colour="#50C878")
SCENES = {
    "solid": (OUTER,),
    "hollow": (replace(OUTER, hollow=True), INNER),
    "wire": (INNER, replace(ball(15.0), wire=True, colour="#56B4E9")),
    "clear": (INNER, replace(OUTER, opacity=0.4)),
}


def camera(size: tuple[int, int], view: VolumeView | None = None) -> Camera:
    return camera_of(view or VolumeView(), HEAD, size)


def difference(one: SolidImage, other: SolidImage) -> float:
    """Of the colours where either shows something, 0 to 255."""
    there = (one.colour[..., 3] > 0) | (other.colour[..., 3] > 0)
    apart = np.abs(one.colour.astype(int) - other.colour.astype(int))
    return float(apart[there].mean())


@pytest.mark.parametrize("perspective", [True, False])
@pytest.mark.parametrize("name", SCENES)
def test_it_draws_what_vtk_draws(name: str, perspective: bool) -> None:
    view = VolumeView(perspective=perspective, size=1.4, place=(0.2, -0.1))
    seen = camera((300, 220), view)
    drawn = []
    for solids in (OpenGLSolids(), RasterisedSolids()):
        solids.set_surfaces(SCENES[name])
        solids.set_cursor((40.0, 12.0, 30.0), HEAD)
        image = solids.image(seen, True)
        solids.close()
        assert image is not None
        drawn.append(image)
    by_vtk, own = drawn
    assert difference(own, by_vtk) < (6 if name == "wire" else 2.5)
    turned = SolidImage(own.colour[:, ::-1], own.near)
    assert difference(turned, by_vtk) > 15  # so that the first figure says something
    both = (own.colour[..., 3] == 255) & (by_vtk.colour[..., 3] == 255)
    if name in ("solid", "hollow"):
        assert both.sum() > 3000
        assert np.abs(own.near[both] - by_vtk.near[both]).mean() < 0.02
        assert ((own.colour[..., 3] > 0) != (by_vtk.colour[..., 3] > 0)).sum() < 60


def test_nothing_is_nothing() -> None:
    solids = RasterisedSolids()
    assert solids.image(camera((40, 30)), True) is None
    solids.set_surfaces([OUTER])
    assert solids.image(camera((40, 30)), True) is not None
    # Beside the image.
    beside = replace(camera((40, 30)), focus=np.array((5000.0, 0, 0)))
    assert solids.image(beside, True) is None
    solids.set_surfaces([])
    solids.set_cursor((1, 2, 3), None)  # without a head
    assert solids.image(camera((40, 30)), True) is None


def test_each_pixel_belongs_to_one_of_two_triangles_that_meet() -> None:
    square = np.array([[(2, 1), (9, 1), (9, 8)], [(2, 1), (9, 8), (2, 8)]], float)
    triangles = Triangles(square, np.ones((2, 3)))
    found = triangles.fragments(np.arange(2), 12, (0, 12))
    assert len(found.pixel) == len(np.unique(found.pixel)) == 49
    # Parts beyond the image are left out.
    clipped = Triangles(square - (5, 4), np.ones((2, 3))).fragments(np.arange(2), 12, (0, 12))
    assert len(clipped.pixel) == 16
    assert clipped.pixel.max() == 3 * 12 + 3
    flat = Triangles(square[:1, [0, 0, 1]], np.ones((1, 3)))
    assert not len(flat.fragments(np.arange(1), 12, (0, 12)).pixel)


def test_large_images_are_made_in_bands(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = camera((150, 120))
    lines = [Lines(np.array([[(0.0, 0, 0), (60, 50, 40)]]), (1, 0, 0), wide=3)]
    faces = faces_of(SCENES["clear"], True)
    whole = picture.rasterised(seen, faces, lines, 2)
    monkeypatch.setattr(picture, "_BAND_PIXELS", 3000)
    bands = picture.rasterised(seen, faces, lines, 2)
    assert whole is not None and bands is not None
    assert np.array_equal(whole.colour, bands.colour)
    assert np.array_equal(whole.near, bands.near)


def test_what_is_behind_the_eye_is_not_seen() -> None:
    near = replace(camera((60, 60)), distance=1.0)  # the eye is in the middle of the ball
    image = picture.rasterised(near, faces_of([INNER], True), [])
    assert image is None or (image.near[np.isfinite(image.near)] < 1.0).all()
    parallel = replace(near, distance=math.inf)
    assert picture.rasterised(parallel, faces_of([INNER], True), []) is not None


def test_the_tumour_is_shown_in_its_place_without_opengl() -> None:
    pictures = []
    for opengl in (True, False):
        scene = VolumeScene(GraphicsChoice(DrawnBy.PROCESSOR, "", opengl=opengl))
        values = np.zeros(SHAPE, np.uint16, order="F")
        values[10:50, 10:40, 8:32] = 1500
        scene.set_head(Block(values, np.eye(4)))
        scene.set_surfaces(SCENES["hollow"])
        scene.view = VolumeView(opacity=0.3)
        pictures.append(scene.render_image((240, 200)).astype(int))
        assert scene.seen is not None and scene.seen.place(0.5, 0.5) is not None
        scene.close()
    assert np.abs(pictures[0] - pictures[1]).mean() < 0.5
    assert pictures[0].std() > 10


_ALONE = """
import sys
class Watch:
    def find_spec(self, name, path=None, target=None):
        if "OpenGL" in name or name.endswith(("scene_window", "card_volume")):
            raise AssertionError(name)
sys.meta_path.insert(0, Watch())
import numpy as np
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.painting.volume.scene import VolumeScene
from tests.phantoms import marker_finding, marker_study
study = marker_study()
scene = VolumeScene(GraphicsChoice(DrawnBy.PROCESSOR, "", opengl=False))
scene.set_study(study)
scene.set_lesion(marker_finding(study))
scene.set_cursor(study.grid.centre)
image = scene.render_image((200, 200)).astype(int)
scene.abort()
scene.close()
assert (image[..., 0] - image[..., 2] > 60).sum() > 20
print("drawn")
"""


def test_opengl_is_not_even_imported() -> None:
    result = subprocess.run(
        [sys.executable, "-c", _ALONE], capture_output=True, text=True, timeout=120, check=False
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "drawn\n", "")
