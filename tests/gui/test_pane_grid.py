"""The panes side by side: arrangement, links, and redrawing no more than needed."""

import gc
import sys
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication

from brainviewer.app.session import Session
from brainviewer.app.state import Layout
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.view.fusion import FusionMode
from brainviewer.core.voi.voi_window import Window
from brainviewer.gui.panes.camera import FIT
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.pane_updates import PaneUpdates
from brainviewer.painting import slice_layers
from tests.gui.conftest import show_study
from tests.gui.hands import MIDDLE, click, double_click, drag, move, wheel
from tests.phantoms import marker_position, marker_study

HERE = QPointF(120, 90)


class TestArrangement:
    def test_four_sequences_of_one_plane(self, grid):
        assert [(p.modality, p.plane) for p in grid.shown] == [(m, Plane.AXIAL) for m in SEQUENCES]
        assert all(p.isVisible() for p in grid.shown)
        assert [p.geometry().getRect() for p in grid.shown] == [
            (0, 0, 300, 200), (302, 0, 300, 200), (0, 202, 300, 200), (302, 202, 300, 200),
        ]  # fmt: skip

    def test_three_planes_of_the_active_sequence(self, grid, shown):
        shown.view.set_active(Modality.T2)
        shown.view.set_layout(Layout.THREE_PLANES)
        assert [(p.modality, p.plane) for p in grid.shown] == [(Modality.T2, p) for p in Plane]
        assert [p.isVisible() for p in grid.panes] == [True, True, True, False]
        shown.view.set_active(Modality.T1)
        assert {p.modality for p in grid.shown} == {Modality.T1}

    def test_one_large_fills_the_grid(self, grid, shown):
        shown.view.set_layout(Layout.ONE_LARGE)
        assert grid.shown[0].geometry() == grid.rect()
        assert grid.shown[0].modality is Modality.FLAIR
        assert [p.isVisible() for p in grid.panes] == [True, False, False, False]

    def test_another_plane(self, grid, shown):
        shown.view.set_plane(Plane.CORONAL)
        assert {p.plane for p in grid.shown} == {Plane.CORONAL}
        assert grid.shown[2].index == shown.state.slice_index(Plane.CORONAL)

    def test_a_pane_that_comes_back_shows_the_slice_and_window_of_now(self, grid, shown):
        shown.view.set_layout(Layout.ONE_LARGE)
        shown.view.step(Plane.AXIAL, 5)
        shown.view.set_window(Modality.T2, Window(500, 123))
        shown.view.set_layout(Layout.FOUR_SEQUENCES)
        assert {p.index for p in grid.shown} == {shown.state.slice_index()}
        assert grid.shown[3].scene.window == Window(500, 123)

    def test_double_click_makes_one_large_and_back(self, grid, shown):
        double_click(grid.panes[3], HERE)
        assert shown.state.layout is Layout.ONE_LARGE
        assert shown.state.active is Modality.T2
        double_click(grid.shown[0], HERE)
        assert shown.state.layout is Layout.FOUR_SEQUENCES
        shown.view.set_layout(Layout.THREE_PLANES)
        double_click(grid.shown[2], HERE)
        assert (shown.state.layout, shown.state.plane) == (Layout.ONE_LARGE, Plane.SAGITTAL)
        double_click(grid.shown[0], HERE)
        assert shown.state.layout is Layout.THREE_PLANES

    def test_clicking_makes_active_and_frames_one_pane(self, grid, shown):
        click(grid.panes[2], HERE)
        assert shown.state.active is Modality.T1CE
        assert [p.framed for p in grid.panes] == [False, False, True, False]
        shown.view.set_layout(Layout.THREE_PLANES)
        click(grid.shown[1], HERE)
        assert shown.state.plane is Plane.CORONAL
        assert [p.framed for p in grid.shown] == [False, True, False]

    def test_without_a_study_it_invites(self, qtbot, session):
        grid = PaneGrid(session)
        grid.resize(600, 400)
        qtbot.addWidget(grid)
        grid.show()
        assert not any(p.isVisible() for p in grid.panes)
        assert grid.viewports() == ()
        image = grid.grab().toImage()
        assert any(image.pixelColor(x, 192).lightness() > 120 for x in range(600))
        show_study(session, marker_study())
        assert all(p.isVisible() for p in grid.panes)

    def test_missing_sequences_are_left_out_of_exports(self, grid, shown):
        show_study(shown, marker_study(modalities=(Modality.FLAIR, Modality.T2)))
        assert [v.scene.modality for v in grid.viewports()] == [Modality.FLAIR, Modality.T2]
        click(grid.panes[1], HERE)
        assert shown.state.active is Modality.T2


class TestLinks:
    def test_zoom_and_pan_are_linked_within_a_plane(self, grid):
        wheel(grid.panes[1], HERE, 360, Qt.KeyboardModifier.ControlModifier)
        drag(grid.panes[2], HERE, HERE + QPointF(9, 4), MIDDLE)
        cameras = {p.camera for p in grid.shown}
        assert len(cameras) == 1
        assert cameras.pop().zoom > 1.5
        grid.fit()
        assert {p.camera for p in grid.shown} == {FIT}

    def test_other_planes_keep_their_zoom(self, grid, shown):
        shown.view.set_layout(Layout.THREE_PLANES)
        wheel(grid.shown[1], HERE, 360, Qt.KeyboardModifier.ControlModifier)
        zoomed = grid.shown[1].camera
        assert grid.shown[0].camera == FIT
        shown.view.set_plane(Plane.CORONAL)
        shown.view.set_layout(Layout.FOUR_SEQUENCES)
        assert {p.camera for p in grid.shown} == {zoomed}
        shown.view.set_plane(Plane.AXIAL)
        assert {p.camera for p in grid.shown} == {FIT}

    def test_zoom_by_command_acts_on_the_current_plane(self, grid):
        grid.zoom(2.0)
        assert {p.camera.zoom for p in grid.shown} == {2.0}

    def test_all_planes_go_through_the_cursor(self, grid, shown):
        shown.view.set_layout(Layout.THREE_PLANES)
        shown.view.set_cursor(tuple(marker_position(shown.state.study.grid) + 3.1))
        for pane in grid.shown:
            assert pane.index == shown.state.slice_index(pane.plane)

    def test_the_pointer_is_told_from_every_pane(self, grid):
        told = []
        grid.hovered.connect(told.append)
        for pane in grid.shown:
            move(pane, QPointF(150, 100), Qt.MouseButton.NoButton)
        assert len(told) == 4
        assert all(np.allclose(place, told[0]) for place in told)

    def test_viewports_are_what_is_on_the_screen(self, grid, shown):
        wheel(grid.panes[0], HERE, 240, Qt.KeyboardModifier.ControlModifier)
        shown_panes = grid.viewports()
        assert [v.scene.modality for v in shown_panes] == list(SEQUENCES)
        for place, pane in zip(shown_panes, grid.shown, strict=True):
            assert place.place[2:] == (pane.width(), pane.height())
            assert place.scene.index == shown.state.slice_index()
            middle = pane.geometry_mm.to_world(QPointF(150, 100), pane.index)
            assert np.allclose(place.scene.viewport.centre, middle)
            assert place.scene.viewport.mm_per_point == pytest.approx(pane.geometry_mm.mm_per_pixel)


class TestRedrawing:
    @pytest.fixture
    def cuts(self, grid, monkeypatch):
        """Of which sequences an image was made anew."""
        made, real = [], slice_layers._pixels

        def counted(scene, *others):
            made.append(scene.modality)
            return real(scene, *others)

        monkeypatch.setattr(slice_layers, "_pixels", counted)
        grid.grab()
        made.clear()
        return made

    def test_a_slice_change_makes_each_image_once(self, grid, shown, cuts):
        panes = grid.panes
        shown.view.step(Plane.AXIAL, 1)
        grid.grab()
        grid.grab()
        assert cuts == list(SEQUENCES)
        assert grid.panes is panes

    def test_within_the_slice_only_the_crosshair_moves(self, grid, shown, cuts):
        shown.view.set_cursor(tuple(shown.state.cursor + np.array((2.0, 2.0, 0.0))))
        grid.grab()
        assert cuts == []

    def test_a_window_concerns_one_sequence(self, grid, shown, cuts):
        shown.view.set_window(Modality.T1, Window(500, 400))
        grid.grab()
        assert cuts == [Modality.T1]
        shown.view.set_colour_map(Modality.T2, "inferno")
        grid.grab()
        assert cuts == [Modality.T1, Modality.T2]

    def test_hidden_panes_are_left_alone(self, grid, shown, cuts):
        shown.view.set_layout(Layout.ONE_LARGE)
        grid.grab()
        cuts.clear()
        shown.view.step(Plane.AXIAL, 1)
        grid.grab()
        assert cuts == [Modality.FLAIR]

    def test_the_other_convention_mirrors_every_pane(self, grid, shown):
        before = [p.view.column_flip for p in grid.shown]
        shown.view.set_convention(Convention.NEUROLOGICAL)
        assert [p.view.column_flip for p in grid.shown] == [not flip for flip in before]

    def test_a_new_study_lets_go_of_the_old_one(self, grid, shown):
        show_study(shown, marker_study())
        old = weakref.ref(shown.state.study.volumes[Modality.T2].data)
        grid.grab()
        shown.view.set_layout(Layout.ONE_LARGE)
        show_study(shown, marker_study())
        gc.collect()
        assert old() is None


def resident_mb() -> float:
    """Memory that the process holds, in MB."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in text.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory from /proc")
def test_twenty_thousand_slices_without_growth(qtbot, shown: Session) -> None:
    """PySide6 6.12 on Python 3.11 loses a reference to True at every bare signal and dies."""
    grid = PaneGrid(shown)
    grid.resize(244, 204)
    qtbot.addWidget(grid)
    grid.show()
    app, up = QApplication.instance(), 1

    def scroll(changes: int) -> None:
        nonlocal up
        for change in range(changes):
            before = shown.state.slice_index()
            shown.view.step(Plane.AXIAL, up)
            if shown.state.slice_index() == before:
                up = -up
                shown.view.step(Plane.AXIAL, up)
            assert shown.state.slice_index() != before
            if change % 8 == 0:
                app.processEvents()

    scroll(1000)
    gc.collect()
    references, memory = sys.getrefcount(True), resident_mb()
    scroll(20_000)
    gc.collect()
    # Immortal from Python 3.12 on; before, each emit would have taken one or more.
    assert abs(sys.getrefcount(True) - references) < 500
    assert resident_mb() - memory < 20


def test_panes_blink_with_the_first_sequence_until_that_is_turned_off(qtbot, grid, shown):
    t1 = grid.shown[1]
    assert t1.scene.modality is Modality.T1
    shown.view.set_fusion(mode=FusionMode.BLINK)
    qtbot.waitUntil(lambda: t1.scene.modality is Modality.FLAIR)
    qtbot.waitUntil(lambda: t1.scene.modality is Modality.T1)
    qtbot.waitUntil(lambda: t1.scene.modality is Modality.FLAIR)
    shown.view.set_fusion(mode=None)
    assert t1.scene.modality is Modality.T1
    assert not grid.findChild(PaneUpdates)._blinking.isActive()


def test_sequences_that_are_brought_together_anew_are_painted(grid, shown):
    study = shown.state.study
    flair = grid.shown[0]
    before = flair.grab().toImage()
    volumes = {m: replace(v, data=v.data[::-1].copy()) for m, v in study.volumes.items()}
    shown.state.study = replace(study, volumes=volumes)
    shown.state.volumes_changed.emit()
    assert flair.grab().toImage() != before
