"""Slices in the 3D view: their switch, and how they go with cursor, window and study."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.state import ViewState
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.planes.shown_slices import NO_SLICES, ShownSlices
from brainviewer.painting.volume.view import look_rotation
from tests.gui.conftest import show_study
from tests.phantoms import grid_of, marker_position, marker_study

pytestmark = pytest.mark.window


@pytest.fixture
def state() -> ViewState:
    state = ViewState()
    state.study = marker_study(grid_of())
    state.active = Modality.T1
    state.cursor = state.study.grid.centre
    return state


@pytest.fixture
def pane(qtbot: QtBot, state: ViewState, monkeypatch: pytest.MonkeyPatch) -> VolumePane:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    pane = VolumePane(state)
    qtbot.addWidget(pane)
    pane.bring_up_to_date()
    return pane


def sent(pane: VolumePane) -> ShownSlices:
    return pane.drawing.worker._request.slices


def test_slices_are_switched_one_by_one_and_together(pane: VolumePane) -> None:
    assert sent(pane) is NO_SLICES
    menu = pane.controls.slices_menu
    menu.aboutToShow.emit()
    axial, coronal, *_, everything, none = (a for a in menu.actions() if a.text())
    assert not axial.isChecked()
    axial.trigger()
    assert [plane for plane, _ in sent(pane).cuts] == [Plane.AXIAL]
    menu.aboutToShow.emit()
    axial, coronal, *_, everything, none = (a for a in menu.actions() if a.text())
    assert axial.isChecked() and not coronal.isChecked()
    everything.trigger()
    assert [plane for plane, _ in sent(pane).cuts] == list(Plane)
    none.trigger()
    assert sent(pane) == NO_SLICES


def test_slices_go_with_cursor_and_window_at_once(pane: VolumePane, state: ViewState) -> None:
    pane.slices.show(Plane.AXIAL)
    before = sent(pane)
    state.cursor = state.cursor + np.array((0, 0, 9.0))
    state.cursor_changed.emit()
    assert sent(pane).cuts[0][1] > before.cuts[0][1]
    assert pane.drawing.worker._request.cursor == pytest.approx(tuple(state.cursor))
    state.windows = {Modality.T1: Window(300, 200, inverted=True)}
    state.colour_maps = {Modality.T1: "inferno"}
    state.display_changed.emit()
    assert sent(pane).window == Window(300, 200, inverted=True)
    assert sent(pane).colour_map == "inferno"
    assert sent(pane).contour == state.overlays.lesion_opacity and sent(pane).tint > 0
    state.overlays = replace(state.overlays, lesion=False, parts_opacity=0.8)
    state.overlays_changed.emit()
    pane.bring_up_to_date()
    assert (sent(pane).contour, sent(pane).tint) == (0.0, 0.8)
    now = sent(pane)
    state.windows = {**state.windows, Modality.T2: Window(1, 2)}
    state.display_changed.emit()
    assert sent(pane) is now  # nothing of it has changed: nothing is drawn


def test_slices_stay_for_the_next_study_and_go_with_reset(
    pane: VolumePane, state: ViewState
) -> None:
    pane.slices.show(Plane.SAGITTAL)
    before = sent(pane)
    state.study = marker_study(grid_of((1, 0, 2)))
    state.cursor = marker_position(state.study.grid)
    state.study_changed.emit()
    state.cursor_changed.emit()
    assert sent(pane) is before  # until the study itself is sent
    pane.bring_up_to_date()
    assert sent(pane).cuts != before.cuts
    pane.reset()
    assert sent(pane) == NO_SLICES


def test_a_slice_is_seen_in_the_window(
    qtbot: QtBot, window: MainWindow, session: Session, study: Study
) -> None:
    show_study(session, study, None)
    volume = window.volume
    volume.set_preset("tumour")  # no voxels, and nothing found
    volume.set_view(volume.view.looking("S"))
    session.view.set_cursor(marker_position(study.grid).tolist())
    QApplication.processEvents()
    assert np.array_equal(volume.view.rotation, look_rotation("S"))
    assert volume.render_image(200, 200)[:120].min(axis=2).max() < 100
    window.actions_by_id["volume-slice-axial"].trigger()
    with_slice = volume.render_image(200, 200)
    assert (with_slice[60:140, 60:140].min(axis=2) > 60).mean() > 0.5
    rows, columns = np.nonzero(with_slice.min(axis=2) > 240)
    # Seen from above the patient's left is on the left, and anterior is at the top.
    assert columns.mean() < 97 and rows.mean() < 97
    window.actions_by_id["volume-slice-axial"].trigger()
    assert volume.render_image(200, 200)[:120].min(axis=2).max() < 100
