"""Looks of the 3D view in a real window: chosen by pictures of the study."""

import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from brainviewer.app.state import ViewState
from brainviewer.core.study import Modality
from brainviewer.gui.volume.looks.popup import LookPopup
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.view import SecondSequence, VolumeView
from brainviewer.painting.volume.voxels.presets import PRESETS
from tests.phantoms import grid_of, marker_finding, marker_study

pytestmark = pytest.mark.window


def open_study(state: ViewState) -> None:
    state.study = marker_study(grid_of())
    state.active = Modality.T1
    state.finding = marker_finding(state.study)
    state.cursor = state.study.grid.centre
    state.study_changed.emit()


@pytest.fixture
def pane(qtbot: QtBot) -> Iterator[VolumePane]:
    state = ViewState()
    pane = VolumePane(state)
    qtbot.addWidget(pane)
    pane.resize(420, 400)
    pane.show()
    open_study(state)
    qtbot.waitUntil(lambda: pane.drawing.delivered.study is state.study)
    yield pane
    pane.shutdown()
    assert not any(thread.name == "look pictures" for thread in threading.enumerate())


def opened(qtbot: QtBot, pane: VolumePane) -> LookPopup:
    qtbot.mouseClick(pane.controls.preset, Qt.MouseButton.LeftButton)
    popup = pane.findChild(LookPopup)
    assert popup.isVisible()
    return popup


def colours(popup: LookPopup, row: int) -> int:
    """How many colours the picture of a look has."""
    image = popup.list.item(row).icon().pixmap(96, 96).toImage()
    return len({image.pixel(x, y) for x in range(0, 96, 4) for y in range(0, 96, 4)})


def test_a_look_is_chosen_by_its_picture(qtbot: QtBot, pane: VolumePane) -> None:
    popup = opened(qtbot, pane)
    names = [popup.list.item(row).text() for row in range(popup.list.count())]
    assert names == [preset.name for preset in PRESETS.values()]
    qtbot.waitUntil(lambda: all(colours(popup, row) > 5 for row in range(len(names))))
    item = popup.list.item(names.index("Glass brain"))
    place = popup.list.visualItemRect(item).center()
    qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert pane.view.preset == "glass"
    assert pane.controls.preset.text().startswith("Glass brain")
    assert not popup.isVisible()


def test_pictures_show_parts_where_the_view_does(qtbot: QtBot, pane: VolumePane) -> None:
    opened(qtbot, pane).close()
    subject = pane.looks._pictures._subject
    assert subject is not None and subject.parts
    pane.drawing.request(parts=False)
    qtbot.waitUntil(lambda: not pane.drawing.delivered.parts)
    opened(qtbot, pane).close()
    subject = pane.looks._pictures._subject
    assert subject is not None and not subject.parts


def test_a_look_is_chosen_by_keys_or_not_at_all(qtbot: QtBot, pane: VolumePane) -> None:
    popup = opened(qtbot, pane)
    qtbot.keyClick(popup.list, Qt.Key.Key_Right)
    qtbot.keyClick(popup.list, Qt.Key.Key_Escape)
    assert not popup.isVisible()
    assert pane.view.preset == VolumeView().preset
    popup = opened(qtbot, pane)
    qtbot.keyClick(popup.list, Qt.Key.Key_Right)
    qtbot.keyClick(popup.list, Qt.Key.Key_Return)
    assert pane.view.preset == list(PRESETS)[1]


def test_pictures_are_made_once_and_go_with_their_study(qtbot: QtBot, pane: VolumePane) -> None:
    made: list[np.ndarray] = []
    pane.looks._pictures.made.connect(lambda _, picture: made.append(picture))
    opened(qtbot, pane)
    qtbot.waitUntil(lambda: len(made) == len(PRESETS))
    first = list(made)
    made.clear()
    pane.findChild(LookPopup).close()
    opened(qtbot, pane)
    assert [id(one) for one in made] == [id(one) for one in first]  # at once, and the same ones
    pane.findChild(LookPopup).close()
    state = pane._state
    before = weakref.ref(state.study)
    open_study(state)
    first.clear()
    made.clear()
    assert pane.looks._pictures._made == {}
    pane.render_image(64, 64)
    qtbot.waitUntil(lambda: before() is None)


def test_another_sequence_is_blended_seen_and_said(qtbot: QtBot, pane: VolumePane) -> None:
    alone = pane.render_image(120, 100).astype(int)
    popup = opened(qtbot, pane)
    buttons = popup.blend.buttons
    assert Modality.T1 not in buttons and not popup.blend.slider.isEnabled()
    qtbot.mouseClick(buttons[Modality.T2], Qt.MouseButton.LeftButton)
    assert popup.isVisible()
    popup.blend.slider.setValue(100)
    assert pane.view.second == SecondSequence(Modality.T2, 1.0)
    blended = pane.render_image(120, 100).astype(int)
    qtbot.waitUntil(lambda: pane.image.caption.startswith("T2 100\u00a0% over T1 3D"))
    qtbot.mouseClick(buttons[Modality.T2], Qt.MouseButton.LeftButton)
    assert pane.view.second is None
    assert np.array_equal(pane.render_image(120, 100), alone)
    # Another sequence in 3D offers the others.
    popup.close()
    pane._state.active = Modality.T2
    pane._state.active_changed.emit()
    pane.bring_up_to_date()
    of_t2 = pane.render_image(120, 100)
    assert np.abs(blended - of_t2).mean() < 0.2 * np.abs(blended - alone).mean()
    assert set(opened(qtbot, pane).blend.buttons) == set(pane._state.study.volumes) - {Modality.T2}
    popup.close()


def test_a_sequence_is_not_blended_with_itself(qtbot: QtBot, pane: VolumePane) -> None:
    pane.set_view(replace(pane.view, second=SecondSequence(Modality.T2, 0.4)))
    popup = opened(qtbot, pane)
    assert popup.blend.buttons[Modality.T2].isChecked() and popup.blend.slider.isEnabled()
    popup.close()
    pane._state.active = Modality.T2
    pane._state.active_changed.emit()
    pane.bring_up_to_date()
    row = opened(qtbot, pane).blend
    assert not any(one.isChecked() for one in row.buttons.values())
    assert not row.slider.isEnabled() and not row._percent.isEnabled()
    before = pane.view
    row.slider.setValue(70)
    assert pane.view is before
    popup.close()


def test_no_picture_is_made_before_the_3d_view_shows_the_study(qtbot: QtBot) -> None:
    state = ViewState()
    pane = VolumePane(state)
    qtbot.addWidget(pane)
    pane.show()
    open_study(state)
    pane.drawing._start_timer.stop()
    pane.looks.open(pane.image)
    qtbot.wait(400)
    assert not any(thread.name == "look pictures" for thread in threading.enumerate())
    pane.findChild(LookPopup).close()
    assert not pane.looks._ask.isActive()
    pane.shutdown()
