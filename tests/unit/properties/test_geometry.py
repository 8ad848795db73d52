"""Places survive every way there and back, whatever the order, direction and tilt of the axes."""

import nibabel
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Convention, Plane, SliceView
from tests.properties import grids, points_in

DATA = st.data()
TURNS = st.builds(DisplayTurn, st.integers(0, 3), st.booleans())
VIEWS = st.tuples(st.sampled_from(Plane), st.sampled_from(Convention))


@given(grids(), DATA)
def test_a_place_is_the_same_there_and_back(grid: Grid, data: st.DataObject) -> None:
    points = data.draw(points_in(grid, 4))
    assert np.allclose(grid.to_world(grid.to_voxel(points)), points, atol=1e-6)
    for point in points:
        assert grid.contains(point)
        away = np.abs(grid.to_voxel(point) - grid.nearest_voxel(point))
        assert away.max() <= 0.5 + 1e-6


@given(grids(most_degrees=180))
def test_the_order_of_axes_is_that_of_nibabel(grid: Grid) -> None:
    cosines = np.abs(grid.affine[:3, :3] / grid.spacing)
    ordered = np.sort(cosines, axis=0)
    if (ordered[2] - ordered[1]).min() < 0.05:
        return  # between two axes either is right
    axes, signs = grid.axes
    assert sorted(axes) == [0, 1, 2]
    by_nibabel = nibabel.io_orientation(grid.affine)
    if sorted(cosines.argmax(axis=0)) == [0, 1, 2]:
        assert np.array_equal(by_nibabel, np.column_stack((axes, signs)))


@given(grids())
def test_turned_volumes_run_to_the_right_forwards_and_up(grid: Grid) -> None:
    data = np.arange(np.prod(grid.shape)).reshape(grid.shape)
    turned = grid.to_ras.turn(data)
    ways = []
    for axis in range(3):
        first, last = ([0] * 3, [0] * 3)
        last[axis] = turned.shape[axis] - 1
        ends = [np.argwhere(data == turned[tuple(at)])[0] for at in (first, last)]
        ways.append((grid.to_world(ends[1]) - grid.to_world(ends[0]))[axis])
    assert min(ways) > 0
    assert sorted(turned.ravel()) == sorted(data.ravel())


@given(grids(), DATA)
def test_parts_and_every_other_voxel_lie_where_they_lay(grid: Grid, data: st.DataObject) -> None:
    first = data.draw(st.tuples(*[st.integers(-2, n - 1) for n in grid.shape]))
    steps = data.draw(st.tuples(*[st.integers(1, 3)] * 3))
    assert np.allclose(grid.part(first, (2, 2, 2)).to_world((1, 0, 1)),
                       grid.to_world(np.add(first, (1, 0, 1))))  # fmt: skip
    coarse = grid.every(steps)
    values = np.zeros(grid.shape)[:: steps[0], :: steps[1], :: steps[2]]
    assert coarse.shape == values.shape
    assert np.allclose(coarse.to_world((1, 1, 1)), grid.to_world(np.array(steps)))


@given(grids(), VIEWS, DATA)
def test_a_pixel_is_the_voxel_that_lies_there(
    grid: Grid, how: tuple[Plane, Convention], data: st.DataObject
) -> None:
    turn = data.draw(TURNS)
    view = SliceView.of(grid, *how, turn)
    index = data.draw(st.integers(0, view.count - 1))
    row, column = (data.draw(st.integers(0, n - 1)) for n in view.shape)
    values = np.arange(np.prod(grid.shape)).reshape(grid.shape)
    shown = view.cut(values, index)
    assert shown.shape == view.shape
    (place,) = view.to_world(index, (row, column))
    assert values[grid.nearest_voxel(place)] == shown[row, column]
    assert np.allclose(view.to_screen(place), (row, column), atol=1e-6)
    assert view.index_of(place) == index
    taken = values.take(index, view.axis)
    assert np.array_equal(view.restore(view.arrange(taken)), taken)


@given(grids(), VIEWS, DATA)
def test_the_screen_has_the_sides_of_its_letters(
    grid: Grid, how: tuple[Plane, Convention], data: st.DataObject
) -> None:
    view = SliceView.of(grid, *how, data.draw(TURNS))
    right, down = view.screen_axes
    for letter, way in ((view.letters.right, right), (view.letters.bottom, down)):
        axis = next(n for n, ends in enumerate(("LR", "PA", "IS")) if letter in ends)
        sign = 1 if letter in "RAS" else -1
        assert way[axis] * sign > 0
        assert abs(way[axis]) == pytest.approx(np.abs(way).max()) or abs(way[axis]) > 0.5


@given(grids(), VIEWS, DATA)
def test_moving_to_another_slice_keeps_the_place_in_it(
    grid: Grid, how: tuple[Plane, Convention], data: st.DataObject
) -> None:
    view = SliceView.of(grid, *how)
    (place,) = data.draw(points_in(grid, 1))
    index = data.draw(st.integers(0, view.count - 1))
    moved = view.move(place, index)
    assert view.index_of(moved) == index
    assert np.allclose(view.to_screen(moved), view.to_screen(place), atol=1e-6)


@given(st.data())
def test_turns_of_the_display_are_a_group(data: st.DataObject) -> None:
    turn, quarters = data.draw(TURNS), data.draw(st.integers(-8, 8))
    assert turn.rotated(quarters).rotated(-quarters) == turn
    assert turn.rotated(4) == turn
    for upside_down in (False, True):
        assert turn.flipped(upside_down).flipped(upside_down) == turn
    assert turn.flipped().flipped(True) == turn.rotated(2)
