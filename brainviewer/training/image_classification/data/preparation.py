"""From images on disk to one array, and a sheet of the doubtful crops."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.writing import write_whole
from brainviewer.imaging.preprocess.head_crop import Crop, largest_contour
from brainviewer.models.image_classification.input import stretched
from brainviewer.training.image_classification.data.contact_sheet import Tile, contact_sheet
from brainviewer.training.image_classification.data.labelled_images import LabelledImage
from brainviewer.training.image_classification.recipes.recipe import Preparation

Images = NDArray[np.uint8]
"""(n, size, size, 1 or 3), as the network sees them."""

SHEET_FILE, LIST_FILE = "doubtful-crops.png", "doubtful-crops.txt"
_NAMED = 5  # files that a sentence names
_MOST = 160  # images on the sheet
_MOST_BYTES_OF_A_LIST = 50_000_000


def prepare_one(image: NDArray[np.uint8], preparation: Preparation) -> tuple[Images, Crop]:
    """(height, width, 3) RGB -> (size, size, 1 or 3), and where it was cropped."""
    height, width = image.shape[:2]
    crop = Crop(0, 0, width, height)
    if preparation.crop == "largest-contour":
        crop = largest_contour(image)
    part = stretched(crop.of(image), preparation.size)
    if preparation.colour == "grey":
        part = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)[..., None]
    return part, crop


def prepare(
    folder: Path,
    images2d: Sequence[LabelledImage],
    preparation: Preparation,
    report: Report = silent,
) -> tuple[Images, list[Crop], dict[str, str]]:
    """All images as one array, how each was cropped, and which files cannot be read, and why.

    The last are left out.
    """
    depth = 1 if preparation.colour == "grey" else 3
    images = np.empty((len(images2d), preparation.size, preparation.size, depth), np.uint8)
    crops: list[Crop] = []
    unread = {}
    for number, image2d in enumerate(images2d, start=1):
        try:
            image = read_image2d(folder / image2d.file).rgb()
        except FileError as error:
            unread[image2d.file] = error.message
        else:
            images[len(crops)], crop = prepare_one(image, preparation)
            crops.append(crop)
        report(number / len(images2d), f"preparing: {number} of {len(images2d)} images")
    return images[: len(crops)], crops, unread


def unread_words(unread: Mapping[str, str], many: int) -> str:
    """Which images could not be read, with their folders, and how many of ``many``."""
    named = [f"{file} ({reason.rstrip('.')})" for file, reason in sorted(unread.items())]
    more = f", and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return (
        f"{counted(len(unread), 'image')} of {many} cannot be read and "
        f"{'is' if len(unread) == 1 else 'are'} left out: {', '.join(named[:_NAMED])}{more}."
    )


def write_doubtful(
    folder: Path, images: Sequence[LabelledImage], crops: Sequence[Crop], out: Path
) -> int:
    """Write a sheet of the images whose crop is in doubt, and the list of their files.

    The list can be given back, cut down to those that shall be left out. Returns how many.
    """
    doubtful = [(p, c) for p, c in zip(images, crops, strict=True) if c.doubt]
    for name in (SHEET_FILE, LIST_FILE):
        (out / name).unlink(missing_ok=True)
    if not doubtful:
        return 0
    lines = [f"{image.file}\t{crop.doubt}\n" for image, crop in doubtful]
    tiles = [
        Tile(read_image2d(folder / image.file).rgb(), image.file, crop.doubt, True, crop)
        for image, crop in doubtful[:_MOST]
    ]
    write_whole(out / LIST_FILE, "".join(lines).encode())
    write_whole(out / SHEET_FILE, contact_sheet("Crops to look through", tiles))
    return len(doubtful)


def read_list(file: Path) -> list[str]:
    """The files in a list as ``write_doubtful`` writes it: what stands before a tab; FileError."""
    content = read_ordinary(file, _MOST_BYTES_OF_A_LIST)
    try:
        lines = content.decode("utf-8").splitlines()
    except ValueError:
        said = f"The list {file.name} is no text."
        raise FileError(said, "Save it as text in UTF-8, one image on each line.") from None
    return [name for line in lines if (name := line.split("\t")[0].strip())]
