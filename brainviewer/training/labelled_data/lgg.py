"""The ``lgg`` layout: axial slices as images ``NNN.jpg``, segmentations as ``NNN_mask.png``.

The three channels of an image are T1, FLAIR and T1ce.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import LabelledStudy
from brainviewer.training.labelled_data.image_file import COLOUR, GREY, read_pixels

LGG_SEQUENCES = (Modality.T1, Modality.FLAIR, Modality.T1CE)
# The images have no spacing; a head of usual size is about 150 mm high.
_HEAD_HEIGHT_MM = 150.0
# Re-encoded copies of one image correlate above 0.995; different sequences stay below 0.92.
_SAME_IMAGE = 0.98
_HEAD = 20  # grey values above this are not background
_CHECK = "Check the data folder."


def lgg_slices(folder: Path) -> list[Path]:
    """The slices of a case, from below; none if it is no case of this layout."""
    return sorted(folder.glob("[0-9]*.jpg"))


def lgg_masks(folder: Path) -> list[Path]:
    """The segmentations of a case, for the slices that hold tumour."""
    return sorted(folder.glob("[0-9]*_mask.png"))


def check_lgg(folder: Path) -> None:
    """Raises FileError if a segmentation has no slice, or no slice has a segmentation."""
    slices = {file.stem for file in lgg_slices(folder)}
    masks = [file.stem.removesuffix("_mask") for file in lgg_masks(folder)]
    if not masks:
        raise FileError(
            f"The case {folder.name} has no segmentation of the tumour (a file NNN_mask.png).",
            "Add one, or take the case out of the table.",
        )
    for stem in masks:
        if stem not in slices:
            raise FileError(
                f"The case {folder.name} has the segmentation {stem}_mask.png without its slice.",
                _CHECK,
            )


def load_lgg(folder: Path) -> LabelledStudy:
    """A patient of the ``lgg`` collection as a study.

    The images have no spacing: pixels count as 1 mm, and the slices share the height of a usual
    head. A channel that only repeats the FLAIR is left out.

    Raises FileError if an image cannot be read or has another size than the rest.
    """
    files = lgg_slices(folder)
    if len(files) < 2:
        raise FileError(f"The case {folder.name} has no slices.", _CHECK)
    # OpenCV reads blue, green, red.
    read = [read_pixels(file, COLOUR)[:, :, ::-1] for file in files]
    if any(image.shape != read[0].shape for image in read):
        raise FileError(f"The slices of the case {folder.name} differ in size.", _CHECK)
    images = np.stack(read)
    lesion = np.zeros(images.shape[:3], bool)
    for index, file in enumerate(files):
        mask = file.with_name(f"{file.stem}_mask.png")
        if mask.exists():
            inside = read_pixels(mask, GREY) > 127
            if inside.shape != lesion.shape[1:]:
                raise FileError(
                    f"{mask.name} of the case {folder.name} has another size than its slice.",
                    _CHECK,
                )
            lesion[index] = inside
    data = images.transpose(2, 1, 0, 3)
    thickness = min(max(_HEAD_HEIGHT_MM / len(files), 1.0), 6.5)
    shape = (data.shape[0], data.shape[1], data.shape[2])
    grid = Grid(shape, np.diag([-1.0, -1.0, thickness, 1.0]))
    volumes = {
        LGG_SEQUENCES[n]: Volume(LGG_SEQUENCES[n], data[..., n], grid)
        for n in _own_channels(images, folder.name)
    }
    return LabelledStudy(Study(volumes, grid, folder.name), lesion.transpose(2, 1, 0))


def _own_channels(images: NDArray[np.uint8], case: str) -> list[int]:
    """Channels that are sequences of their own; FLAIR stands in for those that are missing."""
    flair = LGG_SEQUENCES.index(Modality.FLAIR)
    sparse = images[:, ::4, ::4].reshape(-1, len(LGG_SEQUENCES))
    head = sparse[sparse.mean(axis=-1) > _HEAD].astype(np.float32).T
    varies = [values.size > 0 and bool(np.ptp(values) > 0) for values in head]
    if not varies[flair]:
        raise FileError(f"The slices of the case {case} show nothing.", _CHECK)
    return [
        index
        for index, values in enumerate(head)
        if index == flair
        or (varies[index] and np.corrcoef(values, head[flair])[0, 1] < _SAME_IMAGE)
    ]
