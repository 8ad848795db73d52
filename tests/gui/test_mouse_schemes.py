"""Mouse schemes: what the table says is what the hands do, what the sheet and the guide say."""

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from brainviewer.app.settings.settings import TABLE
from brainviewer.app.state import Layout, Tool
from brainviewer.core.study import Study
from brainviewer.gui.help.guide_window import GuideWindow
from brainviewer.gui.help.key_sheet import KeySheet
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.tools.mouse_schemes import SCHEMES
from tests.gui.conftest import show_study
from tests.gui.hands import LEFT, MIDDLE, RIGHT, double_click, drag, move, press, release, wheel
from tests.phantoms import marker_finding

pytestmark = pytest.mark.window
HERE = QPointF(110, 150)
ALT, CTRL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def reading(window: MainWindow, study: Study) -> MainWindow:
    show_study(window.session, study, marker_finding(study))
    QApplication.processEvents()
    return window


def _at_cursor(window: MainWindow) -> QPointF:
    pane = window.grid.shown[0]
    return pane.geometry_mm.to_pixels([window.session.state.cursor])[0]


def test_the_settings_know_the_schemes_and_no_other() -> None:
    assert set(TABLE["mouse_scheme"].choices) == set(SCHEMES)
    assert TABLE["mouse_scheme"].default == "PACS"


@pytest.mark.parametrize("name", SCHEMES)
def test_middle_pans_right_zooms_and_the_wheel_scrolls_in_both(
    reading: MainWindow, name: str
) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    session.settings.update(mouse_scheme=name)
    drag(pane, HERE, HERE + QPointF(20, 0), MIDDLE)
    panned = pane.camera
    drag(pane, HERE, HERE + QPointF(0, -60), RIGHT)
    zoomed = pane.camera
    assert panned != zoomed
    assert zoomed.zoom > panned.zoom
    before = session.state.slice_index()
    wheel(pane, HERE)
    assert session.state.slice_index() == before + 1
    assert pane.camera == zoomed
    wheel(pane, HERE, modifiers=CTRL)
    assert pane.camera.zoom > zoomed.zoom
    assert session.state.slice_index() == before + 1


def test_left_is_window_and_level_or_the_cursor(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    cursor, windows = session.state.cursor.copy(), dict(session.state.windows)
    drag(pane, HERE, HERE + QPointF(30, 10))
    assert dict(session.state.windows) != windows
    assert (session.state.cursor == cursor).all()
    session.settings.update(mouse_scheme="ITK-SNAP")
    windows = dict(session.state.windows)
    drag(pane, HERE, HERE + QPointF(30, 10))
    assert dict(session.state.windows) == windows
    assert (_at_cursor(reading) - (HERE + QPointF(30, 10))).manhattanLength() < 3
    session.settings.update(mouse_scheme="PACS")
    assert session.state.tool is Tool.WINDOW


@pytest.mark.parametrize("tool", [Tool.WINDOW, Tool.RULER])
def test_alt_and_a_drag_scroll_the_stack_with_any_tool(reading: MainWindow, tool: Tool) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    session.view.set_tool(tool)
    before, windows = session.state.slice_index(), dict(session.state.windows)
    press(pane, HERE, LEFT, ALT)
    move(pane, HERE + QPointF(0, -120), LEFT, ALT)
    up = session.state.slice_index()
    assert up > before
    move(pane, HERE, LEFT, ALT)
    assert session.state.slice_index() == before  # the hand is back, and so is the slice
    move(pane, HERE + QPointF(0, 5000), LEFT, ALT)
    assert session.state.slice_index() == 0
    release(pane, HERE, LEFT, ALT)
    assert session.state.annotations == ()
    assert dict(session.state.windows) == windows


def test_the_wheel_can_be_turned_round(reading: MainWindow) -> None:
    state = reading.session.state
    reading.session.settings.update(wheel_reversed=True)
    for widget in (reading.grid.shown[0], reading._strip):
        before = state.slice_index()
        wheel(widget, QPointF(100, 20))
        assert state.slice_index() == before - 1, widget


def test_the_way_for_a_window_is_a_setting(reading: MainWindow) -> None:
    session, pane = reading.session, reading.grid.shown[0]
    before = session.state.windows[pane.modality]
    widths = []
    for pixels in (400, 200):
        session.settings.update(window_drag=pixels)
        session.view.set_window(pane.modality, before)
        drag(pane, HERE, HERE + QPointF(40, 0))
        widths.append(session.state.windows[pane.modality].width - before.width)
    assert widths[1] == pytest.approx(2 * widths[0])


def test_a_double_click_makes_3d_large_and_small_again(reading: MainWindow) -> None:
    volume, place = reading.volume, QPointF(60, 60)
    narrow = volume.width()
    double_click(volume.image, place)
    QApplication.processEvents()
    assert reading._large.is_large
    assert volume.isVisible()
    assert volume.width() > narrow
    assert not reading.grid.isVisible()
    double_click(volume.image, place)
    QApplication.processEvents()
    assert reading.grid.isVisible()
    assert volume.isVisible()
    assert volume.width() == narrow
    reading.actions_by_id["volume-large"].trigger()
    assert reading._large.is_large
    reading.session.view.set_layout(Layout.ONE_LARGE)
    assert not reading._large.is_large
    assert reading.grid.isVisible()


def test_sheet_and_guide_say_what_the_chosen_scheme_does(reading: MainWindow) -> None:
    for name, scheme in SCHEMES.items():
        reading.session.settings.update(mouse_scheme=name)
        reading.actions_by_id["shortcuts"].trigger()
        sheet = reading.findChild(KeySheet)
        said = [(key, text) for group, key, text in sheet.shown if group == f"Mouse: {name}"]
        assert said == list(scheme.rows)
        sheet.close()
        reading.actions_by_id["guide"].trigger()
        page = reading.findChild(GuideWindow)
        page.go_to("user-guide.md#mouse")
        assert scheme.rows[0][1] in page.text.toPlainText().split("With the scheme")[0]
        page.close()
        QApplication.sendPostedEvents(None, 52)  # deferred deletion


def test_every_hand_stands_once_in_a_table() -> None:
    for scheme in SCHEMES.values():
        for table in (scheme.slices, scheme.volume):
            hands = [(gesture.button, gesture.held) for gesture in table]
            assert len(hands) == len(set(hands))
        assert scheme.in_3d(RIGHT, CTRL) is scheme.in_3d(RIGHT, Qt.KeyboardModifier.NoModifier)
