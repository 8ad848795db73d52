"""Looks and flags of annotations in files, and what older files say of them: nothing."""

import json
from dataclasses import replace

import pytest

from brainviewer.core.annotation.annotations import Annotation, annotations_by_slice
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.annotation.style import USUAL, Style
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality
from tests.phantoms import grid_of

RULER = Annotation(Kind.RULER, Plane.AXIAL, ((0, 0, 0), (9, 0, 0)), Modality.T1, "a", "one")
LOOK = Style("#D55E00", 1.8, hidden=True, locked=True)


def test_the_usual_look_is_not_written_so_that_files_stay_as_they_were() -> None:
    assert set(RULER.to_json()) == {"id", "kind", "plane", "sequence", "points_mm", "text"}
    assert Annotation.from_json(RULER.to_json()).style == USUAL


@pytest.mark.parametrize(
    "style",
    [LOOK, Style("#009E73"), Style(width=0.6), Style(hidden=True), Style(locked=True)],
)
def test_a_look_comes_back_from_json(style: Style) -> None:
    styled = replace(RULER, style=style)
    assert Annotation.from_json(json.loads(json.dumps(styled.to_json()))) == styled


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("colour", "red"), ("colour", "#12345"), ("colour", 7), ("colour", "url(x)"),
        ("width", 0), ("width", 99), ("width", "1"), ("width", float("nan")), ("width", True),
        ("hidden", 1), ("hidden", "no"), ("locked", None),
    ],
)  # fmt: skip
def test_what_is_no_look_is_damage(field: str, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        Annotation.from_json({**RULER.to_json(), field: value})


def test_a_hidden_annotation_lies_on_no_slice() -> None:
    view = SliceView.of(grid_of(), Plane.AXIAL)
    hidden = replace(RULER, id="two", style=Style(hidden=True))
    (found,) = annotations_by_slice([RULER, hidden], view).values()
    assert found == (RULER,)
