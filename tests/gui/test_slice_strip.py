"""The strip under the images."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from brainviewer.app.head_motion import HeadMotion
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.tumour import Candidate, TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.gui.panes.slice_strip import SliceStrip
from brainviewer.painting import palette
from tests.gui.conftest import show_study
from tests.gui.hands import drag, key, press, release, wheel
from tests.phantoms import grid_of, marker_finding, marker_study


@pytest.fixture
def strip(qtbot, shown: Session) -> SliceStrip:
    strip = SliceStrip(shown)
    strip.resize(640, 68)
    qtbot.addWidget(strip)
    strip.show()
    return strip


def at(strip: SliceStrip, index: int) -> QPointF:
    return QPointF(strip.x_of(index), 40)


def test_every_pixel_leads_to_its_slice_and_back(strip):
    for index in range(32):
        assert strip.index_at(strip.x_of(index)) == index
    assert strip.index_at(-50) == 0
    assert strip.index_at(9999) == 31


def test_left_is_inferior_also_when_the_file_runs_down(qtbot, session):
    for direction in (1, -1):
        show_study(session, marker_study(grid_of((0, 1, 2), (1, 1, direction))))
        strip = SliceStrip(session)
        strip.resize(640, 68)
        qtbot.addWidget(strip)
        view = session.state.view(Plane.AXIAL)
        heights = [view.position_mm(strip.index_at(x)) for x in range(200, 600, 10)]
        assert heights == sorted(heights)
        assert heights[0] < heights[-1]


@pytest.mark.parametrize("plane", [Plane.CORONAL, Plane.SAGITTAL])
def test_other_planes_run_to_anterior_and_right(strip, shown, plane):
    shown.view.set_plane(plane)
    view = shown.state.view()
    assert view.position_mm(strip.index_at(strip.track.left())) < view.position_mm(
        strip.index_at(strip.track.right())
    )
    assert strip.finding is None
    press(strip, at(strip, 7))
    assert shown.state.slice_index(plane) == 7


def test_click_and_drag_go_there(strip, shown):
    press(strip, at(strip, 3))
    assert shown.state.slice_index() == 3
    release(strip, at(strip, 3))
    drag(strip, at(strip, 10), at(strip, 25))
    assert shown.state.slice_index() == 25


def test_wheel_and_keys_step(strip, shown):
    before = shown.state.slice_index()
    wheel(strip, at(strip, 10))
    assert shown.state.slice_index() == before + 1
    key(strip, Qt.Key.Key_Left)
    assert shown.state.slice_index() == before
    key(strip, Qt.Key.Key_End)
    assert shown.state.slice_index() == 31


def test_the_tumour_slice_is_the_bright_bar(strip, shown):
    finding = shown.state.finding
    shown.view.go_to_slice(Plane.AXIAL, 0)
    image = strip.grab().toImage()
    x = round(strip.x_of(finding.index))
    column = [image.pixelColor(x, y).name().upper() for y in range(12, 50)]
    assert palette.TUMOUR in column
    other = round(strip.x_of(finding.index + 2))
    assert palette.TUMOUR not in {image.pixelColor(other, y).name().upper() for y in range(50)}


def test_the_height_of_the_bars_is_the_area(strip, shown):
    areas = np.zeros(32, np.float32)
    areas[[4, 8]] = 500, 1000
    shown.state.show_finding(replace(shown.state.finding, area_mm2=areas, index=8), Status.DONE)
    shown.view.go_to_slice(Plane.AXIAL, 31)
    image = strip.grab().toImage()
    background = image.pixelColor(4, 4)

    def height(index: int) -> int:
        x = round(strip.x_of(index))
        return sum(
            image.pixelColor(x, y) != background for y in range(int(strip.track.bottom() - 4))
        )

    assert height(6) == 0
    assert height(8) == pytest.approx(strip.track.height() - 6, abs=2)
    assert height(4) == pytest.approx(height(8) / 2, abs=2)


def test_what_is_written(strip, shown, monkeypatch):
    area = shown.state.finding.slice_area_mm2
    assert strip._lines() == ("Tumour area per slice", f"tumour slice {area:.0f} mm²")
    shown.state.show_finding(TumourFinding("lesion", False), Status.DONE)
    assert strip._lines() == ("No lesion found", "32 axial slices")
    shown.state.show_finding(None, Status.RUNNING)
    assert strip._lines() == ("Looking for the tumour", "32 axial slices")
    monkeypatch.setattr(HeadMotion, "running", True)  # what a search waits for
    assert strip._lines() == ("Bringing the sequences over each other", "32 axial slices")
    shown.view.set_plane(Plane.CORONAL)
    shown.state.show_finding(marker_finding(shown.state.study), Status.DONE)
    assert strip._lines() == ("48 coronal slices",)


def test_tips_tell_slice_and_candidate(strip, shown):
    finding = shown.state.finding
    second = Candidate(26, finding.position_mm, 1.26, 0.4)
    shown.state.show_finding(
        replace(finding, candidates=(*finding.candidates, second)), Status.DONE
    )
    tip = strip.tip_at(at(strip, finding.index))
    assert tip == "Slice 21 · S 51.0 mm · tumour 60 mm² · the tumour slice"
    below = QPointF(strip.x_of(26), strip.track.bottom() + 6)
    assert strip.tip_at(below) == "Candidate 2: slice 27, 1.3 mL, score 0.40"
    assert strip.tip_at(QPointF(10, 10)) == ""


def test_without_a_study_it_is_quiet(qtbot, session):
    strip = SliceStrip(session)
    qtbot.addWidget(strip)
    press(strip, QPointF(300, 40))
    wheel(strip, QPointF(300, 40))
    assert strip.tip_at(QPointF(300, 40)) == ""
    strip.grab()


def test_an_unoriented_study_has_no_ends(qtbot, session):
    show_study(session, marker_study(grid_of(oriented=False)))
    strip = SliceStrip(session)
    strip.resize(640, 68)
    qtbot.addWidget(strip)
    strip.grab()
    assert strip.tip_at(at(strip, 3)) == "Slice 4"
