"""Diameters drawn by hand come to the same numbers as those that are measured on a mask."""

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.diameters import not_perpendicular
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import why_impossible
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.imaging.measure.diameters import diameters
from brainviewer.imaging.measure.snapped_diameters import snapped
from tests.phantoms import AXIS_CASES, case_name, grid_of

TILT = (11.0, -7.0, 5.0)


def ellipse(grid: Grid, middle: np.ndarray, halves: tuple[float, float, float]) -> np.ndarray:
    """An ellipsoid whose axes are those of the world, (i, j, k) bool; lengths in mm."""
    voxels = np.moveaxis(np.indices(grid.shape), 0, -1).reshape(-1, 3)
    off = (grid.to_world(voxels) - middle) / np.array(halves)
    return ((off**2).sum(axis=1) <= 1).reshape(grid.shape)


def drawn_at(view: SliceView, place: np.ndarray, index: int) -> Annotation:
    """A small cross drawn by hand at a place."""
    row, column = view.to_screen(place)[0]
    screen = [(row, column - 1), (row, column + 1), (row - 1, column), (row + 1, column)]
    points = tuple(tuple(map(float, p)) for p in view.to_world(index, screen))
    return Annotation(Kind.BIDIRECTIONAL, view.plane, points, Modality.T1CE)


@pytest.mark.parametrize("case", AXIS_CASES[::5], ids=case_name)
@pytest.mark.parametrize("plane", Plane)
def test_the_numbers_are_those_of_the_mask(
    case: tuple[tuple[int, ...], tuple[int, ...]], plane: Plane
) -> None:
    grid = grid_of(*case, tilt_degrees=TILT)
    mask = ellipse(grid, grid.centre, (13.0, 9.0, 11.0))
    view = SliceView.of(grid, plane)
    index = view.index_of(grid.centre)
    made = snapped(drawn_at(view, grid.centre, index), view, mask)
    wanted = diameters(grid, mask, view.axis, index)
    assert made is not None
    assert wanted is not None
    told = {measure.name: value for measure, value in made.measures}
    assert told["longest"] == pytest.approx(wanted.longest_mm, abs=1e-6)
    assert told["perpendicular"] == pytest.approx(wanted.perpendicular_mm, abs=1e-6)
    assert told["product"] == pytest.approx(wanted.product_mm2, rel=1e-6)
    assert not_perpendicular(made.points) == ""
    assert why_impossible([made], grid) == [""]
    assert made.on_slice(view, index)


def test_of_two_lesions_on_a_slice_the_one_that_was_drawn_on_is_measured() -> None:
    grid = Grid((120, 100, 12), np.diag((0.8, 1.0, 4.0, 1.0)))
    large, small = np.array((30.0, 40.0, 24.0)), np.array((75.0, 60.0, 24.0))
    masks = [ellipse(grid, large, (18, 12, 9)), ellipse(grid, small, (8, 6, 9))]
    view = SliceView.of(grid, Plane.AXIAL)
    for place, own in zip((large, small), masks, strict=True):
        made = snapped(drawn_at(view, place, 6), view, masks[0] | masks[1])
        alone = diameters(grid, own, view.axis, 6)
        assert made is not None
        assert alone is not None
        # The largest one has the very numbers of the whole mask.
        whole = diameters(grid, masks[0] | masks[1], view.axis, 6)
        told = [value for _, value in made.measures[:2]]
        exact = whole if place is large else alone
        assert told == pytest.approx([exact.longest_mm, exact.perpendicular_mm], abs=1e-6)
        assert np.linalg.norm(np.mean(made.points, axis=0) - place) < 6
    beside = snapped(
        drawn_at(view, small + np.array((12.0, 0.0, 0.0)), 6), view, masks[0] | masks[1]
    )
    assert beside is not None
    assert np.linalg.norm(np.mean(beside.points, axis=0) - small) < 6, "the nearest one"


def test_a_slice_without_the_lesion_has_nothing_to_snap_to() -> None:
    grid = Grid((60, 50, 12), np.diag((1.0, 1.0, 4.0, 1.0)))
    mask = ellipse(grid, np.array((30.0, 25.0, 24.0)), (9, 9, 6))
    view = SliceView.of(grid, Plane.AXIAL)
    assert snapped(drawn_at(view, grid.centre, 0), view, mask) is None
