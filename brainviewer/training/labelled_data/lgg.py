"""The ``lgg`` layout: axial slices as pictures ``NNN.jpg``, outlines as ``NNN_mask.png``.

The three channels of a picture are T1, FLAIR and T1ce.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.training.labelled_data.collection import LabelledStudy
from brainviewer.training.labelled_data.image_file import read_pixels

LGG_SEQUENCES = (Modality.T1, Modality.FLAIR, Modality.T1CE)
# The pictures have no spacing; a head of usual size is about 150 mm high.
_HEAD_HEIGHT_MM = 150.0
# Re-encoded copies of one picture correlate above 0.995; different sequences stay below 0.92.
_SAME_PICTURE = 0.98
_HEAD = 20  # grey values above this are not background
_CHECK = "Check the data folder."


def lgg_slices(folder: Path) -> list[Path]:
    """The slices of a case, from below; none if it is no case of this layout."""
    return sorted(folder.glob("[0-9]*.jpg"))


def lgg_outlines(folder: Path) -> list[Path]:
    """The outlines of a case, for the slices that hold tumour."""
    return sorted(folder.glob("[0-9]*_mask.png"))


def check_lgg(folder: Path) -> None:
    """Raises FileError if an outline has no slice, or no slice has an outline."""
    slices = {file.stem for file in lgg_slices(folder)}
    outlines = [file.stem.removesuffix("_mask") for file in lgg_outlines(folder)]
    if not outlines:
        raise FileError(
            f"The case {folder.name} has no outline of the tumour (a file NNN_mask.png).",
            "Add one, or take the case out of the table.",
        )
    for stem in outlines:
        if stem not in slices:
            raise FileError(
                f"The case {folder.name} has the outline {stem}_mask.png without its slice.", _CHECK
            )


def load_lgg(folder: Path) -> LabelledStudy:
    """A patient of the ``lgg`` collection as a study.

    The pictures have no spacing: pixels count as 1 mm, and the slices share the height of a usual
    head. A channel that only repeats the FLAIR is left out.

    Raises FileError if a picture cannot be read or has another size than the rest.
    """
    files = lgg_slices(folder)
    if len(files) < 2:
        raise FileError(f"The case {folder.name} has no slices.", _CHECK)
    # OpenCV reads blue, green, red.
    read = [_read(file, cv2.IMREAD_COLOR)[:, :, ::-1] for file in files]
    if any(picture.shape != read[0].shape for picture in read):
        raise FileError(f"The slices of the case {folder.name} differ in size.", _CHECK)
    pictures = np.stack(read)
    lesion = np.zeros(pictures.shape[:3], bool)
    for index, file in enumerate(files):
        outline = file.with_name(f"{file.stem}_mask.png")
        if outline.exists():
            marked = _read(outline, cv2.IMREAD_GRAYSCALE) > 127
            if marked.shape != lesion.shape[1:]:
                raise FileError(
                    f"{outline.name} of the case {folder.name} has another size than its slice.",
                    _CHECK,
                )
            lesion[index] = marked
    data = pictures.transpose(2, 1, 0, 3)
    thickness = min(max(_HEAD_HEIGHT_MM / len(files), 1.0), 6.5)
    shape = (data.shape[0], data.shape[1], data.shape[2])
    grid = Grid(shape, np.diag([-1.0, -1.0, thickness, 1.0]))
    volumes = {
        LGG_SEQUENCES[n]: Volume(LGG_SEQUENCES[n], data[..., n], grid)
        for n in _own_channels(pictures, folder.name)
    }
    return LabelledStudy(Study(volumes, grid, folder.name), lesion.transpose(2, 1, 0))


def _own_channels(pictures: NDArray[np.uint8], case: str) -> list[int]:
    """Channels that are sequences of their own; FLAIR stands in for those that are missing."""
    flair = LGG_SEQUENCES.index(Modality.FLAIR)
    sparse = pictures[:, ::4, ::4].reshape(-1, len(LGG_SEQUENCES))
    head = sparse[sparse.mean(axis=-1) > _HEAD].astype(np.float32).T
    varies = [values.size > 0 and bool(np.ptp(values) > 0) for values in head]
    if not varies[flair]:
        raise FileError(f"The slices of the case {case} show nothing.", _CHECK)
    return [
        index
        for index, values in enumerate(head)
        if index == flair
        or (varies[index] and np.corrcoef(values, head[flair])[0, 1] < _SAME_PICTURE)
    ]


def _read(path: Path, flags: int) -> NDArray[np.uint8]:
    return read_pixels(path, flags, f"The picture {path.name} of the case {path.parent.name}")
