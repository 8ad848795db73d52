"""Layouts as values: what each pane shows, which one is chosen, and what is changed in them."""

from dataclasses import replace

import pytest

from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.hanging.hanging import BUILT_IN, Form, Hanging
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.view.view_choice import Layout

FLAIR, T1, T1CE, T2 = SEQUENCES
AXIAL, CORONAL, SAGITTAL = Plane


def content(modality: Modality | None = None, plane: Plane | None = None) -> PaneContent:
    return PaneContent(PaneKind.SLICE, modality, plane)


@pytest.fixture
def own() -> Hanging:
    """Two rows: FLAIR in two planes, T2 and a prior that follows."""
    panes = (
        content(FLAIR, AXIAL), content(FLAIR, CORONAL), content(T2, AXIAL),
        PaneContent(PaneKind.PRIOR),
    )  # fmt: skip
    return Hanging(panes, Form.GRID, 2, name="mine")


def test_the_built_in_layouts_are_known_by_what_they_show() -> None:
    assert [one.layout for one in BUILT_IN.values()] == list(Layout)
    chosen = replace(BUILT_IN[Layout.THREE_PLANES], chosen=2, windows=(content(T2),))
    assert chosen.layout is Layout.THREE_PLANES
    prior = Hanging((PaneContent(PaneKind.PRIOR),), Form.GRID)
    assert prior.layout is Layout.ONE_LARGE
    assert Hanging((content(T2),), Form.GRID).layout is None


def test_all_sequences_are_those_of_the_study() -> None:
    shown = BUILT_IN[Layout.FOUR_SEQUENCES].contents((FLAIR, T2))
    assert shown == (content(FLAIR), content(T2))


def test_a_pane_in_a_window_of_its_own_makes_room(own: Hanging) -> None:
    torn = replace(own, windows=(content(T2, AXIAL),))
    assert [len(row) for row in torn.rows(SEQUENCES)] == [2, 1]
    assert torn.everywhere(SEQUENCES)[-1] == content(T2, AXIAL)
    row = replace(torn, windows=(*torn.windows, PaneContent(PaneKind.PRIOR)))
    assert [len(row) for row in row.rows(SEQUENCES)] == [2]
    alone = replace(BUILT_IN[Layout.ONE_LARGE], windows=(content(),))
    assert alone.contents(SEQUENCES) == (content(),)


def test_the_chosen_pane_is_one_that_shows_what_is_active(own: Hanging) -> None:
    assert own.place_of(SEQUENCES, FLAIR, AXIAL) == 0
    assert own.place_of(SEQUENCES, FLAIR, CORONAL) == 1
    assert replace(own, chosen=3).place_of(SEQUENCES, FLAIR, CORONAL) == 3  # the prior follows
    assert replace(own, chosen=1).place_of(SEQUENCES, T1, SAGITTAL) == 1


def test_what_is_shown_somewhere_is_chosen_there(own: Hanging) -> None:
    moved = own.showing(SEQUENCES, T2, AXIAL, 0)
    assert (moved.chosen, moved.panes) == (2, own.panes)


def test_what_is_shown_nowhere_comes_into_the_chosen_pane(own: Hanging) -> None:
    given = own.showing(SEQUENCES, T1, AXIAL, 1)
    assert given.panes[1] == content(T1, AXIAL)
    assert (given.chosen, given.name) == (1, "")
    following = replace(own, panes=(content(None, AXIAL), content(T2, AXIAL)))
    given = following.showing(SEQUENCES, T1, CORONAL, 0)
    assert given.panes[0] == content(None, CORONAL)


def test_a_sequence_is_seen_in_the_plane_that_it_is_shown_in(own: Hanging) -> None:
    assert own.plane_of(SEQUENCES, T2, CORONAL) is AXIAL
    assert own.plane_of(SEQUENCES, FLAIR, CORONAL) is CORONAL
    assert own.plane_of(SEQUENCES, T1, CORONAL) is CORONAL
    for built_in in BUILT_IN.values():
        assert built_in.plane_of(SEQUENCES, T1, CORONAL) is CORONAL


def test_a_layout_comes_with_a_pane_of_what_was_active(own: Hanging) -> None:
    assert own.entered(SEQUENCES, T2, AXIAL) == (replace(own, chosen=2), T2, AXIAL)
    assert own.entered(SEQUENCES, FLAIR, SAGITTAL) == (own, FLAIR, AXIAL)
    # A sequence that the study lacks is not made active.
    assert own.entered((T1, T2), T1, AXIAL) == (replace(own, chosen=2), T2, AXIAL)


def test_one_of_several_equal_panes_is_changed() -> None:
    twice = Hanging((content(T2), content(FLAIR), content(T2)), Form.GRID, 3)
    windows = replace(twice, windows=(content(FLAIR),))
    assert windows.with_content(SEQUENCES, 1, content(T1)).panes == (
        content(T2), content(FLAIR), content(T1),
    )  # fmt: skip
    assert windows.with_content(SEQUENCES, 2, content(T1)).windows == (content(T1),)
    four = BUILT_IN[Layout.FOUR_SEQUENCES].with_content(SEQUENCES, 3, content(FLAIR))
    assert four.panes == (content(FLAIR), content(T1), content(T1CE), content(FLAIR))
