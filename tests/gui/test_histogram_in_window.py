"""The histogram of the active sequence: its window is dragged, and follows the state."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.core.study import Modality
from brainviewer.core.voi.voi_window import OWN, Window
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.folding import SectionHeader
from brainviewer.gui.voi.histogram_panel import HistogramPanel
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, marker_study

pytestmark = pytest.mark.window
FLAIR, T1 = Modality.FLAIR, Modality.T1
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> HistogramPanel:
    study = marker_study()
    show_study(window.session, study, marker_finding(study))
    window.actions_by_id["histogram"].trigger()
    found = window.findChild(HistogramPanel)
    found.flush()
    seen = found.view.viewport()
    qtbot.waitUntil(lambda: not seen.visibleRegion().isEmpty(), timeout=5000)
    return found


def drag(panel: HistogramPanel, value: float, by: int) -> None:
    seen = panel.view.viewport()
    at = panel.view.place_of(value).toPoint()
    QTest.mouseMove(seen, at)
    QTest.mousePress(seen, LEFT, PLAIN, at)
    one = 1 if by > 0 else -1
    for moved in range(one, by + one, one):  # as hands do it
        QTest.mouseMove(seen, at + QPoint(moved, 0))
    QTest.mouseRelease(seen, LEFT, PLAIN, at + QPoint(by, 0))


def test_edges_are_black_and_white_and_the_middle_is_the_level(
    window: MainWindow, panel: HistogramPanel
) -> None:
    state = window.session.state
    window.session.view.set_window(FLAIR, Window(500, 400))
    before = state.windows[FLAIR]
    drag(panel, before.high, -20)
    white = state.windows[FLAIR]
    assert white.high < before.high
    assert white.low == pytest.approx(before.low)
    assert state.presets[FLAIR] == OWN
    drag(panel, white.low, 12)
    black = state.windows[FLAIR]
    assert black.low > white.low
    assert black.high == pytest.approx(white.high)
    drag(panel, black.level, 15)
    moved = state.windows[FLAIR]
    assert moved.level > black.level
    assert moved.width == pytest.approx(black.width)
    assert state.windows[T1] != moved  # the active sequence alone


def test_black_never_passes_white_and_inversion_stays(
    window: MainWindow, panel: HistogramPanel
) -> None:
    state = window.session.state
    window.session.view.invert(FLAIR)
    before = state.windows[FLAIR]
    drag(panel, before.high, -200)
    after = state.windows[FLAIR]
    assert 0 < after.width < before.width
    assert after.low == pytest.approx(before.low)
    assert after.inverted


def test_a_double_click_lays_the_automatic_window(
    window: MainWindow, panel: HistogramPanel
) -> None:
    session = window.session
    automatic = session.state.windows[FLAIR]
    session.view.set_window(FLAIR, Window(1, 2))
    QTest.mouseDClick(panel.view.viewport(), LEFT, PLAIN, QPoint(4, 4))
    assert session.state.presets[FLAIR] == "Automatic"
    assert session.state.windows[FLAIR] == automatic


def test_the_region_follows_whatever_sets_the_window(
    window: MainWindow, panel: HistogramPanel
) -> None:
    session = window.session
    for wanted in (Window(400, 100), Window(5000, 100), Window(-900, 50), Window(0.5, 1e-3)):
        session.view.set_window(FLAIR, wanted)
        assert panel.view.region.getRegion() == pytest.approx((wanted.low, wanted.high))
        left, right = panel.view.shown_range
        assert left <= wanted.low < wanted.high <= right
        assert session.state.windows[FLAIR] == wanted  # nothing comes back from the region
    session.view.set_active(T1)
    panel.flush()
    shown = session.state.windows[T1]
    assert panel.view.region.getRegion() == pytest.approx((shown.low, shown.high))


def test_colours_are_told_and_the_lesion_is_marked(
    window: MainWindow, panel: HistogramPanel
) -> None:
    assert "lesion" in panel._legend.text()
    show_study(window.session, marker_study())
    panel.flush()
    assert "lesion" not in panel._legend.text()
    assert "head" in panel._legend.text()


def test_the_command_brings_it_into_sight_where_it_was_folded(
    window: MainWindow, panel: HistogramPanel
) -> None:
    head = next(h for h in window.findChildren(SectionHeader) if h.text().startswith("WINDOW"))
    head.click()
    assert not panel.isVisible()
    window.actions_by_id["histogram"].trigger()
    QApplication.processEvents()
    assert panel.isVisible()
    assert not panel.visibleRegion().isEmpty()
