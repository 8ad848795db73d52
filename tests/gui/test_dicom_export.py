"""Results as DICOM out of the window: what the dialog offers, and what the folder holds then."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from brainviewer.app.dicom_export.request import DicomExportRequest
from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import Patient
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.gui.dialogs.dicom_export import DicomExportDialog, free_folder
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_answered, show_study
from tests.phantoms import marker_finding, marker_study, with_parts
from tests.unit.app.test_dicom_results import series_of


@pytest.fixture
def dialog(qtbot: QtBot, shown: Session, tmp_path: Path) -> DicomExportDialog:
    dialog = DicomExportDialog(shown.state, folder=tmp_path)
    qtbot.addWidget(dialog)
    return dialog


def test_it_offers_all_that_there_is_for_nobody(dialog: DicomExportDialog, tmp_path: Path) -> None:
    request = dialog.request
    assert request.folder == tmp_path / "brainviewer-dicom"
    assert request.segmentation
    assert request.report
    assert request.pictures
    assert request.sequences
    assert request.patient == Patient(made_up=True)
    assert dialog.export_button.isEnabled()


def test_what_is_typed_reaches_the_request(
    qtbot: QtBot, dialog: DicomExportDialog, tmp_path: Path
) -> None:
    for field, text in (
        (dialog.patient_id, "4711"),
        (dialog.patient_name, "Doe, Jane"),
        (dialog.birth_date, "1970-01-31"),
    ):
        qtbot.keyClicks(field, text)
    dialog.sex.choose("F")
    dialog.sequences.click()
    dialog.folder.setText("mine")
    request = dialog.request
    assert request.patient == Patient("Doe^Jane", "4711", "19700131", "F")
    assert not request.sequences
    assert request.folder == tmp_path / "mine"


def test_what_is_wrong_is_said_and_not_exported(dialog: DicomExportDialog, tmp_path: Path) -> None:
    dialog.birth_date.setText("31.1.1970")
    assert not dialog.export_button.isEnabled()
    assert "not a date" in dialog._remark.text()
    dialog.birth_date.clear()
    assert dialog.export_button.isEnabled()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").touch()
    for folder in (tmp_path / "full", tmp_path / "full" / "mine"):
        dialog.folder.setText(str(folder))
        assert not dialog.export_button.isEnabled()
        assert dialog._remark.text()
    dialog.folder.clear()
    assert not dialog.export_button.isEnabled()
    dialog.folder.setText("new")
    assert dialog.export_button.isEnabled()
    for box in (dialog.segmentation, dialog.report, dialog.pictures, dialog.sequences):
        box.setChecked(False)
    assert not dialog.export_button.isEnabled()


def test_a_folder_that_there_is_is_not_proposed(tmp_path: Path) -> None:
    for number in ("", "-2"):
        assert free_folder(tmp_path) == tmp_path / f"brainviewer-dicom{number}"
        free_folder(tmp_path).mkdir()
    assert free_folder(tmp_path).name == "brainviewer-dicom-3"


def test_a_dicom_study_keeps_its_patient(qtbot: QtBot, session: Session, tmp_path: Path) -> None:
    study = marker_study(modalities=(Modality.FLAIR,))
    series = series_of(study.grid, multi_frame=False)
    volume = replace(study.reference, series=series)
    show_study(session, replace(study, volumes={Modality.FLAIR: volume}), marker_finding(study))
    dialog = DicomExportDialog(session.state, folder=tmp_path)
    qtbot.addWidget(dialog)
    assert dialog.request.patient == series.patient
    assert not dialog.request.sequences
    assert not dialog.sequences.isEnabled()


def test_a_single_image_offers_pictures_only(
    qtbot: QtBot, session: Session, tmp_path: Path
) -> None:
    grid = Grid((30, 20, 1), np.eye(4), oriented=False, as_stored=True)
    data = np.arange(600, dtype=np.uint8).reshape(30, 20, 1)
    image = Study({Modality.IMAGE: Volume(Modality.IMAGE, data, grid)}, grid, content_hash="a")
    show_study(session, image)
    dialog = DicomExportDialog(session.state, folder=tmp_path)
    qtbot.addWidget(dialog)
    request = dialog.request
    assert request.pictures
    assert not (request.segmentation or request.report or request.sequences)


@pytest.fixture
def window(window: MainWindow, session: Session) -> MainWindow:
    """The window with a lesion that has its parts, and an answer."""
    study = marker_study()
    show_answered(session, study, with_parts(marker_finding(study), study))
    return window


@pytest.mark.window
def test_the_menu_fills_a_folder(
    window: MainWindow,
    said: list[tuple[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def accept(dialog: DicomExportDialog) -> int:
        dialog.folder.setText(str(tmp_path / "results"))
        dialog.sequences.setChecked(False)
        assert dialog.export_button.isEnabled()
        return QDialog.DialogCode.Accepted

    monkeypatch.setattr(DicomExportDialog, "exec", accept)
    window.actions_by_id["export-dicom"].trigger()
    names = {path.name for path in (tmp_path / "results").iterdir()}
    assert names == {
        *("FLAIR.dcm", "SEG.dcm", "SR.dcm", "SC1.dcm", "SC2.dcm"),
        *("mask.nii.gz", "mask_parts.nii.gz"),
    }
    ((level, text),) = said
    assert level == "info"
    assert text.startswith(f"7 files were saved in {tmp_path / 'results'}. The patient ID BRAIN")
    for name in names:
        assert b"Doe" not in (tmp_path / "results" / name).read_bytes()
    # Once more, into the same folder: nothing in it is replaced.
    before = dcmread(tmp_path / "results" / "SEG.dcm").SOPInstanceUID
    window.export_image.save_dicom(request_to(tmp_path / "results"))
    assert said[-1][0] == "error"
    assert "not empty" in said[-1][1]
    assert dcmread(tmp_path / "results" / "SEG.dcm").SOPInstanceUID == before


@pytest.mark.window
def test_an_answer_that_is_stale_stays_out(
    window: MainWindow, said: list[tuple[str, str]], session: Session, tmp_path: Path
) -> None:
    session.state.show_classification(session.state.classification, Status.STALE)
    window.export_image.save_dicom(request_to(tmp_path / "out"))
    assert b"Molecular subtype" not in (tmp_path / "out" / "SR.dcm").read_bytes()
    assert "not up to date" in said[-1][1]


def request_to(folder: Path) -> DicomExportRequest:
    return DicomExportRequest(folder, pictures=False, sequences=False)
