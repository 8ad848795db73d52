"""Distances between points on different slices, true however a file orders its axes."""

import math

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation, annotations_by_slice
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import held_inside, why_impossible
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from tests.phantoms import AXIS_CASES, case_name, grid_of

TILT = (11.0, -7.0, 5.0)


def distance(view: SliceView, one: tuple[int, float, float], other: tuple[int, float, float]):
    ends = [view.to_world(place[0], [place[1:]])[0] for place in (one, other)]
    points = tuple(tuple(map(float, end)) for end in ends)
    return Annotation(Kind.DISTANCE, view.plane, points, Modality.T1)


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_they_are_true_to_a_tenth_of_a_millimetre_in_every_orientation(
    case: tuple[tuple[int, ...], tuple[int, ...]], convention: Convention
) -> None:
    grid = grid_of(*case, tilt_degrees=TILT)
    for plane in Plane:
        view = SliceView.of(grid, plane, convention)
        made = distance(view, (4, 6.0, 9.5), (15, 20.0, 21.0))
        height, width = view.pixel_spacing
        exact = math.hypot(14 * height, 11.5 * width, 11 * grid.spacing[view.axis])
        assert made.measure == pytest.approx(exact, abs=1e-6)
        assert made.slices(view) == (4, 15)
        assert why_impossible([made], grid) == [""]
        assert held_inside(made, grid) == made


def test_it_lies_on_every_slice_that_it_runs_through() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    made = distance(view, (9, 6.0, 9.5), (5, 20.0, 21.0))
    on = annotations_by_slice([made], view)
    assert sorted(on) == [5, 6, 7, 8, 9]
    assert [made.on_slice(view, n) for n in (4, 5, 7, 9, 10)] == [False, True, True, True, False]
    far = Annotation(Kind.DISTANCE, Plane.AXIAL, (made.points[0], (0.0, 0.0, 9e9)), Modality.T1)
    assert max(annotations_by_slice([far], view)) == view.count - 1


def test_json_brings_it_back() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    made = distance(view, (9, 6.0, 9.5), (5, 20.0, 21.0))
    assert Annotation.from_json(made.to_json()) == made
    assert np.ptp(np.array(made.points)[:, 2]) > 1
