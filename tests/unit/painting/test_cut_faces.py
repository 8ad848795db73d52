"""The faces of cuts in the 3D view: what is on them, how far they reach, which looks have them."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting import palette
from brainviewer.painting.slice_image import rgb_of
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import camera_of
from brainviewer.painting.volume.planes.cut_faces import (
    face_picture,
    faces_viewer,
    has_faces,
)
from brainviewer.painting.volume.planes.marked import MarkedLesion
from brainviewer.painting.volume.planes.plane_picture import PlanePicture
from brainviewer.painting.volume.planes.shown_slices import Sequence, ShownSlices
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView, look_rotation, turned
from brainviewer.painting.volume.voxels.clip import Clip, ClipPlane, CutBlock, weights_of
from brainviewer.painting.volume.voxels.head_block import head_block
from tests.phantoms import (
    MARKER_RADIUS_MM,
    grid_of,
    marker_finding,
    marker_position,
    marker_study,
    oblique_grid,
)

SIZE = (240, 200)
SHOWN = ShownSlices((), Window(400, 500))
GRIDS = [grid_of(), grid_of((2, 0, 1), (1, -1, -1)), oblique_grid()]


def at_slice(study: Study, plane: Plane, turned_over: bool = False) -> ClipPlane:
    """A cut at the slice through the marker."""
    view = SliceView.of(study.grid, plane)
    place = marker_position(study.grid)
    a, b, c = ((-1 if turned_over else 1) * view.normal).tolist()
    x, y, z = view.move(place, view.index_of(place)).tolist()
    return ClipPlane((x, y, z), (a, b, c))


def head(study: Study, clip: Clip, voxel_mm: float = 2.0) -> CutBlock:
    block = head_block(study.reference.data, study.grid, voxel_mm=voxel_mm)
    return CutBlock(block, weights_of(clip, block))


def face(study: Study, cut: ClipPlane, clip: Clip, fine: bool = True) -> PlanePicture:
    made = face_picture(cut, head(study, clip), Sequence.of(study.reference), SHOWN, fine)
    assert made is not None
    return made


def places(picture: PlanePicture) -> tuple[NDArray[np.float64], NDArray[np.uint8]]:
    """(n, 3) in mm of what is not clear, and its grey levels."""
    rows, columns = np.nonzero(picture.rgba[..., 3])
    pixels = np.stack([columns, rows, np.ones(len(rows))])
    return (picture.to_world @ pixels)[:3].T, picture.rgba[rows, columns, 0]


@pytest.mark.parametrize("grid", GRIDS)
@pytest.mark.parametrize("plane", Plane)
def test_the_face_of_a_cut_at_a_slice_is_the_slice(grid: Grid, plane: Plane) -> None:
    study = marker_study(grid)
    cut = at_slice(study, plane)
    where, levels = places(face(study, cut, Clip(plane=cut)))
    voxels = grid.to_voxel(where)
    view = SliceView.of(grid, plane)
    index = view.index_of(marker_position(grid))
    # It lies a little before the slice, and is still nearest to it.
    beyond = np.abs(voxels[:, view.axis] - index)
    assert beyond.min() > 0.05 and beyond.max() < 0.5
    i, j, k = np.rint(voxels).astype(int).T
    assert np.abs(voxels - np.rint(voxels))[:, [view.row_axis, view.column_axis]].max() < 1e-6
    wanted = SHOWN.window.apply(study.reference.data[i, j, k]) if SHOWN.window else None
    assert wanted is not None
    assert np.abs(levels.astype(int) - wanted).max() <= 1
    there = (view.cut(study.reference.data, index) > 0).sum()
    assert 0.93 * there < len(where) <= there  # all of it but its rim, and no air


@pytest.mark.parametrize("fine", [True, False])
def test_a_slanted_face_shows_what_lies_there(fine: bool) -> None:
    study = marker_study(oblique_grid())
    x, y, z = marker_position(study.grid).tolist()
    cut = ClipPlane((x, y, z), (0.5, -0.4, 0.7))
    where, levels = places(face(study, cut, Clip(plane=cut), fine))
    beyond = (where - (x, y, z)) @ np.array(cut.normal) / np.linalg.norm(cut.normal)
    assert beyond == pytest.approx(0.4 * min(study.grid.spacing), abs=1e-6)
    assert where[levels == 255].mean(axis=0) == pytest.approx((x, y, z), abs=1.5)


def test_the_face_of_a_box_ends_at_the_box_and_where_it_is_peeled() -> None:
    study = marker_study(oblique_grid())
    centre = study.grid.centre
    low, high = centre - np.array((12, 5, 9)), centre + np.array((14, 40, 8))
    box = (tuple(low.tolist()), tuple(high.tolist()))
    clip = Clip(box=box, peel_mm=14.0)
    top = ClipPlane(box[1], (0, 0, 1))
    where, _ = places(face(study, top, clip))
    assert (where[:, :2] > low[:2] - 1.5).all() and (where[:, :2] < high[:2] + 1.5).all()
    assert (where.min(axis=0)[:2] < low[:2] + 2).all() and where[:, 0].max() > high[0] - 2
    unpeeled, _ = places(face(study, top, replace(clip, peel_mm=0.0)))
    assert where[:, 1].max() < unpeeled[:, 1].max() - 8


def test_the_lesion_is_marked_on_faces() -> None:
    study = marker_study(oblique_grid())
    x, y, z = marker_position(study.grid).tolist()
    cut = ClipPlane((x, y, z), (0.5, -0.4, 0.7))
    lesion = MarkedLesion.of(marker_finding(study), study.grid, 1.0, 0.0)
    sequence = Sequence.of(study.reference)
    made = face_picture(cut, head(study, Clip(plane=cut)), sequence, SHOWN, True, lesion)
    assert made is not None
    amber = (made.rgba[..., :3] == rgb_of(palette.TUMOUR)).all(axis=2)
    rows, columns = np.nonzero(amber)
    places = (made.to_world @ np.stack([columns, rows, np.ones(len(rows))]))[:3].T
    away = np.linalg.norm(places - (x, y, z), axis=1)
    assert len(away) > 8
    assert away.min() > 0.4 * MARKER_RADIUS_MM and away.max() < MARKER_RADIUS_MM + 2


def test_beside_the_head_there_is_no_face() -> None:
    study = marker_study()
    x, y, z = (study.grid.centre + np.array((0, 0, 80))).tolist()
    cut = ClipPlane((x, y, z), (0, 0, 1))
    sequence = Sequence.of(study.reference)
    assert face_picture(cut, head(study, Clip(plane=cut)), sequence, SHOWN, True) is None


def test_what_is_looked_through_has_no_faces() -> None:
    solid = [name for name in ("brain", "skin") if has_faces(VolumeView(preset=name))]
    assert solid == ["brain", "skin"]
    for name in ("glass", "vessels", "maximum", "minimum", "tumour"):
        assert not has_faces(VolumeView(preset=name))
    assert not has_faces(VolumeView(opacity=0.2))


@pytest.mark.parametrize("perspective", [True, False])
def test_only_faces_that_can_be_seen_are_made(perspective: bool) -> None:
    block = Block(np.zeros((50, 50, 50), np.uint16), np.eye(4))
    view = VolumeView(turned(look_rotation("A"), 20, 0), perspective=perspective)
    camera = camera_of(view, block, SIZE)
    middle = (25.0, 25.0, 25.0)
    assert faces_viewer(ClipPlane(middle, (0, 1, 0)), camera)
    assert not faces_viewer(ClipPlane(middle, (0, -1, 0)), camera)
    # Nearly beside the line of sight: seen from where the eye is, and not from far away.
    assert faces_viewer(ClipPlane((40.0, 25.0, 25.0), (0.97, -0.26, 0)), camera) is not perspective


def drawn(by: DrawnBy, study: Study, view: VolumeView, shown: ShownSlices) -> NDArray[np.uint8]:
    scene = VolumeScene(GraphicsChoice(by, ""))
    try:
        scene.set_study(study, Modality.T1)
        scene.set_slices(study.volumes[Modality.T1], shown)
        scene.view = view
        image = scene.render_image(SIZE)
        seen = scene.seen
    finally:
        scene.close()
    assert seen is not None
    return image


@pytest.mark.parametrize("preset", ["brain", "skin"])
def test_both_ways_of_drawing_show_the_same_faces(preset: str) -> None:
    study = marker_study(oblique_grid())
    x, y, z = marker_position(study.grid).tolist()
    rotation = turned(look_rotation("L"), 30, -35)
    a, b, c = (rotation[2] + 0.2 * rotation[0]).tolist()
    clip = Clip(plane=ClipPlane((x, y, z), (a, b, c)))
    view = VolumeView(rotation, preset=preset, clip=clip)
    one, other = (
        drawn(by, study, view, SHOWN) for by in (DrawnBy.PROCESSOR, DrawnBy.GRAPHICS_CARD)
    )
    bare = drawn(DrawnBy.PROCESSOR, study, view, ShownSlices())
    blurred = [cv2.blur(image, (3, 3)).astype(float) for image in (one, other, bare)]
    assert np.abs(blurred[0] - blurred[1]).mean() < 3
    assert np.abs(blurred[0] - blurred[2]).mean() > 8
    # The face is grey; the head is warm.
    height, width = one.shape[:2]
    face_pixels = one[height // 2 - 15 : height // 2 + 15, width // 2 - 15 : width // 2 + 15]
    assert np.ptp(face_pixels.astype(int), axis=2).max() < 12
