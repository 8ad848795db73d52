"""The canvas: sharp text, smooth shapes, words that fit."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontInfo, QGlyphRun, QTextLayout

from brainviewer.painting.annotations import pushed_inside
from brainviewer.painting.canvas import Canvas, draw_pixels, image_font
from brainviewer.painting.devices import FONT_FAMILY

LONG = "Oligodendroglioma, IDH-mutant and 1p/19q-codeleted, with a remark that goes on and on"


def grey(draw: Callable[[Canvas], object], size: tuple[int, int], scale: float = 1) -> np.ndarray:
    return draw_pixels(draw, size, scale).mean(axis=2)


def test_wrapped_lines_fit_and_lose_no_word() -> None:
    canvas = Canvas()
    lines = canvas.wrapped(LONG, 180, 12)
    assert len(lines) > 2
    assert all(canvas.measure(line, 12) <= 180 for line in lines)
    assert " ".join(lines) == LONG


def test_the_last_line_that_is_allowed_is_shortened() -> None:
    canvas = Canvas()
    lines = canvas.wrapped(LONG, 180, 12, lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert canvas.measure(lines[1], 12) <= 180


def test_a_word_that_is_too_long_is_shortened_and_nothing_fits_nowhere() -> None:
    canvas = Canvas()
    (line,) = canvas.wrapped("x" * 200, 100, 12)
    assert line.endswith("…")
    assert canvas.measure(line, 12) <= 100
    assert canvas.shortened("short", 100, 12) == "short"
    assert canvas.shortened("anything", 0, 12) == "…"


def test_a_number_stays_with_its_unit() -> None:
    canvas = Canvas()
    width = canvas.measure("takes about 0.04", 12) + 1
    assert canvas.wrapped("takes about 0.04\u00a0s", width, 12) == ["takes about", "0.04\u00a0s"]


def test_text_is_inside_the_box_it_says() -> None:
    def draw(canvas: Canvas) -> QRectF:
        return canvas.text(40, 30, "Ärger mm²", 14, "#FFFFFF", anchor="ls")

    box = draw(Canvas())
    rows, columns = np.nonzero(grey(draw, (200, 60), 2))
    assert rows.size
    assert columns.min() / 2 >= box.left() - 1
    assert columns.max() / 2 <= box.right() + 1
    assert rows.min() / 2 >= box.top() - 1
    assert rows.max() / 2 <= box.bottom() + 1


def test_text_at_four_times_has_finer_detail_than_enlarged_text() -> None:
    def detail(image: np.ndarray) -> float:
        """Energy of the upper half of the spatial frequencies, as a fraction of all but the
        mean."""
        spectrum = np.abs(np.fft.fft2(image)) ** 2
        spectrum[0, 0] = 0
        frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, image.shape), indexing="ij"))
        return float(spectrum[frequency > 0.125].sum() / spectrum.sum())

    def draw(canvas: Canvas) -> None:
        canvas.text(4, 18, "FLAIR axial 55 / 155", 12, "#FFFFFF", anchor="ls")

    small, large = grey(draw, (140, 24), 1), grey(draw, (140, 24), 4)
    enlarged = cv2.resize(small, large.shape[::-1], interpolation=cv2.INTER_CUBIC)
    assert detail(large) > 3 * detail(enlarged)


def test_a_line_is_smooth_and_has_the_width_asked_for() -> None:
    image = grey(lambda c: c.stroke([(10, 20), (90, 60)], "#FFFFFF", 3), (100, 100), 2)
    length = 2 * np.hypot(80, 40)
    assert image.sum() / 255 == pytest.approx(length * 6, rel=0.05)
    assert ((image > 20) & (image < 235)).sum() > length / 2, "the edge must be antialiased"


def test_a_shape_far_outside_costs_nothing_and_draws_nothing() -> None:
    def outside(canvas: Canvas) -> None:
        canvas.stroke([(1e6, 1e6), (2e6, 1e6)], "#FFFFFF", 2)
        canvas.fill([(-100, -100), (-50, -100), (-50, -50)], "#FFFFFF")

    assert grey(outside, (50, 50)).max() == 0
    across = grey(lambda c: c.stroke([(-1e5, 25), (1e5, 25)], "#FFFFFF", 2), (50, 50))
    assert (across[23:27].sum(axis=0) > 1.8 * 255).all()


def test_a_box_is_shifted_to_lie_inside() -> None:
    outer = QRectF(0, 0, 100, 50)
    assert pushed_inside(QRectF(90, -10, 20, 20), outer) == QRectF(80, 0, 20, 20)
    assert pushed_inside(QRectF(10, 10, 10, 10), outer) == QRectF(10, 10, 10, 10)
    assert pushed_inside(QRectF(50, 0, 200, 10), outer).left() == 0


def glyphs_of(text: str, bold: bool = False) -> list[QGlyphRun]:
    """The pieces of a text, each of one font."""
    layout = QTextLayout(text, image_font(14, bold))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return layout.glyphRuns()


@pytest.mark.parametrize("bold", [False, True])
def test_texts_are_set_in_the_bundled_font(bold: bool) -> None:
    info = QFontInfo(image_font(14, bold))
    assert info.family() == FONT_FAMILY
    assert info.bold() is bold
    (run,) = glyphs_of("mm² – Größe, Ωμέγα, Жизнь", bold)
    assert run.rawFont().familyName() == FONT_FAMILY
    assert 0 not in run.glyphIndexes(), "no letter is missing"


def test_letters_that_the_bundled_font_lacks_come_from_the_system_if_it_has_them() -> None:
    runs = glyphs_of("in 后续 mm")
    families = {run.rawFont().familyName() for run in runs}
    assert FONT_FAMILY in families
    if len(families) == 1:
        pytest.skip("no font here has these letters")
    assert all(0 not in run.glyphIndexes() for run in runs)


def test_letters_that_no_font_has_stop_nothing() -> None:
    drawn = grey(lambda c: c.text(4, 20, "a \U0010fffd", 14, "#FFFFFF", anchor="ls"), (100, 30))
    assert drawn.max() > 100


def test_a_text_of_two_fonts_stands_where_one_of_one_font_would() -> None:
    text = "width 后 mm"

    def draw(canvas: Canvas) -> QRectF:
        return canvas.text(190, 25, text, 14, "#FFFFFF", anchor="rs")

    box = draw(Canvas())
    assert box.right() == pytest.approx(190)
    assert box.width() == pytest.approx(Canvas().measure(text, 14))
    columns = np.nonzero(grey(draw, (200, 40)) > 40)[1]
    assert columns.max() <= 190
    assert columns.min() >= box.left() - 1


def test_a_text_has_the_same_width_at_every_scale() -> None:
    """Else lines would break elsewhere, and panes differ from what is exported of them."""
    measured = Canvas().measure(LONG, 13)
    for scale in (1, 2, 3, 4):
        drawn = grey(lambda c: c.text(5, 20, LONG, 13, "#FFFFFF", anchor="ls"), (700, 30), scale)
        columns = np.nonzero(drawn.max(axis=0) > 60)[0] / scale
        assert np.ptp(columns) == pytest.approx(measured, abs=2.5)
