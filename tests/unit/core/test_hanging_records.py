"""Layouts as JSON, and what new grids show."""

import json
from dataclasses import replace

import pytest

from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.hanging.fill import resized, usual_panes
from brainviewer.core.hanging.hanging import BUILT_IN, Form, Hanging, Linked
from brainviewer.core.hanging.record import hanging_of, hanging_record
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.view.view_choice import Layout

FLAIR, T1, T1CE, T2 = SEQUENCES


@pytest.mark.parametrize("hanging", [*BUILT_IN.values()], ids=[one.name for one in BUILT_IN])
def test_a_layout_comes_back_as_it_was(hanging: Hanging) -> None:
    full = replace(
        hanging, windows=(PaneContent(PaneKind.PRIOR, T2), PaneContent(PaneKind.VOLUME)),
        linked=Linked(scroll=False, window=True), chosen=1, name="mine",
    )  # fmt: skip
    for one in (hanging, full, resized(full, 3, 3, SEQUENCES)):
        assert hanging_of(json.loads(json.dumps(hanging_record(one)))) == one


GOOD = hanging_record(resized(Hanging(), 2, 2, SEQUENCES))


@pytest.mark.parametrize(
    "broken",
    [
        None, [], "x", {}, {**GOOD, "form": "round"}, {**GOOD, "columns": 0},
        {**GOOD, "columns": True}, {**GOOD, "columns": 9}, {**GOOD, "panes": "FLAIR"},
        {**GOOD, "panes": [{"show": "slice", "sequence": "Picture"}]},
        {**GOOD, "panes": [{"show": "slice", "sequence": "T9"}]},
        {**GOOD, "panes": [{"show": "slice", "plane": "top"}]},
        {**GOOD, "panes": GOOD["panes"] * 3}, {**GOOD, "panes": []},
        {**GOOD, "columns": 1}, {**GOOD, "windows": GOOD["panes"] * 3}, {**GOOD, "name": 3},
        {**GOOD, "linked": {"scroll": 1}}, {**GOOD, "linked": []}, {**GOOD, "chosen": -1},
    ],
)  # fmt: skip
def test_what_is_no_layout_is_refused(broken: object) -> None:
    with pytest.raises(ValueError):
        hanging_of(broken)


def test_a_new_grid_shows_sequences_beside_and_planes_below_each_other() -> None:
    three = usual_panes(3, 3, SEQUENCES)
    assert [one.modality for one in three[:3]] == [FLAIR, T1CE, T2]
    assert [one.plane for one in three[::3]] == list(Plane)
    assert usual_panes(1, 1, SEQUENCES) == (PaneContent(),)
    assert [one.modality for one in usual_panes(2, 2, SEQUENCES)] == list(SEQUENCES)
    assert {one.plane for one in usual_panes(1, 3, SEQUENCES)} == {None}


@pytest.mark.parametrize("rows", [1, 2, 3])
@pytest.mark.parametrize("columns", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_grid_is_filled(rows: int, columns: int, count: int) -> None:
    there = SEQUENCES[:count]
    panes = usual_panes(rows, columns, there)
    assert len(panes) == rows * columns
    slices = [one for one in panes if one.kind is PaneKind.SLICE]
    assert len(set(slices)) == len(slices)
    assert all(one.modality in (None, *there) for one in slices)
    assert sum(one.kind is PaneKind.VOLUME for one in panes) <= 1


def test_an_own_grid_keeps_what_is_where_when_its_size_changes() -> None:
    own = resized(BUILT_IN[Layout.FOUR_SEQUENCES], 2, 2, SEQUENCES)
    own = own.with_content(SEQUENCES, 3, PaneContent(PaneKind.PRIOR, T1, Plane.SAGITTAL))
    large = resized(own, 3, 3, SEQUENCES)
    assert large.panes[4] == own.panes[3]
    assert large.panes[:2] == own.panes[:2]
    assert resized(large, 2, 2, SEQUENCES).panes == own.panes
    assert (large.form, large.columns) == (Form.GRID, 3)
    planes = resized(BUILT_IN[Layout.THREE_PLANES], 1, 2, SEQUENCES)
    assert [one.modality for one in planes.panes] == [Modality.FLAIR, Modality.T1CE]
