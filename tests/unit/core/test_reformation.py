"""Turned displays, oblique planes and slabs: where everything lies, in every order of a file."""

import math
from itertools import product

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation, annotations_by_slice
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.oblique import ObliqueView, Obliquity, direction_letters
from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.reformation.slab import Slab, SlabMode
from brainviewer.core.reformation.turn import UPRIGHT, DisplayTurn
from brainviewer.core.slices import Convention, EdgeLetters, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.imaging.reslicing import label_slice, mask_slice, slice_values
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_mask,
    marker_position,
    oblique_grid,
)

GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES} | {"tilted": oblique_grid()}
TURNS = [DisplayTurn(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]


@pytest.fixture(params=list(GRIDS))
def grid(request: pytest.FixtureRequest) -> Grid:
    return GRIDS[request.param]


def turned_array(image, turn):
    """What NumPy makes of an upright image."""
    return np.rot90(image[:, ::-1] if turn.mirrored else image, -turn.quarters)


@pytest.mark.parametrize("convention", list(Convention))
def test_a_turned_display_is_the_turned_image(grid, convention):
    data = np.arange(math.prod(grid.shape)).reshape(grid.shape)
    for plane, turn in product(Plane, TURNS):
        upright = SliceView.of(grid, plane, convention)
        view = SliceView.of(grid, plane, convention, turn)
        there = turned_array(upright.cut(data, 7), turn)
        assert np.array_equal(view.cut(data, 7), there)
        assert np.array_equal(view.arrange(view.restore(there)), there)
        assert view.shape == there.shape
        # Millimetres lead to the same pixel, and back.
        place = upright.to_world(7, [(3, 5)])[0]
        row, column = np.rint(view.to_screen(place)[0]).astype(int)
        assert there[row, column] == upright.cut(data, 7)[3, 5]
        assert np.allclose(view.to_world(7, [(row, column)])[0], place)
        # The letters turn with the image.
        assert view.letters == turned_letters(upright.letters, turn)


def turned_letters(letters, turn):
    left, right, top, bottom = letters.left, letters.right, letters.top, letters.bottom
    if turn.mirrored:
        left, right = right, left
    for _ in range(turn.quarters):
        left, top, right, bottom = bottom, left, top, right
    return EdgeLetters(left, right, top, bottom)


def test_turns_follow_what_is_seen():
    for turn in TURNS:
        image = np.arange(12).reshape(3, 4)
        seen = turned_array(image, turn)
        assert np.array_equal(turned_array(image, turn.rotated()), np.rot90(seen, -1))
        assert np.array_equal(turned_array(image, turn.rotated(-1)), np.rot90(seen))
        assert np.array_equal(turned_array(image, turn.flipped()), seen[:, ::-1])
        assert np.array_equal(turned_array(image, turn.flipped(upside_down=True)), seen[::-1])
        assert bool(turn.text) is (turn != UPRIGHT)


def tilted(grid, *turns):
    """Planes turned about axes by degrees, through the marker."""
    pivot = marker_position(grid)
    obliquity = Obliquity.through(pivot)
    for axis, degrees in turns:
        obliquity = obliquity.turned(grid, axis, math.radians(degrees), pivot)
    return Reformation(obliquity=obliquity)


@pytest.mark.parametrize("convention", list(Convention))
def test_an_oblique_plane_shows_the_marker_where_it_is(grid, convention):
    place, mask = marker_position(grid), marker_mask(grid)
    reformation = tilted(grid, ((1, 0, 0), 25), ((0, 1, 0.3), -15))
    for plane, turn in product(Plane, TURNS[:5:2]):
        view = reformation.with_turn(plane, turn).view(grid, plane, convention)
        assert isinstance(view, ObliqueView)
        index = view.index_of(place)
        assert np.linalg.norm(view.to_world(index, view.to_screen(place))[0] - place) < 1e-6
        cut = view.cut(mask, index)
        assert cut.shape == view.shape
        middle = view.to_world(index, np.argwhere(cut).mean(axis=0))[0]
        assert np.linalg.norm(middle - place) < 0.8
        # Interpolated values say the same as labels.
        bright = slice_values(mask.astype(np.float32), view, index) > 0.5
        assert (bright != cut).sum() < 0.25 * cut.sum()
        ball = mask_slice(mask, view, index)
        assert (ball != cut).sum() < 0.35 * cut.sum()
        assert np.array_equal(label_slice(mask.astype(np.uint8) * 4, view, index) == 4, ball)
        # Letters and pixels agree: going to an edge goes to where it says.
        rows, columns = view.shape
        ends = view.to_world(index, [(0, 0), (0, columns - 1), (rows - 1, 0)])
        assert direction_letters(ends[1] - ends[0]) == view.letters.right
        assert direction_letters(ends[2] - ends[0]) == view.letters.bottom


def test_a_tilted_plane_is_never_seen_from_behind_nor_turned_round(grid):
    """The edges keep their first letters as long as a plane is tilted by less than 45°."""
    if not np.allclose(grid.affine[:3, :3] != 0, np.abs(grid.affine[:3, :3]) > 0.5):
        pytest.skip("the letters of a tilted file are those of its axes")
    for convention, plane in product(Convention, Plane):
        usual = SliceView.of(grid, plane, convention).letters
        for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
            for degrees in (10, 40, -40, 170, 200):
                view = tilted(grid, (axis, degrees)).view(grid, plane, convention)
                firsts = EdgeLetters(*(text[0] for text in vars(view.letters).values()))
                assert firsts == usual, (axis, degrees)


def test_letters_between_two_directions_name_both():
    assert direction_letters((0, 1, 0)) == "A"
    assert direction_letters((0, 1, 0.2)) == "A"
    assert direction_letters((0, 1, 0.5)) == "AS"
    assert direction_letters((-0.6, 1, 0)) == "AL"
    assert direction_letters((-1, -0.9, 0.8)) == "LPS"


def test_a_border_of_thick_slices_has_no_steps_on_a_tilted_plane():
    """A slanted cylinder through slices of 5 mm, cut by a tilted plane."""
    grid = Grid((40, 40, 12), np.diag((1.0, 1.0, 5.0, 1.0)))
    i, j, k = np.meshgrid(*(np.arange(n) for n in grid.shape), indexing="ij")
    mask = (i - 2 * k - 8) ** 2 + (j - 20) ** 2 < 80
    obliquity = Obliquity.through(grid.centre).turned(grid, (0, 0, 1), 0.2, grid.centre)
    view = Reformation(obliquity=obliquity).view(grid, Plane.CORONAL, Convention.RADIOLOGICAL)
    index = view.index_of(grid.centre)
    smooth, stepped = mask_slice(mask, view, index), view.cut(mask, index)
    left, before = (
        np.abs(np.diff(cut.argmax(axis=1)[cut.any(axis=1)])).max() for cut in (smooth, stepped)
    )
    assert left < before
    assert 0.85 < smooth.sum() / stepped.sum() < 1.15
    labels = np.where(mask & (j > 20), 3, mask).astype(np.uint8)
    assert set(np.unique(label_slice(labels, view, index))) == {0, 1, 3}
    assert not label_slice(np.zeros_like(labels), view, index).any()


def test_turning_about_a_planes_own_normal_leaves_it_as_it_is():
    grid = grid_of()
    normal = Obliquity().normal(grid, Plane.AXIAL)
    reformation = tilted(grid, (normal, 30))
    axial = reformation.view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    assert not axial.oblique, "its voxels are those of the file"
    for plane in (Plane.CORONAL, Plane.SAGITTAL):
        view = reformation.view(grid, plane, Convention.RADIOLOGICAL)
        assert isinstance(view, ObliqueView)
        assert view.tilt_degrees == pytest.approx(30)
    lines = reformation.lines(axial)
    for plane, upright in ((Plane.CORONAL, (1, 0)), (Plane.SAGITTAL, (0, 1))):
        cosine = abs(np.dot(lines[plane], upright))
        assert math.degrees(math.acos(cosine)) == pytest.approx(30)


def test_lines_lie_where_the_other_planes_cut():
    for name in ("LPS", "SAR", "tilted"):
        grid = GRIDS[name]
        reformation = tilted(grid, ((1, 0, 0), 25), ((0, 1, 0.3), -15))
        for convention, plane in product(Convention, Plane):
            view = reformation.view(grid, plane, convention)
            for other, (x, y) in reformation.lines(view).items():
                right, down = view.screen_axes
                along = x * right + y * down
                assert abs(along @ reformation.obliquity.normal(grid, other)) < 1e-9


def test_planes_stay_on_the_screen_when_another_place_is_turned_about():
    """The pivot moves; what was at a point of the screen is still there."""
    grid = grid_of()
    first = Obliquity.through((1.0, 2.0, 3.0)).turned(grid, (1, 0, 0), 0.4, (1.0, 2.0, 3.0))
    again = first.turned(grid, (1, 0, 0), 0.0, (-9.0, 8.0, -12.0))
    for plane in Plane:
        usual = SliceView.of(grid, plane)
        places = []
        for obliquity in (first, again):
            view = Reformation(obliquity=obliquity).view(grid, plane, Convention.RADIOLOGICAL)
            right, down = view.screen_axes
            on_screen = usual.to_screen(obliquity.anchor(plane))[0] * usual.pixel_spacing
            by = np.array((4.0, 5.0, 6.0)) - obliquity.pivot
            places.append(on_screen + np.array((by @ down, by @ right)))
        assert np.allclose(*places)


def test_many_small_turns_make_one_large():
    grid = grid_of()
    obliquity = Obliquity.through(grid.centre)
    for _ in range(900):
        obliquity = obliquity.turned(grid, (0, 0, 1), math.radians(0.4), grid.centre)
    assert np.allclose(obliquity.matrix, np.eye(3), atol=1e-9)
    view = Reformation(obliquity=obliquity).view(grid, Plane.CORONAL, Convention.RADIOLOGICAL)
    assert not view.oblique


def test_annotations_belong_to_slices_of_the_grid_alone():
    grid = grid_of()
    place = tuple(marker_position(grid).tolist())
    annotation = Annotation(Kind.PROBE, Plane.AXIAL, (place,), Modality.FLAIR)
    view = tilted(grid, ((1, 0, 0), 25)).view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    assert annotations_by_slice([annotation], view) == {}
    assert not annotation.on_slice(view, view.index_of(place))


def test_a_slab_of_slices_of_the_grid(grid):
    rng = np.random.default_rng(1)
    data = rng.integers(-50, 900, grid.shape).astype(np.int16)
    for plane in Plane:
        view = SliceView.of(grid, plane)
        step = grid.spacing[view.axis]
        stack = np.moveaxis(data, view.axis, 0)
        for mode, reduce in (
            (SlabMode.MAXIMUM, np.max), (SlabMode.MINIMUM, np.min), (SlabMode.MEAN, np.mean),
        ):  # fmt: skip
            slab = Slab(4 * step, mode)
            made = slice_values(data, view, 10, slab)
            assert np.allclose(made, view.arrange(reduce(stack[8:12], axis=0)))
            assert slab.covered_mm(view.step_mm) == pytest.approx(4 * step)
        assert np.array_equal(
            slice_values(data, view, 0, Slab(4 * step)), view.arrange(stack[:2].max(axis=0))
        )


def test_a_slab_thinner_than_a_slice_is_the_slice():
    grid = grid_of()
    data = np.random.default_rng(1).integers(0, 900, grid.shape).astype(np.int16)
    view = SliceView.of(grid, Plane.AXIAL)
    assert np.array_equal(slice_values(data, view, 9, Slab(1.0)), view.cut(data, 9))


def test_an_oblique_slab_projects_what_lies_around_its_plane():
    grid = grid_of()
    place, mask = marker_position(grid), marker_mask(grid).astype(np.int16) * 500
    reformation = tilted(grid, ((1, 0, 0), 30))
    view = reformation.view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    away = view.index_of(place + view.normal * 7.5)
    assert slice_values(mask, view, away).max() == 0
    slab = slice_values(mask, view, away, Slab(14.0))
    assert slab.dtype == np.int16
    middle = view.to_world(away, np.argwhere(slab > 250).mean(axis=0))[0]
    across = middle - place
    across -= view.normal * (across @ view.normal)
    assert np.linalg.norm(across) < 0.5, "along the normal of the plane"
    mean = slice_values(mask, view, view.index_of(place), Slab(14.0, SlabMode.MEAN))
    assert 0 < mean.max() < 500


def test_outside_of_the_data_stands_their_least_value():
    grid = grid_of()
    data = np.full(grid.shape, 90, np.float32)
    data[3, 3, 3] = -40
    view = tilted(grid, ((1, 1, 0), 40)).view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    values = slice_values(data, view, view.count // 2)
    assert values[0, 0] == -40
    assert np.median(values) == 90


def test_an_image_is_turned_but_never_tilted():
    grid = Grid((5, 4, 1), np.eye(4), oriented=False, as_stored=True)
    reformation = Reformation(obliquity=Obliquity.through((0, 0, 0))).with_turn(
        Plane.AXIAL, DisplayTurn(1)
    )
    view = reformation.view(grid, Plane.AXIAL, Convention.NEUROLOGICAL)
    data = np.arange(20).reshape(5, 4, 1)
    assert np.array_equal(view.cut(data, 0), np.rot90(data[:, :, 0].T, -1))
    assert not view.oblique


def test_upright_displays_are_not_kept():
    assert PLAIN.with_turn(Plane.AXIAL, DisplayTurn(1)).with_turn(Plane.AXIAL, UPRIGHT) == PLAIN
