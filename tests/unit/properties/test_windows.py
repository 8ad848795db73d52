"""Grey levels rise with the values, whatever the numbers, and are those of exact arithmetic."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from brainviewer.core.voi.voi_window import Window, auto_window
from tests.properties import reals

TYPES = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "float32")


def numbers(kind: str) -> st.SearchStrategy[np.ndarray]:
    """(n,) values of a type, its extremes among them."""
    dtype = np.dtype(kind)
    if dtype.kind == "f":
        elements = st.floats(width=32, allow_nan=False, allow_infinity=False)
    else:
        ends = np.iinfo(dtype)
        elements = st.integers(int(ends.min), int(ends.max)) | st.sampled_from(
            (int(ends.min), int(ends.max))
        )
    return arrays.arrays(dtype, st.integers(2, 40), elements=elements)


@pytest.mark.parametrize("kind", TYPES)
@given(st.data())
def test_grey_levels_are_those_of_exact_arithmetic(kind: str, data: st.DataObject) -> None:
    values = data.draw(numbers(kind))
    one, other = (float(data.draw(st.sampled_from(list(values)))) for _ in range(2))
    if data.draw(st.booleans()):  # a narrow window, wherever the values lie
        other = one + data.draw(st.integers(1, 300))
    window = Window.between(min(one, other), max(one, other))
    grey = window.apply(values).astype(int)
    order = np.argsort(values, kind="stable")
    assert (np.diff(grey[order]) >= 0).all()
    if one != other and abs(one - other) > 1e-30:
        exact = (values.astype(np.longdouble) - np.longdouble(window.low)) / np.longdouble(
            window.width
        )
        wanted = np.clip(exact * 255, 0, 255).astype(float)
        assert np.abs(grey - wanted).max() <= 1.01
    inverted = Window(window.level, window.width, inverted=True)
    assert np.array_equal(inverted.apply(values), 255 - grey)


@pytest.mark.parametrize("kind", ["int32", "uint32"])
@given(st.data())
def test_large_whole_numbers_are_told_apart(kind: str, data: st.DataObject) -> None:
    """Beyond 2**24 single precision would show neighbours alike."""
    ends = np.iinfo(kind)
    first = data.draw(st.integers(int(ends.min), int(ends.max) - 255))
    values = (first + np.arange(256)).astype(kind)
    assert np.abs(Window.between(first, first + 255).apply(values) - np.arange(256.0)).max() <= 1


@given(reals(-1e6, 1e6), reals(1e-3, 1e6))
def test_nan_is_black_and_infinities_are_the_ends(level: float, width: float) -> None:
    values = np.array([np.nan, -np.inf, np.inf], np.float32)
    assert Window(level, width).apply(values).tolist() == [0, 0, 255]


@given(reals(-1e30, 1e30), reals(-1e30, 1e30))
def test_windows_say_between_which_values_they_lie(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    window = Window.between(low, high)
    assert window.width > 0
    scale = max(abs(low), abs(high), 1e-6)
    assert window.low == pytest.approx(low, abs=1e-6 * scale + 1e-6)
    assert window.high == pytest.approx(high, abs=1e-6 * scale + 1e-6)


@pytest.mark.parametrize("kind", TYPES)
@given(st.data())
def test_the_automatic_window_can_be_shown_for_any_values(kind: str, data: st.DataObject) -> None:
    values = data.draw(numbers(kind))
    volume = np.resize(values, (4, 5, 6))
    window = auto_window(volume)
    assert np.isfinite((window.level, window.width)).all()
    assert window.width > 0
    window.apply(volume[0])
