"""How right a network is on test images that are copies of training images, and on the others."""

from collections.abc import Collection
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.files.picture_reader import read_picture
from brainviewer.training.figures import accuracy
from brainviewer.training.images.folders import Pictures
from brainviewer.training.images.results import DRAWS, Answered
from brainviewer.training.intervals import estimates

ON_COPIES, ON_OTHERS = "accuracy on copies", "accuracy on the others"
_SIDE = 32  # pixels of a thumbnail
_ALIKE = 0.995  # correlation; copies that were saved again stay above it, neighbours below 0.98


def copied(source: Pictures) -> frozenset[str]:
    """The test pictures that have a copy among those for training, found by thumbnails.

    Raises FileError for a picture that cannot be read.
    """
    parts = [[p for p in source.pictures if p.testing == testing] for testing in (True, False)]
    tested, learned = (
        np.stack([_thumbnail(read_picture(source.folder / p.file).grey()) for p in part])
        for part in parts
    )
    nearest = (tested @ learned.T).max(axis=1)
    names = [picture.file for picture in parts[0]]
    return frozenset(name for name, near in zip(names, nearest, strict=True) if near > _ALIKE)


def by_copies(answered: Answered, copies: Collection[str], seed: int) -> dict[str, Any] | None:
    """Accuracy on copies and on the others, with intervals; None unless there are both."""
    has_copy = np.array([file in copies for file in answered.files])
    if has_copy.all() or not has_copy.any():
        return None
    figures = []
    for name, part in ((ON_COPIES, has_copy), (ON_OTHERS, ~has_copy)):
        truth, probabilities = answered.truth[part], answered.probabilities[part]
        one = estimates(truth, probabilities, {name: accuracy}, DRAWS, seed)[name]
        figures.append(one.entry(name, "images", int(part.sum())))
    return {"copies": int(has_copy.sum()), "others": int((~has_copy).sum()), "figures": figures}


def _thumbnail(grey: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(side * side,) of mean 0 and length 1, so that products are correlations."""
    small = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    flat = small.ravel() - small.mean()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), np.float32)
