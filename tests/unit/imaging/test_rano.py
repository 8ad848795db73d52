"""What RANO calls a change of size, by its published limits."""

import pytest

from brainviewer.imaging.measure.rano import (
    BY_PRODUCT,
    BY_VOLUME,
    Response,
    least_diameter_mm,
    response,
)


@pytest.mark.parametrize(
    ("limits", "percent", "told"),
    [
        (BY_PRODUCT, 24.9, Response.STABLE),
        (BY_PRODUCT, 25.0, Response.PROGRESSION),
        (BY_PRODUCT, -24.9, Response.STABLE),
        (BY_PRODUCT, -25.0, Response.MINOR),
        (BY_PRODUCT, -49.9, Response.MINOR),
        (BY_PRODUCT, -50.0, Response.PARTIAL),
        (BY_VOLUME, 39.9, Response.STABLE),
        (BY_VOLUME, 40.0, Response.PROGRESSION),
        (BY_VOLUME, -39.9, Response.STABLE),
        (BY_VOLUME, -40.0, Response.MINOR),
        (BY_VOLUME, -64.9, Response.MINOR),
        (BY_VOLUME, -65.0, Response.PARTIAL),
        (BY_VOLUME, -100.0, Response.COMPLETE),
    ],
)
def test_the_limits_are_those_of_rano(limits, percent, told):
    now = 7.3 * (1 + percent / 100)
    assert response(now, 7.3, 7.3, limits, minor=True) is told
    enhancing = Response.STABLE if told is Response.MINOR else told
    assert response(now, 7.3, 7.3, limits, minor=False) is enhancing


def of(current, baseline, nadir, **more):
    return response(current, baseline, nadir, BY_PRODUCT, **{"minor": False, **more})


def test_progression_is_against_the_smallest_and_response_against_the_first():
    assert of(500.0, 1000.0, 400.0) is Response.PROGRESSION
    assert of(490.0, 1000.0, 400.0) is Response.PARTIAL
    assert of(600.0, 1000.0, 500.0) is Response.STABLE
    assert of(600.0, 1000.0, 400.0) is Response.PROGRESSION


def test_without_the_first_study_progression_alone_is_told():
    assert of(500.0, None, 400.0) is Response.PROGRESSION
    assert of(100.0, None, 400.0) is None


def test_nothing_is_said_from_what_is_not_known():
    assert of(None, 3.0, 3.0) is None
    assert of(3.0, 3.0, None) is None
    assert of(0.0, 0.0, 0.0) is None


def test_what_was_nothing_and_is_there_is_progression():
    assert of(2.0, 0.0, 0.0) is Response.PROGRESSION
    assert of(2.0, 900.0, 0.0) is Response.PROGRESSION
    assert of(0.0, 900.0, 0.0) is Response.COMPLETE


def test_what_is_too_small_to_measure_is_not_gone():
    assert of(0.0, 900.0, 900.0, gone=False) is Response.PARTIAL


@pytest.mark.parametrize(("spacing", "least"), [(1.0, 10), (5.0, 10), (6.0, 12), (7.5, 15)])
def test_slices_above_5_mm_ask_for_twice_their_thickness(spacing, least):
    assert least_diameter_mm(spacing) == least
