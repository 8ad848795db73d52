"""Planes turned by hand, displays rotated and flipped, slabs, cine and magnifier, on real panes."""

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from brainviewer.app.exporting.exports import ExportRequest, request_figure
from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Layout, Tool
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.reformation.oblique import ObliqueView
from brainviewer.core.reformation.slab import Slab, SlabMode
from brainviewer.core.reformation.turn import DisplayTurn
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality
from brainviewer.core.view.overlays import Overlays
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.gui.panes.slice_strip import SliceStrip
from brainviewer.painting.figure import draw_figure
from tests.gui.hands import NONE, drag, key, move, press, release
from tests.phantoms import (
    AXIS_CASES,
    MARKER_VALUE,
    case_name,
    grid_of,
    marker_finding,
    marker_position,
    marker_study,
    oblique_grid,
)

pytestmark = pytest.mark.window
GRIDS = {case_name(case): grid_of(*case) for case in AXIS_CASES} | {"tilted": oblique_grid()}
BARE = Overlays(
    lesion=False, segmentation=False, heatmap=False, annotations=False, crosshair=False, text=False
)
TURNS = [DisplayTurn(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]


@pytest.fixture
def grid(qtbot, shown: Session) -> PaneGrid:
    shown.view.set_layout(Layout.THREE_PLANES)
    grid = PaneGrid(shown)
    grid.resize(900, 600)
    qtbot.addWidget(grid)
    grid.show()
    return grid


def pane_of(grid: PaneGrid, plane: Plane) -> SlicePane:
    return next(pane for pane in grid.shown if pane.plane is plane)


def cursor_on(pane: SlicePane) -> QPointF:
    return pane.geometry_mm.to_pixels([pane.state.cursor])[0]


def turned_about(middle: QPointF, at: QPointF, degrees: float) -> QPointF:
    by, turn = at - middle, math.radians(degrees)
    cosine, sine = math.cos(turn), math.sin(turn)
    return middle + QPointF(by.x() * cosine - by.y() * sine, by.x() * sine + by.y() * cosine)


def turn_by_hand(pane: SlicePane, degrees: float) -> None:
    """Drag a handle round the cursor, clockwise."""
    middle = cursor_on(pane)
    handle = pane.preview._handles.places(pane.geometry_mm)[0]
    press(pane, handle)
    for part in (0.25, 0.5, 0.75, 1.0):
        move(pane, turned_about(middle, handle, degrees * part))
    release(pane, turned_about(middle, handle, degrees))


def brightest(image: np.ndarray) -> tuple[float, float]:
    """x and y of the middle of what is nearly white."""
    rows, columns = np.nonzero(image.min(axis=2) > 200)
    assert rows.size
    return float(columns.mean() + 0.5), float(rows.mean() + 0.5)


def pixels(pane: SlicePane) -> np.ndarray:
    image = pane.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).astype(int)


class TestSides:
    """On the pixels, for all orders of a file, both conventions and turned displays."""

    @pytest.fixture(params=list(GRIDS))
    def session(self, request):
        study = marker_study(GRIDS[request.param])
        session = Session(lambda function: function(), Settings())
        state = session.state
        state.study = study
        state.finding = marker_finding(study)
        state.windows = {m: Window.between(0, MARKER_VALUE) for m in study.volumes}
        state.cursor = marker_position(study.grid)
        state.overlays = BARE
        yield session
        session.close()

    def test_the_marker_is_where_millimetres_and_letters_say(self, qtbot, session):
        pane = SlicePane(session, Modality.FLAIR, Plane.AXIAL)
        pane.resize(240, 200)
        qtbot.addWidget(pane)
        grid, state = session.state.study.grid, session.state
        for number, (convention, plane) in enumerate(product(Convention, Plane)):
            pane.plane = plane
            state.convention, state.plane = convention, plane
            session.reformations.straighten()
            session.reformations.turn_planes(Plane.SAGITTAL, 0.35)
            session.reformations.turn_planes(Plane.CORONAL, -0.25)
            turn = TURNS[(number * 3 + len(grid.orientation)) % 8]
            state.reformation = state.reformation.with_turn(plane, turn)
            pane.refresh()
            image = pixels(pane)
            x, y = brightest(image)
            at = pane.geometry_mm.to_pixels([marker_position(grid)])[0]
            assert math.hypot(at.x() - x, at.y() - y) < 1.5 * pane.geometry_mm.pixels_per_mm
            # The contour surrounds it.
            state.overlays = replace(BARE, lesion=True)
            ring = np.abs(pixels(pane) - image).max(axis=2) > 40
            rows, columns = np.nonzero(ring)
            assert math.hypot(columns.mean() - x, rows.mean() - y) < 3
            state.overlays = BARE
            # An exported image shows the same.
            figure = request_figure(state, ExportRequest(scale=1, result=False))
            scene = next(one for one in figure.panes if one.plane is plane)
            made = draw_figure(replace(figure, panes=(scene,), footer=False, result=False), 1)
            drawn_x, drawn_y = brightest(made.astype(int))
            middle_x, middle_y = made.shape[1] / 2, made.shape[0] / 2
            for one, other in ((x - 120, drawn_x - middle_x), (y - 100, drawn_y - middle_y)):
                assert abs(one) < 12 or one * other > 0


class TestTurningPlanes:
    def test_handles_lie_on_the_lines_of_the_crosshair(self, grid, shown):
        pane = pane_of(grid, Plane.AXIAL)
        assert not pane.preview.turns_planes, "other tools draw there"
        shown.view.set_tool(Tool.CURSOR)
        middle, places = cursor_on(pane), pane.preview._handles.places(pane.geometry_mm)
        assert len(places) == 4
        assert all(min(abs(p.x() - middle.x()), abs(p.y() - middle.y())) < 0.01 for p in places)
        move(pane, places[0], NONE)
        assert pane.cursor().shape() is Qt.CursorShape.PointingHandCursor
        assert not pane.preview.on_handle(middle)

    def test_dragging_one_turns_the_other_planes(self, grid, shown):
        shown.view.set_tool(Tool.CURSOR)
        shown.view.set_cursor(marker_position(shown.state.study.grid))
        cursor, axial = shown.state.cursor.copy(), pane_of(grid, Plane.AXIAL)
        where = {plane: cursor_on(pane_of(grid, plane)) for plane in Plane}
        turn_by_hand(axial, 20)
        assert not axial.view.oblique
        for plane in (Plane.CORONAL, Plane.SAGITTAL):
            pane = pane_of(grid, plane)
            assert isinstance(pane.view, ObliqueView)
            assert pane.view.tilt_degrees == pytest.approx(20, abs=0.1)
            # The cursor stays where it was, in the head and on the screen.
            by = cursor_on(pane) - where[plane]
            assert math.hypot(by.x(), by.y()) < 0.5
        assert np.allclose(shown.state.cursor, cursor)
        # The lines follow the hand: clockwise on the screen.
        lines = shown.state.reformation.lines(axial.view)
        x, y = lines[Plane.CORONAL]
        assert math.degrees(math.atan(y / x)) == pytest.approx(20, abs=0.1)

    @pytest.mark.parametrize("convention", list(Convention))
    @pytest.mark.parametrize("turn", TURNS[1:7:2])
    def test_lines_follow_the_hand_however_the_display_is_turned(
        self, grid, shown, convention, turn
    ):
        shown.view.set_tool(Tool.CURSOR)
        shown.view.set_convention(convention)
        for plane in Plane:
            shown.state.reformation = shown.state.reformation.with_turn(plane, turn)
        shown.state.reformation_changed.emit()
        pane = pane_of(grid, Plane.CORONAL)
        before = shown.state.reformation.lines(pane.view)[Plane.AXIAL]
        turn_by_hand(pane, 15)
        after = shown.state.reformation.lines(pane.view)[Plane.AXIAL]
        angle = math.degrees(math.atan2(after[1], after[0]) - math.atan2(before[1], before[0]))
        assert math.remainder(angle, 180) == pytest.approx(15, abs=0.1)

    def test_a_second_turn_about_another_place_moves_no_image(self, grid, shown):
        shown.view.set_tool(Tool.CURSOR)
        turn_by_hand(pane_of(grid, Plane.AXIAL), 25)
        there = marker_position(shown.state.study.grid)
        shown.view.set_cursor(there)
        pane = pane_of(grid, Plane.SAGITTAL)
        before = cursor_on(pane)
        shown.reformations.turn_planes(Plane.AXIAL, 1e-6)
        by = cursor_on(pane) - before
        assert math.hypot(by.x(), by.y()) < 2 * pane.geometry_mm.pixels_per_mm

    def test_escape_puts_the_planes_back(self, grid, shown):
        shown.view.set_tool(Tool.CURSOR)
        pane = pane_of(grid, Plane.AXIAL)
        handle = pane.preview._handles.places(pane.geometry_mm)[0]
        press(pane, handle)
        move(pane, turned_about(cursor_on(pane), handle, 30))
        assert shown.state.reformation.obliquity is not None
        key(pane, Qt.Key.Key_Escape)
        release(pane, handle)
        assert shown.state.reformation.obliquity is None

    @pytest.mark.parametrize("kept", [True, False])
    def test_thick_slices_are_coarse_only_while_a_hand_turns_them(self, grid, shown, kept):
        shown.view.set_tool(Tool.CURSOR)
        shown.reformations.set_slab(Slab(12.0, SlabMode.MAXIMUM))
        pane, other = pane_of(grid, Plane.AXIAL), pane_of(grid, Plane.CORONAL)
        handle = pane.preview._handles.places(pane.geometry_mm)[0]
        press(pane, handle)
        move(pane, turned_about(cursor_on(pane), handle, 15))
        move(pane, turned_about(cursor_on(pane), handle, 30))
        assert other.view.oblique and other.scene.slab.coarse
        assert not pane.scene.slab.coarse, "a plane of the study is cut as fast as it can be"
        hasty = pixels(other)
        assert not other.still.slab.coarse, "what is exported is whole"
        if kept:
            release(pane, turned_about(cursor_on(pane), handle, 30))
        else:
            key(pane, Qt.Key.Key_Escape)
            release(pane, handle)
        assert not shown.state.turning and not other.scene.slab.coarse
        assert kept is other.view.oblique
        if kept:
            assert (pixels(other) != hasty).any(), "it is painted anew"

    def test_the_tool_turns_from_anywhere_and_shows_what_it_turns(self, grid, shown):
        shown.view.set_overlay(crosshair=False)
        shown.view.set_tool(Tool.TURN_PLANES)
        pane = pane_of(grid, Plane.AXIAL)
        middle = cursor_on(pane)
        drag(pane, middle + QPointF(60, 0), turned_about(middle, middle + QPointF(60, 0), 40))
        assert shown.state.overlays.crosshair
        assert shown.state.reformation.tilt(pane.view.data_grid, Plane.CORONAL) == pytest.approx(40)
        shown.reformations.straighten()
        assert not any(one.view.oblique for one in grid.shown)

    def test_no_segmentation_is_edited_on_a_tilted_plane(self, grid, shown):
        shown.reformations.turn_planes(Plane.AXIAL, 0.4)
        pane = pane_of(grid, Plane.CORONAL)
        shown.view.set_tool(Tool.PAINT)
        before = shown.state.finding
        drag(pane, QPointF(60, 60), QPointF(120, 100))
        assert shown.state.finding is before
        move(pane, QPointF(60, 60), NONE)
        assert pane.cursor().shape() is Qt.CursorShape.ForbiddenCursor

    def test_what_lies_on_slices_of_the_study_is_gone_to_on_them(self, grid, shown):
        place = tuple(marker_position(shown.state.study.grid).tolist())
        shown.annotations.add(Annotation(Kind.PROBE, Plane.CORONAL, (place,), Modality.FLAIR))
        shown.reformations.turn_planes(Plane.AXIAL, 0.4)
        assert pane_of(grid, Plane.CORONAL).annotations() == ()
        shown.view.show_annotation(shown.state.annotations[0])
        assert len(pane_of(grid, Plane.CORONAL).annotations()) == 1

    def test_the_wheel_goes_along_the_normal(self, grid, shown):
        shown.reformations.turn_planes(Plane.AXIAL, 0.4)
        pane = pane_of(grid, Plane.CORONAL)
        before = shown.state.cursor.copy()
        shown.view.step(pane.plane, 3, pane.view)
        by = shown.state.cursor - before
        assert np.allclose(by / np.linalg.norm(by), pane.view.normal)

    def test_the_strip_follows_the_tilted_plane(self, qtbot, grid, shown):
        strip = SliceStrip(shown)
        qtbot.addWidget(strip)
        strip.resize(700, 68)
        shown.view.set_plane(Plane.CORONAL)
        shown.reformations.turn_planes(Plane.AXIAL, 0.4)
        pane = pane_of(grid, Plane.CORONAL)
        strip._go_to(strip.x_of(pane.view.count // 3))
        assert pane.index == pane.view.count // 3
        assert strip.finding is None
        strip.grab()

    def test_another_study_begins_straight(self, grid, shown):
        shown.reformations.turn_planes(Plane.AXIAL, 0.4)
        shown.reformations.rotate()
        shown.state.show_study(shown.state.study, _first_view(shown), None)
        assert shown.state.reformation.obliquity is None
        assert shown.state.reformation.turns == ()


def _first_view(session: Session):
    from brainviewer.app.opening.first_view import FirstView

    state = session.state
    return FirstView(state.windows, state.presets, state.colour_maps, state.cursor)


class TestTurnedDisplays:
    def test_rotating_and_flipping_keep_the_place_and_the_zoom(self, grid, shown):
        pane = pane_of(grid, Plane.AXIAL)
        pane.move_camera(pane.geometry_mm.zoomed(2.0, QPointF(80, 90)))
        looked_at = pane.geometry_mm.viewport(pane.index)
        shown.reformations.rotate()
        shown.reformations.flip()
        after = pane.geometry_mm.viewport(pane.index)
        assert np.allclose(after.centre, looked_at.centre)
        assert pane.camera.zoom == pytest.approx(2.0)
        assert pane.view.turn == DisplayTurn(3, True)
        assert not pane_of(grid, Plane.CORONAL).view.turn.text, "the plane that is shown alone"
        shown.reformations.upright()
        assert pane.view.letters.left == "R"

    def test_annotations_lie_where_they_lay(self, grid, shown):
        pane = pane_of(grid, Plane.AXIAL)
        shown.reformations.flip()
        shown.view.set_tool(Tool.RULER)
        drag(pane, QPointF(160, 160), QPointF(260, 200))
        (annotation,) = shown.state.annotations
        places = pane.geometry_mm.to_pixels(annotation.points)
        assert abs(places[0].x() - 160) < 1 and abs(places[1].x() - 260) < 1
        length = annotation.length
        shown.reformations.rotate()
        there = pane.geometry_mm.to_pixels(annotation.points)
        by, pixel = there[1] - there[0], pane.geometry_mm.pixels_per_mm
        assert math.hypot(by.x(), by.y()) / pixel == pytest.approx(length)
        assert abs(by.y()) > abs(by.x()), "it turned with the image"

    def test_an_export_says_how_it_is_turned(self, grid, shown):
        shown.reformations.rotate(2)
        shown.reformations.turn_planes(Plane.SAGITTAL, 0.3)
        shown.reformations.set_slab(Slab(6, SlabMode.MEAN))
        figure = request_figure(shown.state, ExportRequest())
        record = provenance_record(figure, 1)
        axial = next(pane for pane in record["panes"] if pane["plane"] == "axial")
        assert axial["display_turn"] == {"quarter_turns": 2, "flipped": False}
        assert axial["oblique"]["tilt_degrees"] == pytest.approx(math.degrees(0.3), abs=1e-3)
        assert axial["slab"]["mode"] == "mean"
        assert axial["position_mm"] is None
        assert "rotated 180°" in record["orientation_text"]
        assert "right on the left" not in record["orientation_text"]


class TestSlab:
    def test_thicker_and_thinner_in_steps(self, shown):
        shown.reformations.thicken(1)
        assert shown.state.reformation.slab.thickness_mm == 2
        for _ in range(40):
            shown.reformations.thicken(1)
        assert shown.state.reformation.slab.thickness_mm == 100
        for _ in range(40):
            shown.reformations.thicken(-1)
        assert shown.state.reformation.slab is None

    def test_the_pane_shows_what_lies_beside_its_slice(self, grid, shown):
        pane, study = pane_of(grid, Plane.AXIAL), shown.state.study
        shown.view.set_overlays(BARE)
        shown.view.set_cursor(marker_position(study.grid) + np.array((0, 0, 8.0)))
        shown.view.set_window(pane.modality, Window.between(0, MARKER_VALUE))
        assert not (pixels(pane).min(axis=2) > 200).any()
        shown.reformations.set_slab(Slab(20, SlabMode.MAXIMUM))
        x, y = brightest(pixels(pane))
        at = pane.geometry_mm.to_pixels([marker_position(study.grid)])[0]
        assert math.hypot(at.x() - x, at.y() - y) < 4
        scene = scene_of(shown.state, study, pane.modality, pane.plane)
        assert scene.slab == Slab(20, SlabMode.MAXIMUM)


class TestCine:
    def test_it_plays_in_a_loop(self, shown):
        state, view = shown.state, shown.state.view(Plane.AXIAL)
        shown.view.go_to_slice(Plane.AXIAL, view.count - 2 if view.ascending else 1)
        shown.cine.toggle()
        seen = []
        for _ in range(4):
            shown.cine.step()
            seen.append(view.index_of(state.cursor))
        last = view.count - 1
        up = [last, 0, 1, 2]
        assert seen == (up if view.ascending else [last - n for n in up])
        shown.cine.toggle()
        assert not state.playing
        shown.cine.step()
        assert view.index_of(state.cursor) == seen[-1]

    def test_back_and_forth(self, shown):
        shown.settings.update(cine_turns_back=True)
        view = shown.state.view(Plane.AXIAL)
        top = view.count - 1 if view.ascending else 0
        shown.view.go_to_slice(Plane.AXIAL, top)
        shown.cine.toggle()
        places = []
        for _ in range(2 * view.count - 2):
            shown.cine.step()
            places.append(view.index_of(shown.state.cursor))
        assert places[-1] == top
        assert len(set(places)) == view.count

    def test_the_clock_keeps_the_speed_of_the_settings(self, qtbot, grid, shown):
        from brainviewer.gui.panes.cine_timer import CineTimer

        clock = CineTimer(shown, grid)
        shown.settings.update(cine_speed=25)
        before = shown.state.cursor.copy()
        shown.cine.toggle()
        qtbot.waitUntil(lambda: not np.allclose(shown.state.cursor, before))
        assert clock._timer.interval() == 40
        shown.cine.change_speed(1)
        assert shown.settings.cine_speed == 31
        key(pane_of(grid, Plane.AXIAL), Qt.Key.Key_Escape)
        assert not clock._timer.isActive()


class TestMagnifier:
    def test_it_shows_what_lies_under_the_pointer(self, grid, shown):
        pane = pane_of(grid, Plane.AXIAL)
        shown.view.set_overlays(BARE)
        shown.view.set_window(pane.modality, Window.between(0, MARKER_VALUE))
        shown.view.set_cursor(marker_position(shown.state.study.grid))
        small = (pixels(pane).min(axis=2) > 200).sum()
        shown.view.set_overlay(magnifier=True)
        move(pane, cursor_on(pane), NONE)
        image = pixels(pane)
        assert (image.min(axis=2) > 200).sum() > 5 * small
        at, (x, y) = cursor_on(pane), brightest(image)
        assert math.hypot(at.x() - x, at.y() - y) < 6
        shown.view.set_overlay(magnifier=False)
        move(pane, cursor_on(pane) + QPointF(1, 0), NONE)
        assert abs((pixels(pane).min(axis=2) > 200).sum() - small) < 5
