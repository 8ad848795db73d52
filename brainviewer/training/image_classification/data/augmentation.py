"""Varied copies of prepared images, with OpenCV: one warp and one change of brightness each."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.files.writing import make_folder, write_whole
from brainviewer.training.image_classification.data.labelled_images import LabelledImage
from brainviewer.training.image_classification.recipes.recipe import Augmentation

Random = np.random.Generator
Images = NDArray[np.uint8]


def vary(image: Images, how: Augmentation, random: Random) -> Images:
    """(size, size, 1 or 3) -> the same, varied by chance; what comes from outside is black."""
    size = image.shape[0]
    middle = (size - 1) / 2
    angle = np.deg2rad(random.uniform(-how.rotation, how.rotation))
    zoom = 1 + random.uniform(-how.zoom, how.zoom)
    shear = random.uniform(-how.shear, how.shear)
    flips = [
        -1.0 if wanted and random.random() < 0.5 else 1.0
        for wanted in (how.flip_left_right, how.flip_up_down)
    ]
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = zoom * turn @ np.array([[1, shear], [0, 1]]) @ np.diag(flips)
    shift = size * random.uniform(-how.shift, how.shift, 2) + middle - matrix @ [middle, middle]
    brightness = 1 + random.uniform(-how.brightness, how.brightness)
    moved = cv2.warpAffine(image, np.column_stack([matrix, shift]), (size, size))
    return np.asarray(cv2.convertScaleAbs(moved, alpha=brightness)).reshape(image.shape)


def vary_all(images: Images, how: Augmentation, random: Random) -> Images:
    """(n, size, size, 1 or 3) -> the same, each image varied for itself."""
    return np.stack([vary(image, how, random) for image in images])


def with_copies(
    images: Images, labels: NDArray[np.int64], how: Augmentation, seed: int
) -> tuple[Images, NDArray[np.int64]]:
    """The images, and ``how.copies`` varied copies of all of them behind."""
    random = np.random.default_rng(seed)
    copies = [vary_all(images, how, random) for _ in range(how.copies)]
    return np.concatenate([images, *copies]), np.tile(labels, how.copies + 1)


def write_copies(
    out: Path, images2d: Sequence[LabelledImage], images: Images, how: Augmentation, seed: int
) -> int:
    """Write what ``with_copies`` makes (or, where every epoch varies anew, one such epoch) as PNG.

    images : of ``images``, in the same order; their classes become folders.

    Returns how many were written; raises FileError.
    """
    times = max(1, how.copies)
    random = np.random.default_rng(seed)
    for copy in range(1, times + 1):
        for image2d, image in zip(images2d, vary_all(images, how, random), strict=True):
            folder = out / image2d.label
            make_folder(folder)
            name = image2d.file.replace("/", "_").rsplit(".", 1)[0]
            content = cv2.imencode(".png", image[..., ::-1] if image.shape[2] == 3 else image)[1]
            write_whole(folder / f"{name}-{copy}.png", content.tobytes())
    return times * len(images)
