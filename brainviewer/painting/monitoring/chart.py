"""A chart of weeks as shapes, which QPainter and SVG draw alike. No toolkit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 340, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 54, 8, 10, 22
_WIDEST = 26.0
_GAP = 0.2
"""Of a week's room, left free between bars."""


@dataclass(frozen=True)
class Series:
    """Numbers of each week; None where there is none.

    colour : a name of the theme (``accent``, ``caution``, ``quiet``) or ``#RRGGBB``.
    texts : what is said of each number.
    """

    name: str
    colour: str
    values: tuple[float | None, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """Weeks from left to right.

    stacked : series are bars on each other; else each is a line with points.
    top : the value at the upper end; ``top_text`` and ``zero_text`` stand beside the ends.
    """

    title: str
    weeks: tuple[date, ...]
    series: tuple[Series, ...]
    stacked: bool
    top: float
    top_text: str
    zero_text: str = "0"

    @property
    def empty(self) -> bool:
        """Whether no week has a number."""
        return all(value is None for one in self.series for value in one.values)


@dataclass(frozen=True)
class Box:
    """A bar, in points from the upper left."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    text: str


@dataclass(frozen=True)
class Point:
    """A point of a line, with what is said of it."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Line:
    """A line, broken where weeks have no number, and its points."""

    colour: str
    pieces: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Label:
    """A text. anchor : ``start``, ``middle`` or ``end`` of it is at ``x``; ``y`` is its base."""

    x: float
    y: float
    text: str
    anchor: str


@dataclass(frozen=True)
class Shapes:
    """What a chart is drawn of, in an area of ``WIDTH`` by ``HEIGHT``.

    axis : y of the lines at zero and at the top, from ``left`` to ``right``.
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    labels: tuple[Label, ...]
    axis: tuple[float, float]
    left: float
    right: float


def shapes_of(chart: Chart, width: float = WIDTH, height: float = HEIGHT) -> Shapes:
    """The shapes of a chart in an area of this size, in points."""
    left, right = float(_LEFT), width - _RIGHT
    top, bottom = float(_TOP), height - _BOTTOM
    first, last = (chart.weeks[0], chart.weeks[-1]) if chart.weeks else (date.min, date.min)
    places = [(week - first).days // 7 for week in chart.weeks]
    room = (right - left) / ((last - first).days // 7 + 1)
    middles = [left + (place + 0.5) * room for place in places]

    def high(value: float) -> float:
        return bottom - (bottom - top) * min(value / chart.top, 1.0) if chart.top > 0 else bottom

    boxes: list[Box] = []
    lines: list[Line] = []
    if chart.stacked:
        wide = min(room * (1 - _GAP), _WIDEST)
        for number, middle in enumerate(middles):
            below = 0.0
            for one in chart.series:
                value = one.values[number]
                if not value:
                    continue
                upper = high(below + value)
                tall = high(below) - upper
                text = one.texts[number]
                boxes.append(Box(middle - wide / 2, upper, wide, tall, one.colour, text))
                below += value
    else:
        for one in chart.series:
            points = [
                None if value is None else Point(middle, high(value), text)
                for middle, value, text in zip(middles, one.values, one.texts, strict=True)
            ]
            lines.append(Line(one.colour, _pieces(points)))
    labels = [
        Label(left - 6, bottom + 4, chart.zero_text, "end"),
        Label(left - 6, top + 4, chart.top_text, "end"),
    ]
    if chart.weeks:
        base = height - 5
        labels.append(Label(left, base, week_text(first), "start"))
        if last != first:
            labels.append(Label(right, base, week_text(last), "end"))
    return Shapes(tuple(boxes), tuple(lines), tuple(labels), (bottom, top), left, right)


def week_text(week: date) -> str:
    """A week by its Monday, such as 2 Mar 2026."""
    return f"{week.day} {week:%b %Y}"


def _pieces(points: Sequence[Point | None]) -> tuple[tuple[Point, ...], ...]:
    made: list[list[Point]] = [[]]
    for point in points:
        if point is not None:
            made[-1].append(point)
        elif made[-1]:
            made.append([])
    return tuple(tuple(piece) for piece in made if piece)
