"""The study list without a window: rows, results that come back, and the next study ahead."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest

from brainviewer.app.opening.ahead import OpenedAhead, bytes_of
from brainviewer.app.opening.opened import Opened
from brainviewer.app.study_list.ahead import AHEAD
from brainviewer.app.study_list.listed import ListedStudy, how_many
from brainviewer.app.study_list.node_studies import FoundOnNode
from brainviewer.app.study_list.rows import NAMES, Column, StudyRow, chosen_rows
from brainviewer.app.study_list.same_patient import of_same_patient
from brainviewer.app.study_list.sources import ExaminationsIn, FolderOfStudies, RecentStudies
from brainviewer.app.study_list.study_list import KEEP_RESULT
from brainviewer.core.findings.feedback import AGREE, DISAGREE
from brainviewer.core.study import SEQUENCES, Modality, Study
from brainviewer.files.nifti.writer import write_labels
from brainviewer.files.study_list.entry import KeptClassification, KeptFinding, StudyEntry
from brainviewer.pacs.query import StudyMatch
from tests.dicom_writer import Examination
from tests.dicom_writer import write_study as write_dicom
from tests.phantoms import marker_study
from tests.study_folders import write_study
from tests.unit.app.desk import Desk, a_result


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    made = Desk()
    monkeypatch.setattr(made.session.segmentation, "find", lambda *_, **__: None)
    yield made
    made.close()
    assert not made.crashes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for level, name in enumerate(("a 10", "a 2", "b")):
        write_study(tmp_path / "studies" / name, level, SEQUENCES[: 4 - level])
    return tmp_path / "studies"


def listed(desk: Desk, folder: Path) -> list[StudyRow]:
    studies = desk.session.studies
    studies.show(FolderOfStudies(folder))
    desk.until(lambda: not studies.filling)
    return studies.shown


def read(desk: Desk) -> None:
    studies = desk.session.studies
    studies.look_at(studies.shown)
    desk.until(lambda: not any(row.unread for row in studies.rows))


def opened(desk: Desk, row: StudyRow) -> None:
    desk.session.studies.open(row)
    desk.until(lambda: desk.session.studies.current is row)
    desk.session.jobs.finish(KEEP_RESULT)


def test_rows_are_there_before_anything_is_read(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    assert [row.text(Column.PATIENT) for row in rows] == ["a 10", "a 2", "b"]
    assert all(row.unread for row in rows)
    assert rows[2].text(Column.SEQUENCES) == "FLAIR  T1"
    assert "listed" in desk.state.facts


def test_what_is_in_sight_is_read_and_known_at_the_next_start(desk: Desk, folder: Path) -> None:
    listed(desk, folder)
    desk.session.studies.look_at(desk.session.studies.shown[:2])
    desk.until(lambda: not any(row.unread for row in desk.session.studies.shown[:2]))
    assert desk.session.studies.shown[2].unread
    again = Desk()
    assert [row.unread for row in listed(again, folder)] == [False, False, True]
    again.close()


def test_the_content_is_that_of_the_opened_study(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    read(desk)
    contents = [row.content for row in rows]
    opened(desk, rows[1])
    assert desk.state.study is not None
    assert desk.state.study.content_hash == contents[1]
    assert rows[1].content == contents[1]


def test_a_result_comes_back_though_the_study_was_renamed(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    opened(desk, rows[0])
    study = desk.state.study
    assert study is not None
    desk.state.show_classification(a_result(study), desk.state.classification_status.DONE)
    desk.session.jobs.finish(KEEP_RESULT)
    assert rows[0].text(Column.RESULT) == "Glioblastoma, IDH-wildtype 70 %"
    desk.session.feedback.give(AGREE)
    desk.save()
    assert rows[0].text(Column.FEEDBACK) == "agreed"
    shutil.move(folder / "a 10", folder / "z")
    again = Desk()
    row = listed(again, folder)[-1]
    assert (row.text(Column.PATIENT), row.text(Column.RESULT)) == ("z", "")
    read(again)
    assert row.text(Column.RESULT) == "Glioblastoma, IDH-wildtype 70 %"
    assert row.text(Column.FEEDBACK) == "agreed"
    again.close()


def test_a_study_that_cannot_be_read_says_why_and_stops_no_other(desk: Desk, folder: Path) -> None:
    for image in (folder / "a 2").glob("*.nii.gz"):
        image.write_bytes(b"broken")
    rows = listed(desk, folder)
    read(desk)
    assert [bool(row.problem) for row in rows] == [False, True, False]
    assert rows[1].text(Column.RESULT) == "cannot be read"


def test_next_and_previous_follow_the_order_on_the_screen(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    desk.session.studies.sort(Column.PATIENT)
    names = [row.text(Column.PATIENT) for row in desk.session.studies.shown]
    assert names == ["a 2", "a 10", "b"]  # numbers by their value
    opened(desk, rows[0])
    desk.session.studies.step(1)
    desk.until(lambda: desk.session.studies.current is rows[2])
    desk.session.studies.step(1)  # there is none
    assert desk.session.studies.current is rows[2]
    desk.session.studies.step(-1)
    desk.until(lambda: desk.session.studies.current is rows[0])


def test_next_goes_on_past_a_study_that_is_gone(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    opened(desk, rows[0])
    shutil.rmtree(folder / "a 2")
    desk.session.studies.step(1)
    desk.settle()
    assert "no file a 2" in desk.sentences("error")[0]
    assert desk.session.studies.current is rows[0]
    desk.session.studies.step(1)
    desk.until(lambda: desk.session.studies.current is rows[2])


def test_the_next_study_is_not_read_again(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = listed(desk, folder)
    opened(desk, rows[0])
    desk.until(lambda: rows[1].listed.paths in desk.session.documents.ahead)
    monkeypatch.setattr("brainviewer.app.opening.study.open_study", None)  # nobody may call it
    opened(desk, rows[1])
    desk.session.jobs.finish(AHEAD)
    desk.session.jobs.crashed = lambda _: None
    opened(desk, rows[0])  # nor the one that was left
    desk.crashes.clear()


def test_a_study_that_changed_meanwhile_is_read_again(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    opened(desk, rows[0])
    desk.until(lambda: rows[1].listed.paths in desk.session.documents.ahead)
    write_study(folder / "a 2", 77, SEQUENCES[:3])
    opened(desk, rows[1])
    assert desk.state.study is not None
    assert desk.state.study.volumes[Modality.FLAIR].data.max() == 1077


def test_what_is_kept_ahead_is_bounded() -> None:
    study = marker_study()
    ahead = OpenedAhead(most_bytes=2 * bytes_of(study) + 10)
    for name in "abc":
        ahead.keep(Opened(study, {}, (Path(name),), stamp="x"))
    assert [(Path(name),) in ahead for name in "abc"] == [False, True, True]
    small = OpenedAhead(most_bytes=bytes_of(study) - 1)
    small.keep(Opened(study, {}, (Path("a"),), stamp="x"))
    assert (Path("a"),) not in small


def test_recent_studies_are_a_source_too(desk: Desk, folder: Path) -> None:
    entries = ((str(folder / "b"),), (str(folder / "gone"),), (str(folder / "a 2"),))
    desk.session.studies.show(RecentStudies(entries))
    desk.until(lambda: not desk.session.studies.filling)
    assert [row.listed.patient for row in desk.session.studies.shown] == ["b", "a 2"]


def test_a_folder_of_several_studies_is_listed_where_there_is_a_list(
    desk: Desk, folder: Path
) -> None:
    wanted: list[Path] = []
    desk.session.documents.open([folder])
    desk.settle()
    assert "holds 3 studies" in desk.sentences("error")[0]
    desk.notices.clear()
    desk.session.documents.show_list = wanted.append
    desk.session.documents.open([folder])
    desk.until(lambda: wanted)
    assert (wanted, desk.notices) == ([folder], [])


def test_of_two_patients_in_a_folder_one_is_chosen_in_the_list(desk: Desk, tmp_path: Path) -> None:
    for number, name in enumerate(("Roe^Ann", "Poe^Max")):
        write_dicom(
            tmp_path / str(number), made_of_whole_numbers(), examination=Examination("1", name)
        )
    desk.session.documents.open([tmp_path])
    desk.settle()
    said = "These are images of 2 patients: one patient ID has different names."
    assert desk.sentences("error") == [f"{said} Open the folder of one of them: 0, 1."]
    desk.notices.clear()
    studies = desk.session.studies
    desk.session.documents.show_examinations = lambda paths: studies.show(
        ExaminationsIn(tuple(paths))
    )
    desk.session.documents.open([tmp_path])
    desk.until(lambda: len(studies.rows) == 2 and not studies.filling)
    assert desk.sentences() == [f"{said} Choose one of them in the list."]
    opened(desk, studies.rows[1])
    assert desk.state.study is not None
    assert desk.state.study.patient_source is not None
    assert desk.state.study.patient_source.patient.name == "Poe^Max"


def test_studies_of_one_patient_are_told_by_who_it_is(tmp_path: Path) -> None:
    study = made_of_whole_numbers()
    jane = Examination("P-1", "Doe^Jane")
    said = {
        "a": jane,
        "b": replace(jane, name="DOE, JANE", date="20230102"),
        "c": replace(jane, name="Doe^Jane=山田^太郎", patient_id=" p-1"),
        "d": replace(jane, patient_id="P-2", birth_date="19810301"),
        "e": replace(jane, birth_date="19810301"),
        "f": replace(jane, birth_date=""),  # of the first or of the last, who have one ID
    }
    for folder, one in said.items():
        written = replace(one, study_uid=f"1.2.{ord(folder)}")
        write_dicom(tmp_path / folder, study, examination=written)
    # Listed folder by folder, as what was opened lately.
    recent = RecentStudies(tuple((str(tmp_path / folder),) for folder in said))
    rows = [StudyRow(one) for one in recent.studies()]
    assert {rows[n].text(Column.PATIENT) for n in (0, 2, 3, 4, 5)} == {"Doe, Jane"}
    assert [row.listed.paths[0].name for row in of_same_patient(rows[0], rows)] == ["a", "b", "c"]
    assert of_same_patient(rows[3], rows) == [rows[3]]
    on_node = StudyRow(next(FoundOnNode(None, (match_of("DOE^JANE^^^", "P-1"),)).studies()))
    assert of_same_patient(on_node, [*rows, on_node]) == [*rows[:3], on_node]


def match_of(name: str, patient_id: str) -> StudyMatch:
    return StudyMatch("1.9", name, patient_id, "19700301", "", "", "", "", (), None, None)


def test_nifti_of_one_patient_lies_in_one_folder(tmp_path: Path) -> None:
    for patient in ("one/sub-01", "one/sub-02", "two/sub-01"):
        for session in ("ses-1", "ses-2"):
            write_study(tmp_path / patient / session, 1, SEQUENCES[:1])
    rows = [StudyRow(one) for one in FolderOfStudies(tmp_path).studies()]
    first = [row for row in rows if row.listed.patient == "sub-01"]
    assert len(first) == 4
    found = of_same_patient(first[0], rows)
    assert {row.listed.paths[0].relative_to(tmp_path).parts[:2] for row in found} == {
        ("one", "sub-01")
    }
    assert len(found) == 2


def test_a_folder_that_is_gone_is_said(desk: Desk, tmp_path: Path) -> None:
    assert listed(desk, tmp_path / "gone") == []
    assert "cannot be read" in desk.sentences("error")[0]


def test_trouble_with_the_database_is_said_once(desk: Desk, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "home" / "studies.sqlite").write_text("no database" * 50)
    listed(desk, folder)
    read(desk)
    said = [text for text in desk.sentences("caution") if "begun anew" in text]
    assert len(said) == 1
    assert listed(desk, folder)[0].content


# -- what a row says --------------------------------------------------------------------------


def row(name: str, volume: float | None = None, **found: object) -> StudyRow:
    entry = StudyEntry(name, (Modality.T1,), b"")
    if volume is not None:
        entry = replace(entry, finding=KeptFinding("t", "lesion", "", True, volume))
    return StudyRow(ListedStudy((Path(name),), name, name), replace(entry, **found))


def test_unknown_values_come_last_both_ways() -> None:
    rows = [row("a", 5.0), row("b"), row("c", 12.5)]
    for descending, order in ((False, "acb"), (True, "cab")):
        found = chosen_rows(rows, "", Column.VOLUME, descending)
        assert "".join(r.listed.patient for r in found) == order


def test_names_are_sorted_by_numbers_of_any_length() -> None:
    rows = [row(f"p{digits}") for digits in ("10", "9" * 5000, "007", "2", "x")]
    found = chosen_rows(rows, "", Column.PATIENT, False)
    assert [r.listed.patient[1:5] for r in found] == ["2", "007", "10", "9999", "x"]


def test_a_name_is_found_however_its_letters_are_stored() -> None:
    rows = [row("Mu\u0308ller"), row("M\u00fcller"), row("Muller"), row("Miller")]
    for typed in ("m\u00fcl", "MU\u0308L"):
        assert chosen_rows(rows, typed, None, False) == rows[:3]


def test_by_what_is_hidden_nothing_is_found_or_sorted() -> None:
    rows = [row("z", 1.0), row("y", 2.0)]
    assert chosen_rows(rows, "y", None, False, NAMES) == []
    assert chosen_rows(rows, "2.0", Column.PATIENT, False, NAMES) == rows[1:]
    assert chosen_rows(rows, "", Column.PATIENT, False, NAMES) == rows


def test_every_word_of_a_search_must_be_there() -> None:
    result = KeptClassification("t", "m", "A", "Astrocytoma, IDH-mutant", 0.7, True, True)
    rows = [row("Miller", classification=result), row("Smith", classification=result), row("Mill")]
    found = chosen_rows(rows, "mill ASTRO", None, False)
    assert [r.listed.patient for r in found] == ["Miller"]


@pytest.mark.parametrize(
    ("changes", "result", "volume"),
    [
        ({}, "", ""),
        ({"finding": KeptFinding("t", "lesion", "", False)}, "no lesion found", ""),
        ({"finding": KeptFinding("t", "l", "", True, 3.25, cut_off=True)}, "not classified",
         "≥ 3.2 mL"),
        ({"classification": KeptClassification("t", "m", "", "", 0.0, False, True)},
         "out of scope", ""),
        ({"classification": KeptClassification("t", "m", "G", "Glio", 0.51, True, False)},
         "not confident: Glio 51 %", ""),
    ],
)  # fmt: skip
def test_a_row_says_no_more_than_is_known(changes: dict, result: str, volume: str) -> None:
    made = row("x", **changes)
    assert (made.text(Column.RESULT), made.text(Column.VOLUME)) == (result, volume)
    kept = made.entry and (made.entry.classification or made.entry.finding)
    if kept is not None and (result, volume) != ("no lesion found", ""):
        column = Column.VOLUME if volume else Column.RESULT
        assert made.origin(column) in ("l, t", "m, t")
    made.opinion = DISAGREE
    assert made.text(Column.FEEDBACK) == "disagreed"


def test_a_source_is_named_by_its_folder() -> None:
    assert FolderOfStudies(Path("/data/brats")).title == "brats"


def test_dicom_is_listed_by_what_its_headers_say(desk: Desk, tmp_path: Path) -> None:
    study = made_of_whole_numbers()
    write_study(tmp_path / "x" / "nifti", 1, SEQUENCES[:2])
    write_dicom(tmp_path / "x" / "nifti" / "its own", study)
    write_study(tmp_path / "x" / "year" / "nifti", 2, SEQUENCES[:1])
    write_dicom(tmp_path / "x" / "year" / "beside", study, examination=Examination("5", "Coe^Sue"))
    write_dicom(tmp_path / "x" / "alone" / "SE", study)
    mixed = tmp_path / "x" / "mixed"
    for place, patient in ((mixed, "Roe^Ann"), (mixed / "below", "Poe^Max")):
        write_dicom(place, study, examination=Examination(patient, patient, date="20230102"))
    write_dicom(tmp_path / "x" / "closed", study, elements={"Modality": "CT"})
    rows = listed(desk, tmp_path / "x")
    said = [[row.text(c) for c in (Column.PATIENT, Column.DATE, Column.SEQUENCES)] for row in rows]
    four = "FLAIR  T1  T1ce  T2"
    assert said == [
        ["Doe, Jane", "2024-06-14", four],  # what is opened of a folder with both
        ["nifti", "", "FLAIR"],
        ["Doe, Jane", "2024-06-14", four],
        ["Roe, Ann", "2023-01-02", four],
        ["Poe, Max", "2023-01-02", four],
        ["Coe, Sue", "2024-06-14", four],
    ]
    assert rows[5].listed.paths == (tmp_path / "x" / "year" / "beside",)
    rows = [row for row in rows if "year" not in row.listed.paths[0].parts]
    assert rows[1].listed.paths == (tmp_path / "x" / "alone",)
    assert len(rows[2].listed.paths) == 4 * study.grid.shape[2]
    assert rows[3].listed.paths == (mixed / "below",)
    read(desk)
    assert not any(row.problem for row in rows)
    opened(desk, rows[2])
    assert desk.state.study is not None
    assert desk.state.study.patient_source is not None
    assert desk.state.study.patient_source.patient.name == "Roe^Ann"
    assert rows[2].content == desk.state.study.content_hash
    studies = desk.session.studies
    studies.show(RecentStudies(((str(tmp_path / "x" / "alone"),),)))
    desk.until(lambda: not studies.filling)
    assert [row.text(Column.PATIENT) for row in studies.shown] == ["Doe, Jane"]


def test_of_dicom_beside_an_unknown_nifti_file_the_dicom_is_listed(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "x" / "one"
    write_dicom(folder, made_of_whole_numbers())
    nibabel.save(
        nibabel.Nifti1Image(np.ones((8, 8, 8), np.int16), np.eye(4)), folder / "other.nii.gz"
    )
    write_study(tmp_path / "x" / "two", 2, SEQUENCES[:1])
    only, other = listed(desk, tmp_path / "x")
    assert only.text(Column.PATIENT) == "Doe, Jane"
    assert only.listed.paths == (folder,)
    assert other.text(Column.PATIENT) == "two"
    opened(desk, only)
    read(desk)
    assert only.content == desk.state.study.content_hash
    assert desk.session.studies.not_listed == []
    (alone,) = listed(desk, folder)
    assert alone.text(Column.PATIENT) == "Doe, Jane"


def test_what_is_not_listed_is_said(desk: Desk, tmp_path: Path) -> None:
    study, root = made_of_whole_numbers(), tmp_path / "x"
    write_dicom(root / "mr", study)
    write_dicom(root / "ct", study, elements={"Modality": "CT"})
    localiser = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}
    write_dicom(root / "look", study, elements=localiser, said=False)
    write_study(root / "year" / "nifti", 2, SEQUENCES[:1])
    for name in ("zip/a.zip", "year/text/notes.txt", "b.zip", "derivatives/notes.txt"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"PK\x03\x04")
    (root / "empty").mkdir()
    (root / "out").mkdir()
    write_labels(root / "out" / "mask.nii.gz", np.ones(study.grid.shape, np.uint8), study.grid)
    rows = listed(desk, root)
    assert [row.listed.patient for row in rows] == ["nifti", "Doe, Jane"]
    found = desk.session.studies.not_listed
    said = {one.path.relative_to(root).as_posix(): one.why for one in found}
    assert list(said) == ["ct", "empty", "look", "out", "year/text", "zip", "b.zip"]
    assert said["ct"] == "CT, not MR"
    assert said["empty"].endswith("it is empty.")
    assert said["look"] == "no series that can be shown: localiser"
    assert said["zip"] == "ZIP archives, each of which is opened by itself: a.zip"
    assert said["out"].startswith("masks and the like")
    assert "notes.txt" in said["year/text"]
    assert how_many(found) == "6 folders and 1 archive"
    (root / "year" / "nifti" / "out").mkdir()
    (root / "out" / "mask.nii.gz").rename(root / "year" / "nifti" / "out" / "mask.nii.gz")
    assert len(listed(desk, root / "year" / "nifti")) == 1
    assert desk.session.studies.not_listed == []


def test_beside_loose_files_folders_that_are_not_listed_are_said(
    desk: Desk, tmp_path: Path
) -> None:
    study, root = made_of_whole_numbers(), tmp_path / "x"
    for patient in ("Roe^Ann", "Poe^Max"):
        place, examination = root / patient, Examination(patient, patient)
        write_dicom(place, study, examination=examination)
    write_dicom(root / "ct", study, elements={"Modality": "CT"})
    (root / "readme.txt").write_text("notes")
    assert len(listed(desk, root)) == 2
    assert [one.path.name for one in desk.session.studies.not_listed] == ["ct"]


def made_of_whole_numbers() -> Study:
    return replace(
        marker_study(),
        volumes={
            m: replace(v, data=np.rint(v.data).astype(np.int16))
            for m, v in marker_study().volumes.items()
        },
    )


@pytest.mark.parametrize("name", ["Müller", "Mu\u0308ller", "Mueller"])
@pytest.mark.parametrize("typed", ["müll", "mull", "MUELL", "mu\u0308ll"])
def test_names_are_found_with_and_without_the_marks_of_their_letters(name: str, typed: str) -> None:
    if (name, typed) == ("Mueller", "mull"):
        return  # two names
    row = StudyRow(ListedStudy((), "x", name, "", None))
    other = StudyRow(ListedStudy((), "y", "Miller", "", None))
    assert chosen_rows([row, other], typed, None, False) == [row]


def test_that_a_search_limits_next_and_previous_is_said_once(desk: Desk, folder: Path) -> None:
    rows = listed(desk, folder)
    studies = desk.session.studies
    studies.search("T1ce")
    opened(desk, rows[0])
    assert not [said for said in desk.sentences() if "Next and previous" in said]
    studies.step(1)
    desk.until(lambda: studies.current is rows[1])
    studies.step(-1)
    desk.until(lambda: studies.current is rows[0])
    assert [said for said in desk.sentences() if "Next and previous" in said] == [
        "Next and previous study go through 2 of 3 studies: those that fit the search “T1ce” in "
        "the study list."
    ]
