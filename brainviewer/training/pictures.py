"""The single pictures of a data set, with class and split, as folders or ``labels.csv`` say."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from brainviewer.core.errors import FileError
from brainviewer.files.folder_listing import list_folder
from brainviewer.files.picture_folder import PICTURE_SUFFIXES

TRAIN, TEST = "train", "test"
TABLE = "labels.csv"
_SPLITS = {
    "train": TRAIN, "training": TRAIN, "test": TEST, "testing": TEST,
    "val": "validation", "valid": "validation", "validation": "validation",
}  # fmt: skip
_ADVICE = (
    f"Give a folder with a folder of pictures per class, or with {TABLE} (columns file and class)."
)


@dataclass(frozen=True)
class Entry:
    """One picture: where it lies, and what the collection says about it.

    name : path in the report, with slashes, from the folder that holds all splits
    split : train, test, validation, or the fold that ``labels.csv`` gives it
    patient : empty if not known
    source_size : (columns, rows) before somebody resized it, if ``labels.csv`` knows
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
    others : names of files that are no pictures
    """

    root: Path
    entries: tuple[Entry, ...]
    others: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    classes: tuple[str, ...] = field(init=False)
    splits: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(sorted({e.label for e in self.entries})))
        given = [TRAIN, "validation", TEST]
        names = sorted({e.split for e in self.entries})
        names.sort(key=lambda name: given.index(name) if name in given else len(given))
        object.__setattr__(self, "splits", tuple(names))


def list_pictures(train: Path, test: Path | None = None) -> Listing:
    """All pictures of one or two folders; none is opened yet.

    A folder holds a folder per class, or ``labels.csv`` with the columns ``file`` and ``class``,
    and perhaps ``fold``, ``patient``, ``source_width`` and ``source_height``. Without ``test`` it
    may hold the folders of splits, such as Training and Testing.

    Raises FileError if there is no such folder, if there are fewer than two classes, if a class
    holds no picture, or if the table cannot be right.
    """
    folders = {TRAIN: train}
    if test is None:
        _check_folder(train)
        inner = {_SPLITS[f.name.lower()]: f for f in _folders(train) if f.name.lower() in _SPLITS}
        if len(inner) > 1 and len(inner) == len(_folders(train)):
            folders = {name: inner[name] for name in (TRAIN, "validation", TEST) if name in inner}
    else:
        folders[TEST] = test
    for folder in folders.values():
        _check_folder(folder)
    if test is not None:
        _check_apart(train.resolve(), test.resolve())
    root = _common_root([folder.resolve() for folder in folders.values()])
    entries: list[Entry] = []
    others: list[str] = []
    notices: list[str] = []
    for split, folder in folders.items():
        found = _Found(root, folder.resolve(), split)
        if (folder / TABLE).is_file():
            found.from_table()
        else:
            found.from_folders()
        entries += found.entries
        others += found.others
        notices += found.notices
    listing = Listing(root, tuple(entries), tuple(others), tuple(notices))
    check_classes(f"The folder {train.name}", listing.classes)
    return listing


def check_classes(what: str, classes: Sequence[str]) -> None:
    """Raises FileError, which begins with ``what``, if there is only one class."""
    if len(classes) < 2:
        raise FileError(f"{what} holds one class only, {classes[0]}.", _ADVICE)


def read_table(table: Path, needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """The rows of a CSV file with their line numbers, by the columns' names in small letters.

    Raises FileError if it cannot be read, lacks a needed column, or has a row of another length.
    """
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            columns = [name.strip().lower() for name in reader.fieldnames or []]
            if not set(needed) <= set(columns):
                named = f"{', '.join(needed[:-1])} and {needed[-1]}"
                raise FileError(
                    f"{table.name} has no columns called {named}.",
                    f"Its first line must name the columns, for example: {','.join(needed)}.",
                )
            reader.fieldnames = columns
            rows = []
            for row in reader:
                if None in row or None in row.values():
                    raise FileError(
                        f"Row {reader.line_num} of {table.name} has another number of cells than "
                        "there are columns.",
                        "Put it right.",
                    )
                rows.append((reader.line_num, {key: row[key].strip() for key in columns}))
            return rows
    except (OSError, UnicodeDecodeError, csv.Error):
        raise FileError(f"{table.name} cannot be read.", "Save it as CSV, in UTF-8.") from None


class _Found:
    """What one folder holds."""

    def __init__(self, root: Path, folder: Path, split: str) -> None:
        self.root, self.folder, self.split = root, folder, split
        self.entries: list[Entry] = []
        self.others: list[str] = []
        self.notices: list[str] = []

    def from_folders(self) -> None:
        """The class is the name of the folder directly below."""
        classes = _folders(self.folder)
        if not classes:
            raise FileError(f"The folder {self.folder.name} has no folders of classes.", _ADVICE)
        for folder in classes:
            before = len(self.entries)
            for file in _files(folder):
                if file.suffix.lower() in PICTURE_SUFFIXES:
                    self.entries.append(Entry(file, self._name(file), folder.name, self.split))
                else:
                    self.others.append(self._name(file))
            if len(self.entries) == before:
                raise FileError(
                    f"The folder of the class {folder.name} in {self.folder.name} holds no "
                    "picture.",
                    "Add pictures (JPG, PNG, TIFF, BMP or WebP), or take the folder away.",
                )

    def from_table(self) -> None:
        """The class is what the table says; its folds are splits."""
        named = set()
        for line, row in read_table(self.folder / TABLE, ("file", "class")):
            file = self.folder / row["file"]
            where = f"row {line} of {TABLE}"
            inside = PurePosixPath(row["file"])
            if not inside.parts or ".." in inside.parts or inside.is_absolute():
                raise FileError(
                    f"'{row['file']}' ({where}) is no file in the folder.", "Put it right."
                )
            if file in named:
                raise FileError(f"{row['file']} stands in {TABLE} twice.", "Keep one of the rows.")
            if not file.is_file():
                raise FileError(
                    f"There is no file {row['file']} ({where}).", "Add it, or take the row out."
                )
            if not row["class"]:
                raise FileError(f"{row['file']} ({where}) has no class.", "Give it one.")
            named.add(file)
            fold = row.get("fold", "")
            split = f"fold {fold}" if fold else "no fold" if "fold" in row else self.split
            self.entries.append(
                Entry(
                    file,
                    self._name(file),
                    row["class"],
                    split,
                    row.get("patient", ""),
                    fold,
                    _source_size(row),
                )
            )
        if not self.entries:
            raise FileError(f"{TABLE} in {self.folder.name} names no picture.", _ADVICE)
        left = [f for f in _files(self.folder) if f not in named and f.name != TABLE]
        unnamed = [f for f in left if f.suffix.lower() in PICTURE_SUFFIXES]
        self.others += [self._name(f) for f in left if f.suffix.lower() not in PICTURE_SUFFIXES]
        if unnamed:
            self.notices.append(
                f"Left out, because {TABLE} has no row for them: {len(unnamed)} pictures, such as "
                f"{self._name(unnamed[0])}."
            )

    def _name(self, file: Path) -> str:
        return file.relative_to(self.root).as_posix()


def _source_size(row: Mapping[str, str]) -> tuple[float, float] | None:
    try:
        size = float(row["source_width"]), float(row["source_height"])
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


def _common_root(folders: Sequence[Path]) -> Path:
    if len(folders) == 1:
        return folders[0]
    parts = zip(*(folder.parts for folder in folders), strict=False)
    shared = []
    for same in parts:
        if len(set(same)) > 1:
            break
        shared.append(same[0])
    return Path(*shared)


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
