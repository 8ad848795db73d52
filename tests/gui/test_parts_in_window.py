"""The parts of a lesion in the window: switch, legend, table, panes and 3D view."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.measurements.row import MeasurementRow
from brainviewer.gui.panels.legend import Legend
from brainviewer.imaging.measure.agreement import compared
from brainviewer.painting import palette
from brainviewer.painting.text.measurements import AGREEMENT, agreement_lines, volume_text
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, measured, with_parts


@pytest.fixture
def told(window: MainWindow, session: Session, study: Study) -> Iterator[MainWindow]:
    """The window on a study whose lesion has parts."""
    show_study(session, study, with_parts(marker_finding(study), study))
    QApplication.processEvents()
    yield window


def words(legend: Legend) -> list[str]:
    return [label.text() for label in legend.findChildren(QLabel) if label.text()]


def legend_of_parts(window: MainWindow) -> Legend:
    return window.findChildren(Legend)[0]


def box(window: MainWindow, name: str) -> QCheckBox:
    return next(box for box in window.findChildren(QCheckBox) if box.text() == name)


def test_the_legend_names_each_part_with_its_colour_and_volume(
    told: MainWindow, session: Session
) -> None:
    finding = session.state.finding
    assert finding is not None
    assert finding.measurements is not None
    volumes = finding.measurements.parts_ml
    assert volumes is not None
    legend = legend_of_parts(told)
    assert legend.isVisible()
    assert words(legend) == [
        text for part in palette.PARTS for text in (part.title, volume_text(volumes[part]))
    ]
    looks = [label.styleSheet() for label in legend.findChildren(QLabel) if not label.text()]
    assert [look.split()[3].rstrip(";") for look in looks] == list(palette.PARTS.values())
    box(told, "Lesion parts").click()
    assert not session.state.overlays.parts
    assert not legend.isVisible()


def test_the_action_switches_parts_and_leaves_the_contour(
    qtbot: QtBot, told: MainWindow, session: Session
) -> None:
    action = told.actions_by_id["show-parts"]
    assert action.isEnabled()
    assert action.isChecked()
    pane = told.grid.shown[0]
    shown = pane.grab().toImage()
    action.trigger()
    assert not session.state.overlays.parts
    assert session.state.overlays.lesion
    assert not box(told, "Lesion parts").isChecked()
    plain = pane.grab().toImage()
    assert shown != plain
    finding = session.state.finding
    session.state.show_finding(replace(finding, parts=None), Status.DONE)
    action.trigger()
    assert pane.grab().toImage() == plain
    assert not action.isEnabled()
    assert not legend_of_parts(told).isVisible()
    assert not box(told, "Lesion parts").isVisible()


def test_every_part_has_a_row_with_its_colour(told: MainWindow, session: Session) -> None:
    rows = {r.accessibleName().split(":")[0]: r for r in told.findChildren(MeasurementRow)}
    for part, colour in palette.PARTS.items():
        assert part.title in rows
        looks = [label.styleSheet() for label in rows[part.title].findChildren(QLabel)]
        assert any(colour in look for look in looks)
    assert rows["Enhancing"].isEnabled()  # goes to the slice of its diameters
    study = session.state.study
    session.state.show_finding(measured(marker_finding(study), study), Status.DONE)
    names = {r.accessibleName().split(":")[0] for r in told.findChildren(MeasurementRow)}
    assert not any(
        r.isVisible() and r.accessibleName().startswith("Oedema")
        for r in told.findChildren(MeasurementRow)
    ), names


def test_the_3d_view_follows_the_switch(qtbot: QtBot, told: MainWindow, session: Session) -> None:
    worker = told.volume.drawing.worker
    qtbot.waitUntil(lambda: worker._request.finding is session.state.finding)
    assert worker._request.parts
    session.view.set_overlay(parts=False)
    qtbot.waitUntil(lambda: not worker._request.parts)
    finding = session.state.finding
    # Where none were told apart there is nothing to be made anew.
    session.state.show_finding(replace(finding, parts=None), Status.DONE)
    told.volume.bring_up_to_date()
    assert worker._request.parts
    session.state.show_finding(finding, Status.DONE)
    session.view.set_overlay(parts=True)
    session.view.set_overlay(parts=False)
    told.volume.bring_up_to_date()
    assert not worker._request.parts


# -- beside the study's own segmentation ------------------------------------------------------


@pytest.fixture
def beside(window: MainWindow, session: Session, study: Study) -> Iterator[MainWindow]:
    """A lesion with parts, and a segmentation that lies a few voxels beside it."""
    assert study.segmentation is not None
    labels = np.roll(study.segmentation.data, 2, axis=0)
    moved = replace(study, segmentation=replace(study.segmentation, data=labels))
    show_study(session, moved, compared(moved, with_parts(marker_finding(study), study)))
    QApplication.processEvents()
    yield window


def test_the_panel_tells_the_agreement(beside: MainWindow, session: Session) -> None:
    finding = session.state.finding
    assert finding is not None
    (line,) = agreement_lines(finding)
    row = next(
        r for r in beside.findChildren(MeasurementRow) if r.accessibleName().startswith("Lesion:")
    )
    assert row.isVisible()
    assert row.accessibleName() == f"Lesion: {line.value} {line.detail}"
    assert "never read" in row.toolTip()
    headings = [w.text() for w in beside.findChildren(QLabel) if w.isVisible()]
    assert AGREEMENT in headings
    missed = compared(
        session.state.study,
        TumourFinding("lesion", False, mask=np.zeros(session.state.study.grid.shape, bool)),
    )
    session.state.show_finding(missed, Status.DONE)
    QApplication.processEvents()
    rows = [r.accessibleName() for r in beside.findChildren(MeasurementRow) if r.isVisible()]
    assert rows == [f"Lesion: Dice 0.00 {agreement_lines(missed)[0].detail}"]
    session.state.show_finding(replace(finding, agreement=None), Status.DONE)
    assert AGREEMENT not in [w.text() for w in beside.findChildren(QLabel) if w.isVisible()]


def test_the_difference_takes_the_place_of_both(beside: MainWindow, session: Session) -> None:
    action, state = beside.actions_by_id["show-difference"], session.state
    session.view.set_overlay(segmentation=False)
    before, pane = state.overlays, beside.grid.shown[0]
    shown = pane.grab().toImage()
    action.trigger()
    assert state.overlays.difference
    assert not state.overlays.parts
    assert state.overlays.lesion
    assert pane.grab().toImage() != shown
    legend = beside.findChildren(Legend)[2]
    assert legend.isVisible()
    overlap = state.finding.agreement.lesion
    assert words(legend) == [
        "In both", volume_text(overlap.both_ml),
        "Only found", volume_text(overlap.found_ml - overlap.both_ml),
        "Only supplied", volume_text(overlap.supplied_ml - overlap.both_ml),
    ]  # fmt: skip
    action.trigger()
    assert state.overlays == before
    assert pane.grab().toImage() == shown
    assert not legend.isVisible()
    # What is switched on beside it stays where it is.
    box(beside, "Difference").click()
    session.view.set_overlay(segmentation=True)
    assert state.overlays.difference
    box(beside, "Difference").click()
    assert state.overlays == before


def test_another_study_begins_without_the_difference(
    beside: MainWindow, session: Session, study: Study
) -> None:
    before = session.state.overlays
    beside.actions_by_id["show-difference"].trigger()
    bare = replace(study, segmentation=None, content_hash="another")
    show_study(session, bare, with_parts(marker_finding(study), study))
    assert session.state.overlays == before
    assert not beside.actions_by_id["show-difference"].isEnabled()
    assert not box(beside, "Difference").isVisible()
