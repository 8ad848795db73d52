"""Small made-up images of heads in folders, as classifiers of single images read them."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

CLASSES = ("glioma", "meningioma", "pituitary", "none")


def head(label: str, number: int, size: int = 48) -> NDArray[np.uint8]:
    """(size, size) grey: a bright head on black; the class says where its lesion lies."""
    random = np.random.default_rng(1000 * CLASSES.index(label) + number)
    image = np.zeros((size, size), np.uint8)
    middle = (size // 2, size // 2)
    cv2.ellipse(image, middle, (size * 2 // 5, size * 9 // 20), 0, 0, 360, 110, -1)
    if label != "none":
        place = {"glioma": (0.35, 0.35), "meningioma": (0.65, 0.35), "pituitary": (0.5, 0.7)}
        x, y = (int(size * p + random.integers(-1, 2)) for p in place[label])
        cv2.circle(image, (x, y), size // 8, 250, -1)
    noise = random.normal(0, 6, image.shape) * (image > 0)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def write_images(folder: Path, each: int, classes: tuple[str, ...] = CLASSES) -> Path:
    """``FOLDER/CLASS/N.png``, so many of each class."""
    for label in classes:
        (folder / label).mkdir(parents=True, exist_ok=True)
        for number in range(each):
            cv2.imwrite(str(folder / label / f"{number + 1}.png"), head(label, number))
    return folder


def write_table(folder: Path, each: int, folds: int = 4) -> Path:
    """The same with ``labels.csv``; the class none is in no fold."""
    write_images(folder, each)
    lines = ["file,class,fold"]
    for label in CLASSES:
        for number in range(each):
            fold = "" if label == "none" else 1 + number * folds // each
            lines.append(f"{label}/{number + 1}.png,{label},{fold}")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
