"""The 3D pane in a real window: controls, hands, images, failure and a clean end."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel, QSlider, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.view import LOOKS, VolumeView, look_rotation
from tests.gui.eyes import button
from tests.gui.hands import MIDDLE as MIDDLE_BUTTON
from tests.gui.hands import RIGHT, drag, wheel
from tests.phantoms import grid_of, marker_finding, marker_position, marker_study

pytestmark = pytest.mark.window
SIZE = (150, 120)
WAIT_MS = 30_000
MIDDLE = QPointF(210, 180)  # of the image, about
RenderedImage = NDArray[np.uint8]


def open_study(state: ViewState, oriented: bool = True, synthetic: bool = False) -> None:
    state.study = marker_study(grid_of(oriented=oriented), synthetic=synthetic)
    state.active = Modality.T1
    state.finding = None
    state.cursor = state.study.grid.centre
    state.study_changed.emit()


@pytest.fixture
def state() -> ViewState:
    state = ViewState()
    open_study(state)
    return state


def pane_on_screen(qtbot: QtBot, state: ViewState) -> VolumePane:
    pane = VolumePane(state)
    qtbot.addWidget(pane)
    pane.resize(420, 400)
    pane.show()
    qtbot.waitExposed(pane)
    return pane


@pytest.fixture
def pane(qtbot: QtBot, state: ViewState) -> Iterator[VolumePane]:
    pane = pane_on_screen(qtbot, state)
    qtbot.waitUntil(lambda: bright(pane) > 25, timeout=WAIT_MS)
    yield pane
    pane.shutdown()
    assert not any(thread.name == "volume worker" for thread in threading.enumerate())


@pytest.fixture
def empty(qtbot: QtBot, state: ViewState) -> VolumePane:
    """On the screen, without an image: for what needs none."""
    pane = pane_on_screen(qtbot, state)
    pane.drawing._start_timer.stop()
    return pane


def on_screen(pane: VolumePane) -> RenderedImage:
    image = pane.image.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def bright(pane: VolumePane) -> float:
    """Light in the middle of the image on the screen."""
    image = on_screen(pane)
    height, width = image.shape[:2]
    return float(image[height // 3 : -height // 3, width // 3 : -width // 3].mean())


def differs(first: RenderedImage, second: RenderedImage) -> bool:
    return float(np.abs(first.astype(int) - second).mean()) > 1


def slider(pane: VolumePane, name: str) -> QSlider:
    return next(s for s in pane.findChildren(QSlider) if s.accessibleName() == name)


@pytest.mark.parametrize("name", ["Opacity", "Contrast", "Size"])
def test_sliders_change_image_and_screen(qtbot: QtBot, pane: VolumePane, name: str) -> None:
    before, screen = pane.render_image(*SIZE), on_screen(pane)
    control = slider(pane, name)
    assert control.isEnabled()
    assert control.toolTip()
    control.setValue(control.maximum() * 4 // 5)
    assert differs(pane.render_image(*SIZE), before)
    qtbot.waitUntil(lambda: differs(on_screen(pane), screen), timeout=WAIT_MS)
    assert getattr(pane.view, name.lower()) > getattr(VolumeView(), name.lower())


def test_sliders_work_with_the_keyboard(qtbot: QtBot, pane: VolumePane) -> None:
    control = slider(pane, "Opacity")
    qtbot.keyClick(control, Qt.Key.Key_Right)
    assert pane.view.opacity > VolumeView().opacity


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("More opacity", Qt.Key.Key_BracketRight),
        ("Less opacity", Qt.Key.Key_BracketLeft),
        ("More contrast", Qt.Key.Key_Period),
        ("Less contrast", Qt.Key.Key_Comma),
        ("More size", Qt.Key.Key_Plus),
        ("Less size", Qt.Key.Key_Minus),
    ],
)
def test_buttons_beside_the_sliders_do_what_keys_do(
    qtbot: QtBot, empty: VolumePane, name: str, key: Qt.Key
) -> None:
    pane, first = empty, VolumeView()
    pane.set_view(first)
    qtbot.keyClick(pane.image, key)
    by_key = pane.view
    pane.set_view(first)
    step = next(b for b in pane.findChildren(QToolButton) if b.accessibleName() == name)
    qtbot.mouseClick(step, Qt.MouseButton.LeftButton)
    for field in ("opacity", "contrast", "size"):
        assert getattr(pane.view, field) == getattr(by_key, field)
    changed = name.split()[1]
    assert (getattr(pane.view, changed) > getattr(first, changed)) is name.startswith("More")


@pytest.mark.parametrize("width", [300, 403, 700])
def test_no_control_is_cut_off_in_a_narrow_pane(empty: VolumePane, width: int) -> None:
    controls = empty.controls
    heights = []
    for preset in ("brain", "tumour"):
        empty.resize(width, 400)
        empty.set_preset(preset)
        QApplication.processEvents()
        heights.append(controls.height())
        for one in (*controls.findChildren(QToolButton), *controls.findChildren(QLabel)):
            assert one.width() >= min(one.sizeHint().width(), one.maximumWidth()), one.text()
            corner = one.mapTo(controls, one.rect().bottomRight())
            assert controls.rect().contains(corner), one.text()
    assert heights[0] == heights[1]  # nothing moves when another look is chosen


def test_six_views_all_differ(pane: VolumePane) -> None:
    images = []
    pane.turning.wanted = False
    for letter in LOOKS:
        button(pane, letter).click()
        assert np.array_equal(pane.view.rotation, look_rotation(letter))
        images.append(pane.render_image(*SIZE))
    for n, first in enumerate(images):
        assert all(differs(first, second) for second in images[n + 1 :])


def test_left_drag_turns(pane: VolumePane) -> None:
    pane.look("A")
    before = pane.render_image(*SIZE)
    drag(pane.image, MIDDLE, MIDDLE + QPointF(100, 0))
    assert differs(pane.render_image(*SIZE), before)
    # What faced the viewer has gone to the right with the hand.
    assert (pane.view.rotation @ (0, 1, 0))[0] > 0.5
    assert (pane.view.rotation @ (0, 0, 1))[1] == pytest.approx(1)


def test_ctrl_and_a_drag_set_opacity_and_contrast(pane: VolumePane) -> None:
    before = pane.view
    drag(
        pane.image, MIDDLE, MIDDLE + QPointF(30, -60), modifiers=Qt.KeyboardModifier.ControlModifier
    )
    assert pane.view.opacity == pytest.approx(before.opacity + 0.2)
    assert pane.view.contrast == pytest.approx(before.contrast + 0.1)
    assert slider(pane, "Opacity").value() == round(1000 * pane.view.opacity)


def test_right_drag_zooms_and_middle_drag_takes_the_head_along(pane: VolumePane) -> None:
    pane.look("A")
    drag(pane.image, MIDDLE, MIDDLE + QPointF(0, -150), RIGHT)
    assert pane.view.size == pytest.approx(2)
    drag(pane.image, MIDDLE, MIDDLE + QPointF(0, 150), RIGHT)
    pane.set_view(pane.view.shown(size=0.6))  # all of it stays on the image
    before = _right_and_upper_edge(pane)
    half = min(pane.image.width(), pane.image.height()) / 2
    drag(pane.image, MIDDLE, MIDDLE + QPointF(0.4 * half, -0.2 * half), MIDDLE_BUTTON)
    assert pane.view.place == pytest.approx((0.4 / 0.6, 0.2 / 0.6))
    across, down = np.subtract(_right_and_upper_edge(pane), before)
    # The head follows the hand.
    assert across == pytest.approx(0.4 * min(SIZE) / 2, abs=3)
    assert down == pytest.approx(-0.2 * min(SIZE) / 2, abs=3)
    pane.reset()
    assert pane.view.place == (0.0, 0.0)


def _right_and_upper_edge(pane: VolumePane) -> tuple[int, int]:
    """The last column and the first row of the head; the letters are in the lower left corner."""
    rows, columns = np.nonzero(pane.render_image(*SIZE).astype(float).sum(axis=2) > 120)
    return int(columns.max()), int(rows.min())


def test_wheel_sets_the_size(pane: VolumePane) -> None:
    wheel(pane.image, MIDDLE)
    assert pane.view.size == pytest.approx(1.1)


def test_keys_turn_size_and_reset(qtbot: QtBot, pane: VolumePane) -> None:
    first = pane.view
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Plus):
        before = pane.view
        qtbot.keyClick(pane.image, key)
        assert pane.view is not before
    assert not np.allclose(pane.view.rotation, first.rotation)
    assert pane.view.size > first.size
    qtbot.keyClick(pane.image, Qt.Key.Key_Home)
    assert np.allclose(pane.view.rotation, first.rotation)
    assert pane.view.size == first.size


def test_reset_button_restores_sliders(pane: VolumePane) -> None:
    slider(pane, "Contrast").setValue(900)
    button(pane, "Reset").click()
    assert slider(pane, "Contrast").value() == 500


def test_save_is_asked_for(qtbot: QtBot, state: ViewState) -> None:
    calls: list[str] = []
    pane = VolumePane(state)
    pane.saveRequested.connect(lambda: calls.append("saved"))
    qtbot.addWidget(pane)
    with qtbot.waitSignal(pane.saveRequested):
        button(pane, "Save").click()
    assert calls == ["saved"]


def test_tumour_appears_and_turns_the_head_once(
    qtbot: QtBot, pane: VolumePane, state: ViewState
) -> None:
    assert state.study is not None
    x, y, z = state.study.grid.centre + np.array((20.0, 0.0, 0.0))
    state.finding = replace(marker_finding(state.study), position_mm=(x, y, z))
    state.finding_changed.emit()

    def amber() -> int:
        red, green, blue = (on_screen(pane)[..., n].astype(int) for n in range(3))
        return int(((red - blue > 50) & (red > green)).sum())

    qtbot.waitUntil(lambda: amber() > 50, timeout=WAIT_MS)
    assert pane.view.rotation[2][0] > 0  # seen from the right, where it is
    pane.look("A")
    state.finding_changed.emit()
    qtbot.wait(200)
    assert np.array_equal(pane.view.rotation, look_rotation("A"))


def test_active_sequence_is_shown(qtbot: QtBot, pane: VolumePane, state: ViewState) -> None:
    before = pane.render_image(*SIZE)
    state.active = Modality.T2
    state.active_changed.emit()
    assert not np.array_equal(pane.render_image(*SIZE), before)
    qtbot.waitUntil(lambda: pane.image.caption.startswith("T2"), timeout=WAIT_MS)


def test_the_brain_takes_the_place_of_the_head_and_nothing_moves(
    qtbot: QtBot, pane: VolumePane, state: ViewState
) -> None:
    study = state.study
    assert study is not None
    pane.set_view(pane.view.turned(20, 10))
    before, view = pane.render_image(*SIZE), pane.view
    middle = np.zeros(study.grid.shape, bool)
    middle[tuple(slice(n // 3, 2 * n // 3) for n in middle.shape)] = True
    found = TumourFinding("lesion", False, brain=middle, with_skull=True)
    state.show_finding(found, Status.DONE)
    pane.bring_up_to_date()
    # The caption says what the image is that is there, until another one is drawn.
    assert "without" not in pane.image.caption or pane.drawing.worker.delivered.bare
    bare = pane.render_image(*SIZE)
    assert (bare > 60).sum() < (before > 60).sum() / 2
    assert pane.view is view
    qtbot.waitUntil(lambda: pane.image.caption.endswith("without the skull"), timeout=WAIT_MS)
    state.overlays = replace(state.overlays, skull=True)
    state.overlays_changed.emit()
    assert np.array_equal(pane.render_image(*SIZE), before)
    qtbot.waitUntil(lambda: pane.image.caption.endswith("3D"), timeout=WAIT_MS)


def test_cursor_is_drawn_only_when_the_hand_rests(
    qtbot: QtBot, pane: VolumePane, state: ViewState
) -> None:
    assert state.study is not None
    images: list[RenderedImage] = []
    pane.drawing.drawn.connect(images.append)
    # The last image of what went before is the fine one, however long a busy machine takes.
    pane.set_view(pane.view.turned(5, 0))
    fine = pane.render_image(*pane.image.pixels)
    qtbot.waitUntil(lambda: bool(images) and np.array_equal(images[-1], fine), timeout=WAIT_MS)
    images.clear()
    # A busy machine must not look like a resting hand, nor a hand at rest take a minute.
    pane._follower._cursor_timer.setInterval(60_000)
    for _ in range(20):
        state.cursor = marker_position(state.study.grid)
        state.cursor_changed.emit()
        qtbot.wait(60)
    state.cursor_changed.emit()
    assert pane._follower._cursor_timer.remainingTime() > 59_500  # started anew by the last step
    assert not images
    pane._follower._cursor_timer.start(0)
    qtbot.waitUntil(lambda: len(images) == 1, timeout=WAIT_MS)


def test_synthetic_study_is_marked_on_the_screen_only(
    qtbot: QtBot, pane: VolumePane, state: ViewState
) -> None:
    plain = pane.render_image(*SIZE)
    open_study(state, synthetic=True)
    pane.render_image(*SIZE)
    assert pane.image.warning == "SYNTHETIC"
    assert np.array_equal(pane.render_image(*SIZE), plain)


def test_no_sides_without_an_orientation(pane: VolumePane, state: ViewState) -> None:
    open_study(state, oriented=False)
    pane.render_image(*SIZE)
    assert not any(button(pane, letter).isEnabled() for letter in LOOKS)
    assert slider(pane, "Opacity").isEnabled()


def test_no_study_is_an_empty_view(qtbot: QtBot, pane: VolumePane, state: ViewState) -> None:
    state.study = None
    state.study_changed.emit()
    assert not button(pane, "Save").isEnabled()
    qtbot.waitUntil(lambda: on_screen(pane).max() < 20, timeout=WAIT_MS)


def test_failure_is_told_in_words(
    qtbot: QtBot, state: ViewState, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    pane = pane_on_screen(qtbot, state)
    qtbot.waitUntil(lambda: bool(pane.image.message), timeout=WAIT_MS)
    assert "No 3D view" in pane.image.message
    assert "switched off" in pane.image.message
    assert on_screen(pane).max() > 60
    assert not button(pane, "Save").isEnabled()
    with pytest.raises(BrainViewerError, match="switched off"):
        pane.render_image(*SIZE)
    # Nothing that happens afterwards wakes it.
    state.study_changed.emit()
    state.cursor_changed.emit()
    qtbot.wait(500)
    assert "No 3D view" in pane.image.message


@pytest.mark.parametrize("how", ["close", "delete"])
def test_nothing_is_left_behind(qtbot: QtBot, state: ViewState, how: str) -> None:
    parent = QWidget()
    pane = VolumePane(state, parent=parent)
    parent.show()
    pane.render_image(*SIZE)
    assert any(thread.name == "volume worker" for thread in threading.enumerate())
    if how == "close":
        pane.close()
    parent.deleteLater()
    qtbot.waitUntil(
        lambda: not any(thread.name == "volume worker" for thread in threading.enumerate()),
        timeout=WAIT_MS,
    )
    if how == "close":
        state.study_changed.emit()
        state.cursor_changed.emit()


def test_the_main_thread_is_free_while_the_head_is_drawn(qtbot: QtBot, pane: VolumePane) -> None:
    waited = threading.Event()
    prediction: list[RenderedImage] = []

    def draw() -> None:
        prediction.append(pane.render_image(500, 500))
        waited.set()

    thread = threading.Thread(target=draw)
    thread.start()
    ticks = 0
    while not waited.is_set():
        QApplication.processEvents()
        ticks += 1
    thread.join()
    assert prediction[0].shape == (500, 500, 3)
    assert ticks > 3
