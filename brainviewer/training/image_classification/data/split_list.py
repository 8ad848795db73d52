"""A split from a list, as ``brainviewer data audit --write-clean`` writes it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from brainviewer.core.errors import FileError
from brainviewer.training.audit.clean_split import COLUMNS
from brainviewer.training.audit.duplicates import groups
from brainviewer.training.image_classification.data.labelled_images import (
    UNCHECKED,
    UNGROUPED,
    LabelledImage,
    LabelledImages,
    class_name,
)
from brainviewer.training.labelled_data.image_lists import TEST, TRAIN, check_classes
from brainviewer.training.labelled_data.patients import row_patient
from brainviewer.training.labelled_data.tables import read_table

LISTED = "split list"


def with_split_list(source: LabelledImages, file: Path) -> LabelledImages:
    """The images that the list names, with its groups; the others are left out.

    A column ``patient`` adds what the data does not know. Its test images are the ones to test on;
    where it has none, its folds are.

    Raises FileError if the list cannot be read, or if it is about other images.
    """
    known = {image.file: image for image in source.images}
    rows: dict[str, dict[str, str]] = {}
    for line, row in read_table(file, COLUMNS):
        _check(row, f"row {line} of {file.name}", known, rows)
        rows[row["file"]] = row
    if not rows:
        raise FileError(f"{file.name} names no image.", "Audit the data again.")
    testing = any(row["split"] == TEST for row in rows.values())
    own = [image for image in source.images if image.file in rows]
    group_of = _together(own, rows)

    def listed(image: LabelledImage) -> LabelledImage:
        row = rows[image.file]
        fold = None if testing else row["fold"] or None
        group = group_of[image.file]
        return replace(image, group=group, fold=fold, testing=row["split"] == TEST)

    images = tuple(map(listed, own))
    said = f"The split is that of {file.name}: {len(images)} of {len(known)} images."
    if any(p.fold is None and p.group == p.file and not row_patient(rows[p.file]) for p in own):
        said += " Where no patients are known it keeps together what looks alike, no more."
    patients = any(row_patient(row) for row in rows.values())
    settled = {UNCHECKED, UNGROUPED} if patients else {UNCHECKED}
    notices = (*(notice for notice in source.notices if notice not in settled), said)
    grouped = source.grouped or patients
    found = replace(source, layout=LISTED, images=images, grouped=grouped, notices=notices)
    check_classes(f"The list {file.name}", found.classes)
    return found


def _together(
    images: Sequence[LabelledImage], rows: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """The group of each image: what the list, the data or a patient holds together.

    What is alone in its group stands for itself, so that its neighbours may be kept with it.
    """
    first: dict[tuple[str, str], int] = {}
    links = []
    for place, image in enumerate(images):
        row = rows[image.file]
        holds = {"list": row["group"], "patient": row_patient(row)}
        holds["data"] = image.group if image.group != image.file else ""
        links += [(first.setdefault(key, place), place) for key in holds.items() if key[1]]
    pairs = np.array(links, np.int64).reshape(-1, 2)
    roots = groups(len(images), pairs).tolist()
    many = Counter(roots)
    leader = {root: images[place].file for place, root in reversed([*enumerate(roots)])}
    # Alone with a patient's name it is that patient.
    named = [row_patient(rows[p.file]) or p.group for p in images]
    return {
        image.file: f"{leader[root]} and others" if many[root] > 1 else name
        for image, root, name in zip(images, roots, named, strict=True)
    }


def _check(
    row: dict[str, str],
    where: str,
    known: dict[str, LabelledImage],
    before: dict[str, dict[str, str]],
) -> None:
    name = row["file"]
    if name not in known:
        raise FileError(
            f"There is no image {name} ({where}).",
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
