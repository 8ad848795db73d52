"""The 3D view is never wrong-sided, however the file stores its voxels."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.head_block import head_block
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_study,
    oblique_grid,
)

SIZE = 96
# Where the marker at the patient's Left, Anterior and Superior must be seen: +1 is right, +1 is up.
EXPECTED = {
    "A": (+1, +1),  # facing the patient: the left is on the right
    "P": (-1, +1),
    "L": (-1, +1),  # the face looks to the left of the screen
    "R": (+1, +1),
    "S": (-1, +1),  # from above, nose up
    "I": (+1, +1),  # as on a radiological axial slice
}
GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES}
GRIDS["oblique"] = oblique_grid()
GRIDS["oblique, mirrored"] = grid_of((1, 0, 2), (1, 1, 1), tilt_degrees=(35, -20, 28))
ALL_GRIDS = pytest.mark.parametrize("grid", GRIDS.values(), ids=GRIDS.keys())


@pytest.fixture(scope="module")
def scene() -> Iterator[VolumeScene]:
    scene = VolumeScene()
    yield scene
    scene.close()


def show(scene: VolumeScene, study: Study) -> None:
    scene.set_study(study)
    scene.set_lesion(marker_finding(study))
    scene.view = VolumeView()
    scene.view = scene.view.shown(opacity=0.2)


def marker_offset(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Mean place of the amber pixels from the middle of the image: right, up."""
    red, green, blue = (image[..., n].astype(int) for n in range(3))
    rows, columns = np.nonzero((red - blue > 60) & (red > green))
    assert len(rows) > 20, "the marker cannot be seen"
    return columns.mean() - (SIZE - 1) / 2, (SIZE - 1) / 2 - rows.mean()


def light_offset(image: NDArray[np.uint8]) -> tuple[float, float]:
    """Centre of the light from the middle of the image: right, up."""
    light = image.astype(float).mean(axis=2)
    light[light < 20] = 0
    rows, columns = np.indices(light.shape)
    right = (light * columns).sum() / light.sum() - (SIZE - 1) / 2
    return right, (SIZE - 1) / 2 - (light * rows).sum() / light.sum()


def octant_values(grid: Grid) -> NDArray[np.int16]:
    """A head whose left, front, upper eighth is bright."""
    voxels = np.indices(grid.shape).reshape(3, -1).T
    place = (grid.to_world(voxels) - grid.centre) * (-1, 1, 1)
    head = np.linalg.norm(place / (26, 21, 28), axis=1) < 1
    values = np.where(head, 45, 0) + np.where(head & (place > 0).all(axis=1), 55, 0)
    return values.reshape(grid.shape).astype(np.int16)


def check(offset: tuple[float, float], letter: str, least: float) -> None:
    for direction, expected in zip(offset, EXPECTED[letter], strict=True):
        assert direction * expected > least, f"seen from {letter}: {offset}"


@ALL_GRIDS
def test_tumour_is_on_its_side(scene: VolumeScene, grid: Grid) -> None:
    show(scene, marker_study(grid, (Modality.T1,)))
    for letter in "ALS":
        scene.view = scene.view.looking(letter)
        check(marker_offset(scene.render_image((SIZE, SIZE), fine=False)), letter, 5)


@ALL_GRIDS
def test_brain_is_on_its_side(scene: VolumeScene, grid: Grid) -> None:
    scene.set_study(None)
    # Without letters, which would count as light.
    scene.set_head(head_block(octant_values(grid), grid), oriented=False)
    scene.view = scene.view.shown(opacity=0.5, contrast=0.8)
    # From these sides the bright eighth faces the viewer.
    for letter in "ALS":
        scene.view = scene.view.looking(letter)
        check(light_offset(scene.render_image((SIZE, SIZE), fine=False)), letter, 1.5)


@pytest.mark.parametrize("letter", EXPECTED)
def test_six_views_show_the_tumour_on_its_side(scene: VolumeScene, letter: str) -> None:
    show(scene, marker_study(grid_of(), (Modality.T1,)))
    scene.view = scene.view.looking(letter)
    check(marker_offset(scene.render_image((SIZE, SIZE))), letter, 5)


def test_all_ways_of_storing_look_the_same(scene: VolumeScene) -> None:
    images = []
    for name in ("RAS", "LPS", "SRA", "AIL"):
        show(scene, marker_study(GRIDS[name], (Modality.T1,)))
        images.append(scene.render_image((SIZE, SIZE)).astype(int))
    for image in images[1:]:
        assert np.abs(image - images[0]).mean() < 4


def test_letters_turn_with_the_head(scene: VolumeScene) -> None:
    show(scene, marker_study(grid_of(), (Modality.T1,)))
    scene.view = scene.view.shown(opacity=0)
    corners = []
    for letter in "AP":
        scene.view = scene.view.looking(letter)
        corners.append(scene.render_image((300, 300))[-100:, :100].astype(int))
    assert corners[0].max() > 150
    assert np.abs(corners[0] - corners[1]).max() > 100


def test_no_letters_where_sides_are_unknown(scene: VolumeScene) -> None:
    def corner(oriented: bool) -> NDArray[np.uint8]:
        grid = grid_of(oriented=oriented)
        data = octant_values(grid)
        scene.set_study(Study({Modality.T1: Volume(Modality.T1, data, grid)}, grid))
        scene.view = scene.view.shown(opacity=0)
        return scene.render_image((300, 300))[-100:, :100]

    assert corner(oriented=True).max() > 150
    assert corner(oriented=False).max() < 40
