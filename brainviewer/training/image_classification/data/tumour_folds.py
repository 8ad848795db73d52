"""The labelled images of ``cheng`` in four folds that no patient and no copy straddles."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.training.audit.duplicates import RELATED, groups
from brainviewer.training.audit.image_signature import SIDE, content_box, unit_thumbnails
from brainviewer.training.labelled_data.image_lists import TABLE
from brainviewer.training.labelled_data.tables import read_table

CLASSES = ("glioma", "meningioma", "pituitary", "none")
FOLDS = (1, 2, 3, 4)

_BOX = ("box_cx", "box_cy", "box_w", "box_h")
_COLUMNS = ("file", "class", "fold", "source_width", "source_height", *_BOX)


@dataclass(frozen=True)
class LabelledFile:
    """One image and what the table says about it.

    file : path below the folder of the data
    label : one of ``CLASSES``
    fold : 1 to 4; images of one patient, and copies of one image, share it
    group : first file of the near-copies that it is one of; tumours stand alone, for the table does
        not name patients
    source_size : (columns, rows) before it was resized
    box : centre x and y, width and height of the tumour as fractions of the image, or None
    """

    file: str
    label: str
    fold: int
    group: str
    source_size: tuple[int, int]
    box: tuple[float, ...] | None


def read_labelled(cheng: Path) -> list[LabelledFile]:
    """The images of a ``cheng`` folder in the order of its table.

    Tumours have the patient-wise folds of the table. What has none (``none``, whose patients nobody
    knows) is looked at: near-copies count as one and are dealt to the folds together.

    Raises FileError if the table cannot be right, or if such an image cannot be read.
    """
    rows = [row for _, row in read_table(cheng / TABLE, _COLUMNS)]
    alone = sorted(row["file"] for row in rows if not row["fold"])
    group = near_copies([read_image2d(cheng / file).grey() for file in alone])
    first = dict(zip(group.tolist()[::-1], alone[::-1], strict=True))
    group_of = {file: first[n] for file, n in zip(alone, group.tolist(), strict=True)}
    dealt = deal(alone, group)

    def labelled(row: dict[str, str]) -> LabelledFile:
        name, label = row["file"], row["class"]
        fold = int(row["fold"]) if row["fold"] else dealt[name]
        if label not in CLASSES or fold not in FOLDS:
            raise ValueError(name)
        size = int(row["source_width"]), int(row["source_height"])
        box = tuple(float(row[key]) for key in _BOX) if row["box_cx"] else None
        return LabelledFile(name, label, fold, group_of.get(name, name), size, box)

    try:
        return [labelled(row) for row in rows]
    except (ValueError, KeyError):
        raise FileError(
            f"A row of {TABLE} has a class, a fold or a number that cannot be.",
            f"Give the folder of the images with the {TABLE} that came with them.",
        ) from None


def near_copies(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.int64]:
    """(n,) number of the group of near-copies that each image belongs to.

    images : (rows, columns) each, of any size

    Copies may be mirrored, upside down, brighter, resized, or have another margin; so may the
    neighbouring slices that are taken with them. All pairs are compared: for thousands, not more.
    """
    count = len(images)
    if not count:
        return np.zeros(0, np.int64)
    similar = np.zeros((count, count), bool)
    for shown in (list(images), [one[content_box(one)] for one in images]):
        thumbnails = unit_thumbnails(shown, SIDE)
        for turned in (thumbnails, thumbnails[:, ::-1]):
            for other in (turned, turned[:, :, ::-1]):
                similar |= thumbnails.reshape(count, -1) @ other.reshape(count, -1).T >= RELATED
    return groups(count, np.argwhere(np.triu(similar, 1)))


def deal(files: Sequence[str], group: NDArray[np.int64]) -> dict[str, int]:
    """The fold of each file: whole groups, large ones first, each to the emptiest fold.

    Groups of a size come in an order that only their names decide.
    """
    members: dict[int, list[str]] = defaultdict(list)
    for file, number in zip(files, group.tolist(), strict=True):
        members[number].append(file)

    def order(some: list[str]) -> tuple[int, bytes]:
        return -len(some), hashlib.blake2b(min(some).encode(), digest_size=8).digest()

    held = dict.fromkeys(FOLDS, 0)
    dealt: dict[str, int] = {}
    for some in sorted(members.values(), key=order):
        fold = min(FOLDS, key=held.__getitem__)
        held[fold] += len(some)
        dealt |= dict.fromkeys(some, fold)
    return dealt
