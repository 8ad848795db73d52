"""Sessions by keys, menu, drop and list; a corrected segmentation opened as the study's own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from brainviewer.app.state import Layout
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Convention, Plane
from brainviewer.core.study import Modality, Study
from brainviewer.files.session_file.session_file import read_session
from brainviewer.gui.main_window import MainWindow
from tests.phantoms import marker_finding, marker_position, with_parts
from tests.study_folders import write_study

pytestmark = pytest.mark.window


def find(study: Study, *_: object, **__: object) -> TumourFinding:
    return with_parts(marker_finding(study), study)


@pytest.fixture
def reading(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[MainWindow]:
    """A study that was opened from its folder, and found, with a ruler."""
    monkeypatch.setattr("brainviewer.models.segmentation.detection.find_tumour", find)
    monkeypatch.setattr(window.session.engine, "ready", lambda: None)
    monkeypatch.setattr(
        "brainviewer.models.segmentation.network.segmentation_network", lambda _: None
    )
    window.session.saved.pause_seconds = 0.0
    opened(window, write_study(tmp_path / "study"))
    yield window


def opened(window: MainWindow, *paths: Path) -> None:
    window.session.documents.open(list(paths))
    QApplication.processEvents()


def ruler(window: MainWindow) -> Annotation:
    study = window.session.state.study
    assert study is not None
    x, y, z = map(float, marker_position(study.grid))
    made = Annotation(Kind.RULER, Plane.AXIAL, ((x, y, z), (x + 9, y, z)), Modality.FLAIR)
    window.session.annotations.add(made)
    return made


def pressed(window: MainWindow, name: str) -> str:
    """Do what an action does; returns its key."""
    action = window.actions_by_id[name]
    assert action.isEnabled()
    action.trigger()
    return str(action.shortcut().toString())


def choosing(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: (str(path), ""))


def test_ctrl_s_saves_asks_once_and_the_title_says_which(
    reading: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    choosing(monkeypatch, tmp_path / "monday")  # without its ending
    reading.session.view.set_layout(Layout.THREE_PLANES)
    assert pressed(reading, "save-session") == "Ctrl+S"
    file = tmp_path / "monday.brainviewer"
    assert read_session(file).study.sha256 == reading.session.state.study.content_hash
    assert reading.windowTitle() == "monday – study – BrainViewer"
    reading.session.settings.update(show_patient=False)
    assert reading.windowTitle() == "BrainViewer"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: pytest.fail("asked again"))
    before = read_session(file).stamp
    assert pressed(reading, "save-session") == "Ctrl+S"
    assert read_session(file).stamp != before
    made = ruler(reading)
    assert read_session(file).annotations == (made,)  # by itself


def test_it_opens_by_menu_list_and_drop(
    reading: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qtbot: QtBot
) -> None:
    file = tmp_path / "monday.brainviewer"
    choosing(monkeypatch, file)
    reading.session.view.set_layout(Layout.THREE_PLANES)
    made = ruler(reading)
    reading.actions_by_id["save-session-as"].trigger()
    other = write_study(tmp_path / "other", level=9)
    state = reading.session.state

    def by_drop() -> None:
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(file))])
        reading.dropEvent(
            QDropEvent(
                QPoint(9, 9), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
                Qt.KeyboardModifier.NoModifier,
            )
        )  # fmt: skip

    def by_list() -> None:
        recent = reading.session.recent.studies()
        assert [study.name for study in recent][0:1] != []
        (found,) = [study for study in recent if study.name == file.name]
        reading.session.documents.open(found.paths)

    ways = by_drop, by_list, reading.actions_by_id["open-session"].trigger
    for way in ways:
        opened(reading, other)
        reading.session.view.set_layout(Layout.ONE_LARGE)
        assert not state.annotations and reading.session.saved.file is None
        way()
        qtbot.waitUntil(lambda: state.annotations == (made,), timeout=5000)
        assert state.hanging.layout is Layout.THREE_PLANES
        assert state.finding_status is Status.DONE
        assert reading.session.saved.file is not None


@pytest.mark.parametrize("answer", ["Choose folder…", "Cancel"])
def test_the_window_asks_for_images_that_are_gone(
    reading: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answer: str
) -> None:
    file = tmp_path / "far" / "monday.brainviewer"
    file.parent.mkdir()
    choosing(monkeypatch, file)
    made = ruler(reading)
    reading.actions_by_id["save-session-as"].trigger()
    opened(reading, write_study(tmp_path / "other", level=9))
    (tmp_path / "study").rename(tmp_path / "elsewhere")
    asked: list[str] = []

    def ask(box: QMessageBox) -> None:
        asked.append(box.text())
        (pressed,) = [b for b in box.findChildren(QPushButton) if b.text().strip("&") == answer]
        monkeypatch.setattr(QMessageBox, "clickedButton", lambda _: pressed)

    monkeypatch.setattr(QMessageBox, "exec", ask)
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda *_, **__: str(tmp_path / "elsewhere")
    )
    reading.actions_by_id["open-session"].trigger()
    assert asked == ["The images of the session are not where they were: study is missing."]
    state = reading.session.state
    assert state.annotations == ((made,) if answer.startswith("Choose") else ())
    assert state.study is not None
    assert state.study.name == ("elsewhere" if answer.startswith("Choose") else "other")


def seen(window: MainWindow) -> list[tuple[float, ...]]:
    """What lies in the middle of each pane, in mm, and how large it is."""
    found = []
    for pane in window.grid.live:
        geometry = pane.geometry_mm
        assert geometry is not None
        middle = geometry.to_world(QPointF(pane.width() / 2, pane.height() / 2), pane.index)
        found.append((*np.round(middle, 3).tolist(), round(geometry.pixels_per_mm, 4)))
    return found


@pytest.mark.parametrize("linked", [True, False])
def test_zoom_pan_and_slices_come_back(
    reading: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, linked: bool
) -> None:
    file = tmp_path / "monday.brainviewer"
    choosing(monkeypatch, file)
    session, grid, state = reading.session, reading.grid, reading.session.state
    session.view.set_layout(Layout.THREE_PLANES)
    session.hangings.link(zoom=linked, scroll=linked)
    session.reformations.rotate()
    for place, pane in enumerate(grid.live[:2]):
        assert pane.geometry_mm is not None
        at = pane.rect().center().toPointF() + QPoint(20, 10 * place).toPointF()
        pane.move_camera(pane.geometry_mm.zoomed(2.0 + place, at))
    if not linked:
        session.view.choose_pane(1)
        session.view.place_cursor(marker_position(state.study.grid) + np.array((8.0, 8.0, 8.0)))
    before, held = seen(reading), [pane.held is not None for pane in grid.live]
    assert held == ([False] * 3 if linked else [True, False, True])
    reading.actions_by_id["save-session-as"].trigger()
    opened(reading, write_study(tmp_path / "other", level=9))
    assert seen(reading) != before
    session.hangings.link(zoom=True, scroll=True)
    opened(reading, file)
    assert seen(reading) == before
    assert [pane.held is not None for pane in grid.live] == held
    # The convention is a choice of who looks: the same place stays in the middle.
    opened(reading, tmp_path / "other")
    session.view.set_convention(Convention.NEUROLOGICAL)
    opened(reading, file)
    assert seen(reading) == before
    stamp = read_session(file).stamp
    grid.fit()
    assert seen(reading) != before
    opened(reading, tmp_path / "other")  # leaving it saves how it was looked at
    assert read_session(file).stamp != stamp
    opened(reading, file)
    assert seen(reading) != before


@pytest.mark.parametrize("kind", ["NIfTI", "DICOM"])
def test_a_corrected_segmentation_is_opened_again_as_the_studys_own(
    reading: MainWindow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, kind: str
) -> None:
    session = reading.session
    grid = session.state.study.grid
    from brainviewer.imaging.correction.brush import ball_stroke
    from brainviewer.imaging.correction.label_edit import Paint

    at = marker_position(grid) + np.array((9.0, 0.0, 0.0))
    value = session.state.editing.value
    session.correction.apply(
        "brush", lambda there: ball_stroke(there, grid, [at, at], 9.0, Paint(value)), ""
    )
    finding = session.state.finding
    assert finding is not None and finding.correction is not None and finding.parts is not None
    wanted = np.array(finding.parts)
    if kind == "NIfTI":
        choosing(monkeypatch, tmp_path / "study" / "study_seg.nii.gz")
        reading.actions_by_id["save-segmentation"].trigger()
        opened(reading, tmp_path / "study")
    else:
        from brainviewer.app.dicom_export.request import DicomExportRequest

        reading.export_image.save_dicom(
            DicomExportRequest(tmp_path / "dicom", sequences=False, report=False, pictures=False)
        )
        files = sorted((tmp_path / "study").glob("*.nii.gz"))
        opened(reading, *files, Path(f"seg={tmp_path / 'dicom' / 'SEG.dcm'}"))
    own = session.state.study.segmentation
    assert own is not None
    names = session.state.study.segment_names
    assert np.array_equal(own.data > 0, wanted > 0)
    assert len(names) == len(np.unique(wanted[wanted > 0]))


def test_key_images_are_stepped_through(reading: MainWindow) -> None:
    session = reading.session
    study = session.state.study
    assert study is not None
    for plane, index in ((Plane.AXIAL, 4), (Plane.AXIAL, 15), (Plane.CORONAL, 7)):
        view = session.state.view(plane)
        x, y, z = map(float, view.move(marker_position(study.grid), index))
        session.annotations.add(Annotation(Kind.KEY_IMAGE, plane, ((x, y, z),), Modality.T1))
    session.view.set_plane(Plane.AXIAL)
    session.view.go_to_slice(Plane.AXIAL, 9)
    seen = []
    for name in ("key-image-next",) * 3 + ("key-image-before",) * 2:
        assert pressed(reading, name) in ("Ctrl+I", "Ctrl+Shift+I")
        plane = session.state.shown_plane
        seen.append((plane, session.state.slice_index(plane)))
    assert seen == [
        (Plane.AXIAL, 15), (Plane.CORONAL, 7), (Plane.AXIAL, 4), (Plane.CORONAL, 7),
        (Plane.AXIAL, 15),
    ]  # fmt: skip
