"""The kinds of annotations, each described in one row: how it is made and what it measures.

How a kind looks on a slice is in ``painting.annotation_shapes``.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = Sequence[Sequence[float]]
"""World positions, mm in RAS+ or the grid's own unit."""

Box = tuple[tuple[float, float], tuple[float, float]]
"""Two opposite corners on a slice, (row, column) each."""


class Kind(StrEnum):
    """What an annotation is; the value is its name in files and on the screen."""

    RULER = "ruler"
    ANGLE = "angle"
    RECTANGLE = "rectangle"
    ELLIPSE = "ellipse"
    ARROW = "arrow"
    TEXT = "text"

    @property
    def traits(self) -> "KindTraits":
        """What distinguishes the kind from others."""
        return TRAITS[self]


@dataclass(frozen=True)
class Measure:
    """A number that follows from the points alone.

    name : in exported data, where the unit is added.
    of : the number for the points of an annotation; None if they do not define it.
    unit : of the number; empty for that of the grid. unit_key : the same as a part of a name.
    """

    name: str
    of: Callable[[Points], float | None]
    unit: str = ""
    unit_key: str = ""


@dataclass(frozen=True)
class Region:
    """The pixels that a shape between two opposite corners encloses.

    contains : whether pixel centres, given as open (rows, 1) and (1, columns) arrays, lie in the
        shape of a box. fraction : of the area of the box.
    """

    contains: Callable[[NDArray[Any], NDArray[Any], Box], NDArray[np.bool_]]
    fraction: float


@dataclass(frozen=True)
class KindTraits:
    """What distinguishes a kind of annotation.

    points : how many it has. Two are drawn by a drag; more by clicks or drags, one after another;
        one by a click.
    key, tip : shortcut and description of its tool.
    measure : what is written beside it and exported.
    region : the pixels whose statistics are written beside it; drawn with Shift, it is as high as
        it is wide.
    written : it consists of its text.
    one_slice : its points must lie on one slice; a file with others is not believed.
    """

    points: int
    key: str
    tip: str
    measure: Measure | None = None
    region: Region | None = None
    written: bool = False
    one_slice: bool = False


def _length(points: Points) -> float:
    return math.dist(points[0], points[1])


def _angle(points: Points) -> float | None:
    """Degrees between the two arms at the second of three points; 0 to 180.

    By W. Kahan's formula, which is exact for small and for straight angles as well.
    """
    first, vertex, last = points
    arms = [[p - v for p, v in zip(end, vertex, strict=True)] for end in (first, last)]
    lengths = [math.hypot(*arm) for arm in arms]
    if not all(0 < length < math.inf for length in lengths):
        return None
    u, v = ([x / length for x in arm] for arm, length in zip(arms, lengths, strict=True))
    sum_of_both = [a + b for a, b in zip(u, v, strict=True)]
    return math.degrees(2 * math.atan2(math.dist(u, v), math.hypot(*sum_of_both)))


def _in_rectangle(rows: NDArray[Any], columns: NDArray[Any], box: Box) -> NDArray[np.bool_]:
    (r0, c0), (r1, c1) = box
    inside = (rows >= min(r0, r1)) & (rows <= max(r0, r1))
    return np.asarray(inside & (columns >= min(c0, c1)) & (columns <= max(c0, c1)))


def _in_ellipse(rows: NDArray[Any], columns: NDArray[Any], box: Box) -> NDArray[np.bool_]:
    (r0, c0), (r1, c1) = box
    half_r, half_c = max(abs(r1 - r0) / 2, 1e-6), max(abs(c1 - c0) / 2, 1e-6)
    mid_r, mid_c = (r0 + r1) / 2, (c0 + c1) / 2
    return np.asarray(((rows - mid_r) / half_r) ** 2 + ((columns - mid_c) / half_c) ** 2 <= 1)


_VALUES = "Mean, SD, minimum, maximum and area of"

TRAITS = {
    Kind.RULER: KindTraits(2, "R", "Measure a distance", Measure("length", _length)),
    Kind.ANGLE: KindTraits(
        3,
        "V",
        "Measure an angle: arm, vertex, arm",
        Measure("angle", _angle, "°", "degrees"),
        one_slice=True,
    ),
    Kind.RECTANGLE: KindTraits(
        2, "B", f"{_VALUES} a rectangle", region=Region(_in_rectangle, fraction=1.0)
    ),
    Kind.ELLIPSE: KindTraits(
        2, "E", f"{_VALUES} an ellipse", region=Region(_in_ellipse, fraction=math.pi / 4)
    ),
    Kind.ARROW: KindTraits(2, "G", "Point at something"),
    Kind.TEXT: KindTraits(1, "N", "Write on the slice", written=True),
}
