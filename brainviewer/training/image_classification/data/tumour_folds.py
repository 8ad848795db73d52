"""The classes of tumours on single images, and four folds that no copy straddles."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from brainviewer.training.audit.duplicates import RELATED, groups
from brainviewer.training.audit.image_signature import SIDE, content_box, unit_thumbnails

CLASSES = ("glioma", "meningioma", "pituitary", "none")
FOLDS = (1, 2, 3, 4)


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
