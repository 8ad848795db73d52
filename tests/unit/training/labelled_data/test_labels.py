"""The table of the cases: what it may look like, and what it is refused for."""

from pathlib import Path

import pytest

from brainviewer.core.errors import FileError
from brainviewer.training.labelled_data.labels import patient_of, read_labels

GOOD = "case_id,class,age_years\none,A,37\ntwo,G,61.5\nthree,,\n"


def table(folder: Path, text: str | bytes, name: str = "labels.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";").replace("61.5", "61,5"),
        GOOD.replace(",", "\t"),
        GOOD.replace("\n", "\n\n"),
        GOOD.replace("A", "a").replace("three,,", " three ,NA,unknown"),
        "class,Age (years),Case ID\nA,37,one\nG,61.5,two\n,,three\n",
        "ID,tumor_class,age\none,A,37\ntwo,G,61.5\nthree,,\n",
    ],
)
def test_the_same_table_in_many_shapes(tmp_path: Path, text: str | bytes) -> None:
    labels = read_labels(table(tmp_path, text))
    assert [(x.case_id, x.code, x.age_years) for x in labels] == [
        ("one", "A", 37.0), ("two", "G", 61.5), ("three", "", None)
    ]  # fmt: skip


def test_the_table_of_the_challenge_has_ages_in_days(tmp_path: Path) -> None:
    text = "CPM_RadPath_2019_ID,class,age_in_days\nCPM19_CBICA_AAB_1,G,21915\n"
    (label,) = read_labels(table(tmp_path, text))
    assert label.age_years == pytest.approx(60.0)
    assert (label.patient, label.line) == ("CPM19_CBICA_AAB", 2)


def test_a_column_called_age_may_be_in_days(tmp_path: Path) -> None:
    labels = read_labels(table(tmp_path, "id,class,age\none,A,14610\ntwo,G,21915\n"))
    assert [label.age_years for label in labels] == [40.0, 60.0]


@pytest.mark.parametrize(
    ("case_id", "patient"),
    [
        ("BraTS-GLI-00027-001", "BraTS-GLI-00027"),
        ("BraTS19_TCIA02_179_1", "BraTS19_TCIA02_179"),
        ("sub-07_ses-late", "sub-07"),
        ("BraTS2021_01476", "BraTS2021_01476"),
        ("TCGA-CS-4941", "TCGA-CS-4941"),
        ("case-1", "case-1"),
    ],
)
def test_whose_study_it_is(case_id: str, patient: str) -> None:
    assert patient_of(case_id) == patient


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("case_id,class\none,A\ntwo,M\n", "'M'.*row 3|row 3.*'M'"),
        ("case_id,class,age_years\none,A,-4\n", "negative"),
        ("case_id,class,age_in_days\none,A,-4000\n", "negative"),
        ("case_id,class,age_years\none,A,3000\n", "3000 years, which looks like days"),
        ("case_id,class,age_in_days\none,A,45\n", "45 days, which looks like years"),
        ("case_id,class,age_in_days\none,A,99999\n", "274 years"),
        ("case_id,class,age\none,A,45\ntwo,G,21915\n", "years or in days"),
        ("case_id,class,age_years\none,A,old\n", "no number"),
        ("case_id,class,age_years\none,A,nan3\n", "no number"),
        ("case_id,class\none,A\none,A\n", "one stands in labels.csv twice.*rows 2 and 3"),
        ("case_id,class,fold\none,A,1\none,A,2\n", "one is in two folds, 1 and 2"),
        ("case_id,class,patient,fold\none,A,x,1\ntwo,A,x,2\n", "patient x is in two folds"),
        ("case_id,class,fold\nsub-1_ses-a,A,1\nsub-1_ses-b,A,2\n", "sub-1 is in two folds"),
        ("case_id,class,fold\none,A,1\ntwo,G,\n", "two .*has no fold"),
        ("case_id|class\none|A\n", "no column for the case's id"),
        ("case_id,grade\none,2\n", "no column for the class"),
        ("case_id,class\n", "names no case"),
        ("case_id,class\n,A\n", "no case id"),
        ("case_id,class\n../one,A\n", "no name of a folder"),
        ("case_id,class\none,A,7\n", "Row 2 .* 3 cells"),
        ('case_id,class\n"one,A\n', "not a table"),
        ("case_id,class,class\none,A,G\n", "two columns called 'class'"),
        ("", "empty"),
        (b"\x00\x01\x02case_id,class\n", "not a text file"),
    ],
)
def test_what_cannot_be_right_is_refused_in_a_sentence(
    tmp_path: Path, text: str | bytes, said: str
) -> None:
    with pytest.raises(FileError, match=said) as refused:
        read_labels(table(tmp_path, text))
    assert refused.value.message.endswith(".")
    assert refused.value.advice.endswith(".")


def test_a_table_that_may_not_be_read(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a folder"):
        read_labels(tmp_path)
