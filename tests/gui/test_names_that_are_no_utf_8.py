"""Files whose names are no UTF-8 are shown like any others, and asked about."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication, QLabel

from brainviewer.app.session import Session
from brainviewer.core.study import Modality
from brainviewer.files.study.folder import Assignment
from brainviewer.gui.dialogs.sequences import SequencesDialog
from brainviewer.gui.main_window import MainWindow

MARK = "\N{REPLACEMENT CHARACTER}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    values = np.random.default_rng(0).integers(0, 900, (12, 12, 12)).astype(np.int16)
    content = nib.Nifti1Image(values, np.eye(4)).to_bytes()
    for name in ("M\udcfc_T1.nii", "M\udcfc_T2_a.nii", "M\udcfc_T2_b.nii"):
        (folder / name).write_bytes(content)
    return folder


def test_a_study_and_the_question_which_file_is_which(
    folder: Path, window: MainWindow, session: Session
) -> None:
    asked: list[Assignment] = []

    def ask(assignment: Assignment) -> Assignment:
        asked.append(assignment)
        dialog = SequencesDialog(assignment)
        texts = [label.text() for label in dialog.findChildren(QLabel)]
        assert any(f"M{MARK}_T2_a.nii" in text for text in texts)
        for choice, wanted in zip(dialog._choices.values(), ("T2", "leave out"), strict=True):
            choice.setCurrentText(wanted)
        chosen = dialog.assignment
        dialog.deleteLater()
        return chosen

    session.documents.ask_sequences = ask
    session.documents.open([folder])
    QApplication.processEvents()
    assert [path.name for path in asked[0].unknown] == ["M\udcfc_T2_a.nii", "M\udcfc_T2_b.nii"]
    study = session.state.study
    assert study is not None
    assert study.name == f"caf{MARK}"
    assert study.modalities == (Modality.T1, Modality.T2)
    assert f"caf{MARK}" in window.windowTitle()


def test_images(folder: Path, window: MainWindow, session: Session) -> None:
    for path in list(folder.iterdir()):
        path.unlink()
    for number in range(2):
        Image.new("L", (20, 20), 60 * number).save(folder / f"\udce9{number}.png")
    session.documents.open([folder])
    QApplication.processEvents()
    assert session.state.study is not None
    assert session.state.study.name == f"{MARK}0.png"
    assert len(session.state.image_series) == 2
