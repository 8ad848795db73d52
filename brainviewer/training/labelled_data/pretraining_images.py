"""The images of pretraining: contrast-enhanced T1 slices with class and box of the tumour."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.training.labelled_data.image_file import GREY, read_pixels
from brainviewer.training.labelled_data.tables import read_table


@dataclass(frozen=True)
class LabelledImage:
    """One grey image of the pretraining set; ``mask`` is an ellipse in the tumour's box."""

    label: str
    image: NDArray[np.float32]
    mask: NDArray[np.bool_] | None


def cheng_folder(data: Path) -> Path:
    """Where the images of ``cheng`` lie if they are there: in a data folder, or beside it."""
    within = data / "cheng"
    return within if within.is_dir() else data.parent / "cheng"


def read_cheng(folder: Path) -> list[LabelledImage]:
    """Read a ``cheng`` folder: contrast-enhanced T1 slices of four classes, in all planes."""
    images = []
    for _, row in read_table(folder / "labels.csv", ("file", "class")):
        file = folder / row["file"]
        image = read_pixels(file, GREY, f"The image {file.name}").astype(np.float32)
        mask = None
        if row["box_cx"]:
            rows, columns = image.shape
            centre = (float(row["box_cx"]) * columns, float(row["box_cy"]) * rows)
            axes = (float(row["box_w"]) * columns / 2, float(row["box_h"]) * rows / 2)
            mask = ellipse(image.shape, centre, axes)
        images.append(LabelledImage(row["class"], image, mask))
    return images


def ellipse(
    shape: tuple[int, ...], centre: tuple[float, float], axes: tuple[float, float]
) -> NDArray[np.bool_]:
    """A filled ellipse; centre and half axes as (x, y) in pixels, at least two pixels wide."""
    canvas = np.zeros(shape[:2], np.uint8)
    whole = (round(centre[0]), round(centre[1]))
    half = (max(2, round(axes[0])), max(2, round(axes[1])))
    cv2.ellipse(canvas, whole, half, 0, 0, 360, 1, cv2.FILLED)
    return canvas.astype(bool)
