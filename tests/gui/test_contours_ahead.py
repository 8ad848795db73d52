"""Contours are there before a slice is scrolled to."""

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.state import Layout
from brainviewer.core.hanging.hanging import BUILT_IN
from brainviewer.core.slices import Plane
from brainviewer.core.study import Study
from brainviewer.gui.panes.contour_cache import ContoursAhead
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.painting import canvas, slice_paths
from brainviewer.painting.slice_layers import SliceLayers
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, with_parts

pytestmark = pytest.mark.window


def shown(qtbot: QtBot, session: Session, study: Study) -> tuple[PaneGrid, QTimer]:
    """Panes with a study and its lesion, and the timer of what they make ahead."""
    grid = PaneGrid(session)
    qtbot.addWidget(grid)
    grid.resize(700, 600)
    grid.show()
    show_study(session, study, with_parts(marker_finding(study), study))
    return grid, grid.findChild(ContoursAhead).findChild(QTimer)


@pytest.mark.parametrize(
    ("layout", "planes"),
    [(Layout.FOUR_SEQUENCES, (Plane.AXIAL,)), (Layout.THREE_PLANES, tuple(Plane))],
)
def test_a_window_at_rest_makes_the_contours_of_every_slice_once(
    qtbot: QtBot,
    session: Session,
    study: Study,
    monkeypatch: pytest.MonkeyPatch,
    layout: Layout,
    planes: tuple[Plane, ...],
) -> None:
    made, painted = list[object](), list[object]()
    contour, image = slice_paths.contour_path, SliceLayers._contour_image
    monkeypatch.setattr(
        slice_paths, "contour_path", lambda *given: (made.append(given), contour(*given))[1]
    )
    monkeypatch.setattr(
        SliceLayers, "_contour_image", lambda *given: (painted.append(given), image(*given))[1]
    )
    session.state.hanging = BUILT_IN[layout]
    grid, timer = shown(qtbot, session, study)
    qtbot.waitUntil(lambda: not timer.isActive(), timeout=60_000)
    assert len(made) >= sum(session.state.view(plane).count for plane in planes)
    made.clear()
    painted.clear()
    written = canvas._text_image.cache_info().misses
    for plane in planes:
        for index in range(session.state.view(plane).count):
            session.view.go_to_slice(plane, index)
            grid.repaint()
    assert made == []
    assert painted == []
    assert canvas._text_image.cache_info().misses == written


def test_nothing_is_made_ahead_while_the_user_scrolls(
    qtbot: QtBot, session: Session, study: Study
) -> None:
    _, timer = shown(qtbot, session, study)
    qtbot.waitUntil(lambda: timer.interval() < 20, timeout=60_000)
    session.view.go_to_slice(Plane.AXIAL, 3)
    assert timer.isActive()
    assert timer.interval() >= 100
