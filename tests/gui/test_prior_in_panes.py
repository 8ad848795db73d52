"""The prior in a pane of the layout: dropped on, moved together, exported, kept in a session."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from brainviewer.app.exporting.exports import ExportRequest
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.hanging.content import PaneKind
from brainviewer.core.slices import Plane
from brainviewer.core.study import Modality, Study
from brainviewer.files.session_file.session_file import read_session
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panes.sequence_drag import dragged
from brainviewer.gui.prior.panes import PriorSide
from brainviewer.imaging.measure.lesion import measured
from brainviewer.imaging.preprocess.registration.prior_registration import PriorPlace
from tests.follow_up_phantom import (
    LARGE,
    SMALL,
    TURN_DEGREES,
    current,
    motion,
    prior,
    turned_mask,
)
from tests.gui.hands import wheel
from tests.lesion_phantoms import GRID

pytestmark = pytest.mark.window
FLAIR, T1 = Modality.FLAIR, Modality.T1


def find(study: Study, *_: object, **__: object) -> TumourFinding:
    mask = LARGE if study.name == "2024-06-01" else turned_mask(SMALL)
    index = int(np.flatnonzero(mask.any(axis=(0, 1))).mean())
    areas = mask.sum(axis=(0, 1)).astype(np.float32)
    return measured(study, TumourFinding("lesion", True, index=index, mask=mask, area_mm2=areas))


def place(*_: Study) -> PriorPlace:
    there = Grid(GRID.shape, np.linalg.inv(motion()) @ GRID.affine)
    return PriorPlace(there, T1, TURN_DEGREES, 0.8)


def on_disk(folder: Path, study: Study) -> Path:
    folder.mkdir(parents=True)
    for modality in (FLAIR, T1):
        values = np.asarray(study.volumes[modality].data).astype(np.int16)
        nib.save(nib.Nifti1Image(values, study.grid.affine), folder / f"{modality.lower()}.nii.gz")
    return folder


@pytest.fixture
def pair(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[MainWindow]:
    """A study of two panes side by side, the right one with its prior."""
    monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", find)
    monkeypatch.setattr("brainviewer.app.prior.comparison.place_prior", place)
    monkeypatch.setattr("brainviewer.imaging.location.located.fitted", lambda *_: None)
    monkeypatch.setattr(window.session.engine, "ready", lambda: None)
    monkeypatch.setattr(
        "brainviewer.models.segmentation.network.segmentation_network", lambda _: None
    )
    session = window.session
    session.documents.open([on_disk(tmp_path / "2024-06-01", current())])
    session.prior.compare([on_disk(tmp_path / "2024-03-01", prior())])
    session.hangings.make_grid(1, 2)
    for number in (0, 1):
        session.hangings.put_plane(number, Plane.AXIAL)
    session.hangings.put_kind(1, PaneKind.PRIOR)
    QApplication.processEvents()
    assert session.prior.beside is not None and isinstance(window.grid.shown[1], PriorSide)
    yield window


def drop(window: MainWindow, number: int, modality: Modality) -> None:
    at, mime = window.grid.shown[number].geometry().center(), dragged(modality)
    how = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for event in (
        QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, *how),
        QDropEvent(QPointF(at), Qt.DropAction.CopyAction, mime, *how),
    ):
        QApplication.sendEvent(window.grid, event)
        assert event.isAccepted()


def test_a_sequence_dropped_on_the_prior_is_that_of_the_prior(pair: MainWindow) -> None:
    drop(pair, 1, T1)
    pane, beside = pair.grid.shown[1], pair.session.prior.beside
    assert isinstance(pane, PriorSide) and pane.modality is T1
    assert beside is not None and beside.prior is not None
    assert pane.scene.study is beside.prior and pane.scene.prior == "PRIOR 2024-03-01"
    drop(pair, 1, Modality.T2)
    assert pair.grid.shown[1].why_missing == "The prior has no T2"


def test_its_lesion_is_in_the_3d_view(pair: MainWindow) -> None:
    beside = pair.session.prior.beside
    assert beside is not None and beside.prior_finding is not None
    assert beside.prior_finding.mask is not None
    pair.volume.bring_up_to_date()
    assert pair.volume.drawing.worker._request.prior is beside.prior_finding.mask
    pair.session.state.study_changed.emit()  # another study is open
    assert pair.session.prior.beside is None
    pair.volume.bring_up_to_date()
    assert pair.volume.drawing.worker._request.prior is None


def test_it_scrolls_zooms_and_is_windowed_with_the_study(pair: MainWindow) -> None:
    drop(pair, 1, FLAIR)
    study, before = pair.grid.shown
    index = study.index
    wheel(before, QPointF(60, 60))
    assert study.index == before.index != index
    geometry = before.geometry_mm
    assert geometry is not None
    before.move_camera(geometry.zoomed(2.0, QPointF(40, 40)))
    assert study.camera == before.camera and study.camera.zoom == pytest.approx(2.0)
    session = pair.session
    assert (study.modality, before.modality) == (FLAIR, FLAIR)
    was = session.state.windows[FLAIR]
    own = session.prior.window_of(FLAIR)
    session.view.set_window(FLAIR, replace(was, width=was.width * 2))
    assert before.scene.window.width == pytest.approx(2 * own.width)
    assert study.scene.window == session.state.windows[FLAIR]
    assert study.scene.window != before.scene.window


def test_the_image_of_the_view_has_it_and_says_so(pair: MainWindow, tmp_path: Path) -> None:
    request = ExportRequest(result=False, path=tmp_path / "view.png", scale=1)
    figure = pair.export_image._figure(request, np.zeros((9, 9, 3), np.uint8))
    assert [one.prior for one in figure.panes] == ["", "PRIOR 2024-03-01"]
    pair.export_image.save(request)
    with Image.open(tmp_path / "view.png") as image:
        grey = np.asarray(image.convert("L"))
    half = grey.shape[1] // 2
    assert grey[:, :half].std() > 10 and grey[:, half:].std() > 10


def test_a_session_brings_it_back_into_its_pane(
    pair: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(pair, 1, T1)
    session, study = pair.session, pair.grid.shown[0]
    assert study.geometry_mm is not None
    study.move_camera(study.geometry_mm.zoomed(2.0, QPointF(40, 40)))
    camera, index = pair.grid.shown[1].camera, pair.grid.shown[1].index
    file = tmp_path / "monday.brainviewer"
    session.saved.save_as(file)
    assert read_session(file).prior is not None
    session.documents.open([on_disk(tmp_path / "other", current())])
    session.hangings.make_grid(2, 2)
    QApplication.processEvents()
    assert session.prior.beside is None
    monkeypatch.setattr(
        "brainviewer.app.prior.comparison.place_prior", lambda *_: pytest.fail("laid over again")
    )
    session.documents.open([file])
    QApplication.processEvents()
    pane, beside = pair.grid.shown[1], session.prior.beside
    assert beside is not None and len(pair.grid.shown) == 2
    assert isinstance(pane, PriorSide) and (pane.modality, pane.index) == (T1, index)
    assert pane.scene.study is beside.prior and pane.scene.prior == "PRIOR 2024-03-01"
    assert pane.camera.zoom == pytest.approx(camera.zoom)
    assert pane.camera.centre == pytest.approx(camera.centre)
