"""A study whose answer is tested in the window: a part hidden by hand, sequences left out."""

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from brainviewer.app.exporting.exports import ExportRequest
from brainviewer.app.session import Session
from brainviewer.app.state import Layout, Tool
from brainviewer.app.status import Status
from brainviewer.core.slices import Plane
from brainviewer.core.study import Study
from brainviewer.gui import image_colours
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.result.occlusion import A_TEST, WhatIfPanel
from brainviewer.gui.panels.result.probability_bars import ChangeTable
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.what_if.left_out_table import LeftOutTable
from brainviewer.painting import palette
from brainviewer.painting.text.captions import slice_captions
from tests.gui.conftest import show_study
from tests.gui.eyes import texts
from tests.gui.hands import NONE, drag, key, move, press, release, wheel
from tests.phantoms import marker_finding
from tests.unit.app.study_tests import NO_T1, ToyTyping, toy_answer

pytestmark = pytest.mark.window
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> ToyTyping:
    return ToyTyping(monkeypatch)


@pytest.fixture
def window(window: MainWindow, session: Session, study: Study, typing: ToyTyping) -> MainWindow:
    """A study with its answer."""
    show_study(session, study, marker_finding(study))
    session.classification.run()
    assert session.state.classification_status is Status.DONE
    typing.asked.clear()
    return window


@pytest.fixture
def panel(window: MainWindow) -> WhatIfPanel:
    """The test is open, with a brush that leaves some of the small lesion."""
    window.actions_by_id["what-if"].trigger()
    window.session.occlusion.set_brush(4)
    return window.findChild(WhatIfPanel)


def middle_of_lesion(pane: SlicePane) -> QPointF:
    """On the pane, in the slice that it shows."""
    cut = pane.view.cut(pane.state.finding.mask, pane.index)
    row, column = np.argwhere(cut).mean(axis=0)
    return pane.geometry_mm.image_transform.map(QPointF(column + 0.5, row + 0.5))


def cover(pane: SlicePane, **how: object) -> None:
    """Paint over the middle of the lesion."""
    place = middle_of_lesion(pane)
    drag(pane, place, place + QPointF(1, 1), **how)


def named(widget: object, text: str) -> QPushButton:
    return next(b for b in widget.findChildren(QPushButton) if b.text() == text)


def test_a_stroke_hides_a_part_in_every_pane_and_done_brings_it_back(
    window: MainWindow, panel: WhatIfPanel
) -> None:
    state, pane = window.session.state, window.grid.shown[0]
    window.session.occlusion.set_brush(4)
    study, before = state.study, state.classification
    press(pane, middle_of_lesion(pane))
    move(pane, middle_of_lesion(pane) + QPointF(1, 0))
    assert not state.occlusion.edits.edited  # only marked so far
    assert pane.covering
    release(pane, middle_of_lesion(pane) + QPointF(1, 0))
    test = state.occlusion
    assert test.status is Status.DONE
    assert 0 < (test.edits.region & state.finding.mask).sum() < state.finding.mask.sum()
    said = texts(panel)
    assert "PART HIDDEN" in said
    assert "Hidden: " in said
    assert "of the lesion (" in said
    assert A_TEST in said
    rows = texts(panel.findChild(ChangeTable)).splitlines()
    assert {"A", "O", "G", "before", "after", "change"} <= set(rows)
    for one in window.grid.shown:
        scene = one.scene
        assert scene.study.edited
        assert scene.painted_over is test.edits.region
        warnings = slice_captions(scene, one.geometry_mm).warnings
        assert ("PART HIDDEN", palette.CAUTION) in warnings
    other = window.grid.shown[1]
    framed = other.grab().toImage().pixelColor(1, other.height() // 2)
    assert framed == image_colours.CAUTION
    # The card below is that of the study as it is.
    assert "ORIGINAL" in texts(window.result)
    assert state.classification is before
    named(panel, "Done").click()
    assert not panel.isVisible()
    assert pane.scene.study is study
    assert pane.scene.painted_over is None
    assert other.grab().toImage().pixelColor(1, other.height() // 2) != image_colours.CAUTION
    assert "GLIOMA TYPE" in texts(window.result)


@pytest.mark.parametrize("plane", Plane)
def test_a_stroke_hides_what_it_covers_in_every_plane(
    window: MainWindow, panel: WhatIfPanel, plane: Plane
) -> None:
    state = window.session.state
    window.session.view.set_layout(Layout.THREE_PLANES)
    pane = next(one for one in window.grid.shown if one.plane is plane)
    named(panel, "One slice").click()
    window.session.occlusion.set_brush(6)
    cover(pane)
    region = state.occlusion.edits.region
    assert region[state.study.grid.nearest_voxel(state.finding.position_mm)]
    cut = pane.view.cut(region, pane.index)
    assert cut.sum() == region.sum()  # no other slice
    height, width = pane.view.pixel_spacing
    assert 4 <= np.ptp(np.flatnonzero(cut.any(axis=1))) * height <= 9
    assert 4 <= np.ptp(np.flatnonzero(cut.any(axis=0))) * width <= 9


def test_shift_shows_again_undo_and_reset_take_back(window: MainWindow, panel: WhatIfPanel) -> None:
    state, pane = window.session.state, window.grid.shown[0]
    window.session.occlusion.set_brush(8)
    cover(pane)
    whole = state.occlusion.edits.region.sum()
    window.session.occlusion.set_brush(3)
    cover(pane, modifiers=SHIFT)
    assert 0 < state.occlusion.edits.region.sum() < whole
    window.actions_by_id["undo"].trigger()
    assert state.occlusion.edits.region.sum() == whole
    window.actions_by_id["redo"].trigger()
    assert state.occlusion.edits.region.sum() < whole
    named(panel, "Reset").click()
    assert not state.occlusion.edits.edited
    assert not pane.scene.study.edited
    assert "Nothing is painted over yet" in texts(panel)
    assert "PART HIDDEN" not in texts(panel)
    assert state.annotations == ()


def test_escape_lets_go_of_a_stroke(window: MainWindow, panel: WhatIfPanel) -> None:
    pane = window.grid.shown[0]
    press(pane, middle_of_lesion(pane))
    key(pane, Qt.Key.Key_Escape)
    release(pane, middle_of_lesion(pane))
    assert not window.session.state.occlusion.edits.edited
    assert not pane.covering


def test_the_wheel_sets_the_brush_and_with_alt_scrolls(
    window: MainWindow, panel: WhatIfPanel
) -> None:
    state, pane = window.session.state, window.grid.shown[0]
    brush, index = state.occlusion.brush, pane.index
    wheel(pane, QPointF(100, 100), 120)
    assert state.occlusion.brush > brush
    assert pane.index == index
    assert f"{state.occlusion.brush} mm" in texts(panel)
    wheel(pane, QPointF(100, 100), 120, modifiers=Qt.KeyboardModifier.AltModifier)
    assert pane.index != index


def test_tilted_planes_take_no_stroke(
    window: MainWindow, panel: WhatIfPanel, turned: Callable[[], None]
) -> None:
    pane = window.grid.shown[0]
    turned()
    assert pane.view.oblique
    press(pane, QPointF(100, 100))
    release(pane, QPointF(120, 100))
    assert not window.session.state.occlusion.edits.edited
    move(pane, QPointF(110, 100), button=NONE)
    assert pane.cursor().shape() is Qt.CursorShape.ForbiddenCursor


@pytest.fixture
def turned(window: MainWindow) -> Callable[[], None]:
    def turn() -> None:
        window.session.reformations.turn_planes(Plane.SAGITTAL, 0.3)

    return turn


def test_leaving_out_stands_in_a_table_and_another_age_is_a_row(
    window: MainWindow, panel: WhatIfPanel, typing: ToyTyping
) -> None:
    state = window.session.state
    assert typing.asked == []  # nothing is asked before it is wanted
    named(panel, "Leave out").click()
    table = panel.findChild(LeftOutTable)
    said = texts(table)
    for row in ("as it is", "without FLAIR", "without T1ce", "This model does not look at T2."):
        assert row in said
    assert NO_T1 in said
    assert "0.80" in said
    assert not named(table, "Cancel").isVisible()
    table._age.setText("30")
    QTest.keyClick(table._age, Qt.Key.Key_Return)
    assert "age 30" in texts(table)
    assert table._age.text() == ""
    assert state.age_years is None
    table._age.setText("forty")
    QTest.keyClick(table._age, Qt.Key.Key_Return)
    assert "age forty" not in texts(table)
    asked = len(typing.asked)
    named(panel, "Hide a part").click()
    named(panel, "Leave out").click()
    assert len(typing.asked) == asked  # the answers are there


def test_a_refused_study_is_tested_and_says_the_same_once(
    window: MainWindow, typing: ToyTyping
) -> None:
    state = window.session.state
    refused = toy_answer(state.study, in_scope=False, reason=NO_T1, classes={}, predicted="")
    state.show_classification(refused, Status.DONE)
    window.actions_by_id["what-if"].trigger()
    panel = window.findChild(WhatIfPanel)
    named(panel, "Leave out").click()
    said = texts(panel.findChild(LeftOutTable))
    assert said.count(NO_T1) == 1
    assert "refused as it is" in said
    named(panel, "Hide a part").click()
    window.session.occlusion.set_brush(4)
    cover(window.grid.shown[0])
    assert f"The study was out of scope. {NO_T1}" in texts(panel)


def test_without_an_answer_the_button_says_what_to_do(
    window: MainWindow, session: Session, study: Study
) -> None:
    assert named(window.result, "What if?").isEnabled()
    session.state.show_classification(None, Status.NOT_RUN, "No lesion was found.")
    button = named(window.result, "What if?")
    assert not button.isEnabled()
    assert "classify first" in button.toolTip()
    assert not window.actions_by_id["what-if"].isEnabled()


def test_a_stale_answer_is_said_in_both_places(window: MainWindow, panel: WhatIfPanel) -> None:
    cover(window.grid.shown[0])
    window.session.classification.mark_stale("The tumour was looked for again.")
    assert "Classify again; the test follows." in texts(panel)
    assert not panel.findChild(ChangeTable).isVisible()
    named(panel, "Leave out").click()
    assert "Classify again; the test follows." in texts(panel.findChild(LeftOutTable))
    window.session.classification.run()
    assert "as it is" in texts(panel.findChild(LeftOutTable))
    named(panel, "Hide a part").click()
    assert panel.findChild(ChangeTable).isVisible()


def test_the_panel_never_makes_the_window_higher_or_wider(
    window: MainWindow, panel: WhatIfPanel
) -> None:
    cover(window.grid.shown[0])
    window.resize(1200, 700)
    QTest.qWait(50)
    assert window.minimumSizeHint().height() <= 700
    assert panel.minimumSizeHint().width() <= 400
    for text in ("Leave out", "Hide a part"):
        named(panel, text).click()
        QTest.qWait(50)
        assert window.height() == 700
    assert all(label.width() > 0 for label in panel.findChildren(QLabel) if label.isVisible())


def test_what_leaves_for_a_pacs_is_never_a_test(
    window: MainWindow, panel: WhatIfPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    cover(window.grid.shown[0])
    asked: list[object] = []
    monkeypatch.setattr(window.export_image, "_ask_dicom", asked.append)
    window.export_image.ask_dicom()
    assert asked == []
    figure = window.export_image._figure(ExportRequest(), np.zeros((9, 9, 3), np.uint8))
    assert figure.study.edited
    named(panel, "Done").click()
    window.export_image.ask_dicom()
    assert len(asked) == 1


def test_the_tool_comes_back_and_images_keep_their_own_words(
    window: MainWindow, panel: WhatIfPanel
) -> None:
    state = window.session.state
    assert state.tool is Tool.BRUSH
    assert "WHAT IF?" in texts(panel)
    window.actions_by_id["what-if"].trigger()
    assert state.tool is Tool.WINDOW
