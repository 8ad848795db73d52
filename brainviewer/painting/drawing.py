"""A canvas in points (pixels at 1×) that draws sharp text and smooth lines at any scale.

Pillow draws text antialiased and shapes not, so shapes are drawn enlarged into a mask, reduced,
and the colour is laid on through it.
"""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from brainviewer.assets import resources

Run = tuple[str, str, bool]
"""A piece of a line of text: the words, their colour, whether bold."""

ELLIPSIS = "…"
_HALO = 1.1
"""Width of the halo round a text in points."""


@dataclass(frozen=True)
class Box:
    """A rectangle in points."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether both share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def kept_inside(self, outer: "Box") -> "Box":
        """The same size, shifted to lie in ``outer``; its top left wins when too large."""
        dx = max(outer.left - self.left, min(0.0, outer.right - self.right))
        dy = max(outer.top - self.top, min(0.0, outer.bottom - self.bottom))
        return Box(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)


# Fonts of the system for scripts that DejaVu lacks: Chinese, Japanese, Korean, Indic scripts.
WIDE_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "DroidSansFallbackFull.ttf",
    "wqy-microhei.ttc",
    "msyh.ttc",
    "YuGothM.ttc",
    "malgun.ttf",
    "Nirmala.ttc",
    "Nirmala.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "AppleSDGothicNeo.ttc",
    "Arial Unicode.ttf",
)


@lru_cache(maxsize=256)
def _font(file: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(file, pixels)


@lru_cache(maxsize=1024)
def _pieces(text: str, bold: bool) -> tuple[tuple[str, str], ...]:
    """The text cut where the font must change: (font file, piece)."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    bundled = str(resources() / "fonts" / name)
    if text.isascii() or not text:
        return ((bundled, text),)
    files = [bundled if letter.isascii() else _font_file(letter, bundled) for letter in text]
    joined = groupby(zip(files, text, strict=True), key=lambda pair: pair[0])
    return tuple((file, "".join(letter for _, letter in pairs)) for file, pairs in joined)


@lru_cache(maxsize=4096)
def _font_file(letter: str, bundled: str) -> str:
    """The bundled font, or one of the system's if only that has the letter."""
    for file in (bundled, *WIDE_FONTS):
        # Most of the system's fonts are not there.
        with contextlib.suppress(OSError):
            if _has_letter(file, letter):
                return file
    return bundled


def _has_letter(file: str, letter: str) -> bool:
    font = _font(file, 16)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd"))


class Canvas:
    """An RGB picture of width × height points, drawn at ``scale`` pixels a point."""

    def __init__(
        self, width: int, height: int, scale: float = 1, background: str = "#000000"
    ) -> None:
        self.width, self.height, self.scale = width, height, scale
        size = max(1, round(width * scale)), max(1, round(height * scale))
        self.image = Image.new("RGB", size, background)
        self._enlarged = 4 if scale <= 2 else 2

    # Text

    def measure(self, text: str, size: float, bold: bool = False) -> float:
        """Width of a text in points."""
        pieces = ((_font(file, size * self.scale), piece) for file, piece in _pieces(text, bold))
        return sum(font.getlength(piece) for font, piece in pieces) / self.scale

    def measure_runs(self, runs: Sequence[Run], size: float) -> float:
        """Width in points of pieces of text set one after the other."""
        return sum(self.measure(text, size, bold) for text, _, bold in runs)

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: str,
        *,
        bold: bool = False,
        anchor: str = "la",
        shadow: bool = False,
    ) -> Box:
        """Write a text; ``anchor`` as in Pillow. Returns the box it takes."""
        pieces = _pieces(text, bold)
        if len(pieces) > 1:
            runs = [(piece, colour, bold) for _, piece in pieces]
            return self.runs(x, y, runs, size, anchor=anchor, shadow=shadow)
        font = _font(pieces[0][0], size * self.scale)
        at = x * self.scale, y * self.scale
        left, top, right, bottom = font.getbbox(text, anchor=anchor)
        pad = math.ceil(3 * self.scale) if shadow else 1
        x0, y0 = math.floor(at[0] + left) - pad, math.floor(at[1] + top) - pad
        width, height = math.ceil(right - left) + 2 * pad + 1, math.ceil(bottom - top) + 2 * pad + 1
        mask = Image.new("L", (width, height))
        ImageDraw.Draw(mask).text((at[0] - x0, at[1] - y0), text, 255, font, anchor=anchor)
        if shadow:
            # A thin halo, as the window draws it: to be read on bright tissue.
            wide = mask.filter(ImageFilter.MaxFilter(2 * max(1, round(_HALO * self.scale)) + 1))
            soft = wide.filter(ImageFilter.GaussianBlur(0.4 * self.scale))
            self.image.paste("#000000", (x0, y0), soft)
        self.image.paste(colour, (x0, y0), mask)
        box = at[0] + left, at[1] + top, at[0] + right, at[1] + bottom
        return Box(*(value / self.scale for value in box))

    def runs(
        self,
        x: float,
        y: float,
        runs: Sequence[Run],
        size: float,
        *,
        anchor: str = "la",
        shadow: bool = False,
    ) -> Box:
        """Write pieces of text on one line; the first letter of ``anchor`` may be l, m or r."""
        width = self.measure_runs(runs, size)
        x -= {"l": 0.0, "m": width / 2, "r": width}[anchor[0]]
        box = Box(x, y, x + width, y + size)
        for text, colour, bold in runs:
            drawn = self.text(
                x, y, text, size, colour, bold=bold, anchor="l" + anchor[1], shadow=shadow
            )
            box = Box(box.left, min(box.top, drawn.top), box.right, max(box.bottom, drawn.bottom))
            x += self.measure(text, size, bold)
        return box

    def shortened(self, text: str, width: float, size: float, bold: bool = False) -> str:
        """The text, or as much of its beginning as fits the width, with an ellipsis."""
        if self.measure(text, size, bold) <= width:
            return text
        low, high = 0, len(text)
        while low < high:
            middle = (low + high + 1) // 2
            if self.measure(text[:middle].rstrip() + ELLIPSIS, size, bold) <= width:
                low = middle
            else:
                high = middle - 1
        return text[:low].rstrip() + ELLIPSIS

    def wrapped(
        self, text: str, width: float, size: float, *, bold: bool = False, lines: int = 99
    ) -> list[str]:
        """The text broken into at most so many lines; the last is shortened where it must be."""
        result: list[str] = []
        # Not at no-break spaces, which hold a number and its unit together.
        words = [word for word in text.replace("\n", " ").split(" ") if word]
        while words and len(result) < lines:
            if len(result) == lines - 1:
                result.append(self.shortened(" ".join(words), width, size, bold))
                break
            taken = 1
            while (
                taken < len(words)
                and self.measure(" ".join(words[: taken + 1]), size, bold) <= width
            ):
                taken += 1
            result.append(self.shortened(" ".join(words[:taken]), width, size, bold))
            words = words[taken:]
        return result

    # Shapes

    def stroke(
        self,
        points: Sequence[tuple[float, float]],
        colour: str,
        width: float = 1.2,
        *,
        closed: bool = False,
        opacity: float = 1.0,
        halo: bool = False,
    ) -> None:
        """A line through points (x, y)."""
        path = [*points, *points[:2]] if closed else list(points)
        if halo:
            self._shape(path, "#000000", width + 1.6, 0.45 * opacity)
        self._shape(path, colour, width, opacity)

    def fill(
        self, points: Sequence[tuple[float, float]], colour: str, opacity: float = 1.0
    ) -> None:
        """A filled polygon."""
        self._shape(points, colour, 0, opacity)

    def bar(
        self, left: float, top: float, right: float, bottom: float, colour: str, radius: float = 2
    ) -> None:
        """A filled rectangle with rounded corners."""
        if right <= left or bottom <= top:
            return
        zoom = self.scale * self._enlarged
        size = max(1, round((right - left) * zoom)), max(1, round((bottom - top) * zoom))
        mask = Image.new("L", size)
        radius = min(radius, (right - left) / 2, (bottom - top) / 2)
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, size[0] - 1, size[1] - 1), radius * zoom, 255)
        mask = mask.reduce(self._enlarged)
        self.image.paste(colour, (round(left * self.scale), round(top * self.scale)), mask)

    def paint(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        """A filled rectangle on whole pixels."""
        x0, y0, x1, y1 = (round(edge * self.scale) for edge in (left, top, right, bottom))
        self.image.paste(colour, (x0, y0, x1, y1))

    def cut_off(self, height: float) -> "Canvas":
        """The upper part, rounded up to a whole point."""
        part = Canvas(self.width, math.ceil(height), self.scale)
        part.image.paste(self.image)
        return part

    def place(self, picture: Image.Image, left: float, top: float) -> None:
        """Put a picture, already at the canvas's scale, with its top left at a point."""
        self.image.paste(picture, (round(left * self.scale), round(top * self.scale)))

    def _shape(
        self, points: Sequence[tuple[float, float]], colour: str, width: float, opacity: float
    ) -> None:
        """Fill a polygon (width 0) or stroke a path, smoothly."""
        pad = (width + 2) * self.scale
        xs, ys = [x * self.scale for x, _ in points], [y * self.scale for _, y in points]
        x0, y0 = max(0, math.floor(min(xs) - pad)), max(0, math.floor(min(ys) - pad))
        x1 = min(self.image.width, math.ceil(max(xs) + pad))
        y1 = min(self.image.height, math.ceil(max(ys) + pad))
        if x1 <= x0 or y1 <= y0:
            return
        zoom = self._enlarged
        mask = Image.new("L", ((x1 - x0) * zoom, (y1 - y0) * zoom))
        path = [((x - x0) * zoom, (y - y0) * zoom) for x, y in zip(xs, ys, strict=True)]
        draw, value = ImageDraw.Draw(mask), round(255 * opacity)
        if width:
            thickness = max(1, round(width * self.scale * zoom))
            draw.line(path, value, thickness, joint="curve")
        else:
            draw.polygon(path, value)
        self.image.paste(colour, (x0, y0), mask.reduce(zoom))
