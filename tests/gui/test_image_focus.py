"""The hand stays on the image: keys, Escape and the wheel after any click in a panel."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QLineEdit,
    QListWidget,
    QPushButton,
    QScrollBar,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from brainviewer.app.state import Layout
from brainviewer.core.study import Modality, Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.display import WindowSection
from brainviewer.gui.panels.folding import SectionHeader
from brainviewer.gui.panels.sequences import SequenceList
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.volume.image import VolumeImage
from tests.gui.conftest import show_study
from tests.gui.hands import wheel
from tests.phantoms import marker_finding, measured

pytestmark = pytest.mark.window


@pytest.fixture
def reading(qtbot: QtBot, window: MainWindow, study: Study) -> MainWindow:
    """The window in the middle of a reading."""
    show_study(window.session, study, measured(marker_finding(study), study))
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def _values(window: MainWindow) -> list[object]:
    """Everything that a stray key or wheel might change."""
    values: list[object] = [
        w.value() for w in window.findChildren(QAbstractSlider) if not isinstance(w, QScrollBar)
    ]
    values += [w.text() for w in window.findChildren(QAbstractSpinBox)]
    values += [w.text() for w in window.findChildren(QLineEdit)]
    values += [w.currentIndex() for w in window.findChildren(QComboBox)]
    values += [w.currentRow() for w in window.findChildren(QListWidget)]
    state = window.session.state
    return [*values, state.active, state.layout, state.plane, dict(state.windows)]


def _press_key(window: MainWindow, key: Qt.Key) -> None:
    """Where the window system would send it."""
    QTest.keyClick(window.focusWidget() or window, key)


def _clickable(window: MainWindow) -> list[QWidget]:
    """Everything in the panels that a click changes little by."""
    kinds = (SectionHeader, QSlider, QListWidget)
    found = [w for kind in kinds for w in window.findChildren(kind) if w.isVisible()]
    found += [w for w in window.findChildren(QPushButton) if w.text() in ("Invert", "Copy", "1")]
    return found


def test_after_a_click_on_anything_the_keys_act_on_the_images(reading: MainWindow) -> None:
    clicked = _clickable(reading)
    assert len(clicked) > 8
    for widget in clicked:
        target = widget.viewport() if isinstance(widget, QListWidget) else widget
        QTest.mouseClick(target, Qt.MouseButton.LeftButton, pos=QPoint(8, target.height() // 2))
        before, index = _values(reading), reading.session.state.slice_index()
        _press_key(reading, Qt.Key.Key_Up)
        assert reading.session.state.slice_index() == index + 1, widget
        _press_key(reading, Qt.Key.Key_Down)
        assert reading.session.state.slice_index() == index, widget
        assert _values(reading) == before, widget
        _press_key(reading, Qt.Key.Key_Home)
        assert reading.session.state.slice_index() == 0, widget
        _press_key(reading, Qt.Key.Key_End)
        assert reading.session.state.slice_index() == reading.session.state.view().count - 1
        reading.session.view.go_to_slice(reading.session.state.plane, index)


def test_letters_act_on_the_images_after_a_click_in_a_list(reading: MainWindow) -> None:
    rows = reading.findChild(SequenceList)
    at = rows.visualItemRect(rows.item(2)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert reading.session.state.active is Modality.T1CE
    shown = reading.session.state.overlays.crosshair
    _press_key(reading, Qt.Key.Key_X)
    assert reading.session.state.overlays.crosshair is not shown
    assert reading.session.state.active is Modality.T1CE


def test_escape_leaves_a_field_as_it_was_and_enter_with_what_was_typed(
    reading: MainWindow,
) -> None:
    section = reading.findChild(WindowSection)
    for field in section.findChildren(QDoubleSpinBox):
        before, windows = field.value(), dict(reading.session.state.windows)
        for ended, kept in ((Qt.Key.Key_Escape, before), (Qt.Key.Key_Return, before + 40)):
            QTest.mouseClick(field.lineEdit(), Qt.MouseButton.LeftButton)
            assert reading.focusWidget() is field
            field.lineEdit().selectAll()
            QTest.keyClicks(field, f"{before + 40:g}")
            _press_key(reading, ended)
            assert isinstance(reading.focusWidget(), SlicePane)
            assert field.value() == pytest.approx(kept, abs=0.01)
            assert (dict(reading.session.state.windows) == windows) is (ended != Qt.Key.Key_Return)


def test_what_is_typed_in_a_field_does_nothing_to_the_images(reading: MainWindow) -> None:
    age = next(e for e in reading.findChildren(QLineEdit) if "age" in e.accessibleName())
    index = reading.session.state.slice_index()
    QTest.mouseClick(age, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_5, Qt.Key.Key_3, Qt.Key.Key_X, Qt.Key.Key_Up, Qt.Key.Key_Home):
        _press_key(reading, key)
    assert age.text() == "53x"
    assert reading.session.state.slice_index() == index
    _press_key(reading, Qt.Key.Key_Escape)
    assert age.text() == ""
    assert reading.session.state.age_years is None


def test_a_click_on_the_images_takes_over_what_was_typed(reading: MainWindow) -> None:
    age = next(e for e in reading.findChildren(QLineEdit) if "age" in e.accessibleName())
    QTest.mouseClick(age, Qt.MouseButton.LeftButton)
    QTest.keyClicks(age, "53")
    QTest.mouseClick(reading.grid.shown[1], Qt.MouseButton.LeftButton, pos=QPoint(40, 90))
    assert isinstance(reading.focusWidget(), SlicePane)
    assert age.text() == "53"


def test_the_wheel_changes_a_field_only_while_it_has_the_focus(reading: MainWindow) -> None:
    fields = [
        w
        for kind in (QSlider, QComboBox, QDoubleSpinBox)
        for w in reading.findChildren(kind)
        if w.isVisible() and w.isEnabled()
    ]
    assert len(fields) > 6
    for field in fields:
        before = _values(reading)
        wheel(field, QPointF(6, 6), -120)
        wheel(field, QPointF(6, 6), 120 * 3)
        assert _values(reading) == before, field.accessibleName()
    level = reading.findChild(WindowSection).findChildren(QDoubleSpinBox)[0]
    level.setFocus()
    before = level.value()
    wheel(level, QPointF(6, 6), 120)
    assert level.value() > before


def test_what_was_walked_to_keeps_its_own_keys_and_no_others(reading: MainWindow) -> None:
    slider = next(s for s in reading.findChildren(QSlider) if s.accessibleName() == "Opacity")
    slider.setEnabled(True)
    slider.setFocus(Qt.FocusReason.OtherFocusReason)
    index, value = reading.session.state.slice_index(), slider.value()
    _press_key(reading, Qt.Key.Key_Right)
    assert slider.value() > value
    assert reading.session.state.slice_index() == index
    # Scrolling the images is looking at them.
    wheel(reading.grid.shown[0], QPointF(50, 50), 120)
    value = slider.value()
    _press_key(reading, Qt.Key.Key_Up)
    assert slider.value() == value
    assert reading.session.state.slice_index() == index + 2
    for kind in (QSlider, QComboBox, SectionHeader, VolumeImage):
        walked_to = next(w for w in reading.findChildren(kind) if w.isVisible() and w.isEnabled())
        walked_to.setFocus(Qt.FocusReason.OtherFocusReason)
        assert reading.focusWidget() is walked_to
        _press_key(reading, Qt.Key.Key_Escape)
        assert isinstance(reading.focusWidget(), SlicePane)
    button = reading.findChild(SectionHeader)
    button.setFocus(Qt.FocusReason.OtherFocusReason)
    _press_key(reading, Qt.Key.Key_Down)
    assert reading.session.state.slice_index() == index + 1


def test_a_button_that_goes_away_does_not_pass_the_keys_to_a_field(reading: MainWindow) -> None:
    run = next(b for b in reading.findChildren(QPushButton) if b.text() == "This slice")
    run.setFocus(Qt.FocusReason.OtherFocusReason)
    run.hide()
    assert isinstance(reading.focusWidget(), SlicePane)


def test_a_pane_that_goes_away_hands_the_keys_to_one_that_stays(reading: MainWindow) -> None:
    last = reading.grid.shown[3]
    QTest.mouseClick(last, Qt.MouseButton.LeftButton, pos=QPoint(40, 90))
    reading.session.view.set_layout(Layout.ONE_LARGE)
    assert reading.focusWidget() in reading.grid.shown


def test_escape_ends_images_only(reading: MainWindow) -> None:
    reading.actions_by_id["panels"].trigger()
    assert not reading.menuBar().isVisible()
    _press_key(reading, Qt.Key.Key_Escape)
    assert reading.menuBar().isVisible()
    _press_key(reading, Qt.Key.Key_Escape)
    assert reading.menuBar().isVisible()
