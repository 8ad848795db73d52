"""Where the lesion lies, in the left panel: while it is looked for, told, and left out."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.app.location.lesion_location import LesionLocation
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.location import EloquentDistance, Location, RegionPart, TemplateFit
from brainviewer.gui.main_window import LEFT_WIDTH
from brainviewer.gui.measurements.row import MeasurementRow
from brainviewer.gui.panels.study import StudyPanel
from brainviewer.gui.panels.tumour import copy_measurements
from tests.phantoms import marker_finding, measured

FIT = TemplateFit("T1", 1.8, 0.8, 2.2)
LONG = Location(
    FIT,
    hemispheres={"left": 0.6, "right": 0.4},
    lobes=(RegionPart("occipital", "right", 0.6), RegionPart("corpus callosum", "", 0.4)),
    structures=tuple(
        RegionPart("inferior frontal gyrus, pars opercularis", side, 0.3)
        for side in ("left", "right")
    ),
    eloquent=(
        EloquentDistance("Wernicke's area", "left", 0.0),
        EloquentDistance("primary somatosensory cortex", "left", 0.0),
        EloquentDistance("primary somatosensory cortex", "right", 12.0),
    ),
)


@pytest.fixture
def left(qtbot: QtBot, shown: Session) -> Iterator[StudyPanel]:
    study = shown.state.study
    shown.state.show_finding(measured(marker_finding(study), study), Status.DONE)
    shown.jobs.cancel("locate")
    panel = StudyPanel(shown)
    qtbot.addWidget(panel)
    panel.resize(236, 800)
    panel.show()
    yield panel


def tell(session: Session, location: Location | None, status: Status = Status.DONE) -> None:
    session.state.location = LesionLocation(session.state.finding, location, status)
    session.state.location_changed.emit()


def rows(panel: StudyPanel) -> dict[str, MeasurementRow]:
    QApplication.processEvents()
    found = panel.findChildren(MeasurementRow)
    return {r.accessibleName().split(":")[0]: r for r in found if r.isVisibleTo(panel)}


def test_the_place_is_told_when_it_is_known(left: StudyPanel, shown: Session) -> None:
    tell(shown, None, Status.RUNNING)
    assert "Locating…" in rows(left)["Location"].accessibleName()
    tell(shown, LONG)
    told = rows(left)
    assert "both sides" in told["Location"].accessibleName()
    assert "60" in told["Right occipital lobe"].accessibleName()
    assert "Wernicke's area" in told["Eloquent"].accessibleName()
    assert "12" in told["Right primary somatosensory cortex"].accessibleName()
    # While a stroke is measured the rows stay where they are.
    tell(shown, LONG, Status.RUNNING)
    assert set(rows(left)) == set(told)
    tell(shown, None, Status.NOT_RUN)
    assert "Location" not in rows(left)


def test_where_nothing_is_told_the_reason_is(left: StudyPanel, shown: Session) -> None:
    tell(shown, Location(FIT, left_out="The brain was not recognised in the images."))
    assert "not told The brain was not recognised" in rows(left)["Location"].accessibleName()
    assert "Eloquent" not in rows(left)
    tell(shown, None, Status.FAILED)
    assert "could not be found" in rows(left)["Location"].accessibleName()


def test_no_place_is_wider_than_the_panel(left: StudyPanel, shown: Session) -> None:
    tell(shown, LONG)
    margins, scroll_bar = 24, 8
    widest = max(row.minimumSizeHint().width() for row in rows(left).values())
    assert widest <= LEFT_WIDTH - margins - scroll_bar


def test_copied_measurements_hold_the_place_of_their_lesion(
    left: StudyPanel, shown: Session
) -> None:
    tell(shown, LONG)
    copy_measurements(shown)
    assert "Right occipital lobe: 60" in QApplication.clipboard().text()
    # Another mask has no place yet.
    finding = shown.state.finding
    shown.state.finding = replace(finding, mask=finding.mask.copy())
    copy_measurements(shown)
    assert "occipital" not in QApplication.clipboard().text()
