"""What is measured on the points of an annotation alone, whatever the images hold."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Points = Sequence[Sequence[float]]
"""World positions, mm in RAS+ or the grid's own unit."""


@dataclass(frozen=True)
class Measure:
    """A number that follows from the points alone.

    name : in exported data, where the unit is added.
    of : the number for the points of an annotation; None if they do not define it.
    unit : of the number; empty for that of the grid. unit_key : the same as a part of a name.
    power : of the grid's unit, 2 for an area. called : what stands before it on the screen.
    """

    name: str
    of: Callable[[Points], float | None]
    unit: str = ""
    unit_key: str = ""
    power: int = 1
    called: str = ""

    def key(self, grid_unit: str) -> str:
        """Its name in exported data. grid_unit : ``Unit.key`` of the grid."""
        if self.unit_key:
            return f"{self.name}_{self.unit_key}"
        return f"{self.name}_{grid_unit}{self.power if self.power > 1 else ''}"


def _length(points: Points) -> float:
    return math.dist(points[0], points[1])


def _angle(points: Points) -> float | None:
    """Degrees between the two arms at the second of three points; 0 to 180.

    By W. Kahan's formula, which is exact for small and for straight angles as well.
    """
    first, vertex, last = points
    return _between(_way(vertex, first), _way(vertex, last))


def _cobb(points: Points) -> float | None:
    """Degrees between two lines, whichever way each was drawn; 0 to 90 (Cobb 1948)."""
    first, second, third, last = points
    degrees = _between(_way(first, second), _way(third, last))
    return None if degrees is None else min(degrees, 180.0 - degrees)


def _way(start: Sequence[float], end: Sequence[float]) -> list[float]:
    return [e - s for s, e in zip(start, end, strict=True)]


def _between(one: Sequence[float], other: Sequence[float]) -> float | None:
    lengths = [math.hypot(*way) for way in (one, other)]
    if not all(0 < length < math.inf for length in lengths):
        return None
    u, v = ([x / n for x in way] for way, n in zip((one, other), lengths, strict=True))
    sum_of_both = [a + b for a, b in zip(u, v, strict=True)]
    return math.degrees(2 * math.atan2(math.dist(u, v), math.hypot(*sum_of_both)))


def _diameters(points: Points) -> tuple[float, float]:
    return math.dist(points[0], points[1]), math.dist(points[2], points[3])


def _product(points: Points) -> float:
    one, other = _diameters(points)
    return one * other


LENGTH = Measure("length", _length)
ANGLE = Measure("angle", _angle, "°", "degrees")
COBB_ANGLE = Measure("cobb_angle", _cobb, "°", "degrees")
LONGEST = Measure("longest", lambda points: max(_diameters(points)))
PERPENDICULAR = Measure("perpendicular", lambda points: min(_diameters(points)))
PRODUCT = Measure("product", _product, power=2, called="product ")
