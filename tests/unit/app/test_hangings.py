"""What the user makes of the layout, without a window."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.hanging.hangings import NOT_THERE, Hangings
from brainviewer.app.hanging.linked_windows import LinkedWindows
from brainviewer.app.hanging.shown import chosen_place, shown_contents, window_contents
from brainviewer.app.notices import Notices
from brainviewer.app.settings.settings import MOST_LAYOUTS, Settings
from brainviewer.app.state import Layout, ViewState
from brainviewer.app.view import View
from brainviewer.core.hanging.content import PaneContent, PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.voi.voi_window import Window, auto_window
from tests.phantoms import marker_study

FLAIR, T1, T1CE, T2 = SEQUENCES


class Desk:
    """A state with a study, and what acts on its layout."""

    def __init__(self, *modalities: Modality) -> None:
        self.state, self.settings = ViewState(), Settings()
        self.said: list[str] = []
        self.state.noticed.connect(lambda notice: self.said.append(notice.text))
        self.hangings = Hangings(self.state, self.settings, Notices(self.state))
        self.view = View(self.state)
        self.linked = LinkedWindows(self.state, self.view)
        self.open(*modalities)

    def open(self, *modalities: Modality) -> None:
        study = marker_study(modalities=modalities or SEQUENCES)
        self.state.study, self.state.cursor = study, study.grid.centre
        self.state.windows = {m: auto_window(v.data) for m, v in study.volumes.items()}
        if self.state.active not in study.volumes:
            self.state.active = study.modalities[0]
        self.state.study_changed.emit()

    @property
    def shown(self) -> list[tuple[Modality, Plane]]:
        return [(one.modality, one.plane) for one in shown_contents(self.state)]


@pytest.fixture
def desk() -> Iterator[Desk]:
    yield Desk()


def test_a_sequence_dropped_on_a_pane_stays_in_its_plane(desk: Desk) -> None:
    desk.hangings.make_grid(3, 3)
    desk.hangings.put_sequence(4, T1)
    assert desk.shown[4] == (T1, Plane.CORONAL)
    assert (desk.state.active, desk.state.plane) == (T1, Plane.CORONAL)
    assert chosen_place(desk.state) == 4
    assert desk.state.hanging.layout is None


def test_dropped_on_a_single_pane_it_becomes_the_active_one(desk: Desk) -> None:
    desk.view.set_layout(Layout.ONE_LARGE)
    desk.hangings.put_sequence(0, T2)
    assert desk.state.active is T2
    assert desk.state.hanging.layout is Layout.ONE_LARGE


def test_dropped_on_one_of_three_planes_it_leaves_the_others(desk: Desk) -> None:
    desk.view.set_layout(Layout.THREE_PLANES)
    desk.hangings.put_sequence(1, T1)
    assert desk.shown[1] == (T1, Plane.CORONAL)
    desk.view.set_active(FLAIR)
    assert [modality for modality, _ in desk.shown] == [FLAIR, T1, FLAIR]


def test_there_is_one_3d_view(desk: Desk) -> None:
    desk.hangings.make_grid(2, 2)
    desk.hangings.put_kind(0, PaneKind.VOLUME)
    desk.hangings.put_kind(3, PaneKind.VOLUME)
    assert desk.hangings.volume_places == (3,)
    assert desk.shown[0][0] is T2  # they have changed places
    desk.hangings.toggle_volume()
    assert desk.hangings.volume_places == ()


def test_a_window_closed_brings_its_pane_back(desk: Desk) -> None:
    desk.view.choose_pane(2)
    desk.hangings.tear_off()
    assert [one.modality for one in shown_contents(desk.state)] == [FLAIR, T1, T2]
    assert [one.modality for one in window_contents(desk.state)] == [T1CE]
    assert chosen_place(desk.state) == 3
    desk.view.set_layout(Layout.THREE_PLANES)
    assert len(window_contents(desk.state)) == 1
    desk.view.set_layout(Layout.FOUR_SEQUENCES)
    desk.hangings.bring_back(0)
    assert [modality for modality, _ in desk.shown] == list(SEQUENCES)


def test_flicker_changes_the_chosen_pane_where_no_pane_shows_it(desk: Desk) -> None:
    desk.hangings.make_grid(1, 2)
    assert [modality for modality, _ in desk.shown] == [FLAIR, T1CE]
    desk.view.set_active(T1CE)
    assert chosen_place(desk.state) == 1
    desk.view.set_active(T2)
    assert [modality for modality, _ in desk.shown] == [FLAIR, T2]
    desk.view.set_plane(Plane.SAGITTAL)
    assert {plane for _, plane in desk.shown} == {Plane.SAGITTAL}  # both follow the plane


def test_layouts_are_kept_by_name(desk: Desk) -> None:
    desk.hangings.make_grid(2, 3)
    desk.hangings.link(scroll=False)
    assert desk.hangings.save("  two   by three ")
    desk.view.set_layout(Layout.ONE_LARGE)
    desk.hangings.link(scroll=True)
    desk.hangings.choose("two by three")
    assert (len(desk.shown), desk.state.hanging.linked.scroll) == (6, False)
    desk.hangings.put_sequence(0, T1)
    assert desk.state.hanging.name == ""  # it is not that layout any more
    desk.hangings.choose_next()
    assert desk.state.hanging.name == "two by three"
    desk.hangings.remove("two by three")
    assert not desk.hangings.own
    desk.hangings.choose("two by three")
    assert desk.said == [NOT_THERE.format("two by three")]


def test_no_more_layouts_than_there_is_room_for(desk: Desk) -> None:
    desk.hangings.make_grid(1, 2)
    assert all(desk.hangings.save(f"layout {n}") for n in range(MOST_LAYOUTS))
    assert not desk.hangings.save("one more")
    assert desk.hangings.save("layout 3")  # it takes the place of the one before
    assert not desk.hangings.save("  ")


def test_damaged_layouts_are_left_out(desk: Desk) -> None:
    desk.hangings.make_grid(1, 2)
    desk.hangings.save("good")
    bad = ("a", "{"), ("b",), ("c", json.dumps({"form": "grid"})), ("d", "[" * 100_000)
    desk.settings.layouts = (*desk.settings.layouts, *bad)
    assert list(desk.hangings.own) == ["good"]


def test_a_study_opens_with_the_layout_of_its_kind(desk: Desk) -> None:
    desk.hangings.make_grid(1, 3)
    desk.hangings.save("mine")
    desk.settings.layout_fewer, desk.settings.layout_single = "mine", "three planes"
    desk.view.set_layout(Layout.ONE_LARGE)
    desk.open(FLAIR, T1CE)
    assert desk.state.hanging.name == "mine"
    # A layout that names a sequence that is missing keeps the pane for it.
    assert [modality for modality, _ in desk.shown] == [FLAIR, T1CE, T2]
    desk.open(T2)
    assert desk.state.hanging.layout is Layout.THREE_PLANES
    desk.open()
    assert desk.state.hanging.layout is Layout.THREE_PLANES  # as it was left
    desk.settings.layout_four = "gone"
    desk.open()
    assert desk.said == [NOT_THERE.format("gone")]


@pytest.mark.parametrize("touched", [False, True])
def test_a_study_that_arrives_in_parts_is_hung_once_it_is_whole(desk: Desk, touched: bool) -> None:
    desk.settings.layout_single = "three planes"
    desk.settings.layout_four = "one large"
    desk.state.arriving = Path("/nowhere")
    desk.open(T1)
    assert desk.state.hanging.layout is Layout.FOUR_SEQUENCES
    if touched:
        desk.hangings.make_grid(1, 2)
    desk.state.arriving, desk.state.view_kept = None, True
    desk.open()
    assert desk.state.hanging.layout is (None if touched else Layout.ONE_LARGE)
    desk.view.set_layout(Layout.THREE_PLANES)
    desk.open()  # the same study again, with its view
    assert desk.state.hanging.layout is Layout.THREE_PLANES


def test_windows_move_together_each_in_its_own_range(desk: Desk) -> None:
    desk.view.set_window(T1, Window(400, 800))
    desk.view.set_window(T2, Window(100, 200))
    before = desk.state.windows[FLAIR]
    desk.hangings.link(window=True)
    desk.view.set_window(T1, Window(300, 400))
    assert desk.state.windows[T2] == Window(75, 100)
    assert np.isclose(desk.state.windows[FLAIR].width, before.width / 2)
    desk.view.set_window(T1, Window(400, 800))  # as a drag that is given up
    assert np.isclose(desk.state.windows[FLAIR].level, before.level)
    desk.hangings.link(window=False)
    desk.view.set_window(T1, Window(1, 2))
    assert desk.state.windows[T2] == Window(100, 200)


def test_without_a_study_there_is_nothing_to_hang() -> None:
    hangings = Hangings(state := ViewState(), Settings(), Notices(state))
    hangings.put(0, PaneContent(PaneKind.VOLUME))
    hangings.put_sequence(0, T1)
    hangings.tear_off()
    hangings.toggle_volume()
    hangings.make_grid(2, 3)
    assert len(state.hanging.panes) == 6
