"""The original grids in the window: what panes paint, where, and what the status bar tells."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.study import Modality
from brainviewer.gui.main_window import MainWindow
from brainviewer.painting.text.captions import slice_captions
from tests.gui.conftest import show_study
from tests.gui.hands import drag, wheel
from tests.phantoms import marker_finding, marker_position
from tests.several_grids import SeveralGrids, several_grids

pytestmark = pytest.mark.window
T1 = Modality.T1
HERE = QPointF(60, 50)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeveralGrids]:
    yield several_grids(Path(tmp_path_factory.mktemp("scan")))


@pytest.fixture
def window(window: MainWindow, scanned: SeveralGrids) -> MainWindow:
    show_study(window.session, scanned.study, marker_finding(scanned.study))
    window.session.view.place_cursor(marker_position(scanned.study.grid))
    return window


def test_the_switch_shows_the_voxels_of_the_file_and_nothing_jumps(
    window: MainWindow, scanned: SeveralGrids
) -> None:
    view, pane = window.session.view, window.grid.panes[1]
    assert pane.modality is T1
    before = pane.scene
    assert pane.geometry_mm is not None and before is not None
    scale, title = pane.geometry_mm.pixels_per_mm, slice_captions(before, pane.geometry_mm)
    at = pane.geometry_mm.to_pixels([window.session.state.cursor])[0]
    view.toggle_original_grids()
    scene = pane.scene
    assert scene is not None and pane.geometry_mm is not None
    values, grid = scanned.stored[T1]
    index = round(float(grid.to_voxel(scene.view.to_world(scene.index, (0, 0)))[0][2]))
    shown = np.sort(scene.view.cut(scene.study.volumes[T1].data, scene.index), axis=None)
    np.testing.assert_array_equal(shown, np.sort(values[:, :, index], axis=None))
    assert pane.geometry_mm.pixels_per_mm == pytest.approx(scale)
    moved = pane.geometry_mm.to_pixels([window.session.state.cursor])[0] - at
    assert moved.manhattanLength() < 1e-6
    assert slice_captions(scene, pane.geometry_mm).plane == "axial, original grid"
    view.toggle_original_grids()
    assert pane.scene is not None and pane.geometry_mm is not None
    assert slice_captions(pane.scene, pane.geometry_mm) == title
    assert pane.index == before.index


@pytest.mark.parametrize("wider", [0, 1, 2, 3])
def test_zoom_and_pan_stay_linked_in_millimetres(window: MainWindow, wider: int) -> None:
    window.resize(window.width() + wider, window.height() + wider)
    QApplication.processEvents()
    window.session.view.toggle_original_grids()
    first, second = window.grid.panes[:2]
    assert first.geometry_mm is not None and second.geometry_mm is not None
    second.move_camera(second.geometry_mm.zoomed(3.0, QPointF(40, 30)))
    cursor = [window.session.state.cursor]
    places = []
    for pane in (first, second):
        assert pane.geometry_mm is not None
        # Panes that share an odd number of pixels differ by one, and so does what fits into them.
        scale = pytest.approx(second.geometry_mm.pixels_per_mm, rel=0.01)
        assert pane.geometry_mm.pixels_per_mm == scale
        middle = QPointF(pane.width() / 2, pane.height() / 2)
        away = pane.geometry_mm.to_pixels(cursor)[0] - middle
        places.append(away / pane.geometry_mm.pixels_per_mm)
    assert (places[0] - places[1]).manhattanLength() < 1e-6  # mm
    before = second.geometry_mm.centre
    window.session.view.toggle_original_grids()
    window.session.view.toggle_original_grids()
    assert second.geometry_mm.centre == pytest.approx(before)


def test_the_wheel_goes_by_the_slices_of_the_pane(window: MainWindow) -> None:
    window.session.view.toggle_original_grids()
    pane = window.grid.panes[1]
    here = pane.index
    wheel(pane, HERE)
    assert abs(pane.index - here) == 1


@pytest.mark.parametrize("before", [False, True])
def test_a_drag_draws_nothing_there_and_it_is_said_where_it_does(
    window: MainWindow, before: bool
) -> None:
    session, pane, ruler = window.session, window.grid.panes[1], window.actions_by_id["tool-ruler"]
    if before:
        ruler.trigger()
    window.actions_by_id["original-grids"].trigger()
    assert ruler.isEnabled()
    if not before:
        assert window.status._values.text().startswith("FLAIR ")
        ruler.trigger()
    said = "Annotations are drawn with all sequences on one grid; see View, Original grids."
    assert window.status._values.text() == said
    windows = dict(session.state.windows)
    drag(pane, HERE, HERE + QPointF(30, 10))
    assert session.state.annotations == () and session.state.windows == windows
    assert window.status._values.text() == said  # the pointer is on the image
    assert pane.cursor().shape() is Qt.CursorShape.ForbiddenCursor
    window.actions_by_id["original-grids"].trigger()
    assert window.status._values.text().startswith("FLAIR ")
    drag(pane, HERE, HERE + QPointF(30, 10))
    (drawn,) = session.state.annotations
    assert drawn.kind is Kind.RULER


def test_the_status_bar_tells_the_value_of_the_file(
    qtbot: QtBot, window: MainWindow, scanned: SeveralGrids
) -> None:
    window.session.view.toggle_original_grids()
    values, grid = scanned.stored[T1]
    voxel = grid.nearest_voxel(window.session.state.cursor)
    window.session.view.place_cursor(grid.to_world(voxel))
    assert f"T1 {values[voxel]}" in window.status._values.text()
