"""Slices in the 3D view: what is on them, where they stand, and what hides what."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.graphics.choice import DrawnBy, GraphicsChoice
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window
from brainviewer.imaging.reslicing import slice_values
from brainviewer.painting import palette
from brainviewer.painting.slice_image import colour_table, rgb_of
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.camera import Camera, camera_of
from brainviewer.painting.volume.planes.marked import MarkedLesion
from brainviewer.painting.volume.planes.plane_layers import with_planes
from brainviewer.painting.volume.planes.plane_picture import PlanePicture
from brainviewer.painting.volume.planes.shown_slices import Sequence, ShownSlices, slice_pictures
from brainviewer.painting.volume.scene import VolumeScene
from brainviewer.painting.volume.view import VolumeView, look_rotation, turned
from tests.phantoms import (
    MARKER_RADIUS_MM,
    grid_of,
    marker_finding,
    marker_position,
    marker_study,
    oblique_grid,
    with_parts,
)

SIZE = (240, 200)
WINDOW = Window(400, 500)


def shown(study: Study, *planes: Plane, reformation: Reformation | None = None) -> ShownSlices:
    """The slices through the marker."""
    tilt, place = reformation or Reformation(), marker_position(study.grid)
    views = [(p, tilt.view(study.grid, p, Convention.RADIOLOGICAL)) for p in planes or Plane]
    cuts = tuple((plane, view.index_of(place)) for plane, view in views)
    return ShownSlices(cuts, WINDOW, "gray", tilt)


def tilted(grid: Grid) -> Reformation:
    plain = Obliquity.through(marker_position(grid))
    return Reformation(obliquity=plain.turned(grid, (1, 0.4, 0), 0.5, marker_position(grid)))


def brightest(picture: PlanePicture) -> NDArray[np.float64]:
    """The middle in mm of what is white on a plane."""
    rows, columns = np.nonzero((picture.rgba[..., 0] == 255) & (picture.rgba[..., 3] > 0))
    middle = (columns.mean(), rows.mean(), 1)
    return np.asarray((picture.to_world @ middle)[:3])


@pytest.mark.parametrize("grid", [grid_of(), grid_of((2, 0, 1), (1, -1, -1)), oblique_grid()])
@pytest.mark.parametrize("tilt", [False, True])
def test_what_is_on_a_slice_lies_where_it_lies_in_the_head(grid: Grid, tilt: bool) -> None:
    study = marker_study(grid)
    wanted = shown(study, reformation=tilted(grid) if tilt else None)
    pictures = slice_pictures(Sequence.of(study.reference), wanted)
    assert len(pictures) == 3
    for picture in pictures:
        assert brightest(picture) == pytest.approx(marker_position(grid), abs=2.0)


def test_a_slice_has_the_grey_levels_of_its_window_and_no_air() -> None:
    study = marker_study()
    wanted = shown(study, Plane.CORONAL)
    view = wanted.reformation.view(study.grid, Plane.CORONAL, Convention.RADIOLOGICAL)
    values = slice_values(study.reference.data, view, wanted.cuts[0][1])
    (plain,) = slice_pictures(Sequence.of(study.reference), wanted)
    there = plain.rgba[..., 3] > 0
    assert (values[there] > 0).all() and there.sum() > 0.95 * (values > 0).sum()
    assert np.array_equal(plain.rgba[there][:, 0], WINDOW.apply(values)[there])
    inverted = ShownSlices(wanted.cuts, Window(400, 500, inverted=True))
    (turned_over,) = slice_pictures(Sequence.of(study.reference), inverted)
    levels = plain.rgba[there][:, 0].astype(int) + turned_over.rgba[there][:, 0]
    assert (levels == 255).all()
    (hot,) = slice_pictures(
        Sequence.of(study.reference), ShownSlices(wanted.cuts, WINDOW, "inferno")
    )
    table = colour_table("inferno")
    assert np.array_equal(hot.rgba[there][:, :3], table[WINDOW.apply(values)[there]])
    assert slice_pictures(Sequence.of(study.reference), ShownSlices()) == ()


def test_a_slice_of_air_is_not_there() -> None:
    study = marker_study()
    assert (
        slice_pictures(Sequence.of(study.reference), ShownSlices(((Plane.AXIAL, 0),), WINDOW)) == ()
    )


def square(colour: tuple[int, int, int], across: tuple, down: tuple) -> PlanePicture:
    """80 mm wide, round the origin."""
    rgba = np.full((40, 40, 4), (*colour, 255), np.uint8)
    u, v = 2 * np.array(across, float), 2 * np.array(down, float)
    return PlanePicture(rgba, -19.5 * (u + v), u, v)


def camera(view: VolumeView) -> Camera:
    affine = np.diag([2.0, 2.0, 2.0, 1.0])
    affine[:3, 3] = -50
    return camera_of(view, Block(np.zeros((51, 51, 51), np.uint16), affine), SIZE)


@pytest.mark.parametrize("perspective", [True, False])
def test_it_is_known_how_far_away_a_plane_is(perspective: bool) -> None:
    rotation = turned(look_rotation("A"), 35, -20)
    seen = camera(VolumeView(rotation, perspective=perspective))
    plane = square((9, 9, 9), (1, 0, 0), (0, 0, 1))
    layer = with_planes(None, (plane,), seen, True)
    assert layer is not None
    for column, row in ((20, 19), (3, 35), (33, 8)):
        place = (plane.to_world @ (column, row, 1))[:3]
        x, y = np.rint(seen.pixels(place)).astype(int)
        assert layer.near[y, x] == pytest.approx((place - seen.focus) @ rotation[2], abs=0.6)
    assert np.isneginf(layer.near[0, 0]) and not layer.colour[0, 0].any()


@pytest.mark.parametrize("perspective", [True, False])
def test_the_nearer_of_two_planes_hides_the_other(perspective: bool) -> None:
    # Seen from above, a slanted roof: red is nearer on the left, blue on the right.
    seen = camera(VolumeView(look_rotation("S"), perspective=perspective))
    red = square((255, 0, 0), (0.8, 0, -0.6), (0, 1, 0))
    blue = square((0, 0, 255), (0.8, 0, 0.6), (0, 1, 0))
    pictures = [with_planes(None, order, seen, True) for order in ((red, blue), (blue, red))]
    assert pictures[0] is not None and pictures[1] is not None
    assert np.abs(pictures[0].colour.astype(int) - pictures[1].colour).max() <= 2
    colour, middle = pictures[0].colour, SIZE[0] // 2
    assert (colour[100, middle - 30 : middle - 4] == (255, 0, 0, 255)).all()
    assert (colour[100, middle + 4 : middle + 30] == (0, 0, 255, 255)).all()


def test_a_plane_seen_from_its_edge_draws_nothing() -> None:
    seen = camera(VolumeView(look_rotation("S"), perspective=False))
    assert with_planes(None, (square((9, 9, 9), (1, 0, 0), (0, 0, 1)),), seen, True) is None


def drawn(by: DrawnBy, study: Study, view: VolumeView, slices: ShownSlices) -> NDArray[np.uint8]:
    scene = VolumeScene(GraphicsChoice(by, ""))
    try:
        scene.set_study(study, Modality.T1)
        scene.set_slices(study.volumes[Modality.T1], slices)
        scene.view = view
        return scene.render_image(SIZE)
    finally:
        scene.close()


@pytest.mark.parametrize(
    ("preset", "tolerance"), [("tumour", 3.0), ("brain", 5.0)], ids=["alone", "in the brain"]
)
def test_both_ways_of_drawing_show_the_same_slices(preset: str, tolerance: float) -> None:
    study = marker_study(oblique_grid())
    wanted = shown(study, reformation=tilted(study.grid))
    view = VolumeView(turned(look_rotation("L"), 40, -25), preset=preset, opacity=0.3)
    one, other = (
        drawn(by, study, view, wanted) for by in (DrawnBy.PROCESSOR, DrawnBy.GRAPHICS_CARD)
    )
    assert one.std() > 25  # there is something to be seen
    # Edges are smoothed in different ways.
    blurred = [cv2.blur(image, (3, 3)).astype(float) for image in (one, other)]
    assert np.abs(blurred[0] - blurred[1]).mean() < tolerance
    nothing = drawn(DrawnBy.PROCESSOR, study, view, ShownSlices())
    assert np.abs(nothing.astype(float) - one).mean() > 2 * tolerance


@pytest.mark.parametrize("by", [DrawnBy.PROCESSOR, DrawnBy.GRAPHICS_CARD])
def test_a_click_on_a_slice_finds_the_place_on_it(by: DrawnBy) -> None:
    study = marker_study(oblique_grid())
    scene = VolumeScene(GraphicsChoice(by, ""))
    try:
        scene.set_study(study, Modality.T1)
        scene.set_slices(study.volumes[Modality.T1], shown(study, Plane.SAGITTAL))
        scene.view = VolumeView(turned(look_rotation("L"), 20, -10), preset="tumour")
        image = scene.render_image(SIZE)
        rows, columns = np.nonzero(image.min(axis=2) > 250)
        seen = scene.seen
    finally:
        scene.close()
    assert len(rows) > 30 and seen is not None
    place = seen.place((columns.mean() + 0.5) / SIZE[0], (rows.mean() + 0.5) / SIZE[1])
    assert place == pytest.approx(tuple(marker_position(study.grid)), abs=2.0)


@pytest.mark.parametrize("tilt", [False, True])
def test_the_lesion_is_marked_on_slices_as_in_slice_images(tilt: bool) -> None:
    study = marker_study(oblique_grid())
    finding = with_parts(marker_finding(study), study)
    plain = shown(study, reformation=tilted(study.grid) if tilt else None)
    sequence = Sequence.of(study.reference)
    lesion = MarkedLesion.of(finding, study.grid, 1.0, 0.0)
    tinted = MarkedLesion.of(finding, study.grid, 0.0, 1.0)
    assert lesion is not None and tinted is not None
    for picture, bare in zip(
        slice_pictures(sequence, plain, lesion), slice_pictures(sequence, plain), strict=True
    ):
        amber = (picture.rgba[..., :3] == rgb_of(palette.TUMOUR)).all(axis=2)
        rows, columns = np.nonzero(amber)
        places = (picture.to_world @ np.stack([columns, rows, np.ones(len(rows))]))[:3].T
        away = np.linalg.norm(places - marker_position(study.grid), axis=1)
        assert len(away) > 8 and away.max() < MARKER_RADIUS_MM + 1
        assert away.min() > 0.4 * MARKER_RADIUS_MM  # the border, and not what lies in it
        assert np.array_equal(picture.rgba[~amber], bare.rgba[~amber])
    for picture in slice_pictures(sequence, plain, tinted):
        for colour in palette.PARTS.values():
            assert (picture.rgba[..., :3] == rgb_of(colour)).all(axis=2).any()


def test_a_lesion_that_is_hidden_or_on_another_grid_is_not_marked() -> None:
    study = marker_study()
    finding = marker_finding(study)
    assert MarkedLesion.of(finding, study.grid, 0.0, 0.0) is None
    assert MarkedLesion.of(None, study.grid, 1.0, 1.0) is None
    assert MarkedLesion.of(finding, oblique_grid(), 1.0, 1.0) is None
