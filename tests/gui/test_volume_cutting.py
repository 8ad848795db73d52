"""Cutting the 3D view: at the slice, at the tumour, off the surface; looks and keys beside it."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from brainviewer.app.state import ViewState
from brainviewer.core.reformation.oblique import Obliquity
from brainviewer.core.reformation.reformation import Reformation
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES
from brainviewer.painting.volume.view import VolumeView, look_rotation
from brainviewer.painting.volume.voxels.clip import Clip
from brainviewer.painting.volume.voxels.presets import PRESETS
from tests.gui.hands import drag
from tests.phantoms import grid_of, marker_finding, marker_position, marker_study

pytestmark = pytest.mark.window


@pytest.fixture
def state() -> ViewState:
    state = ViewState()
    state.study = marker_study(grid_of())
    state.active = Modality.T1
    state.finding = marker_finding(state.study)
    state.cursor = state.study.grid.centre
    return state


@pytest.fixture
def pane(qtbot: QtBot, state: ViewState, monkeypatch: pytest.MonkeyPatch) -> VolumePane:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    pane = VolumePane(state)
    qtbot.addWidget(pane)
    pane.bring_up_to_date()
    return pane


def in_slice(state: ViewState) -> np.ndarray:
    """The cursor, in the middle of its slice."""
    view = state.view()
    return view.move(state.cursor, view.index_of(state.cursor))


@pytest.mark.parametrize("letter", ["S", "I"])
def test_the_cut_goes_with_the_slice_and_faces_the_viewer(
    pane: VolumePane, state: ViewState, qtbot: QtBot, letter: str
) -> None:
    state.plane = Plane.AXIAL
    pane.look(letter)
    pane.cutting.at_slice()
    plane = pane.view.clip.plane
    assert plane is not None and plane.point == pytest.approx(tuple(in_slice(state)))
    assert plane.normal == pytest.approx((0, 0, 1 if letter == "S" else -1), abs=1e-6)
    state.cursor = state.cursor + np.array((0, 0, 7.0))
    state.cursor_changed.emit()
    moved = pane.view.clip.plane  # at once
    assert moved is not None and moved.point == pytest.approx(tuple(in_slice(state)))
    assert moved.point[2] > plane.point[2] + 5
    pane.cutting.at_slice()
    assert not pane.view.clip
    state.cursor_changed.emit()
    qtbot.wait(400)
    assert not pane.view.clip


def test_the_tumour_is_cut_across_the_axis_that_is_looked_along(
    pane: VolumePane, state: ViewState
) -> None:
    assert state.finding is not None and state.finding.position_mm is not None
    pane.set_view(VolumeView(look_rotation("R")).turned(12, -9))
    pane.cutting.to_tumour()
    plane = pane.view.clip.plane
    assert plane is not None
    assert plane.point == pytest.approx(state.finding.position_mm)
    assert plane.normal == pytest.approx((1, 0, 0))
    pane.cutting.whole()
    state.finding = None
    pane.cutting.to_tumour()
    assert not pane.view.clip


def test_peeling_goes_on_beside_a_cut_and_ends(pane: VolumePane) -> None:
    pane.cutting.to_tumour()
    for mm in (4.0, 8.0):
        pane.cutting.peel()
        assert pane.view.clip.peel_mm == mm and pane.view.clip.plane is not None
    for _ in range(30):
        pane.cutting.peel()
    assert pane.view.clip.peel_mm == 60
    pane.cutting.whole()
    assert pane.view.clip == Clip()


def test_the_look_stays_for_the_next_study_and_the_cut_does_not(
    pane: VolumePane, state: ViewState, qtbot: QtBot
) -> None:
    pane.set_preset("skin")
    pane.cutting.to_tumour()
    pane.set_parallel()
    assert pane.controls.preset.text() == f"{PRESETS['skin'].name} ▾"
    state.study = marker_study(grid_of((1, 0, 2)))
    state.study_changed.emit()
    qtbot.waitUntil(lambda: not pane.view.clip)
    assert (pane.view.preset, pane.view.perspective) == ("skin", False)
    pane.reset()
    assert (pane.view.preset, pane.view.perspective) == ("brain", True)


@pytest.mark.parametrize(
    ("key", "name", "more"),
    [
        (Qt.Key.Key_BracketRight, "opacity", True),
        (Qt.Key.Key_BracketLeft, "opacity", False),
        (Qt.Key.Key_Period, "contrast", True),
        (Qt.Key.Key_Comma, "contrast", False),
        (Qt.Key.Key_Plus, "size", True),
        (Qt.Key.Key_Minus, "size", False),
    ],
)
def test_keys_step(pane: VolumePane, qtbot: QtBot, key: Qt.Key, name: str, more: bool) -> None:
    before = getattr(pane.view, name)
    qtbot.keyClick(pane.image, key)
    assert (getattr(pane.view, name) > before) is more
    assert getattr(pane.view, name) != before


def test_a_click_tells_the_place_that_is_seen(qtbot: QtBot, state: ViewState) -> None:
    pane = VolumePane(state)
    qtbot.addWidget(pane)
    pane.resize(420, 400)
    pane.show()
    pane.set_preset("skin")
    pane.look("A")
    qtbot.waitUntil(lambda: pane.image.pixels_shown is not None, timeout=30_000)
    picked: list[tuple[float, float, float]] = []
    pane.place_picked.connect(picked.append)
    middle = pane.image.rect().center()
    qtbot.mouseClick(pane.image, Qt.MouseButton.LeftButton, pos=middle)
    assert len(picked) == 1
    assert state.study is not None
    # From anterior the nearest surface lies in front of the middle of the head.
    x, y, z = picked[0] - state.study.grid.centre
    assert y > 5 and abs(x) < 8 and abs(z) < 8
    qtbot.mouseClick(pane.image, Qt.MouseButton.LeftButton, pos=pane.image.rect().topRight())
    assert len(picked) == 1  # nothing is there
    drag(pane.image, QPointF(middle), QPointF(middle) + QPointF(60, 0))
    assert len(picked) == 1
    state.study = marker_study(grid_of((1, 0, 2)))  # what is on the screen is of the one before
    qtbot.mouseClick(pane.image, Qt.MouseButton.LeftButton, pos=middle)
    assert len(picked) == 1
    pane.close()


def test_a_cut_goes_with_planes_that_are_tilted(pane: VolumePane, state: ViewState) -> None:
    assert state.study is not None
    grid, place = state.study.grid, marker_position(state.study.grid)
    tilt = Obliquity.through(place).turned(grid, (1, 0, 0), 0.4, place)
    state.reformation = Reformation(obliquity=tilt)
    state.cursor, state.plane = place, Plane.AXIAL
    pane.look("S")
    pane.cutting.at_slice()
    cut = pane.view.clip.plane
    assert cut is not None
    view = state.reformation.view(grid, Plane.AXIAL, state.convention)
    assert abs(np.array(cut.normal) @ view.normal) == pytest.approx(1)
    assert abs(cut.normal[2]) < 0.95
    assert view.index_of(cut.point) == view.index_of(place)


def test_cuts_are_shown_with_the_window_of_the_sequence(pane: VolumePane, state: ViewState) -> None:
    request = pane.drawing.worker
    assert request._request.slices is NO_SLICES
    pane.cutting.to_tumour()
    assert request._request.slices.window is not None and not request._request.slices.cuts
    state.windows = {Modality.T1: Window(300, 100, inverted=True)}
    state.display_changed.emit()
    assert request._request.slices.window == Window(300, 100, inverted=True)
    pane.cutting.whole()
    assert request._request.slices == NO_SLICES
