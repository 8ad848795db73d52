"""Numbers, units and places in words."""

import pytest

from brainviewer.core.annotation.annotations import RegionStatistics
from brainviewer.core.counting import probability
from brainviewer.core.geometry import Unit
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.voi.voi_window import Window
from brainviewer.painting.text import wording
from tests.phantoms import grid_of


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (-16, 1, "−16.0"),
        (-0.04, 1, "0.0"),
        (1412.4, 0, "1,412"),
        (-1412.4, 1, "−1,412.4"),
        (612.5, 0, "613"),  # as the field of the window rounds it
        (-0.5, 0, "−1"),
        (0.0, 0, "0"),
    ],
)
def test_numbers_have_real_minus_signs_and_no_negative_zero(
    value: float, digits: int, text: str
) -> None:
    assert wording.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1240.2, "1240"),
        (0, "0"),
        (77.63, "77.6"),
        (-5.678, "−5.68"),
        (0.1234, "0.123"),
        (0.00012, "1.2e−04"),
    ],
)
def test_values_keep_three_digits_whatever_the_scanner_s_unit(value: float, text: str) -> None:
    assert wording.measured(value) == text


def test_positions_name_the_direction_and_unknown_orientation_none() -> None:
    grid = grid_of()
    axial = SliceView.of(grid, Plane.AXIAL)
    assert wording.position_text(axial, 0) == "S 11.0 mm"
    assert wording.position_text(SliceView.of(grid, Plane.CORONAL), 0) == "A −7.0 mm"
    assert wording.position_text(SliceView.of(grid, Plane.SAGITTAL), 0) == "R 3.0 mm"
    unknown = SliceView.of(grid_of(oriented=False), Plane.AXIAL)
    assert wording.position_text(unknown, 0) == ""


def test_the_convention_says_where_the_right_is() -> None:
    assert "right on the left" in wording.convention_text(grid_of(), Convention.RADIOLOGICAL)
    assert "right on the right" in wording.convention_text(grid_of(), Convention.NEUROLOGICAL)
    unknown = wording.convention_text(grid_of(oriented=False), Convention.RADIOLOGICAL)
    assert "unknown" in unknown


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.81, "0.81"), (0.994, "0.99"), (0.9991, "> 0.99"), (1, "> 0.99"), (0.004, "< 0.01")],
)
def test_a_probability_is_never_a_certainty(value: float, text: str) -> None:
    assert probability(value) == text


def test_windows_and_regions() -> None:
    assert wording.window_text(Window(610, 1240)) == "W 1240  L 610"
    assert wording.window_text(Window(610, 1240, inverted=True)).endswith("inverted")
    lines = wording.statistics_lines(
        RegionStatistics(516.2, 33.8, 510.6, 433, 637, 400.2, 400), Unit.MM
    )
    assert lines == ("mean 516 · SD 33.8", "median 511", "min 433 · max 637", "400 mm²")
    assert wording.statistics_lines(None, Unit.PIXEL) == ("smaller than a pixel",)
