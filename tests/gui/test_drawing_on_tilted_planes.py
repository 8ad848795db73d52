"""Drawing and measuring by hand on tilted planes, on real panes."""

import math
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Layout, Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality
from brainviewer.gui.panels.annotations import describe
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting.annotations import label_lines
from tests.gui.conftest import show_study
from tests.gui.hands import NONE, click, double_click, drag, move
from tests.phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_position,
    marker_study,
    oblique_grid,
)

pytestmark = pytest.mark.window
GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES} | {"tilted": oblique_grid()}


@pytest.fixture
def grid(qtbot, shown: Session) -> PaneGrid:
    shown.view.set_layout(Layout.THREE_PLANES)
    grid = PaneGrid(shown)
    grid.resize(900, 600)
    qtbot.addWidget(grid)
    grid.show()
    shown.view.set_cursor(marker_position(shown.state.study.grid))
    shown.reformations.turn_planes(Plane.SAGITTAL, 0.35)
    shown.reformations.turn_planes(Plane.CORONAL, -0.25)
    return grid


def pane_of(grid: PaneGrid, plane: Plane = Plane.AXIAL) -> SlicePane:
    return next(pane for pane in grid.shown if pane.plane is plane)


def middle_of(pane: SlicePane) -> QPointF:
    return pane.geometry_mm.to_pixels([pane.state.cursor])[0]


def drawn(pane: SlicePane, tool: Tool, *by: tuple[float, float]) -> Annotation:
    """The last annotation after a drag, or clicks, around the cursor."""
    pane.session.view.set_tool(tool)
    places = [middle_of(pane) + QPointF(x, y) for x, y in by]
    before = len(pane.state.annotations)
    if len(places) == 2:
        drag(pane, *places)
    else:
        for place in places:
            move(pane, place, NONE)
            click(pane, place)
    assert len(pane.state.annotations) == before + 1
    return pane.state.annotations[-1]


def test_a_length_drawn_in_pixels_is_right_in_mm_for_every_file_and_convention(qtbot):
    for name, convention in product(GRIDS, Convention):
        study = marker_study(GRIDS[name], (Modality.T1,))
        session = Session(lambda function: function(), Settings())
        try:
            show_study(session, study)
            session.view.set_convention(convention)
            session.view.set_cursor(marker_position(study.grid))
            session.reformations.turn_planes(Plane.SAGITTAL, 0.35)
            pane = SlicePane(session, Modality.T1, Plane.AXIAL)
            pane.resize(300, 300)
            qtbot.addWidget(pane)
            pane.refresh()
            ruler = drawn(pane, Tool.RULER, (0, 0), (24, 32))
            assert ruler.tilt is not None
            assert ruler.length == pytest.approx(40 * pane.geometry_mm.mm_per_pixel, rel=1e-6)
            assert np.abs(ruler.tilt.depths(ruler.points)).max() < 1e-6
            assert np.allclose(ruler.points[0], marker_position(study.grid), atol=1e-6)
            # Those that were drawn in the other convention lie there as well.
            assert pane.annotations() == session.state.annotations
            assert pane.annotations()[-1] == ruler
        finally:
            session.close()


@pytest.mark.parametrize(
    ("tool", "places"),
    [
        (Tool.RULER, ((0, 0), (40, 30))),
        (Tool.BIDIRECTIONAL, ((-30, 0), (30, 20))),
        (Tool.ANGLE, ((40, 0), (0, 0), (0, 40))),
        (Tool.COBB, ((0, 0), (40, 0), (0, 30), (40, 60))),
        (Tool.RECTANGLE, ((-20, -20), (20, 20))),
        (Tool.ELLIPSE, ((-20, -20), (20, 20))),
        (Tool.ARROW, ((-20, -20), (20, 20))),
    ],
    ids=lambda value: str(value) if isinstance(value, Tool) else "",
)
@pytest.mark.parametrize("plane", [Plane.AXIAL, Plane.CORONAL])
def test_every_tool_draws_and_takes_it_back(grid, shown, tool, places, plane):
    pane = pane_of(grid, plane)
    made = drawn(pane, tool, *places)
    assert made.tilt is not None and made.plane is plane
    assert pane.annotations() == (made,)
    assert not any(other.annotations() for other in grid.shown if other.plane is not plane)
    pane.grab()
    for line in label_lines(made, pane.view, shown.state.study):
        assert "nan" not in line
    tilt = f"{plane} oblique {made.tilt.tilt_degrees(shown.state.study.grid, plane):.0f}°"
    assert tilt in describe(shown.state, made)
    shown.annotations.undo()
    assert shown.state.annotations == ()
    shown.annotations.redo()
    assert shown.state.annotations == (made,)


def test_polygon_freehand_probe_and_star(grid, shown):
    pane = pane_of(grid)
    corners = [middle_of(pane) + QPointF(x, y) for x, y in ((0, 0), (40, 0), (40, 40))]
    shown.view.set_tool(Tool.POLYGON)
    for corner in corners:
        move(pane, corner, NONE)
        click(pane, corner)
    double_click(pane, corners[-1])
    (polygon,) = shown.state.annotations
    assert polygon.kind is Kind.POLYGON and len(polygon.points) == 3
    assert np.abs(polygon.tilt.depths(polygon.points)).max() < 1e-6
    for tool, up in ((Tool.PROBE, -30), (Tool.KEY_IMAGE, -90)):
        shown.view.set_tool(tool)
        click(pane, middle_of(pane) + QPointF(-50, up))
    assert [one.tilt is not None for one in shown.state.annotations] == [True] * 3


def test_it_is_seen_again_when_its_plane_is_and_the_list_brings_it_back(grid, shown):
    pane = pane_of(grid)
    ruler = drawn(pane, Tool.RULER, (0, 0), (40, 30))
    known = shown.state.reformation.obliquity
    here = shown.state.cursor.copy()
    shown.view.step(Plane.AXIAL, 4, pane.view)
    assert pane.annotations() == ()
    shown.view.set_cursor(here)
    assert pane.annotations() == (ruler,)
    shown.reformations.turn_planes(Plane.SAGITTAL, 0.1)
    assert pane.annotations() == ()
    shown.reformations.straighten()
    assert pane.annotations() == ()
    shown.view.show_annotation(ruler)
    assert pane.view.oblique and pane.annotations() == (ruler,)
    places = pane.geometry_mm.to_pixels(ruler.points)
    assert math.hypot((places[1] - places[0]).x(), (places[1] - places[0]).y()) == pytest.approx(
        ruler.length / pane.geometry_mm.mm_per_pixel, rel=1e-6
    )
    # Planes that show it already stay as they are, with the third plane.
    shown.reformations.restore_planes(known)
    shown.view.show_annotation(ruler)
    assert shown.state.reformation.obliquity == known


def test_a_jump_goes_to_its_plane_from_another_layout_and_over_the_border_of_the_data(grid, shown):
    pane = pane_of(grid, Plane.SAGITTAL)
    far = drawn(pane, Tool.RULER, (0, 0), (900, 700))
    shown.view.set_layout(Layout.ONE_LARGE)
    shown.view.set_plane(Plane.CORONAL)
    shown.reformations.straighten()
    shown.view.show_annotation(far)
    (large,) = (one for one in grid.shown if one.plane is Plane.SAGITTAL)
    assert large.annotations() == (far,)


def test_it_is_moved_on_its_plane(grid, shown):
    pane = pane_of(grid)
    ruler = drawn(pane, Tool.RULER, (0, 0), (40, 30))
    shown.view.set_tool(Tool.CURSOR)
    # The same plane, counted from another place: its slices lie a little beside it.
    obliquity = ruler.tilt.obliquity(shown.state.study.grid, Plane.AXIAL)
    turned = obliquity.turned(
        shown.state.study.grid, (1, 0, 0), 0.0, np.array(obliquity.pivot) + 0.4 * pane.view.normal
    )
    shown.reformations.restore_planes(turned)
    assert pane.annotations() == (ruler,)
    start, end = pane.geometry_mm.to_pixels(ruler.points)
    drag(pane, (start + end) / 2, (start + end) / 2 + QPointF(-25, 10))
    (moved,) = shown.state.annotations
    assert moved != ruler and moved.length == pytest.approx(ruler.length, abs=1e-6)
    assert moved.tilt == ruler.tilt
    assert np.abs(moved.tilt.depths(moved.points)).max() < 1e-6
    # Its end, far beyond the data, stays inside and on the plane.
    start, end = pane.geometry_mm.to_pixels(moved.points)
    drag(pane, end, end + QPointF(2000, 1500))
    (pulled,) = shown.state.annotations
    assert np.abs(pulled.tilt.depths(pulled.points)).max() < 1e-6
    assert shown.state.study.grid.contains(pulled.points[1])


def test_diameters_stay_perpendicular_on_a_tilted_plane(grid, shown):
    pane = pane_of(grid)
    pair = drawn(pane, Tool.BIDIRECTIONAL, (-30, 0), (30, 20))
    shown.view.set_tool(Tool.CURSOR)
    place = pane.geometry_mm.to_pixels(pair.points)[1]
    drag(pane, place, place + QPointF(10, 25))
    (turned,) = shown.state.annotations
    a, b, c, d = map(np.array, turned.points)
    assert turned != pair and abs((b - a) @ (d - c)) < 1e-6
    assert np.abs(turned.tilt.depths(turned.points)).max() < 1e-6


def test_a_slice_of_the_study_and_a_tilted_plane_do_not_share(grid, shown):
    pane = pane_of(grid)
    tilted = drawn(pane, Tool.RULER, (0, 0), (40, 30))
    shown.reformations.straighten()
    straight = drawn(pane, Tool.RULER, (0, 0), (40, 30))
    assert straight.tilt is None and pane.annotations() == (straight,)
    shown.view.show_annotation(tilted)
    assert pane.annotations() == (tilted,)
    shown.view.show_annotation(straight)
    assert not pane.view.oblique and pane.annotations() == (straight,)
