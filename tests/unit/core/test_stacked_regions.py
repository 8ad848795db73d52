"""The volume of regions on several slices, true to 0.1 % on oblique and anisotropic grids."""

import math

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.stacks import stacks
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from tests.phantoms import AXIS_CASES, case_name, grid_of

TILT = (11.0, -7.0, 5.0)


def disc(view: SliceView, index: int, radius: float, name: str, corners: int = 0) -> Annotation:
    """A circle about the middle of a slice: an ellipse, or a polygon with so many corners."""
    height, width = view.pixel_spacing
    middle = (np.array(view.shape) - 1) / 2
    if corners:
        turn = np.linspace(0, 2 * math.pi, corners, endpoint=False)
        screen = middle + radius * np.column_stack([np.sin(turn) / height, np.cos(turn) / width])
    else:
        half = np.array((radius / height, radius / width))
        screen = np.stack([middle - half, middle + half])
    points = tuple(tuple(map(float, p)) for p in view.to_world(index, screen))
    kind = Kind.POLYGON if corners else Kind.ELLIPSE
    return Annotation(kind, view.plane, points, Modality.FLAIR, name)


@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("case", AXIS_CASES[::3], ids=case_name)
def test_a_cylinder_has_its_volume(
    case: tuple[tuple[int, ...], tuple[int, ...]], plane: Plane
) -> None:
    grid = grid_of(*case, tilt_degrees=TILT)
    view = SliceView.of(grid, plane)
    discs = [disc(view, n, 11.0, "Core", 200 if n % 2 else 0) for n in range(6, 16)]
    (found,) = stacks(discs, grid)
    thickness = grid.spacing[view.axis]
    exact = math.pi * 11.0**2 * 10 * thickness / 1000
    assert found.millilitres == pytest.approx(exact, rel=1e-3)
    assert (found.slices, found.between, found.plane) == (10, 0, plane)


def test_a_ball_has_its_volume_where_slices_are_thin() -> None:
    grid = Grid((80, 60, 250), np.diag((0.5, 0.7, 0.2, 1.0)))
    view = SliceView.of(grid, Plane.AXIAL)
    discs = []
    for n in range(view.count):
        off = (n - 125) * 0.2
        if abs(off) < 12.0:
            discs.append(disc(view, n, math.sqrt(12.0**2 - off**2), "ball"))
    (found,) = stacks(discs, grid)
    assert found.millilitres == pytest.approx(4 / 3 * math.pi * 12.0**3 / 1000, rel=1e-3)


def test_slices_in_between_are_interpolated_and_told() -> None:
    grid = Grid((80, 60, 40), np.diag((0.5, 0.7, 3.0, 1.0)))
    view = SliceView.of(grid, Plane.AXIAL)
    two = [disc(view, 5, 6.0, "gap"), disc(view, 9, 10.0, " GAP ")]
    (found,) = stacks(two, grid)
    ends = math.pi * 36, math.pi * 100
    exact = (sum(ends) + 3 * sum(ends) / 2) * 3.0 / 1000
    assert found.millilitres == pytest.approx(exact, rel=1e-6)
    assert (found.slices, found.between) == (2, 3)


def test_slices_that_a_file_shears_have_their_true_distance() -> None:
    affine = np.array([[1.0, 0, 0.9, 0], [0, 1.5, 0, 0], [0, 0, 3.0, 0], [0, 0, 0, 1]])
    grid = Grid((60, 60, 20), affine)
    view = SliceView.of(grid, Plane.AXIAL)
    (found,) = stacks([disc(view, n, 9.0, "x") for n in (4, 5, 6)], grid)
    assert found.millilitres == pytest.approx(math.pi * 81 * 9.0 / 1000, rel=1e-6)


def test_what_has_no_name_or_one_slice_is_no_volume_and_overlaps_are_not_counted_twice() -> None:
    grid = grid_of()
    view = SliceView.of(grid, Plane.AXIAL)
    assert stacks([disc(view, 5, 9.0, ""), disc(view, 6, 9.0, "")], grid) == ()
    assert stacks([disc(view, 5, 9.0, "a"), disc(view, 5, 4.0, "a")], grid) == ()
    twice = [disc(view, 5, 9.0, "a"), disc(view, 5, 4.0, "a"), disc(view, 6, 9.0, "a")]
    (found,) = stacks(twice, grid)
    assert found.millilitres is None
    coronal = SliceView.of(grid, Plane.CORONAL)
    others = [disc(view, 5, 9.0, "a"), disc(coronal, 6, 9.0, "a")]
    assert stacks(others, grid) == ()
