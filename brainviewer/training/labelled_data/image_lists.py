"""List the images of a data set with class and split, from folders or from ``labels.csv``."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.folder_listing import list_folder
from brainviewer.files.image2d.folder import IMAGE_SUFFIXES
from brainviewer.training.labelled_data.patients import (
    folder_patient,
    named_patient,
    never_found,
    read_pattern,
    row_patient,
)
from brainviewer.training.labelled_data.tables import read_table

TRAIN, VALIDATION, TEST = "train", "validation", "test"
TABLE = "labels.csv"
_SPLITS = {
    "train": TRAIN, "training": TRAIN, "test": TEST, "testing": TEST,
    "val": VALIDATION, "valid": VALIDATION, "validation": VALIDATION,
}  # fmt: skip
_ADVICE = (
    f"Give a folder with a folder of images per class, or with {TABLE} (columns file and class)."
)


@dataclass(frozen=True)
class Entry:
    """One image: where it lies, and what the collection says about it.

    name : path in the report, with slashes, from the folder that holds all splits
    split : train, test, validation, or the fold that ``labels.csv`` gives it
    patient : empty if not known; the same in two classes is one patient
    source_size : (columns, rows) before it was resized, if ``labels.csv`` knows
    """

    path: Path
    name: str
    label: str
    split: str
    patient: str = ""
    fold: str = ""
    source_size: tuple[float, float] | None = None


@dataclass(frozen=True)
class Listing:
    """root : the folder that the names start from
    others : names of files that are no images
    """

    root: Path
    entries: tuple[Entry, ...]
    others: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The classes, by name."""
        return tuple(sorted({entry.label for entry in self.entries}))

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """Training, validation and test in this order, then folds by name."""
        given = {TRAIN: 0, VALIDATION: 1, TEST: 2}
        names = {entry.split for entry in self.entries}
        return tuple(sorted(names, key=lambda name: (given.get(name, len(given)), name)))


def list_images(train: Path, test: Path | None = None, group_by: str = "") -> Listing:
    """All images of one or two folders; none is opened yet.

    A folder holds a folder per class, or ``labels.csv`` with the columns ``file`` and ``class``,
    and perhaps ``fold``, ``patient``, ``source_width`` and ``source_height``. The folders in that
    of a class are patients, if a class has several. Without ``test`` it may hold the folders of
    splits, such as Training and Testing.

    group_by : a pattern that finds the patient in an image's path, instead of table and folders.

    Raises FileError if there is no such folder, if there are fewer than two classes, if a class
    holds no image, or if the table cannot be right.
    """
    for folder in filter(None, (train, test)):
        _check_folder(folder)
    folders = {TRAIN: train} if test is None else {TRAIN: train, TEST: test}
    if test is None:
        below = _folders(train)
        inner = {_SPLITS[f.name.lower()]: f for f in below if f.name.lower() in _SPLITS}
        if len(inner) > 1 and len(inner) == len(below):
            folders = {name: inner[name] for name in (TRAIN, VALIDATION, TEST) if name in inner}
            for folder in folders.values():
                _check_folder(folder)
    else:
        _check_apart(train.resolve(), test.resolve())
    root = Path(os.path.commonpath([folder.resolve() for folder in folders.values()]))
    found = [_Found(root, folder.resolve(), split) for split, folder in folders.items()]
    entries = [entry for one in found if one.of_table for entry in one.entries]
    of_folders = [entry for one in found if not one.of_table for entry in one.entries]
    notices = [notice for one in found for notice in one.notices]
    entries += of_folders if group_by else _by_folders(of_folders, notices)
    if group_by:
        entries = _grouped(entries, group_by, notices)
    others = tuple(name for one in found for name in one.others)
    listing = Listing(root, tuple(entries), others, tuple(notices))
    check_classes(f"The folder {train.name}", listing.classes)
    return listing


def _grouped(entries: Sequence[Entry], group_by: str, notices: list[str]) -> list[Entry]:
    """Entries with the patients that a pattern names; ``notices`` learns of those without one."""
    pattern = read_pattern(group_by)
    grouped = [replace(e, patient=named_patient(pattern, e.name)) for e in entries]
    alone = [entry.name for entry in grouped if not entry.patient]
    if len(alone) == len(entries):
        raise never_found(pattern, alone[0])
    if alone:
        notices.append(
            f"The pattern names no patient in {counted(len(alone), 'image')}, such as {alone[0]}."
        )
    return grouped


def _by_folders(entries: Sequence[Entry], notices: list[str]) -> list[Entry]:
    """Entries of folders: those in which a class has one folder only name no patient."""
    of_class: dict[str, set[str]] = {}
    for entry in entries:
        of_class.setdefault(entry.label, set()).add(entry.patient)
    several = {label: found - {""} for label, found in of_class.items()}
    if max(map(len, several.values()), default=0) < 2:
        return [replace(entry, patient="") for entry in entries]
    patients = set().union(*several.values())
    notices.append(
        f"The folders in those of the classes are taken for patients: {len(patients)}. A name that "
        "stands in two classes is one patient."
    )
    return list(entries)


def check_classes(what: str, classes: Sequence[str]) -> None:
    """Raises FileError, which begins with ``what``, if there is only one class."""
    if len(classes) < 2:
        raise FileError(f"{what} holds one class only, {classes[0]}.", _ADVICE)


class _Found:
    """What one folder holds."""

    def __init__(self, root: Path, folder: Path, split: str) -> None:
        self.root, self.folder, self.split = root, folder, split
        self.entries: list[Entry] = []
        self.others: list[str] = []
        self.notices: list[str] = []
        self.of_table = (folder / TABLE).is_file()
        if self.of_table:
            self._from_table()
        else:
            self._from_folders()

    def _from_folders(self) -> None:
        """The class is the name of the folder directly below."""
        classes = _folders(self.folder)
        if not classes:
            raise FileError(f"The folder {self.folder.name} has no folders of classes.", _ADVICE)
        for folder in classes:
            before = len(self.entries)
            for file in _files(folder):
                if file.suffix.lower() in IMAGE_SUFFIXES:
                    name = self._name(file)
                    patient = folder_patient(file.relative_to(folder))
                    self.entries.append(Entry(file, name, folder.name, self.split, patient))
                else:
                    self.others.append(self._name(file))
            if len(self.entries) == before:
                raise FileError(
                    f"The folder of the class {folder.name} in {self.folder.name} holds no image.",
                    "Add images (JPG, PNG, TIFF, BMP or WebP), or take the folder away.",
                )

    def _from_table(self) -> None:
        """The class is what the table says; its folds are splits."""
        named = set()
        for line, row in read_table(self.folder / TABLE, ("file", "class")):
            name, label, fold = row["file"], row["class"], row.get("fold", "")
            file, inside, where = self.folder / name, PurePosixPath(name), f"row {line} of {TABLE}"
            if not inside.parts or ".." in inside.parts or inside.is_absolute():
                raise FileError(f"'{name}' ({where}) is no file in the folder.", "Put it right.")
            if file in named:
                raise FileError(f"{name} stands in {TABLE} twice.", "Keep one of the rows.")
            if not file.is_file():
                raise FileError(
                    f"There is no file {name} ({where}).", "Add it, or take the row out."
                )
            if not label:
                raise FileError(f"{name} ({where}) has no class.", "Give it one.")
            named.add(file)
            split = f"fold {fold}" if fold else "no fold" if "fold" in row else self.split
            known = (row_patient(row), fold, _source_size(row))
            self.entries.append(Entry(file, self._name(file), label, split, *known))
        if not self.entries:
            raise FileError(f"{TABLE} in {self.folder.name} names no image.", _ADVICE)
        left = [f for f in _files(self.folder) if f not in named and f.name != TABLE]
        unnamed = [f for f in left if f.suffix.lower() in IMAGE_SUFFIXES]
        self.others += [self._name(f) for f in left if f.suffix.lower() not in IMAGE_SUFFIXES]
        if unnamed:
            self.notices.append(
                f"Left out, because {TABLE} has no row for them: "
                f"{counted(len(unnamed), 'image')}, such as {self._name(unnamed[0])}."
            )

    def _name(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()


def _source_size(row: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        cells = (row[name].replace(",", ".") for name in ("source_width", "source_height"))
        size = float(next(cells)), float(next(cells))
    except (KeyError, ValueError):
        return None
    return size if min(size) > 0 else None


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        what = "is a file, not a folder" if folder.exists() else "does not exist"
        raise FileError(f"The folder '{folder}' {what}.", _ADVICE)
    if not list_folder(folder):
        raise FileError(f"The folder {folder.name} is empty.", _ADVICE)


def _check_apart(train: Path, test: Path) -> None:
    if train == test or train in test.parents or test in train.parents:
        raise FileError(
            "The folders for training and for testing are the same, or one lies in the other.",
            "Give two folders that lie apart, or only the one that holds both.",
        )


def _folders(folder: Path) -> list[Path]:
    return [entry for entry in list_folder(folder) if entry.is_dir()]


def _files(folder: Path) -> Iterator[Path]:
    """All files below a folder, by name; links to folders are not followed."""
    for entry in list_folder(folder):
        if entry.is_dir():
            if not entry.is_symlink():
                yield from _files(entry)
        else:
            yield entry
