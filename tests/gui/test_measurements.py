"""The tumour section: what was measured, each one click from its slice, and sections that fold."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.slice_scenes import scene_of
from brainviewer.app.session import Session
from brainviewer.app.state import Layout
from brainviewer.app.status import Status
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality
from brainviewer.gui.main_window import LEFT_WIDTH
from brainviewer.gui.measurements.row import MeasurementRow
from brainviewer.gui.panels.folding import SectionHeader
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.painting.diameter_lines import diameter_path
from tests.gui.conftest import show_study
from tests.gui.hands import click
from tests.phantoms import marker_finding, marker_study, measured


@pytest.fixture
def left(qtbot: QtBot, shown: Session) -> Iterator[StudyPanel]:
    study = shown.state.study
    shown.state.show_finding(measured(marker_finding(study), study), Status.DONE)
    panel = StudyPanel(shown)
    qtbot.addWidget(panel)
    panel.resize(236, 800)
    panel.show()
    yield panel


def rows(panel: StudyPanel) -> dict[str, MeasurementRow]:
    QApplication.processEvents()
    found = panel.findChildren(MeasurementRow)
    return {r.accessibleName().split(":")[0]: r for r in found if r.isVisibleTo(panel)}


def test_no_measurement_is_wider_than_the_panel(left: StudyPanel, shown: Session) -> None:
    """Wider ones lay under the scroll bar, and beyond the edge."""
    finding = shown.state.finding
    taken = finding.measurements
    large = replace(taken.lesion, longest_mm=112, perpendicular_mm=104)
    cut_off = replace(
        taken, volume_ml=1234.5, enhancing_ml=812.3, lesion=large, enhancing=large, cut_off=True
    )
    shown.state.show_finding(replace(finding, measurements=cut_off), Status.DONE)
    assert "≥\u00a0112 × 104 mm" in rows(left)["Diameters FLAIR"].accessibleName()
    margins, scroll_bar = 24, 8
    widest = max(row.minimumSizeHint().width() for row in rows(left).values())
    assert widest <= LEFT_WIDTH - margins - scroll_bar


def test_a_value_is_level_with_its_name(left: StudyPanel) -> None:
    for row in rows(left).values():
        name, value = [w for w in row.findChildren(QLabel) if w.text() and w.isVisibleTo(left)][:2]
        middles = [w.y() + w.contentsRect().center().y() for w in (name, value)]
        centred = [bool(w.alignment() & Qt.AlignmentFlag.AlignVCenter) for w in (name, value)]
        assert centred == [True, True]
        assert abs(middles[0] - middles[1]) <= 1


def press(widget: MeasurementRow | QPushButton) -> None:
    click(widget, QPointF(widget.width() / 2, widget.height() / 2))


def test_everything_measured_can_be_read(left: StudyPanel) -> None:
    said = {name: row.accessibleName() for name, row in rows(left).items()}
    assert said["Volume"] == "Volume: 0.4 mL"
    assert "0.1 mL · 25 %" in said["Enhancing"]
    assert "9 × 8 mm 72 mm²" in said["Diameters FLAIR"]
    assert "not\u00a0measurable" in said["Diameters T1ce"]
    assert "left, 12 mm off midline" in said["Side"]
    for row in rows(left).values():
        for text in row.findChildren(QLabel):
            if text.isVisibleTo(left):
                assert text.height() >= text.fontMetrics().height(), text.text()
                assert text.width() >= text.minimumSizeHint().width(), text.text()


def diameters(session: Session, index: int) -> QPainterPath:
    scene = scene_of(session.state, session.state.study, Modality.FLAIR, Plane.AXIAL)
    return diameter_path(replace(scene, index=index).diameters_shown, scene.view)


def test_a_click_goes_to_the_slice_and_shows_the_diameters(
    left: StudyPanel, shown: Session
) -> None:
    taken = shown.state.finding.measurements
    press(rows(left)["Diameters T1ce"])
    assert shown.state.slice_index(Plane.AXIAL) == taken.enhancing.index
    assert shown.state.overlays.diameters
    assert not diameters(shown, taken.enhancing.index).isEmpty()
    assert diameters(shown, taken.enhancing.index + 1).isEmpty()
    press(rows(left)["Enhancing"])
    press(rows(left)["Diameters FLAIR"])
    assert shown.state.slice_index(Plane.AXIAL) == taken.lesion.index
    shown.view.set_overlay(diameters=False)
    assert diameters(shown, taken.lesion.index).isEmpty()
    shown.view.go_to_slice(Plane.AXIAL, 0)
    shown.view.set_plane(Plane.SAGITTAL)
    press(rows(left)[f"Slice {shown.state.finding.index + 1} of 32"])
    assert shown.state.on_tumour_slice
    assert shown.state.plane is Plane.AXIAL
    assert not rows(left)["Volume"].isEnabled()


@pytest.mark.parametrize("plane", list(Plane))
@pytest.mark.parametrize("layout", list(Layout))
def test_the_largest_slice_of_every_plane_is_one_click_away(
    left: StudyPanel, shown: Session, plane: Plane, layout: Layout
) -> None:
    shown.view.set_layout(layout)
    for other in Plane:
        shown.view.go_to_slice(other, 0)
    index = shown.state.finding.slices[plane]
    name = f"Largest {plane} slice: {index + 1}"
    press(next(b for b in left.findChildren(QPushButton) if b.accessibleName() == name))
    assert shown.state.slice_index(plane) == index
    if layout is Layout.THREE_PLANES:
        assert shown.state.plane is Plane.AXIAL
    else:
        assert shown.state.plane is plane
    # The cursor is inside the lesion, so that the other planes show it too.
    i, j, k = (round(v) for v in shown.state.study.grid.to_voxel(shown.state.cursor))
    assert shown.state.finding.mask[i, j, k]


def test_what_is_missing_is_said(left: StudyPanel, shown: Session) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    finding = measured(marker_finding(study), study)
    taken = replace(finding.measurements, enhancing_ml=None, enhancing=None, side=None)
    show_study(shown, study, replace(finding, measurements=taken))
    said = {name: row.accessibleName() for name, row in rows(left).items()}
    assert said["Diameters T1ce"] == "Diameters T1ce: no T1 and T1ce"
    assert said["Enhancing"] == "Enhancing: no T1 and T1ce"
    assert said["Side"] == "Side: not measured"
    assert not rows(left)["Diameters T1ce"].isEnabled()


def test_measurements_are_copied_as_text(left: StudyPanel, shown: Session) -> None:
    copy = next(b for b in left.findChildren(QPushButton) if b.text() == "Copy")
    copy.click()
    text = QApplication.clipboard().text()
    assert "Volume: 0.4 mL" in text
    assert "phantom" not in text
    shown.state.show_finding(None, Status.FAILED)
    assert not copy.isVisibleTo(left)


def test_a_section_folds_and_stays_folded(left: StudyPanel, shown: Session, qtbot: QtBot) -> None:
    heading = next(h for h in left.findChildren(SectionHeader) if h.text() == "TUMOUR")
    assert rows(left)
    heading.setFocus()
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert not rows(left)
    assert "Tumour" in shown.settings.folded.split(",")
    again = StudyPanel(shown)
    qtbot.addWidget(again)
    again.show()
    assert not rows(again)
    next(h for h in again.findChildren(SectionHeader) if h.text() == "TUMOUR").click()
    assert rows(again)
    assert "Tumour" not in shown.settings.folded.split(",")


def test_new_measurements_are_told_in_the_rows_that_are_there(
    left: StudyPanel, shown: Session
) -> None:
    """While a brush paints they follow several times a second: nothing is made anew or moves."""
    before, finding = rows(left), shown.state.finding
    taken = replace(finding.measurements, volume_ml=7.5)
    slice_mm = float(shown.state.study.grid.spacing[2])
    ends = tuple((x, y, z + 2 * slice_mm) for x, y, z in taken.enhancing.longest_ends)
    moved = replace(taken.enhancing, index=taken.enhancing.index + 2, longest_ends=ends)
    newer = replace(finding, measurements=replace(taken, enhancing=moved))
    shown.state.show_finding(newer, Status.DONE)
    after = rows(left)
    assert after == before
    assert after["Volume"].accessibleName() == "Volume: 7.5 mL"
    assert "7.5 mL" in [one.text() for one in after["Volume"].findChildren(QLabel)]
    press(after["Diameters T1ce"])
    assert shown.state.slice_index(Plane.AXIAL) == moved.index
    # What needs other rows, or leads elsewhere, makes them anew.
    shown.state.show_finding(replace(newer, slices={Plane.AXIAL: 3}), Status.DONE)
    assert rows(left)["Volume"] is not before["Volume"]
    assert len(rows(left)) == len(before)
    fewer = replace(newer, measurements=replace(newer.measurements, side=None))
    shown.state.show_finding(fewer, Status.DONE)
    assert rows(left)["Side"].accessibleName() != before["Side"].accessibleName()
