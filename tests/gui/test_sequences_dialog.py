"""The dialog that asks which file is which."""

from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from brainviewer.app.session import Session
from brainviewer.core.study import Modality
from brainviewer.files.study.folder import Assignment
from brainviewer.gui.dialogs import sequences as sequences_dialog
from brainviewer.gui.dialogs.sequences import SequencesDialog, ask_sequences


def save(path: Path, shape: tuple[int, int, int] = (24, 20, 16)) -> Path:
    data = np.zeros(shape, np.int16)
    inside = data[4:-4, 4:-4, 3:-3]
    inside[:] = np.random.default_rng(1).integers(100, 900, inside.shape)
    nib.save(nib.Nifti1Image(data, np.diag((-1, -1, 1, 1))), path)
    return path


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    names = ("scan 1.nii.gz", "scän 2.nii", "scan 3.nii", "not an image.nii")
    found = [save(tmp_path / name) for name in names[:3]]
    found.append(tmp_path / names[3])
    found[3].write_text("no")
    return found


@pytest.fixture
def dialog(qtbot: QtBot, files: list[Path]) -> SequencesDialog:
    made = SequencesDialog(Assignment({Modality.T1: Path("a_t1.nii")}, None, tuple(files), ()))
    qtbot.addWidget(made)
    made.show()
    return made


def choices(dialog: SequencesDialog) -> list[QComboBox]:
    return dialog.findChildren(QComboBox)


def the(dialog: SequencesDialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text)


def said(dialog: SequencesDialog) -> str:
    return " ".join(w.text() for w in dialog.findChildren(QLabel))


def test_every_file_has_an_image_a_name_and_a_choice(
    dialog: SequencesDialog, files: list[Path]
) -> None:
    assert len(choices(dialog)) == len(files)
    for path in files:
        assert path.name in said(dialog)
    images = [w.pixmap() for w in dialog.findChildren(QLabel) if not w.pixmap().isNull()]
    assert len(images) == 3
    for image in images:
        middle = image.toImage().pixelColor(image.width() // 2, image.height() // 2)
        assert middle.lightness() > 20
    assert "unreadable" in said(dialog)


def test_the_first_guess_is_what_is_missing(dialog: SequencesDialog) -> None:
    assert [c.currentText() for c in choices(dialog)] == ["FLAIR", "T1ce", "T2", "leave out"]
    assert the(dialog, "Open").isEnabled()


def test_the_choices_are_given_back_with_what_was_known(
    dialog: SequencesDialog, files: list[Path]
) -> None:
    for choice, text in zip(
        choices(dialog), ("T2", "segmentation", "leave out", "leave out"), strict=True
    ):
        choice.setCurrentText(text)
    known = dialog.assignment
    assert known.files == {Modality.T1: Path("a_t1.nii"), Modality.T2: files[0]}
    assert known.segmentation == files[1]
    assert known.unknown == ()


@pytest.mark.parametrize("twice", ["T1ce", "segmentation", "T1"])
def test_nothing_can_be_chosen_twice(dialog: SequencesDialog, twice: str) -> None:
    choices(dialog)[0].setCurrentText(twice)
    if twice != "T1":  # which is known already
        choices(dialog)[1].setCurrentText(twice)
    assert f"{twice} is chosen twice." in said(dialog)
    assert not the(dialog, "Open").isEnabled()
    choices(dialog)[0].setCurrentText("leave out")
    assert the(dialog, "Open").isEnabled()


def test_a_study_needs_a_sequence(qtbot: QtBot, files: list[Path]) -> None:
    dialog = SequencesDialog(Assignment({}, None, tuple(files[:2]), ()))
    qtbot.addWidget(dialog)
    choices(dialog)[0].setCurrentText("segmentation")
    choices(dialog)[1].setCurrentText("leave out")
    assert "at least one file" in said(dialog)
    assert not the(dialog, "Open").isEnabled()


def test_the_session_opens_what_was_chosen(
    session: Session, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From silent names to an open study, the dialog answered by a hand."""
    monkeypatch.setattr(session.segmentation, "find", lambda *_, **__: None)
    monkeypatch.setattr(sequences_dialog.SequencesDialog, "exec", lambda _: 1)
    session.documents.ask_sequences = lambda assignment: ask_sequences(assignment, None)
    session.documents.open(files[:2])
    study = session.state.study
    assert study is not None
    assert study.modalities == (Modality.FLAIR, Modality.T1)
    assert any("T1ce and T2 are missing" in notice for notice in study.notices)


def test_cancelling_opens_nothing(
    session: Session, files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[object] = []
    session.state.noticed.connect(said.append)
    monkeypatch.setattr(sequences_dialog.SequencesDialog, "exec", lambda _: 0)
    session.documents.ask_sequences = lambda assignment: ask_sequences(assignment, None)
    session.documents.open(files[:2])
    assert session.state.study is None
    assert not said
