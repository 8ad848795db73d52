"""Lines where other panes cut a slice, for every order and direction of a file's axes."""

import numpy as np
import pytest

from brainviewer.core.hanging.cross_reference import cross_line
from brainviewer.core.slices import Convention, Plane, SliceView
from tests.phantoms import AXIS_CASES, case_name, grid_of, oblique_grid


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_the_line_lies_where_the_other_slice_is(case, convention) -> None:
    grid = grid_of(*case)
    cursor = grid.to_world(np.array(grid.shape) * (0.3, 0.6, 0.45))
    for plane in Plane:
        view = SliceView.of(grid, plane, convention)
        for other_plane in set(Plane) - {plane}:
            other = SliceView.of(grid, other_plane, convention)
            index, there = view.index_of(cursor), other.index_of(cursor)
            line = cross_line(view, index, other, there)
            ends = np.array((line.start, line.end))
            # Both ends are on both slices, and at the edges of the other one.
            assert np.allclose(grid.to_voxel(ends)[:, view.axis], index)
            assert np.allclose(grid.to_voxel(ends)[:, other.axis], there)
            free = ({0, 1, 2} - {view.axis, other.axis}).pop()
            size = grid.shape[free]
            assert np.allclose(sorted(grid.to_voxel(ends)[:, free]), (-0.5, size - 0.5))
            # On the screen it passes through the cursor's place, to within a voxel.
            (row, column), (top, left) = view.to_screen([cursor])[0], view.to_screen(ends)[0]
            assert min(abs(row - top), abs(column - left)) <= 0.5 + 1e-9


def test_parallel_planes_have_no_line() -> None:
    grid = oblique_grid()
    view = SliceView.of(grid, Plane.AXIAL)
    assert cross_line(view, 3, view, 9) is None


def test_planes_of_different_grids_meet_where_both_are() -> None:
    straight, turned = grid_of(), oblique_grid()
    view, other = SliceView.of(straight, Plane.AXIAL), SliceView.of(turned, Plane.CORONAL)
    index, there = view.index_of(turned.centre), other.index_of(turned.centre)
    line = cross_line(view, index, other, there, chosen=True)
    assert line is not None and line.chosen
    ends = np.array((line.start, line.end))
    assert np.allclose(straight.to_voxel(ends)[:, view.axis], index)
    assert np.allclose(turned.to_voxel(ends)[:, other.axis], there)
