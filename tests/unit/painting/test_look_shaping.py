"""Looks changed point by point, taken back, stored and read with suspicion."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainviewer.core.errors import BrainViewerError
from brainviewer.painting.volume.looks.history import LookHistory
from brainviewer.painting.volume.looks.own_look import (
    LONGEST_NAME,
    OwnLook,
    checked_name,
    read_look,
    seen_as,
)
from brainviewer.painting.volume.looks.shaping import (
    Point,
    PointKind,
    added,
    border_strength,
    colour_points,
    light_strength,
    moved,
    place_of,
    points_of,
    recoloured,
    removed,
    with_borders,
    with_light,
)
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.look import UNSHADED, VolumeLook
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS

VALUES = np.linspace(0, 1, 101)
LOOKS = {name: preset.look for name, preset in PRESETS.items()}
OPACITY, COLOUR = PointKind.OPACITY, PointKind.COLOUR


@pytest.mark.parametrize("name", list(PRESETS))
def test_points_of_colour_say_the_same_as_the_look(name: str) -> None:
    look = LOOKS[name]
    again = recoloured(look, 0, colour_points(look)[0][1])
    for contrast in (0.3, 0.5):
        assert again.colour_of(VALUES, contrast) == pytest.approx(
            look.colour_of(VALUES, contrast), abs=0.02 if contrast == 0.5 else 0.4
        )
    values = [value for value, _ in colour_points(look)]
    assert values == sorted(values) and values[0] >= 0 and values[-1] <= 1


def test_a_point_that_is_moved_stays_between_its_neighbours() -> None:
    look = LOOKS["vessels"]
    higher = moved(look, Point(OPACITY, 2), 0.7, 0.9)
    assert place_of(higher, Point(OPACITY, 2)) == pytest.approx((0.7, 0.9))
    assert higher.opacity_of(np.array(0.7), 0.5) > look.opacity_of(np.array(0.7), 0.5)
    beyond = moved(look, Point(OPACITY, 2), 3.0, -1.0)
    assert look.opacity[1][0] < beyond.opacity[2][0] < look.opacity[3][0]
    assert beyond.opacity[2][1] == 0
    first, last = moved(look, Point(OPACITY, 0), 0.4, 1), moved(look, Point(OPACITY, 4), 0.4, 1)
    assert first.opacity[0][0] == 0 and last.opacity[4][0] == 1
    colours = moved(look, Point(COLOUR, 0), 0.1, 0.0)
    assert colour_points(colours)[0][0] == pytest.approx(0.1)
    assert [rgb for _, rgb in colour_points(colours)] == [rgb for _, rgb in colour_points(look)]


def test_a_point_is_added_where_there_is_room_and_removed_again() -> None:
    look = LOOKS[BRAIN]
    more = added(look, OPACITY, 0.45, 0.8)
    assert more is not None
    assert more[1] == Point(OPACITY, 3)
    assert place_of(*more) == pytest.approx((0.45, 0.8))
    assert removed(*more) == look
    assert added(look, OPACITY, look.opacity[2][0], 0.5) is None
    assert removed(look, Point(OPACITY, 0)) is None
    colour = added(look, COLOUR, 0.5)
    assert colour is not None
    # A new colour changes nothing until it is moved or coloured.
    assert colour[0].colour_of(VALUES, 0.5) == pytest.approx(look.colour_of(VALUES, 0.5), abs=1e-3)
    red = recoloured(colour[0], colour[1].index, (1.0, 0.0, 0.0))
    assert red.colour_of(np.array([0.5]), 0.5)[0] == pytest.approx((1, 0, 0))
    few = look
    while (fewer := removed(few, Point(COLOUR, 0))) is not None:
        few = fewer
    assert len(colour_points(few)) == 2


def test_projections_have_colours_only() -> None:
    assert {point.kind for point in points_of(LOOKS["maximum"])} == {COLOUR}
    assert {point.kind for point in points_of(LOOKS["hot"])} == {OPACITY, COLOUR}


@pytest.mark.parametrize("name", ["brain", "skin", "glass"])
def test_borders_and_light_by_their_strength(name: str) -> None:
    base = LOOKS[name]
    for part in (0.25, 0.5, 1.0):
        assert border_strength(with_borders(base, base, part), base) == pytest.approx(part)
        assert light_strength(with_light(base, base, part), base) == pytest.approx(part)
    even = np.zeros(1)
    assert with_borders(base, base, 0).edge_of(even) == 1
    assert with_light(base, base, 0).shading == UNSHADED
    assert with_light(base, base, 1) == base
    half, whole = (with_borders(base, base, part).edge_of(even) for part in (0.5, 1.0))
    assert whole < half < 1


def test_a_gesture_is_taken_back_in_one_step() -> None:
    first = LOOKS[BRAIN]
    history, drag = LookHistory(first), object()
    for height in (0.2, 0.3, 0.4):
        history.change(moved(first, Point(OPACITY, 1), 0.2, height), drag)
    dragged = history.look
    history.change(with_light(dragged, first, 0))
    assert history.can_undo and not history.can_redo
    history.undo()
    assert history.look == dragged
    history.undo()
    assert history.look == first and not history.can_undo
    history.undo()
    history.redo()
    assert history.look == dragged
    history.change(first)
    assert not history.can_redo
    history.undo()
    assert history.look == dragged


def _stored(**changes: Any) -> dict[str, Any]:
    return {**OwnLook("Mine", LOOKS["hot"]).stored(), **changes}


@pytest.mark.parametrize("name", list(PRESETS))
def test_a_stored_look_comes_back(name: str) -> None:
    own = OwnLook("Mine", recoloured(LOOKS[name], 0, (0.2, 0.4, 0.6)))
    assert read_look(json.loads(json.dumps(own.stored()))) == own


@pytest.mark.parametrize(
    "stored",
    [
        3,
        {},
        _stored(name="Brain"),
        _stored(name=" "),
        _stored(name="x" * (LONGEST_NAME + 1)),
        _stored(colours=[]),
        _stored(colours=[[0, 0, 2]]),
        _stored(colours=[[0, 0]]),
        _stored(stops=[0.0, 1.0]),
        _stored(stops=[3, 2, 1, 0]),
        _stored(opacity=[[0, float("nan")]]),
        _stored(opacity=[[0.5, 1], [0.2, 1]]),
        _stored(opacity=[[0, 1]] * 100),
        _stored(opacity=[[0, True]]),
        _stored(edges="x"),
        _stored(shading=None),
        _stored(shading={"ambient": 0.1}),
        _stored(blend="sum"),
        _stored(blend=["composite"]),
        _stored(middle=10**400),
        _stored(width=0),
    ],
)
def test_what_is_no_look_is_refused_in_a_sentence(stored: object) -> None:
    with pytest.raises(BrainViewerError) as refused:
        read_look(stored)
    assert refused.value.message.endswith(".") and refused.value.advice


def test_a_name_is_brought_into_one_form() -> None:
    assert checked_name("  My \n look ") == "My look"


def test_a_look_is_found_by_its_name_and_an_unknown_one_is_told() -> None:
    view, own = VolumeView(), OwnLook("My look", replace(VolumeLook(), width=0.2))
    assert seen_as(view, "Glass brain")[0].preset == "glass"
    seen, said = seen_as(view, "my  LOOK", [own])
    assert (seen.preset, seen.voxel_look, said) == ("My look", own.look, "")
    back, said = seen_as(seen, "skin", [own])
    assert back.voxel_look == LOOKS["skin"] and not said
    unknown, said = seen_as(seen, "gone", [own])
    assert unknown.preset == BRAIN and unknown.voxel_look == LOOKS[BRAIN]
    assert "'gone'" in said and said.endswith(".")
    assert VolumeView(preset="gone").voxel_look == LOOKS[BRAIN]
