"""Annotations survive files and undo, and what they measure does not depend on where they lie."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from brainviewer.core.annotation.annotations import Annotation, Edit, region_area
from brainviewer.core.annotation.diameters import not_perpendicular
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import Style
from brainviewer.core.annotation.undo import History
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.files.annotation_file import annotations_content, annotations_in
from tests.phantoms import marker_study
from tests.properties import grids, points_in, reals, rotations

STUDY = marker_study(modalities=(Modality.FLAIR,))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
STYLES = st.builds(
    Style,
    st.sampled_from(("", "#FF00AA", "#56B4E9")),
    reals(0.5, 5.0),
    st.booleans(),
    st.booleans(),
)


@st.composite
def annotations(draw: st.DrawFn) -> Annotation:
    kind = draw(st.sampled_from(Kind))
    traits = kind.traits
    count = draw(st.integers(traits.points, min(max(traits.most, traits.points), 12)))
    points = draw(st.lists(st.tuples(*[reals(-200, 200)] * 3), min_size=count, max_size=count))
    return Annotation(
        kind,
        draw(st.sampled_from(Plane)),
        tuple(points),
        draw(st.sampled_from((Modality.FLAIR, Modality.T1))),
        draw(TEXTS),
        draw(st.uuids()).hex,
        draw(STYLES),
    )


@given(annotations())
def test_an_annotation_is_the_same_after_json(annotation: Annotation) -> None:
    told = json.loads(json.dumps(annotation.to_json()))
    assert Annotation.from_json(told) == annotation


@given(st.lists(annotations(), max_size=6, unique_by=lambda one: one.id))
def test_a_file_holds_what_was_written(notes: list[Annotation]) -> None:
    found = annotations_in("a.json", annotations_content(notes, STUDY))
    assert found.readable == tuple(notes)


def _moved(annotation: Annotation, turn: np.ndarray, shift: tuple[float, ...]) -> Annotation:
    return annotation.placed(np.array(annotation.points) @ turn.T + shift)


@given(annotations(), rotations(), st.tuples(*[reals(-300, 300)] * 3))
def test_measures_are_those_of_a_head_that_has_moved(
    annotation: Annotation, turn: np.ndarray, shift: tuple[float, float, float]
) -> None:
    """Lengths, angles, products: invariant under rigid motion."""
    moved = _moved(annotation, turn, shift)
    for (measure, one), (_, other) in zip(annotation.measures, moved.measures, strict=True):
        if one is None or other is None:
            continue  # points that are almost one
        arms = [math.dist(a, b) for a, b in zip(annotation.points, annotation.points[1:])]  # noqa: B905
        assume(measure.unit != "°" or min(arms) > 1e-3)
        assert other == pytest.approx(one, rel=1e-6, abs=1e-4)


@given(grids(), st.data())
def test_areas_are_those_of_the_shapes_in_space(grid: Grid, data: st.DataObject) -> None:
    """A triangle's area by the cross products of its corners in mm, whatever the grid."""
    plane = data.draw(st.sampled_from(Plane))
    points = data.draw(points_in(grid, 3))
    polygon = Annotation(Kind.POLYGON, plane, (), Modality.FLAIR).placed(points)
    view = polygon.view(grid)
    flat = np.array([view.move(point, 1) for point in points])
    x, y = view.screen_axes
    corners = flat @ np.array((x, y)).T
    a, b = corners.T
    exact = 0.5 * abs(np.dot(a, np.roll(b, -1)) - np.dot(b, np.roll(a, -1)))
    assert region_area(polygon.placed(flat), view) == pytest.approx(exact, rel=1e-5, abs=1e-5)


@given(st.lists(st.lists(annotations(), max_size=3), min_size=1, max_size=8), st.data())
def test_undo_leads_back_and_redo_forth(
    states: list[list[Annotation]], data: st.DataObject
) -> None:
    history, now = History(), ()
    passed = [now]
    for state in states:
        edit = Edit("edit", now, tuple(state))
        history.push(edit)
        now = edit.after
        passed.append(now)
    at = len(passed) - 1
    for back in data.draw(st.lists(st.booleans(), max_size=30)):
        edit = history.undo() if back else history.redo()
        if edit is None:
            assert at == (0 if back else len(passed) - 1)
            continue
        assert edit.before == now
        at, now = at + (-1 if back else 1), edit.after
        assert now == passed[at]
    assert (history.can_undo, history.can_redo) == (at > 0, at < len(passed) - 1)


@given(st.tuples(*[reals(-100, 100)] * 3), rotations(), reals(1, 80), reals(1, 80))
def test_perpendicular_diameters_stay_so_when_turned(
    centre: tuple[float, float, float], turn: np.ndarray, one: float, other: float
) -> None:
    arms = np.array([(-one, 0, 0), (one, 0, 0), (0, -other, 0), (0, other, 0)]) / 2
    points = (arms @ turn.T + centre).tolist()
    assert not not_perpendicular(points)
    diameters = Annotation(Kind.BIDIRECTIONAL, Plane.AXIAL, (), Modality.T1).placed(points)
    by_name = {measure.name: value for measure, value in diameters.measures}
    assert by_name["product"] == pytest.approx(one * other)
    assert (by_name["longest"], by_name["perpendicular"]) == pytest.approx(
        (max(one, other), min(one, other))
    )
    assert replace(diameters, text="a").measures == diameters.measures
