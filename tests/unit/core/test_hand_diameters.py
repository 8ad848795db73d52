"""Diameters drawn by hand: perpendicular in the patient however a file orders its axes."""

import math
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.diameters import OBLIQUE, PERPENDICULAR
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import lies_inside, why_impossible
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.painting.text.wording import measure_text
from tests.phantoms import AXIS_CASES, case_name, grid_of

TILT = (11.0, -7.0, 5.0)


def drawn(view: SliceView, index: int, *screen: tuple[float, float]) -> np.ndarray:
    ends = view.to_world(index, screen)
    return PERPENDICULAR.begun(ends, view.normal, partial(lies_inside, view.grid))


def annotation_of(points: np.ndarray, view: SliceView) -> Annotation:
    places = tuple(tuple(map(float, point)) for point in points)
    return Annotation(Kind.BIDIRECTIONAL, view.plane, places, Modality.T1CE)


def values(annotation: Annotation) -> dict[str, float]:
    return {measure.name: value for measure, value in annotation.measures}


def cosine(points: np.ndarray) -> float:
    one, other = points[1] - points[0], points[3] - points[2]
    return float(one @ other) / float(np.linalg.norm(one) * np.linalg.norm(other))


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
@pytest.mark.parametrize("plane", Plane)
def test_they_are_perpendicular_and_true_to_a_tenth_of_a_millimetre_in_every_orientation(
    case: tuple[tuple[int, ...], tuple[int, ...]], plane: Plane, convention: Convention
) -> None:
    grid = grid_of(*case, tilt_degrees=TILT)
    view = SliceView.of(grid, plane, convention)
    rows, columns = view.shape
    index = view.count // 2
    height, width = view.pixel_spacing
    start, end = (rows * 0.4, columns * 0.3), (rows * 0.55, columns * 0.7)
    points = drawn(view, index, start, end)
    length = math.hypot((end[0] - start[0]) * height, (end[1] - start[1]) * width)
    inside = partial(lies_inside, grid)
    # The end of the short one, 6 mm off the long one at three quarters of it.
    along = (points[1] - points[0]) / length
    across = np.cross(view.normal, along)
    to = points[0] + 0.75 * length * along + 6.0 * across
    points = PERPENDICULAR.moved(points, 2, to, view.normal, inside)
    points = PERPENDICULAR.moved(
        points, 3, points[0] + 0.75 * length * along - 3.5 * across, view.normal, inside
    )
    told = values(annotation_of(points, view))
    assert told["longest"] == pytest.approx(length, abs=1e-6)
    assert told["perpendicular"] == pytest.approx(9.5, abs=1e-6)
    assert told["product"] == pytest.approx(9.5 * length, rel=1e-6)
    assert abs(cosine(points)) < 1e-9
    assert np.ptp(grid.to_voxel(points)[:, view.axis]) < 1e-9
    # Turned at either end: the short one turns with it and keeps its arms.
    for n in (0, 1):
        there = view.to_world(index, [(rows * 0.45 + n, columns * 0.35 + 4 * n)])[0]
        turned = PERPENDICULAR.moved(points, n, there, view.normal, inside)
        assert np.allclose(turned[n], there)
        assert np.allclose(turned[1 - n], points[1 - n])
        assert abs(cosine(turned)) < 1e-9
        assert np.linalg.norm(turned[3] - turned[2]) == pytest.approx(9.5)
        crossing = (turned[2] - turned[0]) @ (turned[1] - turned[0])
        assert crossing / np.linalg.norm(turned[1] - turned[0]) ** 2 == pytest.approx(0.75)


def test_an_arm_ends_at_the_edge_of_the_images_and_stays_perpendicular() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    points = drawn(view, 5, (1, 4), (1, 34))
    assert abs(cosine(points)) < 1e-9
    assert all(lies_inside(view.grid, point) for point in points)
    assert not any(why_impossible([annotation_of(points, view)], view.grid))
    up = PERPENDICULAR.moved(
        points, 2, view.to_world(5, [(-50, 10)])[0], view.normal, partial(lies_inside, view.grid)
    )
    assert all(lies_inside(view.grid, point) for point in up)
    assert abs(cosine(up)) < 1e-9


def test_the_crossing_stays_on_the_longest_and_an_arm_never_turns_over() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    inside = partial(lies_inside, view.grid)
    points = drawn(view, 5, (20, 8), (20, 30))
    beyond = points[1] + 2 * (points[1] - points[0])
    moved = PERPENDICULAR.moved(points, 2, beyond, view.normal, inside)
    assert np.allclose(moved[2], moved[1])
    other_side = points[3] + (points[3] - points[2])
    moved = PERPENDICULAR.moved(points, 2, other_side, view.normal, inside)
    assert np.allclose(moved[2], (points[0] + points[1]) / 2)
    assert np.allclose(moved[3], points[3])


def test_the_longer_one_is_the_longest_whichever_was_drawn_first() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    points = drawn(view, 5, (20, 15), (20, 20))
    way = (points[2] - points[3]) / np.linalg.norm(points[2] - points[3])
    longer = PERPENDICULAR.moved(
        points, 2, points[2] + 8 * way, view.normal, partial(lies_inside, view.grid)
    )
    told = values(annotation_of(longer, view))
    assert told["longest"] == pytest.approx(np.linalg.norm(longer[3] - longer[2]))
    assert told["longest"] > told["perpendicular"] == pytest.approx(7.5)
    text = measure_text(annotation_of(longer, view), view.grid.unit)
    assert text == f"{told['longest']:.1f} × 7.5 mm · product {told['product']:.1f} mm²"


def test_a_point_drawn_twice_makes_no_direction_and_no_error() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    points = drawn(view, 5, (20, 15), (20, 15))
    assert np.allclose(points, points[0])
    assert values(annotation_of(points, view))["product"] == 0
    moved = PERPENDICULAR.moved(
        points, 1, points[0] + 4, view.normal, partial(lies_inside, view.grid)
    )
    assert np.isfinite(moved).all()


def test_a_file_whose_diameters_are_not_perpendicular_is_not_believed() -> None:
    grid: Grid = grid_of()
    view = SliceView.of(grid, Plane.AXIAL)
    right = annotation_of(drawn(view, 5, (20, 15), (25, 22)), view)
    a, b, c, d = right.points
    (ax, ay, az) = c
    wrong = replace(right, points=(a, b, (ax + 1.0, ay, az), d))
    assert why_impossible([right, wrong], grid) == ["", OBLIQUE]
    huge = replace(right, points=(a, b, (1e308, -1e308, 0.0), d))
    assert why_impossible([huge], grid) != [""]
