"""Texts of reports are broken into lines without the loss of a letter."""

import pytest

from brainviewer.painting.canvas import Canvas
from brainviewer.painting.report.lines import broken


@pytest.mark.parametrize(
    "text", ["", "one", "one two three four", "a\n\nb c", "x" * 200, "a " + "y" * 90 + " b"]
)
def test_nothing_is_lost_and_nothing_is_too_wide(text: str) -> None:
    canvas = Canvas()
    lines = broken(canvas, text, 60, 9)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "").replace("\n", "")
    assert all(canvas.measure(line, 9) <= 60 for line in lines)


def test_a_number_and_its_unit_stay_together_and_lines_are_kept() -> None:
    canvas = Canvas()
    assert broken(canvas, "a\nb", 200, 9) == ("a", "b")
    lines = broken(canvas, "long words before 12\u00a0mm", 100, 9)
    assert any("12\u00a0mm" in line for line in lines)
