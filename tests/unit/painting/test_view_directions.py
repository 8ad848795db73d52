"""Views from any direction, and the way from one to another."""

import itertools

import numpy as np
import pytest

from brainviewer.painting.volume.view import (
    LOOKS,
    OBLIQUES,
    Rotation,
    between,
    facing,
    look_rotation,
    turned,
)

DIRECTIONS = [d for d in itertools.product((-1, 0, 1), repeat=3) if any(d)]


def angle(one: Rotation, other: Rotation) -> float:
    return float(np.degrees(np.arccos(np.clip((np.trace(other @ one.T) - 1) / 2, -1, 1))))


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_view_faces_its_direction_upright_and_never_mirrored(
    direction: tuple[int, int, int],
) -> None:
    rotation = facing(direction)
    assert rotation @ rotation.T == pytest.approx(np.eye(3), abs=1e-12)
    assert np.linalg.det(rotation) == pytest.approx(1)
    assert rotation[2] == pytest.approx(np.array(direction) / np.linalg.norm(direction))
    if any(direction[:2]):
        assert rotation[0, 2] == pytest.approx(0)  # the horizon is level
        assert rotation[1, 2] > 0  # superior is up


@pytest.mark.parametrize("letter", LOOKS)
def test_along_an_axis_it_is_the_standard_view(letter: str) -> None:
    assert facing(LOOKS[letter][0]) == pytest.approx(look_rotation(letter), abs=1e-12)


@pytest.mark.parametrize("name", OBLIQUES)
def test_an_oblique_view_shows_the_sides_that_it_is_named_after(name: str) -> None:
    viewer = facing(OBLIQUES[name])[2]
    side, end = name.split("-")
    assert bool(viewer[0] < 0) is (side == "left")
    assert bool(viewer[1] > 0) is (end == "anterior")
    assert viewer[2] > 0


@pytest.mark.parametrize(("start", "end"), list(itertools.permutations("APLRSI", 2)))
def test_the_way_between_two_views_is_the_shortest(start: str, end: str) -> None:
    one, other = turned(look_rotation(start), 3, 1), look_rotation(end)
    whole = angle(one, other)
    for part in (0.0, 0.25, 0.5, 1.0):
        at = between(one, other, part)
        assert np.linalg.det(at) == pytest.approx(1)
        assert angle(one, at) == pytest.approx(part * whole, abs=1e-4)
        assert angle(at, other) == pytest.approx((1 - part) * whole, abs=1e-4)


def test_half_a_turn_gets_there() -> None:
    for start, end in ("AP", "LR", "SI"):
        one, other = look_rotation(start), look_rotation(end)
        half = between(one, other, 0.5)
        assert angle(one, half) == pytest.approx(90, abs=1e-6)
        assert between(one, other, 1.0) == pytest.approx(other, abs=1e-12)
    assert between(one, one, 0.3) is one
