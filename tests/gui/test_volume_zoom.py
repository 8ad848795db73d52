"""The hands on the 3D view: zoom to the pointer, pan by keys, and keys that are the window's."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from pytestqt.qtbot import QtBot

from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.view import VolumeView
from tests.gui.conftest import show_study
from tests.gui.hands import RIGHT, double_click, drag, wheel
from tests.phantoms import grid_of, marker_study

pytestmark = pytest.mark.window


@pytest.fixture
def volume(qtbot: QtBot, window: MainWindow) -> VolumePane:
    """With an image of a head as solid as skin."""
    show_study(window.session, marker_study(grid_of()))
    window.volume.set_preset("skin")
    window.volume.look("A")
    up_to_date(qtbot, window.volume)
    return window.volume


def up_to_date(qtbot: QtBot, volume: VolumePane) -> None:
    def there() -> bool:
        image, shown = volume.image.pixels_shown, volume.drawing.delivered.view
        return image is not None and shown is volume.view and volume.sight.seen is not None

    qtbot.waitUntil(there)


def seen_at(volume: VolumePane, at: QPointF) -> np.ndarray:
    seen = volume.sight.seen
    place = seen.place(at.x() / volume.image.width(), at.y() / volume.image.height())
    assert place is not None
    return np.array(place)


@pytest.mark.parametrize("by", ["wheel", "right drag"])
def test_what_lies_under_the_pointer_stays_there(qtbot: QtBot, volume: VolumePane, by: str) -> None:
    at = QPointF(volume.image.rect().center()) + QPointF(38, -24)
    before, size = seen_at(volume, at), volume.view.size
    if by == "wheel":
        for _ in range(4):
            wheel(volume.image, at)
    else:
        drag(volume.image, at, at + QPointF(5, -80), RIGHT)
    assert volume.view.size > 1.3 * size
    assert volume.view.place != (0.0, 0.0)
    up_to_date(qtbot, volume)
    assert np.linalg.norm(seen_at(volume, at) - before) < 2.5
    wheel(volume.image, at, -120)
    assert volume.view.size > size


def test_shift_and_arrows_pan(qtbot: QtBot, volume: VolumePane) -> None:
    rotation = volume.view.rotation
    for code, way in (
        (Qt.Key.Key_Right, (1, 0)),
        (Qt.Key.Key_Left, (-1, 0)),
        (Qt.Key.Key_Up, (0, 1)),
        (Qt.Key.Key_Down, (0, -1)),
    ):
        volume.set_view(VolumeView(rotation))
        qtbot.keyClick(volume.image, code, Qt.KeyboardModifier.ShiftModifier)
        assert volume.view.place == pytest.approx(np.array(way) * 0.1)
        assert volume.view.rotation is rotation
        qtbot.keyClick(volume.image, code)
        assert volume.view.rotation is not rotation


def test_keys_with_ctrl_are_those_of_the_window(qtbot: QtBot, volume: VolumePane) -> None:
    before = volume.view
    for held in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier):
        qtbot.keyClick(volume.image, Qt.Key.Key_Up, held)
    assert volume.view is before


def test_a_double_click_makes_it_large_and_changes_no_side(
    qtbot: QtBot, window: MainWindow, volume: VolumePane
) -> None:
    rotation, narrow = volume.view.rotation, volume.image.width()
    for larger in (True, False):
        double_click(volume.image, QPointF(volume.image.rect().center()))
        qtbot.waitUntil(lambda larger=larger: (volume.image.width() > narrow) is larger)
        assert volume.view.rotation is rotation
        up_to_date(qtbot, volume)
        camera = volume.sight.seen.camera
        centre = window.session.state.study.grid.centre
        left, middle = camera.pixels(np.array([(-30, 0, 0), (0, 0, 0)]) + centre)
        assert left[0] > middle[0]  # the patient's left is on the right, from anterior
