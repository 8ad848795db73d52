"""Which images a folder holds, and which folders are refused."""

from pathlib import Path

import pytest
from image_folders import head, write, write_collection

from brainviewer.core.errors import FileError
from brainviewer.training.labelled_data.image_lists import list_images


def table(folder: Path, text: str) -> Path:
    for name in ("a/1.png", "b/2.png"):
        write(folder / name, head(1))
    (folder / "labels.csv").write_text(text)
    return folder


def test_two_folders_are_train_and_test(tmp_path: Path) -> None:
    train, test = write_collection(tmp_path)
    (train / "glioma" / "notes.txt").write_text("x")
    (train / "glioma" / ".hidden.png").write_text("x")
    listing = list_images(train, test)
    assert listing.classes == ("glioma", "none")
    assert listing.splits == ("train", "test")
    assert listing.root == tmp_path.resolve()
    assert listing.entries[0].name == "Training/glioma/0.png"
    assert listing.others == ("Training/glioma/notes.txt",)
    assert len(listing.entries) == 16 + 7


def test_one_folder_may_hold_the_splits(tmp_path: Path) -> None:
    write_collection(tmp_path)
    assert list_images(tmp_path).splits == ("train", "test")
    write(tmp_path / "other" / "x" / "1.png", head(1))  # now they are classes
    assert list_images(tmp_path).classes == ("Testing", "Training", "other")


def test_a_table_tells_class_fold_patient_and_size(tmp_path: Path) -> None:
    text = "file,class,fold,patient,source_width,source_height\n"
    folder = table(tmp_path, text + "a/1.png,A,2,p1,512,256\nb/2.png,B,,,,\n")
    write(folder / "b" / "3.png", head(1))
    listing = list_images(folder)
    first, second = listing.entries
    assert (first.label, first.split, first.fold, first.patient) == ("A", "fold 2", "2", "p1")
    assert first.source_size == (512, 256)
    assert (second.split, second.source_size) == ("no fold", None)
    assert "b/3.png" in listing.notices[0]


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_table_as_spreadsheets_save_it(tmp_path: Path, delimiter: str, encoding: str) -> None:
    folder = table(tmp_path, "")
    rows = ["Datei,file,class,Subject ID,source_width,source_height"]
    rows += ["ä,a/1.png,A,p1,'512,5',256", "ö,b/2.png,B,,,"]
    text = "\r\n".join(row.replace(",", delimiter) for row in rows)
    text = text.replace(f"'512{delimiter}5'", "512,5").replace("Subject ID", "subject_id")
    (folder / "labels.csv").write_bytes(text.encode(encoding))
    first, second = list_images(folder).entries
    assert (first.label, first.patient, first.source_size) == ("A", "p1", (512.5, 256))
    assert (second.label, second.patient, second.source_size) == ("B", "", None)


def test_folders_in_those_of_the_classes_are_patients(tmp_path: Path) -> None:
    for name in ("a/p1/1.png", "a/p1/second visit/2.png", "a/p2/1.png", "b/p1/1.png", "b/9.png"):
        write(tmp_path / name, head(1))
    listing = list_images(tmp_path)
    assert {e.name: e.patient for e in listing.entries} == {
        "a/p1/1.png": "p1", "a/p1/second visit/2.png": "p1", "a/p2/1.png": "p2",
        "b/p1/1.png": "p1", "b/9.png": "",
    }  # fmt: skip
    assert "taken for patients: 2" in listing.notices[0]


def test_one_folder_in_that_of_a_class_is_no_patient(tmp_path: Path) -> None:
    for name in ("a/images/1.png", "a/images/2.png", "b/images/1.png"):
        write(tmp_path / name, head(1))
    listing = list_images(tmp_path)
    assert not any(entry.patient for entry in listing.entries)
    assert not listing.notices


def test_a_pattern_names_the_patient(tmp_path: Path) -> None:
    for name in ("a/P07_1.png", "a/P07_2.png", "a/P08_1.png", "b/x/P07.png", "b/y/scan.png"):
        write(tmp_path / name, head(1))
    listing = list_images(tmp_path, group_by=r"P(\d+)")
    assert [entry.patient for entry in listing.entries] == ["07", "07", "08", "07", ""]
    assert listing.notices == (
        "The pattern names no patient in 1 image, such as b/y/scan.png.",
    )  # fmt: skip
    whole = list_images(tmp_path, group_by=r"P\d+")
    assert whole.entries[0].patient == "P07"


@pytest.mark.parametrize(
    ("pattern", "said"), [("(", "is no pattern"), ("Q", "names no patient in")]
)
def test_a_pattern_that_cannot_be_used(pattern: str, said: str, tmp_path: Path) -> None:
    for name in ("a/1.png", "b/1.png"):
        write(tmp_path / name, head(1))
    with pytest.raises(FileError, match=said) as refused:
        list_images(tmp_path, group_by=pattern)
    assert "regular expression" in refused.value.advice


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("picture,class\na/1.png,A\n", "no columns called file and class"),
        ("file,class\na/1.png,A\na/1.png,B\n", "twice"),
        ("file,class\na/1.png,A\n../b.png,B\n", "no file in the folder"),
        ("file,class\na/1.png,A\n/etc/passwd,B\n", "no file in the folder"),
        ("file,class\na/1.png,A\nb/9.png,B\n", "row 3"),
        ("file,class\na/1.png,A\nb/2.png,\n", "no class"),
        ("file,class\na/1.png,A\nb/2.png\n", "another number of cells"),
        ("file,class\n", "names no image"),
        ("file,class\na/1.png,A\nb/2.png,A\n", "one class only"),
    ],
)
def test_tables_that_cannot_be_right(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileError, match=said) as refused:
        list_images(table(tmp_path, text))
    assert refused.value.advice


def test_folders_that_cannot_be_right(tmp_path: Path) -> None:
    train, test = write_collection(tmp_path / "set")
    cases = {
        "does not exist": (tmp_path / "gone", None),
        "is a file": (write(tmp_path / "a.png", head(1)), None),
        "one class only": (write(tmp_path / "one" / "a" / "1.png", head(1)).parents[1], None),
        "no folders of classes": (train / "glioma", None),
        "are the same": (train, train),
        "lies in the other": (train, tmp_path / "set"),
    }
    (tmp_path / "bare").mkdir()
    cases["is empty"] = (tmp_path / "bare", None)
    for said, folders in cases.items():
        with pytest.raises(FileError, match=said):
            list_images(*folders)
    (test / "meningioma").mkdir()
    with pytest.raises(FileError, match="class meningioma in Testing holds no image"):
        list_images(train, test)
