"""The canvas: sharp text, smooth shapes, words that fit."""

from collections.abc import Iterator

import numpy as np
import pytest

from brainviewer.painting import drawing
from brainviewer.painting.drawing import Box, Canvas

LONG = "Oligodendroglioma, IDH-mutant and 1p/19q-codeleted, with a remark that goes on and on"


def grey(canvas: Canvas) -> np.ndarray:
    return np.asarray(canvas.image.convert("L"), dtype=float)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_wrapped_lines_fit_and_lose_no_word(scale: int) -> None:
    canvas = Canvas(300, 100, scale)
    lines = canvas.wrapped(LONG, 180, 12)
    assert len(lines) > 2
    assert all(canvas.measure(line, 12) <= 180 for line in lines)
    assert " ".join(lines) == LONG


def test_the_last_line_that_is_allowed_is_shortened() -> None:
    canvas = Canvas(300, 100)
    lines = canvas.wrapped(LONG, 180, 12, lines=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert canvas.measure(lines[1], 12) <= 180


def test_a_word_that_is_too_long_is_shortened_and_nothing_fits_nowhere() -> None:
    canvas = Canvas(300, 100)
    (line,) = canvas.wrapped("x" * 200, 100, 12)
    assert line.endswith("…")
    assert canvas.measure(line, 12) <= 100
    assert canvas.shortened("short", 100, 12) == "short"
    assert canvas.shortened("anything", 0, 12) == "…"


def test_a_number_stays_with_its_unit() -> None:
    canvas = Canvas(300, 100)
    width = canvas.measure("takes about 0.04", 12) + 1
    assert canvas.wrapped("takes about 0.04\u00a0s", width, 12) == ["takes about", "0.04\u00a0s"]


def test_text_is_inside_the_box_it_says() -> None:
    canvas = Canvas(200, 60, 2)
    box = canvas.text(40, 30, "Ärger mm²", 14, "#FFFFFF", anchor="ls")
    rows, columns = np.nonzero(grey(canvas))
    assert rows.size
    assert columns.min() / 2 >= box.left - 1
    assert columns.max() / 2 <= box.right + 1
    assert rows.min() / 2 >= box.top - 1
    assert rows.max() / 2 <= box.bottom + 1


def test_text_at_four_times_has_finer_detail_than_enlarged_text() -> None:
    def detail(picture: np.ndarray) -> float:
        """Energy of the upper half of the spatial frequencies, as a share of all but the mean."""
        spectrum = np.abs(np.fft.fft2(picture)) ** 2
        spectrum[0, 0] = 0
        frequency = np.hypot(*np.meshgrid(*map(np.fft.fftfreq, picture.shape), indexing="ij"))
        return float(spectrum[frequency > 0.125].sum() / spectrum.sum())

    small, large = Canvas(120, 24, 1), Canvas(120, 24, 4)
    for canvas in (small, large):
        canvas.text(4, 18, "FLAIR axial 55 / 155", 12, "#FFFFFF", anchor="ls")
    enlarged = np.asarray(small.image.resize(large.image.size).convert("L"), dtype=float)
    assert detail(grey(large)) > 3 * detail(enlarged)


def test_a_line_is_smooth_and_has_the_width_asked_for() -> None:
    canvas = Canvas(100, 100, 2)
    canvas.stroke([(10, 20), (90, 60)], "#FFFFFF", 3)
    picture = grey(canvas)
    length = 2 * np.hypot(80, 40)
    assert picture.sum() / 255 == pytest.approx(length * 6, rel=0.05)
    assert ((picture > 20) & (picture < 235)).sum() > length / 2, "the edge must be antialiased"


def test_a_shape_far_outside_costs_nothing_and_draws_nothing() -> None:
    canvas = Canvas(50, 50)
    canvas.stroke([(1e6, 1e6), (2e6, 1e6)], "#FFFFFF", 2)
    canvas.fill([(-100, -100), (-50, -100), (-50, -50)], "#FFFFFF")
    assert grey(canvas).max() == 0
    canvas.stroke([(-1e5, 25), (1e5, 25)], "#FFFFFF", 2)
    assert (grey(canvas)[23:27].sum(axis=0) > 1.8 * 255).all()


def test_a_box_is_shifted_to_lie_inside() -> None:
    outer = Box(0, 0, 100, 50)
    assert Box(90, -10, 110, 10).kept_inside(outer) == Box(80, 0, 100, 20)
    assert Box(10, 10, 20, 20).kept_inside(outer) == Box(10, 10, 20, 20)
    assert Box(50, 0, 250, 10).kept_inside(outer).left == 0


@pytest.fixture
def _fresh_fonts() -> Iterator[None]:
    for cached in (drawing._pieces, drawing._font_file):
        cached.cache_clear()
    yield
    for cached in (drawing._pieces, drawing._font_file):
        cached.cache_clear()


@pytest.mark.usefixtures("_fresh_fonts")
def test_letters_that_the_bundled_font_lacks_come_from_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ((file, piece),) = drawing._pieces("mm² – Größe, Ωμέγα, Жизнь", False)
    assert file.endswith("DejaVuSans.ttf")
    assert piece == "mm² – Größe, Ωμέγα, Жизнь"
    has = {"后": "b.ttf", "续": "b.ttf"}
    monkeypatch.setattr(drawing, "_has_letter", lambda file, letter: has.get(letter) == file)
    monkeypatch.setattr(drawing, "WIDE_FONTS", ("a.ttf", "b.ttf"))
    assert drawing._pieces("in 后续 mm", False) == ((file, "in "), ("b.ttf", "后续"), (file, " mm"))


@pytest.mark.usefixtures("_fresh_fonts")
def test_missing_fonts_of_the_system_stop_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "WIDE_FONTS", ("no such font.ttf",))
    canvas = Canvas(100, 30)
    canvas.text(4, 20, "a 后续", 14, "#FFFFFF", anchor="ls")
    assert grey(canvas).max() > 100


@pytest.mark.usefixtures("_fresh_fonts")
def test_a_text_of_two_fonts_stands_where_one_of_one_font_would(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bold = drawing._pieces("x", True)[0][0]
    monkeypatch.setattr(drawing, "WIDE_FONTS", (bold,))
    monkeypatch.setattr(drawing, "_has_letter", lambda file, letter: file == bold)
    canvas = Canvas(200, 40)
    box = canvas.text(190, 25, "width é mm", 14, "#FFFFFF", anchor="rs")
    assert box.right == pytest.approx(190)
    assert box.right - box.left == pytest.approx(canvas.measure("width é mm", 14))
    columns = np.nonzero(grey(canvas) > 40)[1]
    assert columns.max() <= 190
    assert columns.min() >= box.left - 1
