"""The list of surfaces of the 3D view in the window: switches, volumes, distances, the prior."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QSlider
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.surfaces import SurfaceRequest, save_surfaces
from brainviewer.app.session import Session
from brainviewer.core.findings.lesion_regions import Region
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import LabelMap, Study
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.surfaces.listing import (
    MEASURED,
    NOTHING,
    OTHER_GRID,
    SurfaceList,
    distance_text,
)
from brainviewer.gui.volume.surfaces.popup import SurfacePopup
from brainviewer.painting.text.measurements import volume_text
from brainviewer.painting.volume.shown_surfaces import USUAL, SurfaceKey, SurfaceSource
from tests.gui.conftest import show_study
from tests.phantoms import marker_finding, marker_mask, with_parts

pytestmark = pytest.mark.window
WAIT_MS = 30_000


def found_in(study: Study) -> TumourFinding:
    grid = study.grid
    brain = study.reference.data > 0
    point = tuple(float(v) for v in grid.centre)
    found = with_parts(marker_finding(study), study)
    return replace(
        found,
        brain=brain,
        mid_sagittal=((point[0], point[1], point[2]), (1.0, 0.0, 0.0)),
    )


@pytest.fixture
def popup(window: MainWindow, session: Session, study: Study) -> Iterator[SurfacePopup]:
    show_study(session, study, found_in(study))
    QApplication.processEvents()
    window.volume.bring_up_to_date()
    window.actions_by_id["volume-surfaces"].trigger()
    popup = window.volume.surfaces.popup
    assert popup.isVisible()
    yield popup
    popup.hide()


def test_the_list_stays_beside_its_button_when_distances_come(
    popup: SurfacePopup, window: MainWindow, qtbot: QtBot
) -> None:
    button, room = window.volume.controls.surfaces, window.screen().availableGeometry()
    popup.open_over(button)
    popup.distances.click()
    qtbot.waitUntil(lambda: "Midline" in texts(popup), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: popup.width() >= popup.sizeHint().width())
    right = button.mapToGlobal(QPoint(button.width(), 0)).x()
    assert popup.x() == max(room.left(), right - popup.width())
    assert room.contains(popup.geometry())


def settle() -> None:
    """Have widgets that are new shown, and those that are old deleted."""
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def texts(popup: SurfacePopup) -> list[str]:
    settle()
    return [one.text() for one in popup.findChildren(QLabel) if one.text() and one.isVisible()]


def box(popup: SurfacePopup, name: str) -> QCheckBox:
    settle()
    return next(one for one in popup.findChildren(QCheckBox) if one.accessibleName() == name)


def test_volumes_are_those_of_the_panel(popup: SurfacePopup, session: Session) -> None:
    finding = session.state.finding
    assert finding is not None and finding.measurements is not None
    parts = finding.measurements.parts_ml
    assert parts is not None
    by_region = {
        one.key.region: one.millilitres
        for one in SurfaceList(session.state, None).entries()
        if one.key.source is SurfaceSource.FOUND
    }
    assert by_region == {
        Region.WHOLE: finding.measurements.volume_ml,
        Region.CORE: parts[LesionPart.ENHANCING] + parts[LesionPart.NECROSIS],
        Region.ENHANCING: parts[LesionPart.ENHANCING],
        Region.NECROSIS: parts[LesionPart.NECROSIS],
        Region.OEDEMA: parts[LesionPart.OEDEMA],
    }
    said = texts(popup)
    assert "LESION, AS FOUND" in said and "SUPPLIED SEGMENTATION" in said
    for millilitres in by_region.values():
        assert millilitres is not None and volume_text(millilitres) in said
    # The voxels say the same.
    assert session.state.study is not None
    voxel = session.state.study.grid.voxel_volume / 1000
    assert finding.parts is not None
    counted = np.isin(finding.parts, (1, 4)).sum() * voxel
    assert by_region[Region.CORE] == pytest.approx(counted, rel=1e-6)


def test_switches_change_the_picture(
    popup: SurfacePopup, window: MainWindow, session: Session
) -> None:
    volume = window.volume
    volume.set_preset("tumour")
    assert box(popup, "Oedema (found)").isChecked()
    assert not box(popup, "Whole (found)").isChecked()
    assert not box(popup, "Whole (supplied)").isChecked()
    before = volume.render_image(200, 200).astype(int)
    box(popup, "Oedema (found)").click()
    without = volume.render_image(200, 200).astype(int)
    assert np.abs(without - before).max() > 40
    solid = next(
        one
        for one in popup.findChildren(QSlider)
        if one.accessibleName() == "Opacity: Enhancing (found)"
    )
    assert solid.value() == 100
    solid.setValue(30)
    assert np.abs(volume.render_image(200, 200).astype(int) - without).max() > 20
    popup.reset.click()
    assert box(popup, "Oedema (found)").isChecked()
    assert np.array_equal(volume.render_image(200, 200), before)
    box(popup, "Whole (supplied)").click()
    assert np.abs(volume.render_image(200, 200).astype(int) - before).max() > 40
    # The overlay switch of parts is still what is usual in 3D.
    session.view.set_overlay(parts=False)
    volume.bring_up_to_date()
    assert box(popup, "Whole (found)").isChecked()
    assert not box(popup, "Oedema (found)").isChecked()


def test_distances_are_those_of_saved_surfaces(
    qtbot: QtBot, popup: SurfacePopup, session: Session, tmp_path: Path
) -> None:
    assert MEASURED not in texts(popup)
    popup.distances.click()
    qtbot.waitUntil(lambda: MEASURED in texts(popup), timeout=WAIT_MS)
    study, finding = session.state.study, session.state.finding
    assert study is not None
    for supplied in (False, True):
        request = SurfaceRequest(tmp_path / f"{supplied}.glb", supplied=supplied)
        for one in save_surfaces(request, study, finding, measured=True).surfaces:
            assert one.midline_mm is not None and one.brain_surface_mm is not None
            for mm in (one.midline_mm, one.brain_surface_mm):
                assert distance_text(mm) in texts(popup)
    popup.hide()
    assert MEASURED not in texts(popup)
    assert distance_text(None) == "" and distance_text(0.0) == "0.0 mm"


def test_what_is_unknown_is_not_told(qtbot: QtBot, popup: SurfacePopup, session: Session) -> None:
    finding = session.state.finding
    assert finding is not None
    session.state.finding = replace(finding, brain=None, mid_sagittal=None)
    popup.distances.click()
    qtbot.waitUntil(lambda: MEASURED in texts(popup), timeout=WAIT_MS)
    assert not [text for text in texts(popup) if text.endswith(" mm")]


def test_what_was_chosen_does_not_belong_to_another_study(
    popup: SurfacePopup, window: MainWindow, session: Session, study: Study
) -> None:
    box(popup, "Whole (found)").click()
    surfaces = window.volume.surfaces
    assert surfaces.shown.look(SurfaceKey(SurfaceSource.FOUND, Region.WHOLE)).visible
    drawing = window.volume.drawing
    show_study(session, replace(study, content_hash="another"), found_in(study))
    window.volume.bring_up_to_date()
    assert surfaces.shown == USUAL and drawing.worker._request.surfaces == USUAL


def test_a_sentence_says_why_something_is_missing(
    popup: SurfacePopup, window: MainWindow, session: Session, study: Study
) -> None:
    state = session.state
    state.study = replace(study, segmentation=None)
    state.finding = None
    window.volume.surfaces.refresh()
    assert NOTHING in texts(popup) and not popup.findChildren(QCheckBox)
    odd = np.ones(tuple(n + 1 for n in study.grid.shape), np.uint8)
    state.study = replace(study, segmentation=LabelMap(odd, study.grid))
    window.volume.surfaces.refresh()
    assert OTHER_GRID in texts(popup)


def test_the_prior_tells_the_volume_that_was_compared(session: Session, study: Study) -> None:
    show_study(session, study, found_in(study))
    mask = marker_mask(study.grid)
    compared = SimpleNamespace(
        shown=1,
        follow_up=SimpleNamespace(change=lambda n, _: SimpleNamespace(prior=10.0 * n)),
    )
    beside = SimpleNamespace(prior_finding=SimpleNamespace(mask=mask), compared=compared)
    prior = SimpleNamespace(beside=beside)
    found = [
        one
        for one in SurfaceList(session.state, prior).entries()  # type: ignore[arg-type]
        if one.key.source is SurfaceSource.PRIOR
    ]
    assert [one.millilitres for one in found] == [20.0]
