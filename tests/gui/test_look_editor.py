"""Looks that the user makes: edited by hand and keys, seen at once, kept, renamed and deleted."""

from unittest.mock import patch

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QCheckBox, QColorDialog, QLineEdit
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.looks.editor import LookEditor
from brainviewer.gui.volume.looks.naming import NameDialog
from brainviewer.gui.volume.looks.popup import LookPopup
from brainviewer.gui.volume.pane import VolumePane
from brainviewer.painting.volume.looks.own_look import OwnLook
from brainviewer.painting.volume.looks.shaping import Point, PointKind, place_of, points_of
from brainviewer.painting.volume.voxels.look import UNSHADED
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS
from tests.gui.conftest import show_study
from tests.gui.eyes import button
from tests.gui.hands import RIGHT, click, double_click, drag
from tests.phantoms import marker_study

pytestmark = pytest.mark.window
USUAL = PRESETS[BRAIN].look
OPACITY, COLOUR = PointKind.OPACITY, PointKind.COLOUR
SIZE = (120, 100)


@pytest.fixture
def session(session: Session, monkeypatch: pytest.MonkeyPatch) -> Session:
    """Without a 3D view, where it is not asked for: views are all that most tests look at."""
    monkeypatch.setenv("BRAINVIEWER_NO_3D", "1")
    return session


@pytest.fixture
def pane(window: MainWindow) -> VolumePane:
    show_study(window.session, marker_study())
    return window.volume


@pytest.fixture
def editor(qtbot: QtBot, pane: VolumePane) -> LookEditor:
    pane.looks.edit()
    editor = pane.findChild(LookEditor)
    qtbot.waitExposed(editor)
    QApplication.processEvents()
    return editor


def test_a_point_is_dragged_and_taken_back_in_one_step(
    pane: VolumePane, editor: LookEditor, qtbot: QtBot
) -> None:
    point = Point(OPACITY, 2)
    before = editor.curve.screen_place(point)
    drag(editor.curve.viewport(), before, before + QPointF(30, -40))
    value, height = place_of(pane.view.voxel_look, point)
    assert value > USUAL.opacity[2][0] and height > place_of(USUAL, point)[1]
    after = editor.curve.screen_place(point) - before
    assert (after.x(), after.y()) == pytest.approx((30, -40), abs=2)  # it goes with the hand
    assert pane.controls.preset.text().startswith("Brain *")
    qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert pane.view.voxel_look == USUAL
    assert "*" not in pane.controls.preset.text()
    qtbot.keyClick(editor, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert place_of(pane.view.voxel_look, point) == (value, height)
    button(editor, "Start again").click()
    assert pane.view.voxel_look == USUAL


def test_points_come_by_double_clicks_and_go_by_the_right_button(
    pane: VolumePane, editor: LookEditor
) -> None:
    curve, viewport = editor.curve, editor.curve.viewport()
    double_click(viewport, curve._on_widget(0.45, 0.8))
    assert len(pane.view.voxel_look.opacity) == len(USUAL.opacity) + 1
    assert place_of(pane.view.voxel_look, Point(OPACITY, 3)) == pytest.approx((0.45, 0.8), abs=0.02)
    double_click(viewport, curve._on_widget(0.8, -0.12))
    assert len(pane.view.voxel_look.colours) == len(USUAL.colours) + 1
    click(viewport, curve.screen_place(Point(OPACITY, 3)), RIGHT)
    assert pane.view.voxel_look.opacity == USUAL.opacity
    click(viewport, curve.screen_place(Point(OPACITY, 0)), RIGHT)  # the first one is needed
    assert pane.view.voxel_look.opacity == USUAL.opacity


def test_all_of_it_by_keys(qtbot: QtBot, pane: VolumePane, editor: LookEditor) -> None:
    curve = editor.curve

    def press(*keys: Qt.Key, shift: bool = False) -> None:
        held = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
        for key in keys:
            qtbot.keyClick(curve, key, held)

    press(Qt.Key.Key_PageDown, Qt.Key.Key_PageDown, Qt.Key.Key_PageDown)
    assert curve.chosen == Point(OPACITY, 2)
    press(Qt.Key.Key_Up, Qt.Key.Key_Right)
    near = place_of(pane.view.voxel_look, Point(OPACITY, 2))
    press(Qt.Key.Key_Up, Qt.Key.Key_Right, shift=True)
    far = place_of(pane.view.voxel_look, Point(OPACITY, 2))
    first = place_of(USUAL, Point(OPACITY, 2))
    assert np.subtract(near, first) == pytest.approx((0.01, 0.01))
    assert np.subtract(far, near) == pytest.approx((0.05, 0.05))
    press(Qt.Key.Key_Insert)
    assert curve.chosen == Point(OPACITY, 3)
    assert len(pane.view.voxel_look.opacity) == len(USUAL.opacity) + 1
    press(Qt.Key.Key_Delete)
    assert len(pane.view.voxel_look.opacity) == len(USUAL.opacity)
    press(Qt.Key.Key_PageUp)
    assert curve.chosen == points_of(USUAL)[-1]
    assert "Colour 4 of 4" in curve.accessibleDescription()
    with patch.object(QColorDialog, "getColor", return_value=QColor(0, 0, 255)):
        press(Qt.Key.Key_Return)
    assert pane.view.voxel_look.colours[-1] == pytest.approx((0, 0, 1))


def test_borders_and_shading_are_switched_off(pane: VolumePane, editor: LookEditor) -> None:
    borders, light = (
        next(box for box in editor.findChildren(QCheckBox) if box.text() == text)
        for text in ("Gradient opacity", "Shading")
    )
    assert borders.isChecked() and light.isChecked()
    light.click()
    assert pane.view.voxel_look.shading == UNSHADED
    borders.click()
    assert {part for _, part in pane.view.voxel_look.edges} == {1.0}
    borders.click()
    assert pane.view.voxel_look.edges == USUAL.edges
    pane.set_preset("maximum")  # the editor goes along
    assert editor.look == PRESETS["maximum"].look
    assert not borders.isEnabled() and not light.isEnabled()


def name_it(name: str) -> None:
    """Enter a name in the dialog that comes up, and accept."""

    def enter() -> None:
        dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, NameDialog))
        dialog.findChild(QLineEdit).setText(name)
        dialog.accept_button.click()
        if dialog.isVisible():  # refused
            dialog.setProperty("refused", dialog.said.text())
            refused.append(dialog.said.text())
            dialog.reject()

    QTimer.singleShot(0, enter)


refused: list[str] = []


def test_a_look_is_kept_under_a_name_and_found_again(
    qtbot: QtBot, pane: VolumePane, editor: LookEditor, session: Session
) -> None:
    qtbot.keyClick(editor.curve, Qt.Key.Key_PageDown)
    qtbot.keyClick(editor.curve, Qt.Key.Key_Up)
    edited = editor.look
    name_it("Skin")
    button(editor, "Save as own look…").click()
    assert "has a look called 'Skin' already" in refused.pop()
    name_it("  My   look ")
    button(editor, "Save as own look…").click()
    assert session.looks.all == (OwnLook("My look", edited),)
    assert (pane.view.preset, pane.view.voxel_look) == ("My look", edited)
    assert pane.controls.preset.text() == "My look ▾"
    pane.set_preset("glass")
    pane.set_preset("my look")
    assert pane.view.voxel_look == edited
    show_study(session, marker_study())
    pane.bring_up_to_date()
    assert pane.view.voxel_look == edited  # it stays for the next study


def popup_at(qtbot: QtBot, pane: VolumePane, name: str) -> LookPopup:
    pane.offer_looks()
    popup = pane.findChild(LookPopup)
    found = popup.list.findItems(name, Qt.MatchFlag.MatchExactly)
    popup.list.setCurrentItem(found[0])
    return popup


def test_own_looks_are_in_the_popup_to_be_renamed_and_deleted(
    qtbot: QtBot, pane: VolumePane, session: Session
) -> None:
    session.looks.save(OwnLook("Mine", PRESETS["hot"].look))
    pane.set_preset("Mine")
    name_it("Ours")
    qtbot.keyClick(popup_at(qtbot, pane, "Mine").list, Qt.Key.Key_F2)
    assert [one.name for one in session.looks.all] == ["Ours"]
    assert pane.view.preset == "Ours" and pane.controls.preset.text() == "Ours ▾"
    # Looks that everybody has stay.
    popup = popup_at(qtbot, pane, "Hot")
    qtbot.keyClick(popup.list, Qt.Key.Key_Delete)
    assert popup.isVisible()
    popup.close()
    with patch("brainviewer.gui.volume.looks.choice.ask", return_value=False):
        qtbot.keyClick(popup_at(qtbot, pane, "Ours").list, Qt.Key.Key_Delete)
    assert session.looks.all
    with patch("brainviewer.gui.volume.looks.choice.ask", return_value=True):
        qtbot.keyClick(popup_at(qtbot, pane, "Ours").list, Qt.Key.Key_Delete)
    assert not session.looks.all
    assert pane.view.preset == BRAIN and pane.view.voxel_look == USUAL


def test_a_look_deleted_elsewhere_is_named_so_and_ends_with_its_study(
    pane: VolumePane, session: Session, said: list[tuple[str, str]]
) -> None:
    own = OwnLook("dash", PRESETS["hot"].look)
    session.looks.save(own)
    pane.set_preset("dash")
    session.looks.delete(own)  # as another window does
    pane.look("L")
    assert "*" not in pane.controls.preset.text()
    assert pane.controls.preset.toolTip().endswith("Deleted: dash")
    assert pane.view.voxel_look == own.look  # what is seen does not change by itself
    assert not said
    show_study(session, marker_study())
    pane.bring_up_to_date()
    assert (pane.view.preset, pane.view.voxel_look) == (BRAIN, USUAL)
    assert pane.controls.preset.text() == "Brain ▾"
    assert any("no look called 'dash'" in text for _, text in said)


def test_an_unknown_look_is_told_and_the_usual_one_is_shown(
    pane: VolumePane, said: list[tuple[str, str]]
) -> None:
    pane.set_preset("gone")
    assert pane.view.preset == BRAIN
    assert any("no look called 'gone'" in text for _, text in said)


@pytest.fixture
def real(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a 3D view."""
    monkeypatch.delenv("BRAINVIEWER_NO_3D")


def test_what_is_edited_is_seen_and_stands_over_a_histogram(
    real: None, qtbot: QtBot, window: MainWindow, session: Session
) -> None:
    show_study(session, marker_study())
    pane = window.volume
    before = pane.render_image(*SIZE).astype(int)
    pane.looks.edit()
    editor = pane.findChild(LookEditor)
    qtbot.waitUntil(lambda: len(editor.curve._histogram.getData()[0]) > 50)
    editor.curve.choose(Point(OPACITY, 2))
    for _ in range(6):
        qtbot.keyClick(editor.curve, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert np.abs(pane.render_image(*SIZE) - before).mean() > 1
    editor.close()
