"""Two diameters drawn by hand that stay perpendicular and cross each other, in world units.

Four points: the ends of the one that was drawn, then those of the other, which crosses it.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Inside = Callable[[Vector], bool]
"""Whether a point (3,) lies inside the images."""

OBLIQUE = "its diameters are not perpendicular"
_DRAWN_ARM = 0.25
"""Of the drawn diameter: either arm of the other one before it is moved itself."""
_LARGEST_COSINE = 1e-3  # 0.06 degrees
_HALVINGS = 30


@dataclass(frozen=True)
class Arrangement:
    """How some points follow from others.

    begun : all points from those that were placed by hand, (n, 3).
    moved : all points from those before, (n, 3), when one of them is moved to a place (3,).
    Both know the normal (3,) of the slice, and what lies inside the images.
    """

    begun: Callable[[Vector, Vector, Inside], Vector]
    moved: Callable[[Vector, int, Vector, Vector, Inside], Vector]


def _begun(drawn: Vector, normal: Vector, inside: Inside) -> Vector:
    arm = _DRAWN_ARM * float(np.linalg.norm(drawn[1] - drawn[0]))
    return _crossed(drawn, 0.5, (arm, arm), normal, inside)


def _moved(before: Vector, n: int, to: Vector, normal: Vector, inside: Inside) -> Vector:
    """An end of the first diameter turns the other with it; an end of the other one changes that
    arm and the place where both cross."""
    start, end = before[:2]
    length = float(np.linalg.norm(end - start))
    along = (end - start) / max(length, 1e-12)
    across = np.cross(normal, along)
    if float((before[2] - before[3]) @ across) < 0:
        normal, across = -normal, -across
    part = float((before[2] - start) @ along) / max(length, 1e-12)
    arms = [float((before[2] - start) @ across), -float((before[3] - start) @ across)]
    drawn = before[:2].copy()
    if n < 2:
        drawn[n] = to
    else:
        part = float((to - start) @ along) / max(length, 1e-12)
        arms[n - 2] = float((to - start) @ across) * (1 if n == 2 else -1)
    return _crossed(drawn, part, (arms[0], arms[1]), normal, inside)


def _crossed(
    drawn: Vector, part: float, arms: tuple[float, float], normal: Vector, inside: Inside
) -> Vector:
    """Two perpendicular diameters. part : of the first one, from its start to where both cross."""
    start, end = drawn
    length = float(np.linalg.norm(end - start))
    across = np.cross(normal, (end - start) / max(length, 1e-12))
    foot = start + min(max(part, 0.0), 1.0) * (end - start)
    first, last = (
        foot + _fitting(max(arm, 0.0), foot, way, inside) * way
        for arm, way in zip(arms, (across, -across), strict=True)
    )
    return np.stack([start, end, first, last])


def _fitting(arm: float, foot: Vector, way: Vector, inside: Inside) -> float:
    """The arm, or as much of it as lies inside the images."""
    if inside(foot + arm * way):
        return arm
    low, high = 0.0, arm
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(foot + middle * way) else (low, middle)
    return low


PERPENDICULAR = Arrangement(_begun, _moved)


def not_perpendicular(points: Sequence[Sequence[float]]) -> str:
    """Why four points are no two perpendicular diameters; empty if they are."""
    a, b, c, d = (np.asarray(point, dtype=np.float64) for point in points)
    with np.errstate(over="ignore", invalid="ignore"):
        one, other = b - a, d - c
        lengths = math.hypot(*one) * math.hypot(*other)
        return OBLIQUE if abs(float(one @ other)) > _LARGEST_COSINE * lengths else ""
