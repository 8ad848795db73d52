"""The segmentation is corrected by hand: brush, lasso, cut and growing, on every pane."""

from itertools import cycle, product

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from brainviewer.app.session import Session
from brainviewer.app.state import Layout, Tool
from brainviewer.app.status import Status
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.segments import LesionPart
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.correction import CorrectionPanel
from brainviewer.gui.panes.slice_pane import SlicePane
from tests.gui.conftest import show_study
from tests.gui.hands import NONE, click, drag, key, move, press, release, wheel
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_position,
    marker_study,
    with_parts,
)

pytestmark = pytest.mark.window
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def correcting(window: MainWindow, study: Study) -> MainWindow:
    """The brush is in the hand, over a lesion with parts."""
    show_study(window.session, study, with_parts(marker_finding(study), study))
    window.session.view.set_tool(Tool.PAINT)
    QApplication.processEvents()
    return window


def place(pane: SlicePane, position_mm: np.ndarray) -> QPointF:
    assert pane.geometry_mm is not None
    return pane.geometry_mm.to_pixels([position_mm])[0]


def labels(session: Session) -> np.ndarray:
    assert session.state.editing.labels is not None
    return session.state.editing.labels


def beside(study: Study, by: tuple[float, float, float] = (20.0, 0.0, 0.0)) -> np.ndarray:
    return marker_position(study.grid) + np.array(by)


@pytest.mark.parametrize("cases", [AXIS_CASES[n::6] for n in range(6)], ids=range(6))
def test_the_brush_is_never_on_the_wrong_side(window: MainWindow, cases) -> None:
    session = window.session
    session.view.set_layout(Layout.THREE_PLANES)
    session.correction._measuring.ask = lambda *_: None  # the labels are looked at
    turns = cycle(DisplayTurn(*turn) for turn in product(range(4), (False, True)))
    for case in cases:
        study = marker_study(grid_of(*case))
        show_study(session, study, marker_finding(study))
        session.view.set_tool(Tool.PAINT)
        session.correction.set(diameter_mm=7.0, ball=False)
        for convention in Convention:
            session.view.set_convention(convention)
            for plane in Plane:  # and however the display is turned
                state = session.state
                state.reformation = state.reformation.with_turn(plane, next(turns))
            session.state.reformation_changed.emit()
            for pane in window.grid.shown:
                session.correction.clear()
                # The opposite of where a wrong flip would put it: right, behind and below.
                wanted = study.grid.centre + np.array((9.0, -12.0, -8.0))
                session.view.set_cursor(wanted.tolist())
                click(pane, place(pane, session.state.cursor))
                painted = study.grid.to_world(np.argwhere(labels(session)))
                assert len(painted) > 3, (case_name(case), pane.plane, convention)
                away = np.linalg.norm(painted - session.state.cursor, axis=1)
                assert away.max() <= 4.6, (case_name(case), pane.plane, convention)
                assert np.linalg.norm(painted.mean(axis=0) - session.state.cursor) < 1.5


def test_a_stroke_is_a_step_and_shift_erases_it(correcting: MainWindow, study: Study) -> None:
    session, pane = correcting.session, correcting.grid.panes[0]
    session.correction.set(part=LesionPart.NECROSIS, diameter_mm=6.0)
    found = session.state.finding
    assert found is not None and found.measurements is not None
    a, b = place(pane, beside(study)), place(pane, beside(study, (26.0, 8.0, 0)))
    drag(pane, a, b)
    finding = session.state.finding
    assert finding is not None and finding.correction is not None
    assert finding.correction.tools == ("brush",)
    added = (labels(session) == LesionPart.NECROSIS) & (found.parts == 0)
    assert added.any() and len(np.unique(np.argwhere(added)[:, 2])) == 1
    drag(pane, a, b, modifiers=SHIFT)
    assert session.state.finding is found  # what was painted is erased
    correcting.actions_by_id["undo"].trigger()
    assert np.array_equal(labels(session) == LesionPart.NECROSIS, added | (found.parts == 1))
    correcting.actions_by_id["undo"].trigger()
    assert session.state.finding is found
    assert not correcting.actions_by_id["undo"].isEnabled()
    assert correcting.actions_by_id["redo"].isEnabled()


def test_a_ball_paints_neighbouring_slices_too(correcting: MainWindow, study: Study) -> None:
    session, pane = correcting.session, correcting.grid.panes[1]
    correcting.actions_by_id["brush-ball"].trigger()
    assert session.state.editing.ball
    before = session.state.finding
    assert before is not None
    click(pane, place(pane, beside(study)))
    changed = labels(session) != before.parts
    assert len(np.unique(np.argwhere(changed)[:, 2])) > 2


def test_the_wheel_sets_the_size_and_with_alt_it_scrolls(correcting: MainWindow) -> None:
    session, pane = correcting.session, correcting.grid.panes[0]
    at, index = QPointF(100, 100), pane.index
    size = session.state.editing.diameter_mm
    wheel(pane, at)
    assert session.state.editing.diameter_mm > size and pane.index == index
    for _ in range(60):
        wheel(pane, at, -120)
    assert session.state.editing.diameter_mm == 1.0
    wheel(pane, at, 120, ALT)
    assert pane.index != index
    session.view.set_tool(Tool.WINDOW)
    wheel(pane, at, -120)
    assert pane.index == index


def test_keys_choose_tools_and_parts(correcting: MainWindow) -> None:
    session, actions = correcting.session, correcting.actions_by_id
    for name, part in (
        ("part-enhancing", LesionPart.ENHANCING),
        ("part-necrosis", LesionPart.NECROSIS),
        ("part-oedema", LesionPart.OEDEMA),
    ):
        actions[name].trigger()
        assert session.state.editing.part is part
        assert actions[name].isChecked()
    actions["over-outside"].trigger()
    assert session.state.editing.over == 0
    for name, tool in (
        ("tool-lasso", Tool.LASSO),
        ("tool-cut", Tool.CUT),
        ("tool-grow", Tool.GROW),
    ):
        actions[name].trigger()
        assert session.state.tool is tool


def test_escape_gives_a_stroke_up(correcting: MainWindow, study: Study) -> None:
    session, pane = correcting.session, correcting.grid.panes[0]
    found = session.state.finding
    at = place(pane, beside(study))
    press(pane, at)
    move(pane, at + QPointF(9, 4))
    assert found is not None and not np.array_equal(labels(session), found.parts)
    key(pane, Qt.Key.Key_Escape)
    release(pane, at + QPointF(9, 4))
    assert np.array_equal(labels(session), found.parts)
    assert session.state.finding is found
    assert not session.state.editing.can_undo


def test_what_is_painted_shows_before_it_is_measured(correcting: MainWindow, study: Study) -> None:
    session, pane = correcting.session, correcting.grid.panes[0]
    session.correction._measuring.ask = lambda *_: None
    session.correction.set(diameter_mm=12.0, part=LesionPart.ENHANCING)
    at = place(pane, beside(study, (20.0, 7.0, 0.0)))
    move(pane, QPointF(3, 3), NONE)
    before = pane.grab().toImage().pixelColor(at.toPoint())
    click(pane, at)
    after = pane.grab().toImage().pixelColor(at.toPoint())
    assert after.blue() - after.red() > before.blue() - before.red() + 20
    other = correcting.grid.panes[2]  # the same slice of another sequence
    there = (
        other.grab().toImage().pixelColor(place(other, beside(study, (20.0, 7.0, 0.0))).toPoint())
    )
    assert there.blue() - there.red() > 20


def test_the_lasso_and_the_cut(correcting: MainWindow, study: Study) -> None:
    session, pane = correcting.session, correcting.grid.panes[0]
    session.view.set_tool(Tool.LASSO)
    middle = place(pane, beside(study))
    corners = [QPointF(-20, -20), QPointF(20, -20), QPointF(20, 20), QPointF(-20, 20)]
    press(pane, middle + corners[0])
    for corner in corners[1:]:
        move(pane, middle + corner)
    release(pane, middle + corners[-1])
    finding = session.state.finding
    assert finding is not None and finding.correction is not None and finding.parts is not None
    assert finding.correction.tools == ("lasso",)
    assert finding.parts[study.grid.nearest_voxel(beside(study))]
    session.view.set_tool(Tool.CUT)
    # The square hangs together with nothing else: cut it in two.
    drag(pane, middle + QPointF(8, -40), middle + QPointF(8, 40))
    assert session.state.finding is not None and session.state.finding.correction is not None
    assert session.state.finding.correction.tools == ("lasso", "cut")
    assert session.state.finding.parts is not None
    after = session.state.finding.parts
    assert np.count_nonzero(after) < np.count_nonzero(finding.parts)
    assert after[study.grid.nearest_voxel(beside(study))]


def test_a_click_grows_a_lesion_that_was_not_found(window: MainWindow, study: Study) -> None:
    session = window.session
    none = marker_finding(study)
    show_study(session, study)
    from dataclasses import replace

    nothing = replace(none, found=False, index=None, position_mm=None, mask=None, candidates=())
    session.state.show_finding(nothing, Status.DONE)
    session.view.set_cursor(marker_position(study.grid).tolist())
    session.view.set_tool(Tool.GROW)
    pane = window.grid.panes[0]
    click(pane, place(pane, marker_position(study.grid)))
    finding = session.state.finding
    assert finding is not None and finding.found and finding.correction is not None
    assert finding.correction.drawn
    there = none.mask
    assert finding.mask is not None and there is not None
    both = np.count_nonzero(finding.mask & there)
    assert 2 * both / (np.count_nonzero(finding.mask) + np.count_nonzero(there)) > 0.9
    press(pane, place(pane, marker_position(study.grid)), modifiers=SHIFT)
    release(pane, place(pane, marker_position(study.grid)), modifiers=SHIFT)
    assert session.state.finding is not None and not session.state.finding.found


def test_the_panel_is_there_with_the_tools_only(correcting: MainWindow, study: Study) -> None:
    session = correcting.session
    panel = correcting.findChild(CorrectionPanel)
    assert panel is not None and panel.isVisible()
    pane = correcting.grid.panes[0]
    QApplication.processEvents()
    below = correcting.volume.mapTo(correcting, QPoint())
    click(pane, place(pane, beside(study)))
    assert "Found by lesion, edited" in panel._origin.text()
    QApplication.processEvents()
    assert correcting.volume.mapTo(correcting, QPoint()) == below, "it moved under the hand"
    panel._reset.click()
    assert session.state.finding is not None and session.state.finding.correction is None
    panel._clear.click()
    assert not session.state.finding.found
    assert panel._origin.text().startswith("Drawn")
    session.view.set_tool(Tool.RULER)
    assert not panel.isVisible()


def test_nothing_is_painted_without_a_study_or_over_images_of_their_own(
    window: MainWindow,
) -> None:
    for name in ("tool-paint", "tool-lasso", "tool-cut", "tool-grow", "fill-holes"):
        assert not window.actions_by_id[name].isEnabled()
    window.session.view.set_tool(Tool.PAINT)
    assert window.session.correction.begin() is None


def test_all_planes_show_the_same_labels(correcting: MainWindow, study: Study) -> None:
    session = correcting.session
    session.view.set_layout(Layout.THREE_PLANES)
    axial = next(p for p in correcting.grid.shown if p.plane is Plane.AXIAL)
    click(axial, place(axial, beside(study)))
    for pane in correcting.grid.shown:
        assert pane.scene is not None and pane.scene.finding is session.state.finding
