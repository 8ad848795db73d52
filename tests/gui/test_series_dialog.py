"""The dialog that asks which DICOM series is which: a row for each, and what is remembered."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from brainviewer.app.notices import Notice
from brainviewer.app.opening.dicom.looking import examination_in
from brainviewer.app.opening.dicom.series import SeriesChoice, UnknownSeries
from brainviewer.app.opening.opened import Opened
from brainviewer.app.opening.study import open_study
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.user_folders import settings_folder
from brainviewer.gui.dialogs.series import SeriesDialog
from brainviewer.gui.main_window import MainWindow
from tests.dicom_writer import TIMES, Examination, write_series, write_study
from tests.phantoms import marker_study

PHANTOM = marker_study()
ONE = PHANTOM.volumes[Modality.T2]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A study with two T2; what is remembered of it is forgotten afterwards."""
    examination = Examination()
    write_study(tmp_path, PHANTOM, examination=examination)
    again = {**TIMES["T2"], "SeriesDescription": "t2_again"}
    map_of = {"ImageType": ["DERIVED", "PRIMARY", "DIFFUSION"], "SeriesDescription": "ADC"}
    for number, elements in ((9, again), (12, map_of)):
        write_series(
            tmp_path, ONE.data * 2, ONE.grid.affine, examination=examination, number=number,
            elements=elements,
        )  # fmt: skip
    yield tmp_path
    (settings_folder() / "series.json").unlink(missing_ok=True)


def asked(qtbot: QtBot, folder: Path) -> SeriesDialog:
    with pytest.raises(UnknownSeries) as unsure:
        open_study([folder])
    dialog = SeriesDialog(unsure.value)
    qtbot.addWidget(dialog)
    return dialog


def test_every_series_has_a_row_with_what_is_proposed(qtbot: QtBot, folder: Path) -> None:
    dialog = asked(qtbot, folder)
    shown = {one.number: box.currentText() for one, box in dialog.choices.items()}
    assert shown == {
        3: "FLAIR", 4: "T1", 5: "T1ce", 6: "leave out", 9: "T2", 12: "leave out",
    }  # fmt: skip
    pictures = [picture for picture, _ in dialog._pictures]
    qtbot.waitUntil(lambda: not dialog._pictures)
    assert all(not picture.pixmap().isNull() for picture in pictures)


def test_every_choice_is_in_sight(qtbot: QtBot, folder: Path) -> None:
    dialog = asked(qtbot, folder)
    dialog.show()
    qtbot.waitExposed(dialog)
    view = dialog._table.viewport()
    for box in dialog.choices.values():
        assert box.mapTo(view, box.rect().bottomRight()).x() < view.width()


def test_enter_accepts_and_a_correction_is_remembered(qtbot: QtBot, folder: Path) -> None:
    dialog = asked(qtbot, folder)
    by_number = {one.number: box for one, box in dialog.choices.items()}
    by_number[6].setCurrentText("T2")
    assert "T2 is chosen twice" in dialog._problem.text()
    by_number[9].setCurrentText("leave out")
    dialog.show()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert dialog.result() == SeriesDialog.DialogCode.Accepted
    assert dialog.choice.chosen[Modality.T2].number == 6
    # another study of the same scanner is not asked about
    study = open_study([folder])
    series = study.volumes[Modality.T2].series
    assert series is not None
    assert series.number == 6
    assert any("left out by you before" in notice for notice in study.notices)


def test_nothing_chosen_opens_nothing(qtbot: QtBot, folder: Path) -> None:
    dialog = asked(qtbot, folder)
    for box in dialog.choices.values():
        box.setCurrentText("leave out")
    assert not dialog._open.isEnabled()


def test_what_cannot_be_remembered_is_said(qtbot: QtBot, tmp_path: Path) -> None:
    write_study(tmp_path, PHANTOM, elements={"SeriesDescription": "head"}, said=False)
    examination = examination_in([tmp_path])
    assert examination is not None
    chosen = dict(zip(SEQUENCES, examination.volumes, strict=True))
    dialog = SeriesDialog(UnknownSeries(SeriesChoice(examination, chosen), ["Which is which?"]))
    qtbot.addWidget(dialog)
    assert dialog._not_kept.text() == (
        "Series 3 (head), series 4 (head), series 5 (head) … have no description of their own at "
        "the scanner, so what you choose for them is not remembered: you will be asked again."
    )
    for box in dialog.choices.values():
        box.setCurrentText("leave out")
    assert dialog._not_kept.text() == ""  # one answer for all of that name


def shown_series(window: MainWindow) -> dict[Modality, int | None]:
    study = window.session.state.study
    assert study is not None
    return {m: v.series.number for m, v in study.volumes.items() if v.series is not None}


RIGHT = {Modality.FLAIR: 3, Modality.T1: 4, Modality.T1CE: 5, Modality.T2: 9}
WRONG = {**RIGHT, Modality.FLAIR: 9, Modality.T2: 3}


def answering(
    answers: dict[int, str], proposed: list[dict[int, str]] | None = None
) -> Callable[[UnknownSeries], SeriesChoice]:
    """Answers the dialog for series by their numbers; the others as proposed."""

    def answer(question: UnknownSeries) -> SeriesChoice:
        dialog = SeriesDialog(question)
        by_number = {one.number: box for one, box in dialog.choices.items()}
        if proposed is not None:
            proposed.append({number: box.currentText() for number, box in by_number.items()})
        for number, said in answers.items():
            by_number[number].setCurrentText(said)
        dialog.accept()
        choice = dialog.choice
        dialog.deleteLater()
        return choice

    return answer


@pytest.fixture
def misnamed(window: MainWindow, folder: Path) -> MainWindow:
    """A window with a study whose FLAIR and T2 the user has exchanged."""
    window.session.segmentation.find = lambda *_, **__: None
    assert not window.actions_by_id["series"].isEnabled()
    window.session.documents.ask_series = answering({3: "T2", 9: "FLAIR", 6: "leave out"})
    window.session.documents.open([folder])
    assert shown_series(window) == WRONG
    return window


def test_a_wrong_answer_is_corrected_and_the_correction_remembered(
    misnamed: MainWindow, folder: Path
) -> None:
    documents, again = misnamed.session.documents, misnamed.actions_by_id["series"]
    documents.ask_series = None  # as after a restart: it is remembered, and nobody is asked
    documents.open([folder])
    assert shown_series(misnamed) == WRONG
    proposed: list[dict[int, str]] = []
    documents.ask_series = answering({3: "FLAIR", 9: "T2"}, proposed)
    assert again.isEnabled()
    again.trigger()
    assert proposed[0] == {
        3: "T2", 4: "T1", 5: "T1ce", 6: "leave out", 9: "FLAIR", 12: "leave out",
    }  # fmt: skip
    assert shown_series(misnamed) == RIGHT
    documents.ask_series = None
    documents.open_demo()
    documents.open([folder])  # not as it was kept a moment ago
    assert shown_series(misnamed) == RIGHT
    documents.ask_series = answering({}, proposed)
    before = misnamed.session.state.study
    again.trigger()
    assert proposed[1][3] == "FLAIR"
    assert misnamed.session.state.study is before  # nothing was changed, so nothing is opened


def test_a_notice_that_doubts_a_sequence_offers_the_choice(misnamed: MainWindow) -> None:
    heard: list[Notice] = []
    session = misnamed.session
    session.state.noticed.connect(heard.append)
    study = replace(
        session.state.study, notices=("In a.dcm, opened as T2, fluid is dark: check which it is.",)
    )
    session.documents.sentences.tell(Opened(study, {}))
    (offer,) = heard[-1].offers
    session.documents.ask_series = answering({3: "FLAIR", 9: "T2"})
    offer.act()
    assert shown_series(misnamed) == RIGHT
