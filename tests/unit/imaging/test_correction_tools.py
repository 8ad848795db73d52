"""The tools that correct a segmentation: on every orientation, plane and convention, in mm."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.findings.lesion_probability import LesionProbability
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.imaging.correction.brush import ball_stroke, disc_stroke
from brainviewer.imaging.correction.clean_up import (
    fill_holes,
    fill_holes_in_slice,
    remove_islands,
    remove_piece,
    smooth,
)
from brainviewer.imaging.correction.cut import cut_by_plane, cut_in_slice
from brainviewer.imaging.correction.growing import grow
from brainviewer.imaging.correction.interpolation import interpolate
from brainviewer.imaging.correction.label_edit import LabelEdit, Paint
from brainviewer.imaging.correction.lasso import enclosed, lasso
from tests.phantoms import (
    AXIS_CASES,
    MARKER_OFFSET_MM,
    case_name,
    grid_of,
    marker_position,
    oblique_grid,
)

OEDEMA, ENHANCING = 2, 4
SEEN = [(plane, convention) for plane in Plane for convention in Convention]


def empty(grid: Grid) -> np.ndarray:
    return np.zeros(grid.shape, np.uint8)


def worlds(grid: Grid) -> np.ndarray:
    """(i, j, k, 3) world mm of every voxel."""
    voxels = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    return grid.to_world(voxels.reshape(-1, 3)).reshape(*grid.shape, 3)


def ball(grid: Grid, centre: np.ndarray, radius: float) -> np.ndarray:
    return np.linalg.norm(worlds(grid) - centre, axis=-1) <= radius


def made(labels: np.ndarray, edit: LabelEdit | None) -> np.ndarray:
    """What an edit makes of labels; outside of its box nothing may be another."""
    assert edit is not None
    after = labels.copy()
    edit.apply(after)
    where = np.argwhere(after != labels)
    assert [part.start for part in edit.box] == where.min(axis=0).tolist()
    assert [part.stop for part in edit.box] == (where.max(axis=0) + 1).tolist()
    return after


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_the_brush_paints_where_it_is_seen(case):
    # The marker is left, in front and above: a wrong flip paints another quarter of the head.
    grid = grid_of(*case)
    place, places = marker_position(grid), worlds(grid)
    for plane, convention in SEEN:
        view = SliceView.of(grid, plane, convention)
        index = view.index_of(place)
        row, column = view.to_screen(place)[0]
        seen = view.to_world(index, (row, column))[0]  # where a hand on the screen points
        labels = empty(grid)
        after = made(labels, disc_stroke(labels, view, index, [seen, seen], 8.0, Paint(OEDEMA)))
        painted = places[after > 0]
        assert np.linalg.norm(painted.mean(axis=0) - place) < 1.5
        assert np.linalg.norm(painted - seen, axis=1).max() <= 4.0 + 1e-6
        assert len(np.unique(np.argwhere(after)[:, view.axis])) == 1
        of_slice, bare = (np.take(a, index, axis=view.axis) for a in (places, after == 0))
        assert np.linalg.norm(of_slice[bare] - seen, axis=1).min() > 4.0


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_the_lasso_encloses_what_is_seen(case):
    grid = grid_of(*case)
    place, places = marker_position(grid), worlds(grid)
    angles = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    for plane, convention in SEEN:
        view = SliceView.of(grid, plane, convention)
        index = view.index_of(place)
        row, column = view.to_screen(place)[0]
        height, width = view.pixel_spacing
        circle = np.column_stack(
            (row + 6 * np.sin(angles) / height, column + 6 * np.cos(angles) / width)
        )
        labels = empty(grid)
        drawn = view.to_world(index, circle)
        after = made(labels, lasso(labels, view, index, drawn, Paint(ENHANCING)))
        painted = places[after == ENHANCING]
        assert np.linalg.norm(painted.mean(axis=0) - view.move(place, index)) < 1.0
        assert len(painted) * height * width == pytest.approx(np.pi * 36, rel=0.12)


@pytest.mark.parametrize("case", AXIS_CASES[::7], ids=case_name)
def test_a_cut_takes_the_smaller_piece_on_every_orientation(case):
    # Two balls joined by a bridge; the cut runs through the bridge.
    grid = grid_of(*case)
    large, small = grid.centre + np.array((6.0, 0, 0)), grid.centre - np.array((12.0, 0, 0))
    labels = empty(grid)
    labels[ball(grid, large, 9.0)] = OEDEMA
    labels[ball(grid, small, 5.0)] = OEDEMA
    bridge = np.abs(worlds(grid) - grid.centre)
    labels[(bridge[..., 0] < 12) & (bridge[..., 1] < 1.6) & (bridge[..., 2] < 2.5)] = OEDEMA
    for plane in (Plane.AXIAL, Plane.CORONAL):
        view = SliceView.of(grid, plane)
        along = np.array((0, 12.0, 0)) if plane is Plane.AXIAL else np.array((0, 0, 12.0))
        middle = grid.centre - np.array((5.0, 0, 0))
        after = made(labels, cut_by_plane(labels, view, [middle - along, middle + along]))
        assert not after[ball(grid, small, 4.0)].any()
        assert (after[ball(grid, large, 8.0)] == OEDEMA).all()
        index = view.index_of(middle)
        ends = [view.move(middle - along, index), view.move(middle + along, index)]
        of_slice = made(labels, cut_in_slice(labels, view, index, ends))
        assert np.unique(np.argwhere(of_slice != labels)[:, view.axis]).tolist() == [index]
        assert not view.cut(of_slice, index)[view.cut(ball(grid, small, 4.0), index)].any()


def test_a_line_that_cuts_nothing_off_changes_nothing():
    grid = grid_of()
    labels = empty(grid)
    labels[ball(grid, grid.centre, 9.0)] = OEDEMA
    view = SliceView.of(grid, Plane.AXIAL)
    index = view.index_of(grid.centre)
    short = [grid.centre, grid.centre + np.array((0, 4.0, 0))]
    beside = [grid.centre + np.array((15.0, -9, 0)), grid.centre + np.array((15.0, 9, 0))]
    for ends in (short, beside, [grid.centre, grid.centre]):
        assert cut_in_slice(labels, view, index, [view.move(e, index) for e in ends]) is None
        assert cut_by_plane(labels, view, ends) is None
    assert cut_by_plane(empty(grid), view, beside) is None


@pytest.mark.parametrize("grid", [grid_of(), oblique_grid()], ids=["straight", "oblique"])
def test_the_ball_is_round_in_mm(grid):
    labels = empty(grid)
    place = marker_position(grid)
    after = made(labels, ball_stroke(labels, grid, [place, place], 11.0, Paint(OEDEMA)))
    assert np.array_equal(after > 0, ball(grid, place, 5.5) | (after > 0) & ~ball(grid, place, 6))
    assert np.count_nonzero(after) * grid.voxel_volume == pytest.approx(697, rel=0.12)


def test_a_stroke_has_no_gaps_and_a_fine_brush_paints_single_voxels():
    grid = grid_of()
    view = SliceView.of(grid, Plane.AXIAL)
    index = view.index_of(grid.centre)
    ends = [view.move(grid.centre + by, index) for by in np.array(((-14.0, -9, 0), (11.0, 13, 0)))]
    labels = empty(grid)
    from scipy import ndimage

    for diameter in (0.2, 5.0):
        after = made(labels, disc_stroke(labels, view, index, ends, diameter, Paint(OEDEMA)))
        assert ndimage.label(view.cut(after, index), np.ones((3, 3)))[1] == 1
        for end in ends:
            assert after[grid.nearest_voxel(end)] == OEDEMA
    point = [ends[0], ends[0]]
    after = made(labels, disc_stroke(labels, view, index, point, 0.2, Paint(OEDEMA)))
    assert np.count_nonzero(after) == 1


def test_shift_erases_and_only_this_part_spares_the_others():
    grid = grid_of()
    labels = empty(grid)
    labels[ball(grid, grid.centre, 12.0)] = OEDEMA
    labels[ball(grid, grid.centre, 6.0)] = ENHANCING
    here = [grid.centre, grid.centre]
    erased = made(labels, ball_stroke(labels, grid, here, 18.0, Paint(0)))
    assert not erased[ball(grid, grid.centre, 9.0)].any()
    spared = made(labels, ball_stroke(labels, grid, here, 18.0, Paint(0, only=OEDEMA)))
    assert np.array_equal(spared == ENHANCING, labels == ENHANCING)
    assert not (spared[ball(grid, grid.centre, 9.0)] == OEDEMA).any()
    outside = made(labels, ball_stroke(labels, grid, here, 30.0, Paint(1, only=0)))
    assert np.array_equal(outside == OEDEMA, labels == OEDEMA)
    assert (outside == 1).any()
    # What is there already is no change.
    assert ball_stroke(labels, grid, here, 4.0, Paint(ENHANCING)) is None


def test_only_similar_grey_is_painted():
    grid = grid_of()
    data = np.full(grid.shape, 100, np.int16)
    data[ball(grid, grid.centre, 7.0)] = 300
    labels = empty(grid)
    alike = Paint(OEDEMA, data=data, around=290.0, tolerance=30.0)
    here = [grid.centre, grid.centre]
    after = made(labels, ball_stroke(labels, grid, here, 24.0, alike))
    assert np.array_equal(after > 0, data == 300)


def test_strokes_beyond_the_edge_stay_in_the_images():
    grid = grid_of()
    view = SliceView.of(grid, Plane.CORONAL)
    labels = empty(grid)
    corner = grid.to_world((0, 0, 0))
    after = made(labels, ball_stroke(labels, grid, [corner - 3, corner], 9.0, Paint(OEDEMA)))
    assert after[0, 0, 0] == OEDEMA
    away = corner - 500.0
    assert ball_stroke(labels, grid, [away, away], 9.0, Paint(OEDEMA)) is None
    assert disc_stroke(labels, view, 3, [away, away], 9.0, Paint(OEDEMA)) is None


def test_a_polygon_encloses_the_middles_of_pixels():
    square = [(0.5, 1.5), (0.5, 4.5), (3.5, 4.5), (3.5, 1.5)]
    expected = np.zeros((6, 8), bool)
    expected[1:4, 2:5] = True
    assert np.array_equal(enclosed((6, 8), square), expected)
    assert np.array_equal(enclosed((6, 8), square[::-1]), expected)
    whole = [(-50.0, -50), (-50, 50), (50, 50), (50, -50)]
    assert enclosed((6, 8), whole).all()
    assert not enclosed((6, 8), [(2.0, 2.0)]).any()


def test_holes_are_filled_in_a_slice_and_in_space():
    grid = grid_of()
    labels = empty(grid)
    labels[ball(grid, grid.centre, 12.0)] = OEDEMA
    labels[ball(grid, grid.centre, 5.0)] = 0
    after = made(labels, fill_holes(labels, Paint(ENHANCING)))
    assert np.array_equal(after == ENHANCING, ball(grid, grid.centre, 5.0))
    view = SliceView.of(grid, Plane.SAGITTAL)
    index = view.index_of(grid.centre)
    one = made(labels, fill_holes_in_slice(labels, view, index, Paint(OEDEMA)))
    changed = one != labels
    assert np.unique(np.argwhere(changed)[:, view.axis]).tolist() == [index]
    # A tunnel to the outside is a hole of slices, and none in space.
    i, j, k = grid.nearest_voxel(grid.centre)
    labels[i, j, k:] = 0
    assert fill_holes(labels, Paint(OEDEMA)) is None
    across = SliceView.of(grid, Plane.AXIAL)
    assert fill_holes_in_slice(labels, across, k, Paint(OEDEMA)) is not None


def test_islands_go_and_the_largest_piece_stays():
    grid = grid_of()
    labels = empty(grid)
    labels[ball(grid, grid.centre, 9.0)] = OEDEMA
    second, third = grid.centre + MARKER_OFFSET_MM * 1.4, grid.centre - MARKER_OFFSET_MM * 1.4
    labels[ball(grid, second, 4.0)] = ENHANCING
    labels[ball(grid, third, 1.5)] = OEDEMA
    alone = made(labels, remove_islands(labels, grid))
    assert np.array_equal(alone > 0, ball(grid, grid.centre, 9.0))
    large = made(labels, remove_islands(labels, grid, least_ml=0.1))
    assert (large == ENHANCING).any()
    assert not large[ball(grid, third, 2.0)].any()
    assert remove_islands(alone, grid) is None
    one = made(labels, remove_piece(labels, grid.nearest_voxel(second)))
    assert not (one == ENHANCING).any() and one[grid.nearest_voxel(third)]
    assert remove_piece(labels, (0, 0, 0)) is None


def test_smoothing_takes_specks_and_keeps_size_and_parts():
    grid = grid_of()
    labels = empty(grid)
    labels[ball(grid, grid.centre, 12.0)] = OEDEMA
    labels[ball(grid, grid.centre, 7.0)] = ENHANCING
    before = np.count_nonzero(labels)
    rng = np.random.default_rng(3)
    rough = labels.copy()
    rough[rng.random(grid.shape) < 0.02] = OEDEMA
    after = made(rough, smooth(rough, grid))
    assert np.count_nonzero(after) == pytest.approx(before, rel=0.06)
    assert np.count_nonzero(after == ENHANCING) == pytest.approx(
        np.count_nonzero(labels == ENHANCING), rel=0.15
    )
    assert smooth(empty(grid), grid) is None


@pytest.mark.parametrize("case", AXIS_CASES[::5], ids=case_name)
@pytest.mark.parametrize("plane", list(Plane))
def test_a_ball_comes_back_from_every_third_slice(case, plane):
    grid = grid_of(*case)
    view = SliceView.of(grid, plane)
    whole = np.where(ball(grid, grid.centre, 13.0), np.uint8(OEDEMA), np.uint8(0))
    whole[ball(grid, grid.centre, 6.5)] = ENHANCING
    drawn = whole.copy()
    stack = np.moveaxis(drawn, view.axis, 0)
    first = int(np.flatnonzero(stack.any(axis=(1, 2)))[0])
    for index in range(len(stack)):
        if (index - first) % 3:
            stack[index] = 0
    # Nothing is made up beyond what was drawn, of the core either.
    last = int(np.flatnonzero(stack.any(axis=(1, 2)))[-1])
    np.moveaxis(whole, view.axis, 0)[last + 1 :] = 0
    with_core = np.flatnonzero((stack == ENHANCING).any(axis=(1, 2)))
    for index, plane_of_whole in enumerate(np.moveaxis(whole, view.axis, 0)):
        if not with_core[0] <= index <= with_core[-1]:
            plane_of_whole[plane_of_whole == ENHANCING] = OEDEMA
    after = made(drawn, interpolate(drawn, view))
    both = np.count_nonzero((after > 0) & (whole > 0))
    assert 2 * both / (np.count_nonzero(after) + np.count_nonzero(whole)) > 0.93
    assert np.array_equal(after[drawn > 0], drawn[drawn > 0])
    core = (after == ENHANCING) & (whole == ENHANCING)
    assert np.count_nonzero(core) > 0.8 * np.count_nonzero(whole == ENHANCING)
    assert interpolate(after, view) is None


def test_shapes_that_do_not_overlap_are_joined():
    grid = grid_of()
    view = SliceView.of(grid, Plane.AXIAL)
    labels = empty(grid)
    for index, column in ((8, 10), (14, 26)):
        view.cut(labels, index)[20:26, column : column + 5] = OEDEMA
    after = made(labels, interpolate(labels, view))
    for index in range(8, 15):
        assert view.cut(after, index).any(), index


def test_a_lesion_grows_from_a_click():
    grid = grid_of()
    rng = np.random.default_rng(5)
    lesion = ball(grid, marker_position(grid), 7.0)
    data = np.where(lesion, 400, 200) + rng.normal(0, 12, grid.shape)
    labels = empty(grid)
    place = marker_position(grid) + np.array((1.0, -1, 1))
    after = made(labels, grow(labels, grid, place, data, Paint(OEDEMA)))
    both = np.count_nonzero((after > 0) & lesion)
    assert 2 * both / (np.count_nonzero(after) + np.count_nonzero(lesion)) > 0.9
    near = made(labels, grow(labels, grid, place, data, Paint(OEDEMA), reach_mm=4.0))
    assert np.linalg.norm(worlds(grid)[near > 0] - place, axis=1).max() <= 4.0
    # What a network takes for lesion belongs to it whatever its grey value.
    dark = data.copy()
    dark[ball(grid, marker_position(grid), 3.0)] = 90
    told = LesionProbability.of_mask(lesion)
    with_network = made(labels, grow(labels, grid, place, dark, Paint(OEDEMA), probability=told))
    assert np.count_nonzero((with_network > 0) & lesion) > 0.95 * np.count_nonzero(lesion)


def test_growing_takes_what_a_network_saw_faintly():
    """A lesion that was not found: below one half everywhere, and not of one grey value."""
    grid = grid_of()
    lesion, middle = ball(grid, marker_position(grid), 8.0), ball(grid, marker_position(grid), 4.0)
    data = np.where(middle, 400, np.where(lesion, 300, 200)).astype(np.float64)
    faint = LesionProbability.of_mask(lesion)
    faint = replace(faint, values=faint.values // 3)
    labels = empty(grid)
    place = marker_position(grid)
    alone = made(labels, grow(labels, grid, place, data, Paint(OEDEMA)))
    assert np.count_nonzero(alone) < 0.5 * np.count_nonzero(lesion)
    seen = made(labels, grow(labels, grid, place, data, Paint(OEDEMA), probability=faint))
    assert 0.9 < np.count_nonzero(seen) / np.count_nonzero(lesion) < 1.1
    nothing = replace(faint, values=faint.values // 10)
    same = made(labels, grow(labels, grid, place, data, Paint(OEDEMA), probability=nothing))
    assert np.array_equal(same, alone)
