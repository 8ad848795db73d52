"""Annotations on tilted planes: where they lie, what they measure, and what files say of them."""

import json
import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import (
    Annotation,
    annotations_by_slice,
    probed_values,
    region_statistics,
)
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.limits import (
    OTHER_PLANE,
    SEVERAL_SLICES,
    clipped_in,
    held_inside,
    lies_inside,
    why_impossible,
)
from brainviewer.core.annotation.shortest_way import shortest_way
from brainviewer.core.geometry import Grid
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.reformation.tilted_plane import TiltedPlane, linear_values
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.imaging.reslicing import slice_values
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_position, oblique_grid

GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES} | {"tilted": oblique_grid()}
TURNS = ((1, 0.2, 0), 24), ((0.1, 1, 0.3), -17)
SLOPE = np.array((3.0, -2.0, 5.0))  # of the values of a phantom, a mm


@pytest.fixture(params=list(GRIDS))
def grid(request: pytest.FixtureRequest) -> Grid:
    return GRIDS[request.param]


def tilted(grid: Grid, *turns, pivot=None) -> Reformation:
    """Planes turned about axes of the world by degrees."""
    pivot = marker_position(grid) if pivot is None else pivot
    obliquity = Obliquity.through(pivot)
    for axis, degrees in turns or TURNS:
        obliquity = obliquity.turned(grid, axis, math.radians(degrees), pivot)
    return Reformation(obliquity=obliquity)


def views_of(grid: Grid):
    for convention, plane in product(Convention, Plane):
        yield tilted(grid).view(grid, plane, convention)


def drawn(kind: Kind, view: SliceView, index: int, pixels, **fields) -> Annotation:
    """What a hand draws at pixels (row, column) of a slice."""
    points = tuple(map(tuple, view.to_world(index, pixels).tolist()))
    tilt = TiltedPlane.of(view, index)
    return Annotation(kind, view.plane, points, Modality.T1, tilt=tilt, **fields)


def middle(view: SliceView, grid: Grid) -> tuple[int, np.ndarray]:
    """The slice and the pixel that the middle of a grid lies in."""
    return view.index_of(grid.centre), view.to_screen(grid.centre)[0]


def sloped(grid: Grid) -> Study:
    """Values that grow evenly along the world's axes, known everywhere."""
    voxels = np.stack(np.meshgrid(*map(np.arange, grid.shape), indexing="ij"), axis=-1)
    data = (grid.to_world(voxels.reshape(-1, 3)) @ SLOPE + 2000).reshape(grid.shape)
    volume = Volume(Modality.T1, data.astype(np.float32), grid, dtype="float32")
    return Study({Modality.T1: volume}, grid, name="slope")


def test_the_plane_of_a_slice_makes_the_same_slices_again(grid):
    for view in views_of(grid):
        index, _ = middle(view, grid)
        tilt = TiltedPlane.of(view, index)
        again = tilt.view(grid, view.plane)
        for place in view.to_world(index, [(5, 9), (30, 2)]):
            # The same pixel, and exactly on a slice.
            row, column = again.to_screen(place)[0]
            depth = again.grid.to_voxel(place)[2]
            assert np.allclose((row, column, depth), np.rint((row, column, depth)), atol=1e-6)
        usual = tilted(grid).view(grid, view.plane, Convention.RADIOLOGICAL)
        assert np.allclose(again.screen_axes, usual.screen_axes, atol=1e-9)
        assert tilt.tilt_degrees(grid, view.plane) == pytest.approx(view.tilt_degrees, abs=1e-6)
        assert again.letters == usual.letters


def test_lengths_and_angles_are_those_of_the_patient(grid):
    """Drawn at pixels of the screen, on voxels of 1.5 × 1 × 2 mm."""
    for view in views_of(grid):
        index, (row, column) = middle(view, grid)
        pixel = view.pixel_spacing[0]
        ruler = drawn(Kind.RULER, view, index, [(row, column), (row + 6, column + 8)])
        assert ruler.length == pytest.approx(10 * pixel, abs=1e-6)
        angle = drawn(
            Kind.ANGLE, view, index, [(row + 9, column), (row, column), (row - 5, column + 5)]
        )
        assert angle.measure == pytest.approx(135, abs=1e-6)
        cobb = drawn(
            Kind.COBB, view, index, [(row, column), (row, column + 8), (row + 4, column), (row, 0)]
        )
        assert cobb.measure == pytest.approx(math.degrees(math.atan2(4, column)), abs=1e-6)


def test_regions_and_probes_tell_the_values_of_their_plane(grid):
    study = sloped(grid)
    data = study.volumes[Modality.T1].data
    for view in views_of(grid):
        index, (row, column) = middle(view, grid)
        corners = [(row - 4.3, column - 5.4), (row + 4.3, column + 5.4)]
        centre = view.to_world(index, [(row, column)])[0]
        pixel = view.pixel_spacing[0]
        for kind, part in ((Kind.RECTANGLE, 1.0), (Kind.ELLIPSE, math.pi / 4)):
            region = drawn(kind, view, index, corners)
            found = region_statistics(region, view, data)
            assert found.area == pytest.approx(part * 8.6 * 10.8 * pixel**2, rel=1e-9)
            shown = slice_values(data, view, index)
            rows, columns = np.mgrid[: view.shape[0], : view.shape[1]]
            down, across = np.abs(rows - row), np.abs(columns - column)
            inside = (
                (down <= 4.3) & (across <= 5.4)
                if kind is Kind.RECTANGLE
                else (down / 4.3) ** 2 + (across / 5.4) ** 2 <= 1
            )
            assert found.pixels == inside.sum()
            assert found.mean == pytest.approx(shown[inside].mean(), rel=1e-4)
            assert found.sd == pytest.approx(shown[inside].std(), rel=1e-3)
            assert found.minimum == pytest.approx(shown[inside].min(), rel=1e-4)
            assert found.maximum == pytest.approx(shown[inside].max(), rel=1e-4)
            # The middle of pixels that lie evenly about a place has the value of that place.
            places = view.to_world(index, np.argwhere(inside)).mean(axis=0)
            assert found.mean == pytest.approx(places @ SLOPE + 2000, rel=1e-4)
            assert abs(found.mean - (centre @ SLOPE + 2000)) < np.abs(SLOPE).sum() * pixel
        polygon = drawn(
            Kind.POLYGON, view, index, [corners[0], (row - 4.3, column + 5.4), corners[1]]
        )
        assert region_statistics(polygon, view, data).area == pytest.approx(
            8.6 * 10.8 / 2 * pixel**2, rel=1e-9
        )
        probe = drawn(Kind.PROBE, view, index, [(row + 0.3, column)])
        value = np.array(probe.points[0]) @ SLOPE + 2000
        assert probed_values(probe, study)[Modality.T1] == pytest.approx(value, rel=1e-5)


def test_statistics_do_not_depend_on_what_is_shown_now():
    grid = oblique_grid()
    data = sloped(grid).volumes[Modality.T1].data
    view = tilted(grid).view(grid, Plane.CORONAL, Convention.NEUROLOGICAL)
    index, (row, column) = middle(view, grid)
    region = drawn(Kind.ELLIPSE, view, index, [(row - 4, column - 4), (row + 4, column + 4)])
    known = region_statistics(region, view, data)
    for other in (
        SliceView.of(grid, Plane.CORONAL),
        tilted(grid, ((1, 0, 0), 40)).view(grid, Plane.AXIAL, Convention.RADIOLOGICAL),
        tilted(grid)
        .with_turn(Plane.CORONAL, DisplayTurn(1, mirrored=True))
        .view(grid, Plane.CORONAL, Convention.RADIOLOGICAL),
    ):
        assert region_statistics(region, other, data) == known


def test_they_are_shown_on_their_own_plane_alone(grid):
    for view in views_of(grid):
        index, (row, column) = middle(view, grid)
        ruler = drawn(Kind.RULER, view, index, [(row, column), (row + 3, column + 4)])
        straight = Annotation(Kind.RULER, view.plane, ruler.points, Modality.T1)
        both = (ruler, straight)
        assert annotations_by_slice(both, view) == {index: (ruler,)}
        assert ruler.on_slice(view, index) and not ruler.on_slice(view, index + 1)
        own = SliceView.of(grid, view.plane, view.convention)
        assert list(annotations_by_slice(both, own).values()) == [(straight,)]
        # Both conventions, turned displays, and the plane brought back from the annotation.
        back = Reformation(obliquity=ruler.tilt.obliquity(grid, view.plane))
        for convention, turn in product(Convention, (DisplayTurn(), DisplayTurn(1, mirrored=True))):
            again = back.with_turn(view.plane, turn).view(grid, view.plane, convention)
            there = again.index_of(ruler.points[0])
            assert annotations_by_slice(both, again) == {there: (ruler,)}
            offset = again.to_world(there, again.to_screen(ruler.points)) - ruler.points
            assert np.abs(offset).max() < 1e-6
        # A plane that is turned by little more than nothing is another one.
        for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1)):
            near = tilted(grid, *TURNS, (axis, 0.2)).view(grid, view.plane, view.convention)
            same = abs(near.normal @ ruler.tilt.normal) > math.cos(math.radians(0.05))
            assert bool(annotations_by_slice([ruler], near)) is bool(same)


def test_files_say_the_plane_and_bring_it_back(grid):
    for view in views_of(grid):
        index, (row, column) = middle(view, grid)
        ruler = drawn(Kind.RULER, view, index, [(row, column), (row + 3, column + 4)], text="x")
        said = json.loads(json.dumps(ruler.to_json()))
        assert said["plane"] == f"{view.plane} oblique"
        again = Annotation.from_json(said)
        assert again == ruler
        assert why_impossible([again], grid) == [""]


@pytest.mark.parametrize(
    "damage",
    [
        {"plane": "axial"},
        {"oblique": None},
        {"oblique": {}},
        {"oblique": {"origin_mm": [0, 0, 0], "right": [2, 0, 0], "down": [0, 1, 0]}},
        {"oblique": {"origin_mm": [0, 0, 0], "right": [1, 0, 0], "down": [0.6, 0.8, 0]}},
        {"oblique": {"origin_mm": [0, 0, math.nan], "right": [1, 0, 0], "down": [0, 1, 0]}},
        {"oblique": {"origin_mm": [0, 0, 1e300], "right": [1, 0, 0], "down": [0, 1, 0]}},
        {"oblique": {"origin_mm": [0, 0], "right": [1, 0, 0], "down": [0, 1, 0]}},
        {"oblique": {"origin_mm": [0, 0, True], "right": [1, 0, 0], "down": [0, 1, 0]}},
    ],
)
def test_a_damaged_plane_is_refused(damage):
    grid = grid_of()
    view = tilted(grid).view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    index, (row, column) = middle(view, grid)
    said = drawn(Kind.RULER, view, index, [(row, column), (row, column + 4)]).to_json()
    with pytest.raises((KeyError, TypeError, ValueError)):
        Annotation.from_json({**said, **damage})


def test_a_plane_without_its_place_is_refused():
    grid = grid_of()
    view = tilted(grid).view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    said = drawn(Kind.ARROW, view, 9, [(3, 4), (9, 9)]).to_json()
    del said["oblique"]
    with pytest.raises(ValueError, match="tilted"):
        Annotation.from_json(said)


def test_a_plane_of_another_study_is_told():
    grid, other = grid_of(), oblique_grid()
    view = tilted(grid).view(grid, Plane.AXIAL, Convention.RADIOLOGICAL)
    index, (row, column) = middle(view, grid)
    box = drawn(Kind.RECTANGLE, view, index, [(row, column), (row + 3, column + 4)])
    assert why_impossible([box], other) == [OTHER_PLANE]
    flat = replace(box, tilt=TiltedPlane(box.points[0], (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)))
    assert why_impossible([flat], grid) == [OTHER_PLANE]  # not tilted at all
    off = box.placed([box.points[0], np.array(box.points[1]) + 2 * box.tilt.normal])
    assert why_impossible([off], grid) == [SEVERAL_SLICES]


def test_what_is_drawn_stays_inside_the_data_and_on_its_plane(grid):
    for view in views_of(grid):
        index, _ = middle(view, grid)
        rows, columns = view.shape
        corners = view.to_world(index, [(0, 0), (0, columns - 1), (rows - 1, 0)])
        for place in clipped_in(view, corners):
            assert lies_inside(grid, place)
            assert view.grid.to_voxel(place)[2] == pytest.approx(index, abs=1e-6)
        ruler = drawn(Kind.RULER, view, index, [(-9, -9), (-3, -1)])
        held = held_inside(ruler, grid)
        # It fits, so that it is moved as a whole; across the plane it never moves.
        assert held.length == pytest.approx(ruler.length, abs=1e-6)
        assert all(lies_inside(grid, np.array(place)) for place in held.points)
        assert np.abs(held.tilt.depths(held.points)).max() < 1e-6
        assert held_inside(held, grid) == held
        long = drawn(Kind.RULER, view, index, [(-500, -500), (500, 500)])
        cut = held_inside(long, grid)
        assert all(lies_inside(grid, np.array(place)) for place in cut.points)
        # What has come off the plane is brought back.
        lifted = ruler.placed(np.array(held.points) + 0.3 * ruler.tilt.normal)
        assert np.abs(ruler.tilt.depths(held_inside(lifted, grid).points)).max() < 1e-6


def test_the_shortest_way_is_the_shortest():
    generator = np.random.default_rng(5)
    for _ in range(40):
        ways = generator.normal(size=(3, 2))
        low = generator.uniform(-3, 1, 3)
        high = low + generator.uniform(0.1, 4, 3)
        found = shortest_way(ways, low, high)
        span = np.linspace(-12, 12, 481)
        places = np.stack(np.meshgrid(span, span), axis=-1).reshape(-1, 2)
        moved = places @ ways.T
        fit = places[np.all((moved >= low) & (moved <= high), axis=1)]
        if found is None:
            assert not len(fit)
            continue
        assert np.all(ways @ found >= low - 1e-6) and np.all(ways @ found <= high + 1e-6)
        if len(fit):
            assert np.linalg.norm(found) <= np.linalg.norm(fit, axis=1).min() + 1e-6


def test_linear_values_hold_beyond_the_outermost_voxels_and_end_there():
    data = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    places = np.array([(0, 0, 0), (0.5, 1, 2), (1, 2, 3.4), (-0.4, 0, 0), (0, 0, 3.6)])
    found = linear_values(data, places)
    assert found[:4].tolist() == [0, 12, 23, 0]
    assert np.isnan(found[4])
