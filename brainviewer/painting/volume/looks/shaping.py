"""A look changed point by point: its opacity, colours, borders and light, as arithmetic.

Values are parts of the brightest of the block, 0 to 1, at the middle of the contrast.
"""

from bisect import bisect
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.voxels.look import (
    UNSHADED,
    Blend,
    Colour,
    Curve,
    Shading,
    VolumeLook,
)

MOST_OPACITY = 6.0
"""The largest factor of an opacity: nothing behind a millimetre of it is seen."""
MOST_POINTS = 24
LEAST_GAP = 0.004
"""Between the values of two points."""
FLAT: Curve = ((0.0, 1.0), (1.0, 1.0))


class PointKind(Enum):
    """What a point of a look says."""

    OPACITY = "opacity"
    COLOUR = "colour"


@dataclass(frozen=True)
class Point:
    """Which point of a look it is, counted from the darkest."""

    kind: PointKind
    index: int


def opacity_counts(look: VolumeLook) -> bool:
    """Whether opacity by value, borders and light change anything: not in projections."""
    return look.blend is Blend.COMPOSITE


def colour_points(look: VolumeLook) -> tuple[tuple[float, Colour], ...]:
    """The values that have a colour of their own, and these; those beyond 0 and 1 at these ends."""
    stops = look.stops or np.linspace(0, 1, len(look.colours))
    places = look.middle + look.width * (np.array(stops) - 0.5)
    values = sorted({float(value) for value in np.clip(places, 0, 1)})
    found = look.colour_of(np.array(values), 0.5)
    return tuple((value, _colour(rgb)) for value, rgb in zip(values, found, strict=True))


def points_of(look: VolumeLook) -> tuple[Point, ...]:
    """All points, those of the opacity first."""
    opacities = len(look.opacity) if opacity_counts(look) else 0
    kinds = ((PointKind.OPACITY, opacities), (PointKind.COLOUR, len(colour_points(look))))
    return tuple(Point(kind, index) for kind, count in kinds for index in range(count))


def place_of(look: VolumeLook, point: Point) -> tuple[float, float]:
    """Value and height of a point; the height of an opacity is as in ``height_of``, of others 0."""
    if point.kind is PointKind.COLOUR:
        return colour_points(look)[point.index][0], 0.0
    value, opacity = look.opacity[point.index]
    return value, height_of(opacity)


def height_of(opacity: float) -> float:
    """Where an opacity stands between 0 and 1, so that small ones can be told apart."""
    return float(heights_of(np.array(opacity)))


def heights_of(opacities: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same of many opacities."""
    return np.asarray(np.sqrt(np.clip(opacities / MOST_OPACITY, 0, 1)))


def opacity_at(height: float) -> float:
    """The opacity at a height, see ``height_of``."""
    return MOST_OPACITY * float(np.clip(height, 0, 1)) ** 2


def moved(look: VolumeLook, point: Point, value: float, height: float) -> VolumeLook:
    """The look with a point at another place, which stays between its neighbours.

    The first and the last opacity keep their values, 0 and 1; of a colour only the value counts.
    """
    if point.kind is PointKind.COLOUR:
        colours = list(colour_points(look))
        values = [one for one, _ in colours]
        colours[point.index] = _between(values, point.index, value), colours[point.index][1]
        return _with_colours(look, colours)
    curve = list(look.opacity)
    ends = point.index in (0, len(curve) - 1)
    now = curve[point.index][0]
    there = now if ends else _between([one for one, _ in curve], point.index, value)
    curve[point.index] = there, opacity_at(height)
    return replace(look, opacity=tuple(curve))


def added(
    look: VolumeLook, kind: PointKind, value: float, height: float = 0.0
) -> tuple[VolumeLook, Point] | None:
    """The look with another point, and that; None where there is no room for one.

    height : of an opacity; a colour is the one that is there.
    """
    colours = list(colour_points(look))
    values = [one for one, _ in (colours if kind is PointKind.COLOUR else look.opacity)]
    near = min(abs(value - one) for one in values)
    if near < LEAST_GAP or not 0 <= value <= 1 or len(values) >= MOST_POINTS:
        return None
    at = Point(kind, bisect(values, value))
    if kind is PointKind.COLOUR:
        colours.insert(at.index, (value, _colour(look.colour_of(np.array([value]), 0.5)[0])))
        return _with_colours(look, colours), at
    curve = list(look.opacity)
    curve.insert(at.index, (value, opacity_at(height)))
    return replace(look, opacity=tuple(curve)), at


def removed(look: VolumeLook, point: Point) -> VolumeLook | None:
    """The look without a point; None for one that it needs."""
    if point.kind is PointKind.COLOUR:
        colours = list(colour_points(look))
        if len(colours) <= 2:
            return None
        del colours[point.index]
        return _with_colours(look, colours)
    if point.index in (0, len(look.opacity) - 1):
        return None
    kept = look.opacity[: point.index] + look.opacity[point.index + 1 :]
    return replace(look, opacity=kept)


def recoloured(look: VolumeLook, index: int, colour: Colour) -> VolumeLook:
    """The look with another colour at a point."""
    colours = list(colour_points(look))
    colours[index] = colours[index][0], colour
    return _with_colours(look, colours)


def border_strength(look: VolumeLook, base: VolumeLook) -> float:
    """0 to 1, how much of even tissue is taken away; 1 as in ``base``."""
    full = 1 - _bordered(base)[0][1]
    return float(np.clip((1 - look.edges[0][1]) / full, 0, 1))


def with_borders(look: VolumeLook, base: VolumeLook, strength: float) -> VolumeLook:
    """The look with its opacity at borders more, or at 0 not at all, than in even tissue.

    base : the look at strength 1; the usual one where that has no borders.
    """
    if strength <= 0:
        return replace(look, edges=FLAT)
    full = _bordered(base)
    if strength >= 1:
        return replace(look, edges=full)
    return replace(look, edges=tuple((at, 1 - strength * (1 - part)) for at, part in full))


def light_strength(look: VolumeLook, base: VolumeLook) -> float:
    """0 to 1, how much of its light comes from lamps; 1 as in ``base``."""
    full = 1 - _lit(base).ambient
    return float(np.clip((1 - look.shading.ambient) / full, 0, 1))


def with_light(look: VolumeLook, base: VolumeLook, strength: float) -> VolumeLook:
    """The look in more or less light from lamps; at 0 each colour is shown as it is.

    base : the look at strength 1; in the usual light where that has none.
    """
    if strength <= 0:
        return replace(look, shading=UNSHADED)
    full = _lit(base)
    if strength >= 1:
        return replace(look, shading=full)
    ambient = 1 - strength * (1 - full.ambient)
    shading = Shading(ambient, strength * full.diffuse, strength * full.specular, full.power)
    return replace(look, shading=shading)


def _bordered(base: VolumeLook) -> Curve:
    return base.edges if base.edges[0][1] < 1 else VolumeLook().edges


def _lit(base: VolumeLook) -> Shading:
    return base.shading if base.shading.ambient < 1 else Shading()


def _between(values: list[float], index: int, value: float) -> float:
    low = values[index - 1] + LEAST_GAP if index else 0.0
    high = values[index + 1] - LEAST_GAP if index + 1 < len(values) else 1.0
    return min(max(value, low), high)


def _with_colours(look: VolumeLook, colours: list[tuple[float, Colour]]) -> VolumeLook:
    stops = tuple((value - look.middle) / look.width + 0.5 for value, _ in colours)
    return replace(look, colours=tuple(colour for _, colour in colours), stops=stops)


def _colour(rgb: NDArray[np.float64]) -> Colour:
    red, green, blue = (round(float(part), 4) for part in rgb)
    return red, green, blue
