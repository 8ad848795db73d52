"""How right a network is on test images that are copies of training images, and on the others."""

import math
from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.training.audit.image_signature import unit_thumbnails
from brainviewer.training.image_classification.data.labelled_images import (
    TRAIN_TEST,
    LabelledImages,
)
from brainviewer.training.image_classification.evaluation.results import Predictions
from brainviewer.training.metrics.intervals import fraction

ON_COPIES, ON_OTHERS = "accuracy on copies", "accuracy on the others"
_SIDE = 32  # pixels of a thumbnail
_LEAST = 10  # images of a class on either side, for it to be compared
_MOST = 0.8  # of the copies that must be in such classes
_ALIKE = 0.995  # correlation; copies that were saved again stay above it, neighbours below 0.98


def leak_of(source: LabelledImages, classified: Predictions) -> dict[str, Any] | None:
    """How right the answers to test images are that are copies of training images, and to others.

    None unless the data has a folder for testing with both.
    """
    if source.layout != TRAIN_TEST:
        return None
    return accuracy_by_copies(classified, images_with_copies(source))


@lru_cache(maxsize=1)  # the networks of a grid are tested on the same images
def images_with_copies(source: LabelledImages) -> frozenset[str]:
    """The test images that have a copy among those for training, found by thumbnails.

    What cannot be read is no copy.
    """
    known: dict[bool, dict[str, NDArray[np.uint8]]] = {True: {}, False: {}}
    for image in source.images:
        with suppress(FileError):
            known[image.testing][image.file] = read_image2d(source.folder / image.file).grey()
    if not all(known.values()):
        return frozenset()
    tested, learned = (
        unit_thumbnails(list(part.values()), _SIDE).reshape(len(part), -1)
        for part in known.values()
    )
    nearest = (tested @ learned.T).max(axis=1)
    return frozenset(n for n, near in zip(known[True], nearest, strict=True) if near > _ALIKE)


def accuracy_by_copies(classified: Predictions, copies: Collection[str]) -> dict[str, Any] | None:
    """Accuracy on copies and on the others, with intervals; None unless there are both."""
    has_copy = np.array([file in copies for file in classified.files])
    if has_copy.all() or not has_copy.any():
        return None
    right = classified.probabilities.argmax(axis=1) == classified.truth
    figures = [
        fraction(float(right[part].mean()), int(part.sum())).entry(name, "images", 0)
        for name, part in ((ON_COPIES, has_copy), (ON_OTHERS, ~has_copy))
    ]
    by_class = [
        {
            "copies": int(has_copy[own].sum()),
            "right_on_copies": int(right[own & has_copy].sum()),
            "others": int((~has_copy)[own].sum()),
            "right_on_others": int(right[own & ~has_copy].sum()),
        }
        for own in (classified.truth == place for place in range(classified.probabilities.shape[1]))
    ]
    return {
        "copies": int(has_copy.sum()),
        "others": int((~has_copy).sum()),
        "figures": figures,
        "by_class": by_class,
    }


def inflation(leak: Mapping[str, Any] | None) -> dict[str, float] | None:
    """How much more often an image is answered rightly if it is a copy, within its class.

    The difference of the two fractions in each class, weighed by Mantel & Haenszel (1959), with the
    interval of a difference of fractions (Zou & Donner 2008). None where it cannot be told: without
    counts for each class; where most copies are in classes of which hardly an image has no copy,
    so that there is nothing to compare them with; and where the interval holds 0, so that the
    classes alone explain what differs between copies and others.
    """
    rows = list((leak or {}).get("by_class") or ())
    two = [row for row in rows if min(row["copies"], row["others"]) >= _LEAST]
    if not rows or sum(r["copies"] for r in two) < _MOST * sum(r["copies"] for r in rows):
        return None
    weights = [r["copies"] * r["others"] / (r["copies"] + r["others"]) for r in two]
    value = down = up = 0.0
    for weight, row in zip(weights, two, strict=True):
        part = weight / sum(weights)
        copy = fraction(row["right_on_copies"] / row["copies"], row["copies"])
        other = fraction(row["right_on_others"] / row["others"], row["others"])
        value += part * (copy.value - other.value)
        down += part**2 * ((copy.value - copy.low) ** 2 + (other.high - other.value) ** 2)
        up += part**2 * ((copy.high - copy.value) ** 2 + (other.value - other.low) ** 2)
    found = {"value": value, "low": value - math.sqrt(down), "high": value + math.sqrt(up)}
    if found["low"] <= 0 <= found["high"]:
        return None
    return {key: round(number, 4) for key, number in found.items()}
