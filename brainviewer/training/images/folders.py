"""Labelled pictures in folders: which there are, of what class, and which belong together.

Three layouts are read:

- ``DIR/labels.csv`` with the columns file and class, and where there are any fold and patient (as
  ``cheng`` has it);
- ``DIR/Training/CLASS/...`` and ``DIR/Testing/CLASS/...`` (also Train and Test), as many tutorials
  have it;
- ``DIR/CLASS/...``.
"""

import csv
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.training.images.reading import SUFFIXES

TABLE_FILE = "labels.csv"
FOLDS, TRAIN_TEST, FOLDERS = "patient-wise folds", "training and testing folders", "class folders"
_TRAIN, _TEST = ("training", "train"), ("testing", "test")
# One name for what data sets call differently.
_SAME = {
    "no": "none", "notumor": "none", "healthy": "none", "normal": "none",
    "yes": "tumour", "tumor": "tumour",
}  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """One labelled picture.

    file : its path below the folder of the data, with slashes; also its name everywhere else.
    group : pictures of one group are of one patient, as far as the data says.
    fold : of the cross-validation that the data defines; None if it is not in one.
    testing : whether it lies in the folder for testing.
    """

    file: str
    label: str
    group: str
    fold: str | None = None
    testing: bool = False


@dataclass(frozen=True)
class Pictures:
    """The labelled pictures of one folder, sorted by file.

    grouped : whether the data says which pictures are of one patient.
    notices : what the user must know about them.
    """

    folder: Path
    layout: str
    pictures: tuple[Picture, ...]
    grouped: bool
    notices: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that occur, by name; ``none`` comes last."""
        return tuple(sorted({p.label for p in self.pictures}, key=lambda c: (c == "none", c)))

    @property
    def sha256(self) -> str:
        """Changes with the pictures' names, classes, folds and groups."""
        rows = [(p.file, p.label, p.group, p.fold, p.testing) for p in self.pictures]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def find_pictures(folder: Path) -> Pictures:
    """The labelled pictures below a folder; raises FileError if it has none of the layouts."""
    if not folder.is_dir():
        raise FileError(f"There is no folder '{folder.name}'.", "Name the folder of the images.")
    if (folder / TABLE_FILE).is_file():
        found = _from_table(folder)
    else:
        inside = {path.name.lower(): path for path in _subfolders(folder)}
        train = next((inside[name] for name in _TRAIN if name in inside), None)
        test = next((inside[name] for name in _TEST if name in inside), None)
        if train is not None and test is not None:
            pictures = (*_in_folders(folder, train, False), *_in_folders(folder, test, True))
            found = Pictures(folder, TRAIN_TEST, pictures, False, (_UNGROUPED,))
        else:
            pictures = tuple(_in_folders(folder, folder, False))
            found = Pictures(folder, FOLDERS, pictures, False, (_UNGROUPED,))
    if len(found.classes) < 2:
        only = f"only the class '{found.classes[0]}'" if found.classes else "no labelled pictures"
        raise FileError(
            f"The folder '{folder.name}' holds {only}.",
            "It needs one folder of pictures for each of two or more classes.",
        )
    ordered = tuple(sorted(found.pictures, key=lambda p: p.file))
    return Pictures(folder, found.layout, ordered, found.grouped, found.notices)


def class_name(folder_name: str) -> str:
    """The class that a folder's name says: ``glioma_tumor`` is glioma, ``no_tumor`` is none."""
    name = folder_name.strip().lower().replace("tumour", "tumor")
    bare = name.replace("-", "_").replace(" ", "_").removesuffix("_tumor")
    return _SAME.get(bare, bare)


_UNGROUPED = (
    "The data does not say which images are of one patient, so that figures measured on it may be "
    "too good."
)


def _subfolders(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))


def _in_folders(root: Path, folder: Path, testing: bool) -> list[Picture]:
    found = []
    for inner in _subfolders(folder):
        files = sorted(p for p in inner.rglob("*") if p.suffix.lower() in SUFFIXES)
        if not files:
            raise FileError(
                f"The class folder '{inner.name}' holds no pictures.",
                "Put pictures into it, or take it away.",
            )
        for file in files:
            name = file.relative_to(root).as_posix()
            found.append(Picture(name, class_name(inner.name), name, None, testing))
    return found


def _from_table(folder: Path) -> Pictures:
    rows = _rows(folder / TABLE_FILE)
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    pictures: dict[str, Picture] = {}
    for number, row in enumerate(rows, start=2):
        file, label = (row.get("file") or "").strip(), (row.get("class") or "").strip()
        if file not in there:
            raise FileError(
                f"Row {number} of {TABLE_FILE} names '{file}', which is not there.",
                "Correct the table, or put the picture there.",
            )
        if file in pictures:
            raise FileError(f"{TABLE_FILE} names '{file}' twice.", "Take one row out.")
        fold, patient = (row.get("fold") or "").strip(), (row.get("patient") or "").strip()
        if label:
            pictures[file] = Picture(file, class_name(label), patient or file, fold or None)
    _check_groups(list(pictures.values()))
    grouped = any(p.fold is not None or p.group != p.file for p in pictures.values())
    layout = FOLDS if any(p.fold for p in pictures.values()) else FOLDERS
    notices = () if grouped else (_UNGROUPED,)
    return Pictures(folder, layout, tuple(pictures.values()), grouped, notices)


def _rows(table: Path) -> list[dict[str, str | None]]:
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, ValueError, csv.Error) as error:
        raise FileError(f"{table.name} cannot be read: {error}.", "Check it.") from None
    if not rows or not {"file", "class"} <= rows[0].keys():
        raise FileError(
            f"{table.name} needs the columns 'file' and 'class', and a row for each picture.",
            "Add them, or take the table away to read classes from the folders' names.",
        )
    return rows


def _check_groups(pictures: Sequence[Picture]) -> None:
    folds: dict[str, str | None] = {}
    for picture in pictures:
        if folds.setdefault(picture.group, picture.fold) != picture.fold:
            raise FileError(
                f"{TABLE_FILE} has the patient '{picture.group}' in two folds.",
                "Put all pictures of a patient into one fold.",
            )
