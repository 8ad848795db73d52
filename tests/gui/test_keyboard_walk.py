"""The whole window by the keyboard alone: every control is reached, seen to be so, and named."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QScrollArea,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.theme import apply_theme
from brainviewer.gui.volume.image import VolumeImage
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding

pytestmark = pytest.mark.window
_CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    VolumeImage,
)
_MOST = 300


def controls(root: QWidget) -> list[QWidget]:
    """What can be used with a mouse at this moment, but for parts of other controls."""
    found = []
    for widget in root.findChildren(QWidget):
        parent = widget.parentWidget()
        inside = isinstance(parent, QComboBox | QAbstractSpinBox | QAbstractItemView)
        extension = widget.objectName() in ("qt_toolbar_ext_button", "qt_spinbox_lineedit")
        if (
            isinstance(widget, _CONTROLS)
            and not isinstance(widget, QScrollBar)
            and not (inside or extension)
            and widget.window() is root
            and widget.isVisible()
            and widget.isEnabled()
        ):
            found.append(widget)
    return found


def walk(start: QWidget, root: QWidget) -> Iterator[QWidget]:
    """What has the keys after each press of Tab, until it is at the start again."""
    start.setFocus()
    for _ in range(_MOST):
        QTest.keyClick(root.focusWidget() or root, Qt.Key.Key_Tab)
        at = root.focusWidget()
        assert at is not None
        if at is start:
            return
        yield at
    raise AssertionError("Tab never comes back")


def name_of(widget: QWidget) -> str:
    """What a screen reader says of a widget."""
    text = widget.text() if isinstance(widget, QAbstractButton) else ""
    return (widget.accessibleName() or text).strip()


def looks(widget: QWidget) -> object:
    """The widget with what lies just around it, as it is on the screen."""
    window = widget.window()
    area = widget.rect().translated(widget.mapTo(window, QPoint())).adjusted(-3, -3, 3, 3)
    return window.grab(area).toImage()


@pytest.fixture
def reading(window: MainWindow, study: Study, qtbot: QtBot) -> MainWindow:
    show_study(window.session, study, marker_finding(study))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def check(window: MainWindow) -> None:
    pane = window.grid.active_pane
    reached = list(dict.fromkeys(walk(pane, window)))
    groups = {one.group() for one in reached if isinstance(one, QAbstractButton)} - {None}
    # Of buttons of which one is chosen, Tab comes to that, and arrows to the others.
    missing = [
        one
        for one in controls(window)
        if one not in reached and not (isinstance(one, QAbstractButton) and one.group() in groups)
    ]
    assert not missing, [f"{type(one).__name__} '{name_of(one)}'" for one in missing]
    nameless = [one for one in reached if not name_of(one) and not isinstance(one, QLabel)]
    assert not nameless, [f"{type(one).__name__} '{one.toolTip()}'" for one in nameless]


def test_tab_reaches_every_control_and_all_have_names(reading: MainWindow) -> None:
    check(reading)


def test_tab_reaches_the_tools_that_correct(reading: MainWindow, session: Session) -> None:
    session.view.set_tool(Tool.PAINT)
    QApplication.processEvents()
    check(reading)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_what_has_the_keys_is_seen(qapp: QApplication, reading: MainWindow, theme: str) -> None:
    apply_theme(qapp, theme)
    pane = reading.grid.active_pane
    unseen = []
    for one in list(dict.fromkeys(walk(pane, reading))):
        if isinstance(one, SlicePane):
            continue
        pane.setFocus(Qt.FocusReason.TabFocusReason)
        for area in reading.findChildren(QScrollArea):
            if area.isAncestorOf(one):
                area.ensureWidgetVisible(one)  # as Tab does
        before = looks(one)
        one.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(one, QLineEdit):
            one.setCursorPosition(0)
        if looks(one) == before:
            unseen.append(f"{type(one).__name__} '{name_of(one)}'")
    apply_theme(qapp, "dark")
    assert not unseen


def test_arrows_choose_among_tools_of_which_one_is_chosen(
    reading: MainWindow, session: Session
) -> None:
    session.view.set_tool(Tool.PAINT)
    index = session.state.slice_index(session.state.plane)
    (brush,) = (
        one
        for one in reading.findChildren(QAbstractButton)
        if one.text() == "Brush" and one.group() is not None
    )
    brush.setFocus(Qt.FocusReason.OtherFocusReason)
    QTest.keyClick(brush, Qt.Key.Key_Right)
    assert session.state.tool is Tool.LASSO
    assert session.state.slice_index(session.state.plane) == index
    QTest.keyClick(reading.grid.active_pane, Qt.Key.Key_Up)
    assert session.state.slice_index(session.state.plane) != index
