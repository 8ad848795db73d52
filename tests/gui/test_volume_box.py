"""The clip box over the 3D view: its handles by mouse and keys, the brain, and exports."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.voxels.box import box_round
from brainviewer.painting.volume.voxels.clip import Box
from tests.gui.conftest import show_study
from tests.gui.hands import drag
from tests.phantoms import marker_finding, marker_mask, marker_position

pytestmark = pytest.mark.window
WAIT_MS = 30_000


@pytest.fixture
def boxed(qtbot: QtBot, window: MainWindow, session: Session, study: Study) -> Iterator[VolumePane]:
    """A head from the front with its box."""
    show_study(session, study, replace(marker_finding(study), brain=marker_mask(study.grid)))
    volume = window.volume
    volume.look("A")
    qtbot.waitUntil(lambda: volume.sight.seen is not None, timeout=WAIT_MS)
    settled(qtbot, volume)
    window.actions_by_id["volume-box"].trigger()
    settled(qtbot, volume)
    yield volume


def settled(qtbot: QtBot, volume: VolumePane) -> None:
    """The image shows what was asked for."""
    QApplication.processEvents()
    worker = volume.drawing.worker
    qtbot.waitUntil(lambda: worker.delivered is worker._request, timeout=WAIT_MS)
    QApplication.processEvents()


def box_of(volume: VolumePane) -> Box:
    box = volume.view.clip.box
    assert box is not None
    return box


def test_a_handle_is_dragged_and_cuts(qtbot: QtBot, boxed: VolumePane) -> None:
    before, image = box_of(boxed), boxed.render_image(200, 200).astype(int)
    # From anterior the patient's left is on the right.
    left, right = boxed.box.overlay.handles[:2]
    assert left.isVisible() and left.x() > right.x()
    middle = QPointF(left.rect().center())
    drag(left, middle, middle - QPointF(40, 0))
    after = box_of(boxed)
    assert after[0][0] > before[0][0] + 5 and after[1] == before[1]
    assert after[0][1:] == before[0][1:]
    settled(qtbot, boxed)
    changed = np.abs(boxed.render_image(200, 200) - image).max(axis=2) > 40
    columns = np.flatnonzero(changed.any(axis=0))
    assert columns.size and columns.min() > 100  # on the patient's left alone


def test_handles_are_moved_by_keys(qtbot: QtBot, boxed: VolumePane) -> None:
    before = box_of(boxed)
    top = boxed.box.overlay.handles[5]
    assert "superior" in top.accessibleName()
    qtbot.keyClick(top, Qt.Key.Key_Down)
    assert box_of(boxed)[1][2] == pytest.approx(before[1][2] - 1)
    qtbot.keyClick(top, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert box_of(boxed)[1][2] == pytest.approx(before[1][2] - 11)
    qtbot.keyClick(top, Qt.Key.Key_Up)
    assert box_of(boxed)[1][2] == pytest.approx(before[1][2] - 10)


def test_the_box_goes_round_the_brain_and_back(
    boxed: VolumePane, window: MainWindow, session: Session
) -> None:
    whole = box_of(boxed)
    window.actions_by_id["volume-box-brain"].trigger()
    finding = session.state.finding
    assert finding is not None and finding.brain is not None and session.state.study is not None
    assert box_of(boxed) == box_round(finding.brain, session.state.study.grid)
    window.actions_by_id["volume-box-reset"].trigger()
    assert np.allclose(box_of(boxed), whole, atol=2)
    told: list[str] = []
    session.state.noticed.connect(lambda notice: told.append(notice.text))
    session.state.finding = replace(finding, brain=None)
    window.actions_by_id["volume-box-brain"].trigger()
    assert len(told) == 1 and "brain" in told[0]


def test_the_box_is_put_away_with_and_without_its_cut(
    qtbot: QtBot, boxed: VolumePane, window: MainWindow
) -> None:
    toggle = window.actions_by_id["volume-box"]
    toggle.trigger()
    assert boxed.view.clip.box is None  # it had cut nothing
    assert not any(handle.isVisible() for handle in boxed.box.overlay.handles)
    toggle.trigger()
    boxed.box.move_face(5, marker_position(window.session.state.study.grid)[2])
    toggle.trigger()
    assert boxed.view.clip.box is not None and not boxed.box.overlay.isVisible()
    toggle.trigger()
    window.actions_by_id["volume-whole"].trigger()
    settled(qtbot, boxed)
    assert boxed.view.clip.box is None and not boxed.box.overlay.isVisible()


def test_edges_are_on_the_screen_and_not_in_exports(qtbot: QtBot, boxed: VolumePane) -> None:
    shown = boxed.image.grab().toImage()
    handle = boxed.box.overlay.handles[3]  # the one that faces the viewer is filled
    at = handle.mapTo(boxed.image, QPoint(handle.width() // 2, handle.height() // 2))
    blue = shown.pixelColor(at)
    assert blue.blue() > blue.red() + 40
    with_box = boxed.render_image(*boxed.image.pixels)
    boxed.box.toggle()
    assert np.array_equal(boxed.render_image(*boxed.image.pixels), with_box)


def test_the_box_goes_with_the_3d_view(qtbot: QtBot, boxed: VolumePane, session: Session) -> None:
    assert boxed.box.overlay.isVisible()
    session.settings.update(graphics="off")
    qtbot.waitUntil(lambda: "switched off" in boxed.image.message, timeout=WAIT_MS)
    assert not boxed.box.overlay.isVisible()
    assert not any(handle.isVisible() for handle in boxed.box.overlay.handles)
