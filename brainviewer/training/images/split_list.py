"""A split from a list, as ``brainviewer data audit --write-clean`` writes it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.training.audit.clean import COLUMNS
from brainviewer.training.images.folders import UNCHECKED, Picture, Pictures, class_name
from brainviewer.training.pictures import TEST, TRAIN, check_classes, read_table

LISTED = "split list"


def with_split_list(source: Pictures, file: Path) -> Pictures:
    """The pictures that the list names, with its groups; the others are left out.

    Its test images are the ones to test on; where it has none, its folds are.

    Raises FileError if the list cannot be read, or if it is about other pictures.
    """
    known = {picture.file: picture for picture in source.pictures}
    rows: dict[str, dict[str, str]] = {}
    for line, row in read_table(file, COLUMNS):
        _check(row, f"row {line} of {file.name}", known, rows)
        rows[row["file"]] = row
    if not rows:
        raise FileError(f"{file.name} names no picture.", "Audit the data again.")
    members = Counter(row["group"] for row in rows.values())
    testing = any(row["split"] == TEST for row in rows.values())

    def listed(picture: Picture) -> Picture:
        row = rows[picture.file]
        # What is alone in its group still belongs to its patient, or to its neighbours.
        group = row["group"] if members[row["group"]] > 1 else picture.group
        fold = None if testing else row["fold"] or None
        return replace(picture, group=group, fold=fold, testing=row["split"] == TEST)

    pictures = tuple(listed(picture) for picture in source.pictures if picture.file in rows)
    said = f"The split is that of {file.name}: {len(pictures)} of {len(known)} images."
    if any(p.fold is None and p.group == p.file for p in (known[name] for name in rows)):
        said += " Where no patients are known it keeps together what looks alike, no more."
    notices = (*(notice for notice in source.notices if notice != UNCHECKED), said)
    found = replace(source, layout=LISTED, pictures=pictures, notices=notices)
    check_classes(f"The list {file.name}", found.classes)
    return found


def _check(
    row: dict[str, str], where: str, known: dict[str, Picture], before: dict[str, dict[str, str]]
) -> None:
    name = row["file"]
    if name not in known:
        raise FileError(
            f"There is no picture {name} ({where}).",
            "Give the folder as --data that was audited, or audit it again.",
        )
    if name in before:
        raise FileError(f"{name} ({where}) is named twice.", "Keep one of the rows.")
    if class_name(row["class"]) != known[name].label:
        raise FileError(
            f"{name} ({where}) is of the class {known[name].label} in the data.",
            "Audit the data again.",
        )
    if row["split"] not in (TRAIN, TEST):
        raise FileError(f"'{row['split']}' ({where}) is no split.", f"Write {TRAIN} or {TEST}.")
