"""Dates of DICOM files: a day is told only where it is said without a doubt."""

from datetime import date

import pytest

from brainviewer.core.headers.dicom_source import day_of


@pytest.mark.parametrize("text", ["20240614", "2024.06.14", "20240614101112.5", "20240614 "])
def test_a_day_is_read(text: str) -> None:
    assert day_of(text) == date(2024, 6, 14)


@pytest.mark.parametrize(
    "text", ["", "1950.1.11", "2024061", "00000000", "20240230", "2024-06-14", "yesterday"]
)
def test_what_may_mean_another_day_is_none(text: str) -> None:
    assert day_of(text) is None
