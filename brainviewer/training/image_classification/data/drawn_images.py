"""Images that need no source: text, plots, nothing, noise."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import cv2
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from brainviewer.assets import resources

Pixels = NDArray[np.uint8]
Random = np.random.Generator

_EACH = 20  # of text and of plots
_SIDE = 256
_TEXT = (
    "the scan shows no sign of change since last year and a further visit is planned in spring "
    "please bring your papers to the desk on the second floor before noon because rooms are few "
    "table figure page report method result note total amount date signature number"
)


def drawn(random: Random) -> Iterator[tuple[str, str, Pixels]]:
    """Kind, name and (rows, columns[, 3]) uint8 of every image that can be drawn."""
    for number in range(_EACH):
        yield "text", f"page-{number:02d}", _page(random)
        yield "plot", f"plot-{number:02d}", _plot(number, random)
    for grey in range(0, 256, 17):
        yield "blank", f"grey-{grey:03d}", np.full((_SIDE, _SIDE), grey, np.uint8)
    for name, ramp in _ramps():
        yield "blank", name, ramp
    for name, make in _NOISES.items():
        for number in range(4):
            yield "noise", f"{name}-{number}", make(random)


def _page(random: Random) -> Pixels:
    """Lines of words in one or two columns, dark on light or the other way round."""
    rows, columns = (int(n) for n in random.integers(300, 900, 2))
    paper, ink = (255, 20) if random.random() < 0.75 else (10, 220)
    page = Image.new("L", (columns, rows), paper)
    pen = ImageDraw.Draw(page)
    height = int(random.integers(10, 26))
    font = ImageFont.truetype(str(resources() / "fonts/DejaVuSans.ttf"), height)
    blocks = int(random.integers(1, 3))
    for block in range(blocks):
        left, right = 20 + block * columns // blocks, (block + 1) * columns // blocks - 20
        for top in range(20, rows - 20 - height, round(1.4 * height)):
            if random.random() < 0.1:
                continue
            line = ""
            while font.getlength(line) < (right - left) * random.uniform(0.75, 0.95):
                line += f"{random.choice(_TEXT.split())} "
            pen.text((left, top), line, fill=ink, font=font)
    return np.asarray(page, np.uint8)


def _plot(number: int, random: Random) -> Pixels:
    """Bars, lines, points, a heat map, a histogram and a pie in turn, on white or on black."""
    figure = Figure(figsize=random.uniform(3, 6, 2).tolist(), dpi=100)
    dark = random.random() < 0.3
    figure.set_facecolor("black" if dark else "white")
    axes = figure.add_subplot()
    axes.set_facecolor("black" if dark else "white")
    axes.tick_params(colors="white" if dark else "black")
    count = int(random.integers(5, 40))
    values = random.normal(0, 1, count).cumsum()
    match number % 6:
        case 0:
            axes.bar(np.arange(count), np.abs(values))
        case 1:
            axes.plot(values)
            axes.plot(-0.5 * values, "--")
        case 2:
            axes.scatter(values, random.normal(0, 1, count), s=30)
        case 3:
            axes.imshow(random.normal(0, 1, (count, count)))
        case 4:
            axes.hist(random.normal(0, 1, 500), bins=count)
        case _:
            axes.pie(np.abs(values[:5]) + 0.1)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(np.asarray(canvas.buffer_rgba())[..., :3], np.uint8)


def _ramps() -> Iterator[tuple[str, Pixels]]:
    ramp = np.linspace(0, 255, _SIDE).astype(np.uint8)
    yield "ramp-across", np.tile(ramp, (_SIDE, 1))
    yield "ramp-down", np.tile(ramp[:, None], (1, _SIDE))
    far = np.hypot(*(np.indices((_SIDE, _SIDE)) - _SIDE / 2))
    yield "ramp-round", np.asarray(np.clip(255 - 2 * far, 0, 255), np.uint8)
    for radius in (40, 80, 110):
        yield f"disc-{radius}", np.where(far < radius, 180, 0).astype(np.uint8)


def _noise(grain: float, random: Random) -> Pixels:
    noise = random.normal(0, 1, (_SIDE, _SIDE)).astype(np.float32)
    if grain:
        noise = cv2.GaussianBlur(noise, (0, 0), grain)
    return np.asarray(np.clip(128 + 50 * noise / noise.std(), 0, 255), np.uint8)


def _in_a_head(grain: float, random: Random) -> Pixels:
    head = np.zeros((_SIDE, _SIDE), np.uint8)
    axes = random.integers(70, 115, 2).tolist()
    cv2.ellipse(head, (_SIDE // 2, _SIDE // 2), axes, 0, 0, 360, 1, cv2.FILLED)
    return np.asarray(_noise(grain, random) * head, np.uint8)


def _specks(random: Random) -> Pixels:
    return np.asarray((random.random((_SIDE, _SIDE)) < random.uniform(0.01, 0.2)) * 255, np.uint8)


def _stripes(random: Random) -> Pixels:
    rows, columns = np.indices((_SIDE, _SIDE))
    angle, wave = random.uniform(0, np.pi), random.uniform(6, 60)
    phase = (np.cos(angle) * rows + np.sin(angle) * columns) * 2 * np.pi / wave
    return np.asarray(127.5 + 127.5 * np.sin(phase), np.uint8)


_NOISES: dict[str, Callable[[Random], Pixels]] = {
    "fine": partial(_noise, 0),
    "coarse": partial(_noise, 3),
    "blotches": partial(_noise, 12),
    "specks": _specks,
    "stripes": _stripes,
    "head-fine": partial(_in_a_head, 0),
    "head-coarse": partial(_in_a_head, 4),
    "head-blotches": partial(_in_a_head, 12),
}
