"""A split that no copy leaks across: each image once, and what is similar in one fold."""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import storable
from brainviewer.training.audit.duplicates import Duplicates, groups
from brainviewer.training.audit.image_signature import ImageSignature
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.labelled_data.image_lists import TEST, TRAIN, Entry

FOLDS = 5
COLUMNS = ("file", "class", "split", "fold", "group")
_SEED = 0


@dataclass(frozen=True)
class KeptImage:
    """An image that stays; ``fold`` is empty where it is not for training."""

    entry: Entry
    split: str
    fold: str
    group: int


@dataclass(frozen=True)
class Clean:
    """contradicted : images left out, because copies of them have another class
    copies : images left out, because another copy stays
    moved : images of the test split left out, because something similar is for training
    """

    kept: tuple[KeptImage, ...]
    contradicted: int
    copies: int
    moved: int


def clean_split(
    entries: Sequence[Entry],
    signatures: Sequence[ImageSignature],
    duplicates: Duplicates,
    root_of: NDArray[np.int64],
) -> Clean:
    """One image of each group of copies, with a fold.

    root_of : (n,) the group that must stay together, of each image (see ``related_groups``)

    Of copies the largest stays, from training before others. Groups whose copies contradict each
    other are left out. A test image stays one only if nothing similar is for training. The folds
    that a table gives are kept, because they may know the patients; where there is none, the
    groups are spread evenly.
    """
    by_copy: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(duplicates.copies):
        by_copy[int(group)].append(number)

    def worth(number: int) -> tuple[bool, int, str]:
        columns, rows = signatures[number].size
        return entries[number].split == TEST, -columns * rows, entries[number].name

    agreed = [some for some in by_copy.values() if len({entries[n].label for n in some}) == 1]
    chosen = sorted((min(some, key=worth) for some in agreed), key=lambda n: entries[n].name)
    learned = {root_of[n] for n in range(len(entries)) if entries[n].split != TEST}
    stay = [n for n in chosen if entries[n].split != TEST or root_of[n] not in learned]
    folds = _folds(entries, [n for n in stay if entries[n].split != TEST], root_of)
    kept = tuple(
        KeptImage(entries[n], TRAIN if n in folds else TEST, folds.get(n, ""), int(root_of[n]))
        for n in stay
    )
    told = sum(map(len, agreed))
    return Clean(kept, len(entries) - told, told - len(chosen), len(chosen) - len(stay))


def related_groups(entries: Sequence[Entry], duplicates: Duplicates) -> NDArray[np.int64]:
    """(n,) groups that no split may tear apart: similar, or of one patient."""
    first: dict[str | int, int] = {}
    links = [
        (first.setdefault(key, number), number)
        for number, entry in enumerate(entries)
        for key in (entry.patient, int(duplicates.related[number]))
        if key != ""
    ]
    return groups(len(entries), np.array(links, np.int64).reshape(-1, 2))


def as_table(clean: Clean) -> bytes:
    """The split as CSV, in UTF-8. Raises FileError if the name of an image is none."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for kept in clean.kept:
        if storable(kept.entry.name) != kept.entry.name:
            raise FileError(
                f"The name of the image {kept.entry.name} is no UTF-8 and cannot be listed.",
                "Rename it.",
            )
        writer.writerow([kept.entry.name, kept.entry.label, kept.split, kept.fold, kept.group])
    return text.getvalue().encode()


def _folds(
    entries: Sequence[Entry], members: Sequence[int], root_of: NDArray[np.int64]
) -> dict[int, str]:
    """Fold of each image: the given one, else that of its group, every class spread evenly."""
    by_group: dict[int, list[int]] = defaultdict(list)
    for number in members:
        by_group[int(root_of[number])].append(number)
    names = sorted({entries[n].fold for n in members} - {""})
    names = names or [str(fold + 1) for fold in range(FOLDS)]
    labels = [
        Counter(entries[n].label for n in group).most_common(1)[0][0] for group in by_group.values()
    ]
    split = patient_folds(labels, len(names), _SEED)
    found: dict[int, str] = {}
    for group, place in zip(by_group.values(), split, strict=True):
        given = Counter(entries[n].fold for n in group if entries[n].fold).most_common(1)
        common = given[0][0] if given else names[place]
        found |= {number: entries[number].fold or common for number in group}
    return found
