"""Two sequences in one pane, by keys, panel and mouse."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox

from brainviewer.core.study import Modality, Study
from brainviewer.core.view.fusion import FusionMode
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.fusion import FusionSection
from brainviewer.gui.panes.swipe_line import SwipeLine
from tests.gui.conftest import show_study

pytestmark = pytest.mark.window


@pytest.fixture
def shown(window: MainWindow, study: Study) -> MainWindow:
    show_study(window.session, study)
    return window


def lines(window: MainWindow) -> list[SwipeLine]:
    return [one for one in window.findChildren(SwipeLine) if one.isVisible()]


def test_actions_turn_a_way_on_and_off(shown: MainWindow) -> None:
    fusion = lambda: shown.session.state.overlays.fusion.mode  # noqa: E731
    for mode in FusionMode:
        shown.actions_by_id[f"fusion-{mode.name.lower()}"].trigger()
        assert fusion() is mode
    shown.actions_by_id["fusion-difference"].trigger()
    assert fusion() is None


def test_a_line_is_dragged_and_all_panes_follow(shown: MainWindow) -> None:
    shown.session.view.set_fusion(mode=FusionMode.SWIPE)
    flair, t1 = shown.grid.shown[:2]
    assert len(lines(shown)) == 3  # the FLAIR's own pane stays as it is
    line = t1.findChild(SwipeLine)
    before = t1.grab().toImage()
    QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=line.rect().center())
    QTest.mouseMove(line, line.rect().center() - QPoint(t1.width() // 4, 0))
    QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=line.rect().center())
    assert shown.session.state.overlays.fusion.swipe == pytest.approx(0.25, abs=0.02)
    assert t1.grab().toImage() != before
    assert line.geometry().center().x() == pytest.approx(t1.width() / 4, abs=8)
    QTest.keyClick(line, Qt.Key.Key_Right)
    assert shown.session.state.overlays.fusion.swipe == pytest.approx(0.27, abs=0.02)
    shown.session.view.toggle_overlays()
    assert not lines(shown)
    shown.session.view.toggle_overlays()
    assert len(lines(shown)) == 3
    assert flair.scene.fused is None


def test_the_panel_shows_what_a_way_needs(shown: MainWindow) -> None:
    section = shown.findChild(FusionSection)
    way, second, colours = section.findChildren(QComboBox)
    assert second.isHidden() and colours.isHidden()
    way.setCurrentIndex(way.findData(FusionMode.BLEND))
    way.activated.emit(way.currentIndex())
    assert not (second.isHidden() or colours.isHidden())
    assert second.currentData() == Modality.FLAIR
    second.setCurrentIndex(second.findData(Modality.T2))
    second.activated.emit(second.currentIndex())
    panes = {pane.modality: pane.scene.fused for pane in shown.grid.shown}
    assert panes[Modality.T2] is None
    assert panes[Modality.FLAIR].second is Modality.T2
    shown.session.view.set_fusion(mode=FusionMode.ENHANCEMENT)
    assert second.isHidden() and colours.isHidden()
    fused = {pane.modality: pane.scene.fused for pane in shown.grid.shown}
    assert {one.first for one in fused.values()} == {Modality.T1CE}
