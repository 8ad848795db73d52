"""Polygons and freehand regions: area and pixels, also where their sides cross."""

import math

import numpy as np
import pytest

from brainviewer.core.annotation.annotations import (
    Annotation,
    probed_values,
    region_area,
    region_mask,
    region_statistics,
)
from brainviewer.core.annotation.kinds import MOST_CORNERS, Kind
from brainviewer.core.annotation.limits import SEVERAL_SLICES, why_impossible
from brainviewer.core.annotation.traced import simplified
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Modality
from tests.phantoms import AXIS_CASES, case_name, grid_of, marker_study

TILT = (11.0, -7.0, 5.0)
ANISOTROPIC = Grid((60, 50, 20), np.diag((0.5, 2.0, 5.0, 1.0)))


def region(view: SliceView, index: int, screen: np.ndarray, kind: Kind = Kind.POLYGON):
    points = tuple(tuple(map(float, p)) for p in view.to_world(index, screen))
    return Annotation(kind, view.plane, points, Modality.FLAIR)


def circle_mm(view: SliceView, radius: float, corners: int) -> np.ndarray:
    """Corners of a circle about the middle of a slice, (row, column)."""
    turn = np.linspace(0, 2 * math.pi, corners, endpoint=False)
    height, width = view.pixel_spacing
    middle = (np.array(view.shape) - 1) / 2
    around = np.column_stack([np.sin(turn) / height, np.cos(turn) / width])
    return middle + radius * around


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_area_and_pixels_are_true_in_every_orientation(
    case: tuple[tuple[int, ...], tuple[int, ...]], convention: Convention
) -> None:
    grid = grid_of(*case, tilt_degrees=TILT)
    data = np.random.default_rng(3).normal(100, 30, grid.shape)
    for plane in Plane:
        view = SliceView.of(grid, plane, convention)
        screen = circle_mm(view, 14.0, 100)
        one = region(view, 7, screen)
        exact = 100 / 2 * math.sin(2 * math.pi / 100) * 14.0**2
        assert region_area(one, view) == pytest.approx(exact, rel=1e-6)
        assert exact == pytest.approx(math.pi * 14.0**2, rel=1e-3)
        rows, columns = np.indices(view.shape)
        height, width = view.pixel_spacing
        middle = (np.array(view.shape) - 1) / 2
        off = np.hypot((rows - middle[0]) * height, (columns - middle[1]) * width)
        mask = region_mask(one, view)
        assert mask[off < 13.98].all()
        assert not mask[off > 14.0].any()
        got = region_statistics(one, view, data)
        values = view.cut(data, 7)[mask]
        assert got is not None
        assert (got.mean, got.sd) == pytest.approx((values.mean(), values.std()))
        assert got.median == pytest.approx(np.median(values))
        assert (got.minimum, got.maximum, got.pixels) == (values.min(), values.max(), values.size)


def test_an_area_is_true_where_a_file_shears_its_slices() -> None:
    affine = np.array([[1.0, 0.4, 0, 0], [0, 1.5, 0, 0], [0, 0, 3.0, 0], [0, 0, 0, 1]])
    view = SliceView.of(Grid((40, 40, 9), affine), Plane.AXIAL)
    square = region(view, 4, np.array([(10, 10), (10, 20), (30, 20), (30, 10)]))
    assert region_area(square, view) == pytest.approx(10 * 20 * 1.5)


def test_sides_that_cross_leave_what_is_enclosed_twice_outside() -> None:
    view = SliceView.of(ANISOTROPIC, Plane.AXIAL)
    bow = np.array([(10.2, 10.2), (30.2, 30.2), (30.2, 10.2), (10.2, 30.2)])
    one = region(view, 3, bow)
    # Two triangles, 20 pixels wide and 10 high each.
    assert region_area(one, view) == pytest.approx(2 * 0.5 * 20 * 0.5 * 10 * 2.0)
    mask = region_mask(one, view)
    assert mask[12, 20]
    assert mask[28, 20]
    assert not mask[20, 12]
    assert not mask[20, 28]
    star = np.array(
        [(25 - 15 * math.cos(4 * math.pi * n / 5), 30 + 15 * math.sin(4 * math.pi * n / 5))
         for n in range(5)]
    )  # fmt: skip
    pentagram = region(view, 3, star)
    assert not region_mask(pentagram, view)[25, 30]
    fine = view.pixel_area * _counted(star) / 400
    assert region_area(pentagram, view) == pytest.approx(fine, rel=5e-3)


def _counted(corners: np.ndarray) -> int:
    """Places inside, 400 a pixel, by another way: the signs of the sides' crossings."""
    rows, columns = (np.arange(0, 60, 0.05) + 0.025 for _ in range(2))
    inside = np.zeros((rows.size, columns.size), bool)
    for (r0, c0), (r1, c1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        between = ((r0 > rows) != (r1 > rows))[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            at = (c1 - c0) * (rows - r0) / (r1 - r0) + c0
        inside ^= between & (columns[None] < at[:, None])
    return int(inside.sum())


def test_points_on_several_slices_or_too_many_are_no_region() -> None:
    view = SliceView.of(ANISOTROPIC, Plane.AXIAL)
    one = region(view, 3, circle_mm(view, 8, 12))
    x, y, z = one.points[0]
    tilted = Annotation(one.kind, one.plane, ((x, y, z + 5), *one.points[1:]), one.modality)
    assert why_impossible([one, tilted], ANISOTROPIC) == ["", SEVERAL_SLICES]
    data = one.to_json()
    assert Annotation.from_json(data) == one
    data["points_mm"] = data["points_mm"][:2]
    with pytest.raises(ValueError, match="points"):
        Annotation.from_json(data)
    data["points_mm"] = one.to_json()["points_mm"] * MOST_CORNERS
    with pytest.raises(ValueError, match="points"):
        Annotation.from_json(data)


def test_a_traced_line_keeps_its_area_with_few_corners() -> None:
    turn = np.linspace(0, 2 * math.pi, 4000, endpoint=False)
    radius = 20 + 2 * np.sin(9 * turn)
    line = np.column_stack([radius * np.cos(turn), radius * np.sin(turn), np.full(4000, 3.0)])
    kept = simplified(line, MOST_CORNERS)
    assert 20 < len(kept) <= MOST_CORNERS
    view = SliceView.of(Grid((99, 99, 9), np.diag((1.0, 1.0, 3.0, 1.0))), Plane.AXIAL)
    areas = [region_area(Annotation(Kind.FREEHAND, Plane.AXIAL, tuple(map(tuple, points)),
                                    Modality.T1), view) for points in (line, kept)]  # fmt: skip
    assert areas[1] == pytest.approx(areas[0], rel=5e-3)
    noisy = line + np.random.default_rng(1).normal(0, 3, line.shape) * (1, 1, 0)
    assert len(simplified(noisy, 50)) <= 50


def test_a_probe_tells_the_value_of_every_sequence_in_its_pixel() -> None:
    study = marker_study()
    view = SliceView.of(study.grid, Plane.CORONAL)
    (at,) = np.argwhere(study.segmentation.data)[:1]
    place = tuple(map(float, study.grid.to_world(at + np.array((0.3, -0.4, 0.2)))))
    probe = Annotation(Kind.PROBE, view.plane, (place,), Modality.FLAIR)
    i, j, k = at
    assert probed_values(probe, study) == {
        modality: float(volume.data[i, j, k]) for modality, volume in study.volumes.items()
    }


@pytest.mark.parametrize("plane", Plane)
@pytest.mark.parametrize("degrees", [0, 1e-4, 42.3, 90])
def test_a_cobb_angle_is_true_in_millimetres_whichever_way_its_lines_were_drawn(
    plane: Plane, degrees: float
) -> None:
    view = SliceView.of(ANISOTROPIC, plane)
    height, width = view.pixel_spacing
    turned = math.radians(degrees)
    lines = [
        ((6, 6), (6, 6 + 9 / width)),
        ((9, 8), (9 + 4 * math.sin(turned) / height, 8 + 4 * math.cos(turned) / width)),
    ]
    for one in (lines[0], lines[0][::-1]):
        for other in (lines[1], lines[1][::-1]):
            cobb = region(view, 3, np.array([*one, *other]), Kind.COBB)
            assert cobb.measure == pytest.approx(degrees, abs=1e-7)


@pytest.mark.parametrize("convention", Convention)
@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_a_cobb_angle_is_true_in_every_orientation(
    case: tuple[tuple[int, ...], tuple[int, ...]], convention: Convention
) -> None:
    grid = grid_of(*case, tilt_degrees=TILT)
    for plane in Plane:
        view = SliceView.of(grid, plane, convention)
        height, width = view.pixel_spacing
        turned = math.radians(37.4)
        lines = [(9, 6), (9, 6 + 12 / width)]
        lines += [(12, 8), (12 + 9 * math.sin(turned) / height, 8 + 9 * math.cos(turned) / width)]
        assert region(view, 3, np.array(lines), Kind.COBB).measure == pytest.approx(37.4)
