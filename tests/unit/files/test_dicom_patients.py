"""Whose images lie together: one patient under several spellings, two under one ID, nobody."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from brainviewer.app.opening.study import open_study
from brainviewer.app.study_list.dicom_examinations import dicom_examinations
from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.dicom.series.examination import Examination, SeveralPatients, examination_of
from brainviewer.files.dicom.series.frames import Tags
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.identity import identities_of, patients_of
from tests.dicom_writer import TIMES, write_series
from tests.dicom_writer import Examination as Written
from tests.phantoms import marker_study

DATA = np.arange(6 * 5 * 4, dtype=np.int16).reshape(6, 5, 4)
JANE = {
    "PatientID": "P-1",
    "PatientName": "Doe^Jane",
    "PatientBirthDate": "19700301",
    "StudyInstanceUID": "1.2",
}


def patients(*said: Mapping[str, str]) -> int:
    return len(patients_of(identities_of(map(Tags, said))))


@pytest.mark.parametrize(
    "said",
    [
        {"PatientName": "DOE^JANE^^^"},
        {"PatientName": "Doe, Jane"},
        {"PatientName": "Doe^Jane^Mary"},
        {"PatientName": "Doe^Jane=山田^太郎=やまだ^たろう"},
        {"PatientName": "=山田^太郎"},
        {"PatientName": "ﾔﾏﾀﾞ^ﾀﾛｳ"},
        {"PatientName": ""},
        {"PatientName": "Anonymous", "PatientBirthDate": ""},
        {"PatientID": ""},
        {"PatientID": "", "PatientBirthDate": ""},
        {"PatientID": "p-1 "},
        {"PatientBirthDate": "1970"},
        {"PatientBirthDate": "00000000"},
        {"PatientBirthDate": "1970.03.01"},
        {"IssuerOfPatientID": "Hospital A"},
    ],
)
def test_one_patient_under_several_spellings(said: Mapping[str, str]) -> None:
    assert patients(JANE, {**JANE, **said, "StudyInstanceUID": "1.3"}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller^Jörg", "MUELLER^JOERG"), ("Ødegård^Åse", "ODEGARD^ASE"), ("Núñez^Ana", "nunez^ana")],
)
def test_accents_make_no_second_patient(one: str, other: str) -> None:
    assert patients({**JANE, "PatientName": one}, {**JANE, "PatientName": other}) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"PatientID": "P-2"},
        {"PatientName": "Roe^Ann"},
        {"PatientName": "Doe^John"},
        {"PatientBirthDate": "19710301"},
        {"PatientID": "", "PatientName": "Roe^Ann"},
        {"PatientName": "Doe^Jane=鈴木^花子"},
    ],
)
@pytest.mark.parametrize("study", ["1.2", "1.3"])
def test_two_patients(said: Mapping[str, str], study: str) -> None:
    first = {**JANE, "PatientName": "Doe^Jane=山田^太郎"}
    assert patients(first, {**first, **said, "StudyInstanceUID": study}) == 2


def test_ids_count_within_their_issuer() -> None:
    one, other = {**JANE, "IssuerOfPatientID": "A"}, {**JANE, "IssuerOfPatientID": "B"}
    other["StudyInstanceUID"] = "1.3"
    assert patients(one, {**other, "PatientID": "77"}) == 1
    assert patients(one, {**other, "PatientName": "", "PatientBirthDate": ""}) == 2
    assert patients(one, {**other, "PatientID": "77", "PatientBirthDate": ""}) == 2


def test_without_identity_one_study_is_one_patient() -> None:
    nobody = {"PatientName": "ANONYMIZED", "PatientID": "0000"}
    assert patients({**nobody, "StudyInstanceUID": "1"}, {"StudyInstanceUID": "1"}) == 1
    assert patients({**nobody, "StudyInstanceUID": "1"}, {"StudyInstanceUID": "2"}) == 2
    assert patients({"FrameOfReferenceUID": "1"}, {"FrameOfReferenceUID": "1"}) == 1
    assert patients({"FrameOfReferenceUID": "1"}, {"FrameOfReferenceUID": "2"}) == 2
    assert patients({}, {"PatientID": "N/A"}) == 1


def test_who_may_be_either_of_two_is_neither() -> None:
    said = [JANE, {**JANE, "PatientName": "Roe^Ann", "StudyInstanceUID": "1.3"}]
    unnamed = {"PatientID": "P-1", "StudyInstanceUID": "1.4"}
    assert patients(*said, unnamed) == 3
    assert patients(*said, {**unnamed, "StudyInstanceUID": "1.3"}) == 2


# -- in files ---------------------------------------------------------------------------------


def series(folder: Path, number: int = 3, **said: str) -> None:
    """said : other tags of all files; empty for none."""
    for path in write_series(
        folder, DATA, np.eye(4), number=number, elements=TIMES["T1"],
        examination=Written("P-1", study_uid="1.2.3"),
    ):  # fmt: skip
        dataset = dcmread(path)
        for keyword, text in said.items():
            setattr(dataset, keyword, text)
        dataset.save_as(path)


def examined(folder: Path) -> Examination:
    found = examination_of(read_headers(sorted(p for p in folder.rglob("*") if p.is_file())))
    assert found is not None
    return found


NOBODY = {"PatientName": "", "PatientID": "", "PatientBirthDate": ""}


@pytest.mark.parametrize(
    ("one", "other", "sentence"),
    [
        ({}, {"PatientName": "Roe^Ann"}, "2 patients: one patient ID has different names"),
        ({}, {"PatientBirthDate": "19800101"}, "one patient ID has different birth dates"),
        ({}, {"PatientID": "P-2"}, "These are images of 2 patients."),
        (
            NOBODY,
            {**NOBODY, "StudyInstanceUID": "1.5"},
            "These are 2 examinations that name no patient: they may be of several.",
        ),
        (NOBODY, {"StudyInstanceUID": "1.5"}, "the files do not say that they are of one"),
    ],
)
def test_why_they_are_not_of_one_patient(
    tmp_path: Path, one: dict[str, str], other: dict[str, str], sentence: str
) -> None:
    series(tmp_path / "a", **one)
    series(tmp_path / "b", 4, **other)
    with pytest.raises(SeveralPatients) as caught:
        examined(tmp_path)
    assert sentence in caught.value.message
    assert caught.value.advice == "Open the folder of one of them: a, b."
    assert "Doe" not in caught.value.message


@pytest.mark.usefixtures("home")
def test_of_an_archive_of_two_patients_one_must_be_unpacked(tmp_path: Path) -> None:
    for number, name in enumerate(("Doe^Jane", "Roe^Ann"), 3):
        series(tmp_path / "a", number, PatientName=name)
    with zipfile.ZipFile(tmp_path / "both.zip", "w") as file:
        for path in (tmp_path / "a").iterdir():
            file.write(path, path.name)
    with pytest.raises(SeveralPatients) as caught:
        open_study([tmp_path / "both.zip"])
    assert caught.value.advice == "Unpack it and open the files of one patient."
    listed = list(dicom_examinations([tmp_path / "both.zip"]))
    assert {one.patient for one in listed} == {"Doe, Jane", "Roe, Ann"}


def test_files_that_say_nothing_open_with_a_warning(tmp_path: Path) -> None:
    series(tmp_path, StudyInstanceUID="", FrameOfReferenceUID="", **NOBODY)
    (notice,) = examined(tmp_path).notices
    assert notice.startswith("Nothing in the files says whose images these are")


def test_examinations_without_a_uid_are_told_apart_by_their_day(tmp_path: Path) -> None:
    series(tmp_path, StudyInstanceUID="")
    series(tmp_path, 5, StudyInstanceUID="", StudyDate="20200101")
    assert examined(tmp_path).study.date == "20240614"
    assert examined(tmp_path).notices[0] == (
        "There are 2 examinations of this patient: that of 2024-06-14 is shown, not that of "
        "2020-01-01. Open another by its files: select them, or copy them to a folder of their own."
    )


@pytest.mark.parametrize(
    ("one", "other", "shown", "hidden"),
    [
        ({"StudyTime": "081500"}, {"StudyTime": "143000"}, "at 14:30", "at 08:15"),
        ({"StudyDescription": "Head"}, {"StudyDescription": "Control"}, "(Head)", "(Control)"),
        (
            {"AccessionNumber": "A1"}, {"AccessionNumber": "A2"},
            "with accession number A1", "with accession number A2",
        ),
        ({}, {}, "in the folder x", "in the folder y"),
    ],
    ids=["time", "description", "accession", "folder"],
)  # fmt: skip
@pytest.mark.parametrize("day", ["20240614", ""])
def test_examinations_of_one_day_are_told_apart(
    tmp_path: Path, one: dict, other: dict, shown: str, hidden: str, day: str
) -> None:
    series(tmp_path / "x", StudyInstanceUID="1.2.1", StudyDate=day, **one)
    series(tmp_path / "y", StudyInstanceUID="1.2.2", StudyDate=day, **other)
    called = "2024-06-14" if day else "unknown date"
    (notice,) = examined(tmp_path).notices
    assert f"that of {called} {shown} is shown, not that of {called} {hidden}." in notice
    assert notice.endswith(f"by its folder: {'x' if 'StudyTime' in one else 'y'}.")


def test_the_list_offers_each_of_them(tmp_path: Path) -> None:
    series(tmp_path, 3)
    series(tmp_path, 4, PatientBirthDate="19800101")
    listed = list(dicom_examinations([tmp_path]))
    assert {one.patient for one in listed} == {
        "Doe, Jane, born 1970-03-01", "Doe, Jane, born 1980-01-01",
    }  # fmt: skip
    assert not {*listed[0].paths} & {*listed[1].paths}
    assert open_study(listed[0].paths).modalities == (Modality.T1,)


def test_series_of_two_patients_cannot_be_named_together(tmp_path: Path) -> None:
    study = marker_study()
    volume = study.volumes[Modality.T1]
    for name in ("anna", "bert"):
        write_series(
            tmp_path / name, volume.data, volume.grid.affine, examination=Written(name),
            elements=TIMES["T1"],
        )  # fmt: skip
    paths = [Path(f"{m}={tmp_path / name}") for m, name in (("FLAIR", "anna"), ("T1", "bert"))]
    with pytest.raises(FileError, match="FLAIR and T1 are of different patients, as their IDs say"):
        open_study(paths)


def test_series_of_two_days_are_told(tmp_path: Path) -> None:
    study = marker_study()
    for modality, day in ((Modality.FLAIR, "20230102"), (Modality.T1, "20240304")):
        volume = study.volumes[modality]
        write_series(
            tmp_path / modality, volume.data, volume.grid.affine, examination=Written(date=day),
            elements=TIMES[modality],
        )  # fmt: skip
    opened = open_study([Path(f"{m}={tmp_path / m}") for m in (Modality.FLAIR, Modality.T1)])
    said = "The series are of different days: FLAIR of 2023-01-02 and T1 of 2024-03-04."
    assert said in opened.notices
