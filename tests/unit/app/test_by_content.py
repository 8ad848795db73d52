"""Series whose tags and descriptions were cleared are proposed by their images, and asked."""

import json
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.opening.dicom.by_content import with_content
from brainviewer.app.opening.dicom.series import SeriesChoice, UnknownSeries
from brainviewer.app.opening.opened import Opened
from brainviewer.app.opening.study import open_study, open_without_asking
from brainviewer.core.errors import silent
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.nifti.reader import read_nifti
from tests.command_line import run
from tests.contrast_phantom import GRID, head
from tests.dicom_writer import TIMES, Examination, write_series
from tests.studies import STUDIES
from tests.unit.app.desk import Desk

FLAIR, T1, T1CE, T2 = SEQUENCES
HEADS = {m: head(m, True).astype(np.int16) for m in SEQUENCES}
ORDER = (T2, T1CE, FLAIR, T1)
"""By the numbers of their series, from 3 on."""


def written(folder: Path, told: tuple[Modality, ...] = ()) -> Path:
    """A study of which only some series say what they are."""
    examination = Examination()
    for number, modality in enumerate(ORDER, 3):
        write_series(
            folder, HEADS[modality], GRID.affine, number=number, examination=examination,
            elements=TIMES[modality] if modality in told else {},
        )  # fmt: skip
    return folder


def asked(folder: Path) -> UnknownSeries:
    with pytest.raises(UnknownSeries) as unsure:
        open_study([folder])
    return with_content(unsure.value)


def numbers(choice: SeriesChoice) -> dict[Modality, int]:
    return {modality: one.number for modality, one in choice.chosen.items()}


RIGHT = {modality: ORDER.index(modality) + 3 for modality in SEQUENCES}


def test_what_the_images_tell_is_proposed(tmp_path: Path) -> None:
    unsure = asked(written(tmp_path))
    assert numbers(unsure.choice) == RIGHT
    assert unsure.told.chosen == {}
    assert unsure.message == (
        "Told by the images alone, series 3 is T2, series 4 is T1ce, series 5 is FLAIR and series "
        "6 is T1: check it."
    )


def test_it_is_never_opened_unasked(tmp_path: Path) -> None:
    with pytest.raises(UnknownSeries, match="Told by the images alone") as unsure:
        open_without_asking([written(tmp_path)])
    assert "FLAIR=FOLDER" in unsure.value.advice


def test_info_tells_what_they_seem_to_be(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("info", written(tmp_path), "--json") == 0
    told = json.loads(capfd.readouterr().out)
    assert {Modality(m): one["file"] for m, one in told["sequences"].items()} == {
        modality: f"series {number}" for modality, number in RIGHT.items()
    }
    guess = "Told by the images alone, series 3 is T2, series 4 is T1ce, series 5 is FLAIR"
    assert any(one.startswith(guess) for one in told["notices"])
    assert run("pick", tmp_path) == 2  # nothing is computed from a guess


@pytest.mark.parametrize("unknown", SEQUENCES)
def test_one_beside_those_that_say_it(tmp_path: Path, unknown: Modality) -> None:
    told = tuple(m for m in SEQUENCES if m is not unknown)
    unsure = asked(written(tmp_path, told))
    assert numbers(unsure.choice) == RIGHT
    assert set(unsure.told.chosen) == set(told)
    study = open_without_asking([tmp_path])
    assert study.modalities == told
    assert f"{unknown} is missing." in study.notices


def test_what_is_told_is_not_looked_at(tmp_path: Path) -> None:
    unsure = UnknownSeries(
        SeriesChoice(asked(written(tmp_path, SEQUENCES[:3])).choice.examination, {}), ["?"]
    )
    examination = unsure.choice.examination
    all_told = dict.fromkeys(SEQUENCES, examination.volumes[0])
    unsure = UnknownSeries(SeriesChoice(examination, all_told), ["?"])
    assert with_content(unsure) is unsure


def test_images_that_cannot_be_read_leave_the_question(tmp_path: Path) -> None:
    with pytest.raises(UnknownSeries) as unsure:
        open_study([written(tmp_path)])
    for path in tmp_path.iterdir():
        path.write_bytes(b"")
    assert with_content(unsure.value) is unsure.value


def test_a_window_asks_with_the_proposal(desk: Desk, tmp_path: Path) -> None:
    questions: list[UnknownSeries] = []

    def answer(error: UnknownSeries) -> SeriesChoice:
        questions.append(error)
        return error.choice

    desk.session.documents.ask_series = answer
    desk.session.documents.open([written(tmp_path)])
    desk.until(lambda: desk.state.study)
    (question,) = questions
    assert numbers(question.choice) == RIGHT
    assert desk.state.study is not None
    assert desk.state.study.modalities == SEQUENCES


def test_without_a_window_what_is_written_is_opened(desk: Desk, tmp_path: Path) -> None:
    desk.session.documents.open([written(tmp_path, (T1, T2))])
    desk.until(lambda: desk.state.study)
    assert desk.state.study is not None
    assert desk.state.study.modalities == (T1, T2)


@pytest.mark.data
@pytest.mark.parametrize("name", ["BraTS2021_01476", "TCGA-DU-7294", "BraTS-GLI-00027-000"])
def test_research_studies_without_tags(tmp_path: Path, name: str) -> None:
    words = {FLAIR: ("flair", "t2f"), T1: ("t1", "t1n"), T1CE: ("t1ce", "t1c"), T2: ("t2", "t2w")}
    examination = Examination()
    for number, modality in enumerate(ORDER, 3):
        (path,) = (
            path
            for path in (STUDIES / name).glob("*.nii.gz")
            if path.name.lower().removesuffix(".nii.gz").replace("_", "-").split("-")[-1]
            in words[modality]
        )
        volume = read_nifti(path)
        affine = volume.grid.affine @ np.diag([2.0, 2.0, 4.0, 1.0])
        thin = np.round(volume.data[::2, ::2, ::4]).astype(np.int16)
        write_series(tmp_path, thin, affine, number=number, examination=examination)
    with pytest.raises(UnknownSeries) as unsure:
        Opened.read([tmp_path], silent)
    assert numbers(unsure.value.choice) == RIGHT
