"""One pane: what it shows, and what hands do on it."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.slices import Convention, EdgeLetters, Plane, SliceView
from brainviewer.core.study import SEQUENCES, Modality, Study, Volume
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.panes.camera import Camera, PaneGeometry
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting import slice_layers, slice_paths
from brainviewer.painting.contours import contour_path
from brainviewer.painting.geometry import head_frame, whole_frame
from brainviewer.painting.text.captions import Captions, scale_bar_mm, slice_captions
from tests.gui.conftest import show_study
from tests.gui.hands import MIDDLE, RIGHT, drag, key, move, wheel
from tests.phantoms import (
    MARKER_RADIUS_MM,
    MARKER_VALUE,
    grid_of,
    marker_finding,
    marker_mask,
    marker_position,
    marker_study,
)

MIDDLE_OF_PANE = QPointF(200, 150)


@pytest.fixture
def pane(qtbot, shown: Session) -> SlicePane:
    pane = SlicePane(shown, Modality.FLAIR, Plane.AXIAL)
    pane.resize(400, 300)
    qtbot.addWidget(pane)
    pane.show()
    for signal, method in (
        (shown.state.cursor_changed, pane.refresh_slice),
        (shown.state.display_changed, pane.update),
        (shown.state.overlays_changed, pane.update),
        (shown.state.tool_changed, pane.refresh_tool),
    ):
        signal.connect(method)
    return pane


def marker_pixel(pane: SlicePane) -> QPointF:
    assert pane.geometry_mm is not None
    return pane.geometry_mm.to_pixels([marker_position(pane.state.study.grid)])[0]


def colour_at(pane: SlicePane, at: QPointF) -> tuple[int, int, int]:
    colour = pane.grab().toImage().pixelColor(at.toPoint())
    return colour.red(), colour.green(), colour.blue()


def captions_of(pane: SlicePane) -> Captions:
    return slice_captions(pane.scene, pane.geometry_mm)


def heat_of(pane: SlicePane) -> QImage | None:
    return pane.shared.layers.heat(pane.scene)


def fill_of(pane: SlicePane) -> QImage | None:
    return pane.shared.layers.filled(pane.scene)


class TestGeometry:
    @pytest.mark.parametrize("plane", list(Plane))
    @pytest.mark.parametrize("camera", [Camera(), Camera((20.0, 30.0), 3.3)])
    def test_pixels_and_millimetres_are_each_others_inverse(self, plane, camera):
        grid = grid_of((2, 0, 1), (1, -1, -1), tilt_degrees=(9, 4, -7))
        view = SliceView.of(grid, plane)
        geometry = PaneGeometry.seen(view, (400, 300), whole_frame(view), camera)
        for at in (QPointF(0, 0), QPointF(123.25, 77.5), QPointF(400, 300)):
            back = geometry.to_pixels([geometry.to_world(at, 5)])[0]
            assert (back - at).manhattanLength() < 1e-6

    @pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1)])
    def test_the_frame_is_the_head(self, axes):
        grid = grid_of(axes, (1, -1, 1))
        data = np.zeros(grid.shape, np.int16)
        centre = np.array(grid.nearest_voxel(marker_position(grid)))
        data[tuple(slice(n - 2, n + 3) for n in centre)] = 100
        view = SliceView.of(grid, Plane.AXIAL)
        frame = head_frame(view, data)
        # Five voxels and one at each side.
        assert frame.right - frame.left == pytest.approx(7 * view.pixel_spacing[1])
        assert frame.bottom - frame.top == pytest.approx(7 * view.pixel_spacing[0])
        row, column = view.to_screen([grid.to_world(centre)])[0]
        assert (frame.left + frame.right) / 2 == pytest.approx(column * view.pixel_spacing[1])
        assert (frame.top + frame.bottom) / 2 == pytest.approx(row * view.pixel_spacing[0])
        assert head_frame(view, np.zeros(grid.shape)) == whole_frame(view)

    def test_a_millimetre_is_a_millimetre_in_both_directions(self, pane):
        geometry = pane.geometry_mm
        here = geometry.to_world(QPointF(100, 100), 3)
        right = geometry.to_world(QPointF(150, 100), 3)
        down = geometry.to_world(QPointF(100, 150), 3)
        assert np.linalg.norm(right - here) == pytest.approx(50 * geometry.mm_per_pixel)
        assert np.linalg.norm(down - here) == pytest.approx(50 * geometry.mm_per_pixel)

    def test_zooming_keeps_the_place_under_the_pointer(self, pane):
        at = QPointF(260, 110)
        before = pane.geometry_mm.to_world(at, 3)
        wheel(pane, at, 360, Qt.KeyboardModifier.ControlModifier)
        assert pane.camera.zoom > 1.5
        assert np.allclose(pane.geometry_mm.to_world(at, 3), before)

    def test_the_slice_cannot_be_panned_out_of_sight(self, pane):
        for _ in range(20):
            drag(pane, QPointF(10, 10), QPointF(390, 290), MIDDLE)
        place = pane.geometry_mm.to_world(MIDDLE_OF_PANE, pane.index)
        assert pane.state.study.grid.contains(place)

    def test_the_viewport_for_exports_is_what_is_shown(self, pane):
        pane.set_camera(Camera((20.0, 30.0), 2.0))
        viewport = pane.geometry_mm.viewport(pane.index)
        assert np.allclose(viewport.centre, pane.geometry_mm.to_world(MIDDLE_OF_PANE, pane.index))
        assert viewport.mm_per_point == pytest.approx(pane.geometry_mm.mm_per_pixel)


class TestWhatIsShown:
    def test_the_marker_is_white_and_the_air_black(self, pane, shown):
        shown.view.set_overlay(lesion=False, segmentation=False, crosshair=False)
        assert colour_at(pane, marker_pixel(pane)) == (255, 255, 255)
        assert colour_at(pane, QPointF(30, 60)) == (0, 0, 0)

    def test_the_window_decides_the_grey_level(self, pane, shown):
        shown.view.set_overlay(lesion=False, segmentation=False, crosshair=False)
        shown.view.set_window(Modality.FLAIR, Window.between(0, 2 * MARKER_VALUE))
        assert colour_at(pane, marker_pixel(pane))[0] == pytest.approx(127, abs=2)
        shown.view.invert(Modality.FLAIR)
        assert colour_at(pane, marker_pixel(pane))[0] == pytest.approx(128, abs=2)
        assert colour_at(pane, QPointF(30, 60)) == (255, 255, 255)

    @pytest.mark.parametrize("dtype", ["u1", "i1", "<u2", "<i2", ">i2", "<i4", "<u4", "<f4", ">f4"])
    def test_every_number_type_is_shown_alike(self, qtbot, session, dtype):
        study = marker_study(modalities=(Modality.T1,))
        data = marker_mask(study.grid).astype(dtype)
        volume = Volume(Modality.T1, data * np.array(100, data.dtype), study.grid)
        show_study(session, Study({Modality.T1: volume}, study.grid))
        session.view.set_cursor(tuple(marker_position(study.grid)))
        session.view.set_overlay(crosshair=False, text=False)
        session.view.set_window(Modality.T1, Window.between(0, 200))
        pane = SlicePane(session, Modality.T1, Plane.AXIAL)
        pane.resize(400, 300)
        qtbot.addWidget(pane)
        pane.show()
        assert colour_at(pane, marker_pixel(pane))[0] == pytest.approx(127, abs=2)
        assert colour_at(pane, QPointF(5, 150)) == (0, 0, 0)

    @pytest.mark.parametrize("dtype", [np.int16, np.float32])
    def test_a_constant_volume_is_shown_without_a_complaint(self, qtbot, session, dtype):
        grid = grid_of()
        volume = Volume(Modality.T1, np.full(grid.shape, 7, dtype), grid)
        show_study(session, Study({Modality.T1: volume}, grid))
        pane = SlicePane(session, Modality.T1, Plane.AXIAL)
        pane.resize(400, 300)
        qtbot.addWidget(pane)
        drag(pane, MIDDLE_OF_PANE, MIDDLE_OF_PANE + QPointF(10, 10))
        assert not pane.grab().isNull()

    def test_a_colour_map_gives_colour(self, pane, shown):
        shown.view.set_overlay(lesion=False, segmentation=False, crosshair=False)
        shown.view.set_window(Modality.FLAIR, Window.between(0, 2 * MARKER_VALUE))
        shown.view.set_colour_map(Modality.FLAIR, "viridis")
        red, green, blue = colour_at(pane, marker_pixel(pane))
        assert green > red + 30 and blue > red + 30

    def test_the_corners_say_what_is_shown(self, pane, shown):
        captions = captions_of(pane)
        assert (captions.title, captions.plane) == ("FLAIR", "axial")
        assert captions.number == f"{shown.state.slice_index() + 1} / 32"
        assert captions.position == "S 51.0 mm"
        assert captions.letters == EdgeLetters("R", "L", "A", "P")
        shown.view.set_window(Modality.FLAIR, Window(-610, 1240))
        assert captions_of(pane).window == "W 1240  L −610"

    def test_a_synthetic_study_says_so_even_without_text(self, qtbot, session):
        show_study(session, marker_study(synthetic=True))
        pane = SlicePane(session, Modality.T1, Plane.AXIAL)
        qtbot.addWidget(pane)
        assert [text for text, _ in captions_of(pane).warnings] == [
            "SYNTHETIC",
            "RADIOLOGICAL",
        ]
        session.view.set_overlay(text=False, crosshair=False)
        assert [text for text, _ in captions_of(pane).warnings] == ["SYNTHETIC"]
        corner = pane.grab().copy(0, 0, 120, 60).toImage()
        colours = {corner.pixelColor(x, y).name() for x in range(corner.width()) for y in range(60)}
        assert any(c.startswith("#e") for c in colours)

    def test_without_orientation_there_are_no_letters_and_no_side(self, qtbot, session):
        show_study(session, marker_study(grid_of(oriented=False)))
        pane = SlicePane(session, Modality.T1, Plane.AXIAL)
        qtbot.addWidget(pane)
        assert captions_of(pane).letters == EdgeLetters()
        assert captions_of(pane).position == ""
        assert [text for text, _ in captions_of(pane).warnings] == ["ORIENTATION UNKNOWN"]
        pane.grab()

    def test_a_missing_sequence_is_said(self, qtbot, session):
        show_study(session, marker_study(modalities=(Modality.FLAIR, Modality.T1)))
        pane = SlicePane(session, Modality.T2, Plane.AXIAL)
        pane.resize(400, 300)
        qtbot.addWidget(pane)
        assert pane.missing
        image = pane.grab().toImage()
        row = [image.pixelColor(x, y).lightness() for x in range(400) for y in range(140, 160)]
        assert max(row) > 100
        # Hands on it do nothing, and break nothing.
        drag(pane, QPointF(10, 10), QPointF(90, 90))
        wheel(pane, QPointF(50, 50))
        key(pane, Qt.Key.Key_Delete)

    def test_neurological_display_is_marked(self, qtbot, shown):
        shown.view.set_convention(Convention.NEUROLOGICAL)
        pane = SlicePane(shown, Modality.T1, Plane.AXIAL)
        qtbot.addWidget(pane)
        assert [text for text, _ in captions_of(pane).warnings] == ["NEUROLOGICAL"]
        assert captions_of(pane).letters == EdgeLetters("L", "R", "A", "P")

    @pytest.mark.parametrize(
        ("mm_per_pixel", "length"), [(0.01, 0.5), (0.25, 20), (0.6, 20), (0.63, 50), (2.0, 100)]
    )
    def test_the_scale_bar_has_a_round_length(self, mm_per_pixel, length):
        assert scale_bar_mm(mm_per_pixel) == length
        assert length / mm_per_pixel <= 80


class TestOverlays:
    def test_the_outline_follows_a_disc_closer_than_a_pixel(self):
        rows, columns = np.ogrid[:60, :80]
        disc = (rows - 25) ** 2 + (columns - 40) ** 2 <= 14.5**2
        path = contour_path(disc, (2.0, 1.0))
        distances = []
        for place in range(path.elementCount()):
            point = path.elementAt(place)
            distances.append(np.hypot(point.x - 40, point.y / 2 - 25))
        assert min(distances) > 13.8
        assert max(distances) < 15.2

    def test_even_one_pixel_is_outlined(self):
        mask = np.zeros((9, 9), bool)
        mask[0, 8] = True
        bounds = contour_path(mask, (1.0, 1.0)).boundingRect()
        assert bounds.contains(QPointF(8, 0))
        assert 0.3 < bounds.width() <= 1

    def test_the_lesion_is_outlined_in_amber_where_it_is(self, pane, shown):
        shown.view.set_overlay(segmentation=False, crosshair=False)
        at = marker_pixel(pane)
        edge = MARKER_RADIUS_MM * pane.geometry_mm.pixels_per_mm
        with_contour = pane.grab().toImage()
        shown.view.set_overlay(lesion=False)
        without = pane.grab().toImage()
        changed = [
            (x, y)
            for x in range(400)
            for y in range(300)
            if with_contour.pixel(x, y) != without.pixel(x, y)
        ]
        assert len(changed) > 40
        for x, y in changed:
            assert np.hypot(x + 0.5 - at.x(), y + 0.5 - at.y()) < edge + 8

    def test_an_outline_is_worked_out_once_for_all_panes(self, pane, monkeypatch):
        calls = []
        monkeypatch.setattr(
            slice_paths,
            "contour_path",
            lambda mask, spacing: calls.append(1) or contour_path(mask, spacing),
        )
        pane.shared.clear()
        paths, finding = pane.shared.layers.paths, pane.state.finding
        first = paths.lesion(finding, pane.view, pane.index)
        assert paths.lesion(finding, pane.view, pane.index) is first
        assert len(calls) == 1

    def test_the_heatmap_lies_only_on_its_own_slice(self, pane, shown):
        state, view = shown.state, pane.view
        values = np.zeros(view.shape, np.float32)
        values[5, 7] = 1
        result = Classification(
            "m", "1", "m", "0", {"G": 1.0}, {"G": "glioblastoma"}, "G", pane.index, "onnx", "cpu",
            0.1, 0.1, study_hash=state.study.content_hash,
            heatmap=Heatmap(Plane.AXIAL, pane.index, values),
        )  # fmt: skip
        shown.state.show_classification(result, Status.DONE)
        assert heat_of(pane) is None  # until it is asked for
        shown.view.set_overlay(heatmap=True)
        assert heat_of(pane) is not None
        opacity = heat_of(pane).pixelColor(7, 5).alphaF()
        assert opacity == pytest.approx(state.overlays.heatmap_opacity, abs=0.01)
        assert heat_of(pane).pixelColor(20, 20).alpha() == 0
        shown.view.step(Plane.AXIAL, 1)
        assert heat_of(pane) is None
        shown.view.step(Plane.AXIAL, -1)
        assert heat_of(pane) is not None
        # In the other convention it is mirrored with the slice.
        shown.view.set_convention(Convention.NEUROLOGICAL)
        pane.refresh()
        assert heat_of(pane).pixelColor(view.shape[1] - 1 - 7, 5).alpha() > 0
        # Another study's result is never drawn.
        shown.state.show_classification(replace(result, study_hash="another"), Status.DONE)
        assert heat_of(pane) is None

    def test_a_filled_segmentation_covers_the_marker(self, pane, shown):
        shown.view.set_overlay(lesion=False, crosshair=False, segmentation_filled=True)
        red, green, _ = colour_at(pane, marker_pixel(pane))
        assert green > red + 20
        labels = pane.view.cut(shown.state.study.segmentation.data, pane.index)
        covered = np.array(
            [
                [fill_of(pane).pixelColor(c, r).alpha() > 0 for c in range(labels.shape[1])]
                for r in range(labels.shape[0])
            ]
        )
        assert (covered == (labels > 0)).all()
        shown.view.set_overlay(segmentation=False)
        assert fill_of(pane) is None


class TestHands:
    def test_a_notch_is_a_slice_and_parts_of_a_notch_add_up(self, pane, shown):
        before = shown.state.slice_index()
        wheel(pane, MIDDLE_OF_PANE)
        assert shown.state.slice_index() == before + 1
        for _ in range(4):
            wheel(pane, MIDDLE_OF_PANE, -30)
        assert shown.state.slice_index() == before
        wheel(pane, MIDDLE_OF_PANE, 240)
        assert shown.state.slice_index() == before + 2
        assert pane.index == before + 2

    @pytest.mark.parametrize(
        ("code", "change"),
        [
            (Qt.Key.Key_Up, 1),
            (Qt.Key.Key_Down, -1),
            (Qt.Key.Key_PageUp, 10),
            (Qt.Key.Key_PageDown, -10),
        ],
    )
    def test_keys_step(self, pane, shown, code, change):
        before = shown.state.slice_index()
        key(pane, code)
        assert shown.state.slice_index() == before + change

    def test_home_and_end(self, pane, shown):
        key(pane, Qt.Key.Key_Home)
        assert shown.state.slice_index() == 0
        key(pane, Qt.Key.Key_End)
        assert shown.state.slice_index() == 31

    def test_up_is_superior_also_when_the_file_runs_down(self, qtbot, session):
        show_study(session, marker_study(grid_of((0, 1, 2), (-1, -1, -1))))
        pane = SlicePane(session, Modality.T1, Plane.AXIAL)
        qtbot.addWidget(pane)
        z = session.state.cursor[2]
        key(pane, Qt.Key.Key_Up)
        assert session.state.cursor[2] > z

    def test_dragging_sets_the_window_of_this_sequence_only(self, pane, shown):
        before = dict(shown.state.windows)
        drag(pane, MIDDLE_OF_PANE, MIDDLE_OF_PANE + QPointF(40, 0))
        wider = shown.state.windows[Modality.FLAIR]
        assert wider.width > before[Modality.FLAIR].width
        assert wider.level == before[Modality.FLAIR].level
        drag(pane, MIDDLE_OF_PANE, MIDDLE_OF_PANE - QPointF(0, 40))
        brighter = shown.state.windows[Modality.FLAIR]
        assert brighter.level < wider.level
        assert brighter.width == wider.width
        assert shown.state.windows[Modality.T1] == before[Modality.T1]

    def test_the_window_never_vanishes(self, pane, shown):
        drag(pane, MIDDLE_OF_PANE, MIDDLE_OF_PANE - QPointF(5000, 0))
        assert shown.state.windows[Modality.FLAIR].width > 0

    def test_the_cursor_tool_moves_the_linked_cursor(self, pane, shown):
        shown.view.set_tool(Tool.CURSOR)
        at = QPointF(230, 170)
        place = pane.geometry_mm.to_world(at, pane.index)
        drag(pane, MIDDLE_OF_PANE, at)
        assert np.allclose(shown.state.cursor, place)

    def test_outside_the_head_the_cursor_stays_in_the_grid(self, pane, shown):
        shown.view.set_tool(Tool.CURSOR)
        drag(pane, MIDDLE_OF_PANE, QPointF(2, 2))
        assert shown.state.study.grid.contains(shown.state.cursor)

    def test_panning_moves_the_slice_with_the_pointer(self, pane, shown):
        pane.set_camera(Camera(None, 2.0))
        shown.view.set_tool(Tool.PAN)
        under = pane.geometry_mm.to_world(MIDDLE_OF_PANE, 3)
        end = MIDDLE_OF_PANE + QPointF(21, -13)
        drag(pane, MIDDLE_OF_PANE, end)
        assert np.allclose(pane.geometry_mm.to_world(end, 3), under)

    def test_right_drag_zooms_and_tells_the_linked_panes(self, pane, qtbot):
        with qtbot.waitSignal(pane.camera_changed):
            drag(pane, MIDDLE_OF_PANE, MIDDLE_OF_PANE - QPointF(0, 60), RIGHT)
        assert pane.camera.zoom > 1.2

    def test_space_and_drag_pans_whatever_the_tool(self, pane, shown, qtbot):
        windows = shown.state.windows
        qtbot.keyPress(pane, Qt.Key.Key_Space)
        drag(pane, MIDDLE_OF_PANE, MIDDLE_OF_PANE + QPointF(15, 5))
        qtbot.keyRelease(pane, Qt.Key.Key_Space)
        assert pane.camera.centre is not None
        assert shown.state.windows == windows

    def test_the_place_under_the_pointer_is_told(self, pane, shown):
        told = []
        pane.hovered.connect(told.append)
        move(pane, marker_pixel(pane), Qt.MouseButton.NoButton)
        study = shown.state.study
        assert {study.value_at(m, told[-1]) for m in SEQUENCES} == {MARKER_VALUE}
        move(pane, QPointF(1, 1), Qt.MouseButton.NoButton)
        assert told[-1] is None
        assert study.value_at(SEQUENCES[0], (1e4, 0, 0)) is None

    def test_moving_the_cursor_within_the_slice_does_not_make_the_image_again(
        self, pane, shown, monkeypatch
    ):
        made = []
        real = slice_layers._pixels
        monkeypatch.setattr(slice_layers, "_pixels", lambda *a: made.append(a) or real(*a))
        pane.grab()
        made.clear()
        shown.view.set_cursor(tuple(shown.state.cursor + np.array((3.0, -2.0, 0.0))))
        pane.grab()
        assert not made
        shown.view.step(Plane.AXIAL, 1)
        pane.grab()
        assert len(made) == 1

    def test_files_dropped_on_a_pane_are_left_to_the_window(self, pane):
        assert not pane.acceptDrops()

    def test_another_study_takes_the_old_one_off_the_screen(self, pane, shown):
        show_study(shown, marker_study(modalities=(Modality.T1,)))
        pane.refresh()
        assert pane.scene is None
        assert pane.grab().toImage().pixelColor(20, 20).name() == "#000000"
        assert marker_finding(shown.state.study).index is not None
