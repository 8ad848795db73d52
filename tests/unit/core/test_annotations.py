"""Annotations in millimetres: lengths, regions, and the way through JSON."""

import json
import math

import numpy as np
import pytest

from brainviewer.app.state import Tool
from brainviewer.core.annotation.annotations import (
    Annotation,
    Edit,
    Point,
    region_mask,
    region_statistics,
)
from brainviewer.core.annotation.kinds import TRAITS, Kind
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from brainviewer.painting.annotation_shapes import SHAPES
from tests.phantoms import grid_of, marker_study, oblique_grid


def annotation_at(
    kind: Kind, view: SliceView, index: int, *screen: tuple[float, float], text: str = ""
) -> Annotation:
    """An annotation whose points lie at (row, column) positions of a slice."""
    points: list[Point] = [tuple(map(float, p)) for p in view.to_world(index, screen)]
    return Annotation(kind, view.plane, tuple(points), Modality.FLAIR, text)


def test_a_ruler_measures_millimetres_on_an_anisotropic_grid() -> None:
    grid = Grid((30, 40, 20), np.diag((0.5, 2.0, 5.0, 1.0)))
    axial = SliceView.of(grid, Plane.AXIAL)
    ruler = annotation_at(Kind.RULER, axial, 3, (2, 4), (8, 20))
    assert ruler.length == pytest.approx(math.hypot(6 * 2.0, 16 * 0.5))
    coronal = SliceView.of(grid, Plane.CORONAL)
    ruler = annotation_at(Kind.RULER, coronal, 3, (0, 0), (10, 20))
    assert ruler.length == pytest.approx(math.hypot(10 * 5.0, 20 * 0.5))


@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("degrees", [0, 1e-4, 42.3, 90, 179.99, 180])
def test_an_angle_is_true_in_millimetres_on_an_anisotropic_grid(
    plane: Plane, degrees: float
) -> None:
    grid = Grid((30, 40, 20), np.diag((0.5, 2.0, 5.0, 1.0)))
    view = SliceView.of(grid, plane)
    height, width = view.pixel_spacing
    turned = math.radians(degrees)
    arm = 8 + 4 * math.sin(turned) / height, 8 + 4 * math.cos(turned) / width
    annotation = annotation_at(Kind.ANGLE, view, 3, (8, 8 + 6 / width), (8, 8), arm)
    assert annotation.measure == pytest.approx(degrees, abs=1e-7)


def test_an_angle_with_an_arm_without_length_has_no_value() -> None:
    annotation = annotation_at(
        Kind.ANGLE, SliceView.of(grid_of(), Plane.AXIAL), 3, (1, 1), (1, 1), (5, 5)
    )
    assert annotation.measure is None


def test_every_kind_has_a_tool_a_shape_and_a_key_of_its_own() -> None:
    assert [Tool(kind).kind for kind in Kind] == list(Kind)
    assert set(SHAPES) == set(TRAITS) == set(Kind)
    assert len({kind.traits.key for kind in Kind}) == len(Kind)


@pytest.mark.parametrize("grid", [grid_of(), oblique_grid()], ids=["straight", "oblique"])
@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("convention", Convention)
def test_statistics_of_a_rectangle_equal_those_of_the_pixels_in_it(
    grid: Grid, plane: Plane, convention: Convention
) -> None:
    view = SliceView.of(grid, plane, convention)
    data = np.random.default_rng(1).normal(100, 30, grid.shape).astype(np.float32)
    annotation = annotation_at(Kind.RECTANGLE, view, 7, (14.5, 20.5), (3.5, 6.5))
    got = region_statistics(annotation, view, data)
    pixels = view.cut(data, 7)[4:15, 7:21].astype(np.float64)
    assert got is not None
    assert got.pixels == pixels.size == 11 * 14
    assert (got.mean, got.sd) == pytest.approx((pixels.mean(), pixels.std()))
    assert got.median == pytest.approx(np.median(pixels))
    assert (got.minimum, got.maximum) == (pixels.min(), pixels.max())
    height, width = view.pixel_spacing
    assert got.area == pytest.approx(11 * height * 14 * width)


def test_statistics_of_an_ellipse_count_the_pixels_whose_centre_lies_in_it() -> None:
    grid = grid_of()
    view = SliceView.of(grid, Plane.AXIAL)
    data = np.random.default_rng(2).integers(0, 900, grid.shape).astype(np.int16)
    annotation = annotation_at(Kind.ELLIPSE, view, 5, (10, 8), (30, 26))
    got = region_statistics(annotation, view, data)
    image = view.cut(data, 5)
    inside = [
        float(image[r, c])
        for r in range(image.shape[0])
        for c in range(image.shape[1])
        if ((r - 20) / 10) ** 2 + ((c - 17) / 9) ** 2 <= 1
    ]
    assert got is not None
    assert got.pixels == len(inside)
    assert got.mean == pytest.approx(np.mean(inside))
    assert got.sd == pytest.approx(np.std(inside))
    assert got.median == np.median(inside)
    height, width = view.pixel_spacing
    assert got.area == pytest.approx(math.pi * 10 * height * 9 * width)


def test_a_region_over_the_marker_finds_its_value_only_there() -> None:
    study = marker_study()
    view = SliceView.of(study.grid, Plane.AXIAL)
    rows, columns = np.nonzero(view.cut(study.segmentation.data, 20))
    index = 20
    annotation = annotation_at(
        Kind.RECTANGLE,
        view,
        index,
        (rows.mean() - 0.6, columns.mean() - 0.6),
        (rows.mean() + 0.6, columns.mean() + 0.6),
    )
    got = region_statistics(annotation, view, study.volumes[Modality.T2].data)
    assert got is not None
    assert (got.minimum, got.maximum) == (1000, 1000)
    mirrored = annotation_at(
        Kind.RECTANGLE,
        view,
        index,
        (rows.mean() - 0.6, view.shape[1] - 1 - columns.mean() - 0.6),
        (rows.mean() + 0.6, view.shape[1] - 1 - columns.mean() + 0.6),
    )
    other = region_statistics(mirrored, view, study.volumes[Modality.T2].data)
    assert other is not None
    assert other.maximum < 500


def test_a_region_between_pixel_centres_or_outside_has_no_statistics() -> None:
    grid = grid_of()
    view = SliceView.of(grid, Plane.AXIAL)
    between = annotation_at(Kind.RECTANGLE, view, 5, (10.2, 10.2), (10.8, 10.8))
    outside = annotation_at(Kind.ELLIPSE, view, 5, (-30, -30), (-10, -10))
    data = np.ones(grid.shape)
    assert region_statistics(between, view, data) is None
    assert region_statistics(outside, view, data) is None
    assert not region_mask(between, view).any()


@pytest.mark.parametrize("kind", Kind)
def test_json_brings_every_kind_back(kind: Kind) -> None:
    points: tuple[Point, ...] = (
        (1.5, -2.0, 3.25),
        (4.0, 5.0, 6.0),
        (7.5, 5.0, 6.0),
        (1.0, 2.0, 3.0),
    )
    annotation = Annotation(
        kind,
        Plane.SAGITTAL,
        points[: kind.traits.points],
        Modality.T1CE,
        "Ödem – 3 mm\nsecond line",
    )
    assert Annotation.from_json(json.loads(json.dumps(annotation.to_json()))) == annotation


def test_an_annotation_belongs_to_its_plane_and_slice_only() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    annotation = annotation_at(Kind.TEXT, view, 9, (5, 5), text="x")
    assert annotation.on_slice(view, 9)
    assert not annotation.on_slice(view, 10)
    assert not annotation.on_slice(SliceView.of(grid_of(), Plane.CORONAL), 9)
    assert annotation.moved((0, 0, 2.0)).on_slice(view, 10)


def test_turning_an_edit_round_twice_changes_nothing() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    edit = Edit("Add", (), (annotation_at(Kind.TEXT, view, 1, (1, 1), text="x"),))
    assert edit.reversed.before == edit.after
    assert edit.reversed.reversed == edit
