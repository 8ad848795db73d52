"""Labelled patients of a data folder, whichever layout it has."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Study, Volume

Mask = NDArray[np.bool_]

LGG_SEQUENCES = (Modality.T1, Modality.FLAIR, Modality.T1CE)
# The pictures have no spacing; a head of usual size is about 150 mm high.
_HEAD_HEIGHT_MM = 150.0
# Re-encoded copies of one picture correlate above 0.995; different sequences stay below 0.92.
_SAME_PICTURE = 0.98


@dataclass(frozen=True)
class LabelledStudy:
    """A study and the expert's outline of its lesion, (i, j, k) bool; None if there is none."""

    study: Study
    lesion: Mask | None


@dataclass(frozen=True)
class Case:
    """One patient.

    label : class code; empty if the type is not known.
    age_years : None if it is not known.
    load : reads the images; raises FileError.
    """

    case_id: str
    label: str
    age_years: float | None
    load: Callable[[], LabelledStudy]


def read_lgg_cases(folder: Path) -> list[Case]:
    """All patients of an ``lgg`` folder, in the order of its ``labels.csv``.

    Raises FileError if the folder has no labels or a case is missing.
    """
    try:
        with (folder / "labels.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError:
        raise FileError(
            f"There is no labels.csv in the folder {folder.name}.", "Check the data folder."
        ) from None
    cases = []
    for row in rows:
        place = folder / row["case_id"]
        if not place.is_dir():
            raise FileError(
                f"The labels name the case {row['case_id']}, which has no slices.",
                "Check the data folder.",
            )
        age = float(row["age_years"]) if row["age_years"] else None
        cases.append(Case(row["case_id"], row["class"], age, partial(load_lgg, place)))
    return cases


def load_lgg(folder: Path) -> LabelledStudy:
    """A patient of the ``lgg`` collection as a study.

    The pictures have no spacing: pixels count as 1 mm, and the slices share the height of a usual
    head. A channel that only repeats the FLAIR is left out.
    """
    files = sorted(folder.glob("[0-9]*.jpg"))
    if not files:
        raise FileError(f"The case {folder.name} has no slices.", "Check the data folder.")
    # OpenCV reads blue, green, red.
    pictures = np.stack([_read(file, cv2.IMREAD_COLOR)[:, :, ::-1] for file in files])
    lesion = np.zeros(pictures.shape[:3], bool)
    for index, file in enumerate(files):
        outline = file.with_name(f"{file.stem}_mask.png")
        if outline.exists():
            lesion[index] = _read(outline, cv2.IMREAD_GRAYSCALE) > 127
    data = pictures.transpose(2, 1, 0, 3)
    thickness = min(max(_HEAD_HEIGHT_MM / len(files), 1.0), 6.5)
    shape = (data.shape[0], data.shape[1], data.shape[2])
    grid = Grid(shape, np.diag([-1.0, -1.0, thickness, 1.0]))
    volumes = {
        LGG_SEQUENCES[n]: Volume(LGG_SEQUENCES[n], data[..., n], grid)
        for n in _own_channels(pictures)
    }
    return LabelledStudy(Study(volumes, grid, folder.name), lesion.transpose(2, 1, 0))


def _own_channels(pictures: NDArray[np.uint8]) -> list[int]:
    """Channels that are sequences of their own; FLAIR stands in for those that are missing."""
    flair = LGG_SEQUENCES.index(Modality.FLAIR)
    sparse = pictures[:, ::2, ::2].astype(np.float32)
    head = sparse.mean(axis=-1) > 20
    own = []
    for index in range(len(LGG_SEQUENCES)):
        same = np.corrcoef(sparse[head][:, index], sparse[head][:, flair])[0, 1]
        if index == flair or same < _SAME_PICTURE:
            own.append(index)
    return own


def _read(path: Path, flags: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise FileError(f"The picture {path.name} cannot be read.", "Check the data folder.")
    return np.asarray(picture, np.uint8)
