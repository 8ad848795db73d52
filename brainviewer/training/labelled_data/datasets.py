"""The pictures of pretraining, and how patients are split into folds."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import is_ordinary, read_ordinary
from brainviewer.training.labelled_data.collection import Case
from brainviewer.training.labelled_data.image_file import read_pixels

_MOST_BYTES = 50_000_000


@dataclass(frozen=True)
class TumourSlice:
    """One axial slice with its lesion.

    channels : (rows, columns) float32 by sequence name; missing sequences are left out
    mask : (rows, columns) bool
    """

    channels: dict[str, NDArray[np.float32]]
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class LabelledPicture:
    """One grey picture of the pretraining set; ``mask`` is an ellipse in the tumour's box."""

    label: str
    picture: NDArray[np.float32]
    mask: NDArray[np.bool_] | None


def cheng_folder(data: Path) -> Path:
    """Where the pictures of ``cheng`` lie if they are there: in a data folder, or beside it."""
    within = data / "cheng"
    return within if within.is_dir() else data.parent / "cheng"


def read_cheng(folder: Path) -> list[LabelledPicture]:
    """Read a ``cheng`` folder: contrast-enhanced T1 slices of four classes, in all planes."""
    pictures = []
    for row in _rows(folder / "labels.csv"):
        picture = _grey(folder / row["file"]).astype(np.float32)
        mask = None
        if row["box_cx"]:
            rows, columns = picture.shape
            centre = (float(row["box_cx"]) * columns, float(row["box_cy"]) * rows)
            axes = (float(row["box_w"]) * columns / 2, float(row["box_h"]) * rows / 2)
            mask = ellipse(picture.shape, centre, axes)
        pictures.append(LabelledPicture(row["class"], picture, mask))
    return pictures


def ellipse(
    shape: tuple[int, ...], centre: tuple[float, float], axes: tuple[float, float]
) -> NDArray[np.bool_]:
    """A filled ellipse; centre and half axes as (x, y) in pixels, at least two pixels wide."""
    canvas = np.zeros(shape[:2], np.uint8)
    whole = (round(centre[0]), round(centre[1]))
    half = (max(2, round(axes[0])), max(2, round(axes[1])))
    cv2.ellipse(canvas, whole, half, 0, 0, 360, 1, cv2.FILLED)
    return canvas.astype(bool)


def patient_folds(labels: Sequence[str], folds: int, seed: int) -> NDArray[np.int64]:
    """A fold number for each patient, every class spread evenly over the folds.

    labels : class code of each patient
    """
    random = np.random.default_rng(seed)
    fold = np.zeros(len(labels), np.int64)
    start = 0
    for label in sorted(set(labels)):
        members = random.permutation([i for i, other in enumerate(labels) if other == label])
        fold[members] = (start + np.arange(len(members))) % folds
        start += len(members)
    return fold


def folds_of(cases: Sequence[Case], folds: int, seed: int) -> NDArray[np.int64]:
    """A fold number for each case: those the data ask for, else ``patient_folds``.

    All studies of one patient lie in one fold; the first one's class counts.
    """
    if all(case.fold for case in cases):
        names = sorted({case.fold for case in cases})
        return np.array([names.index(case.fold) for case in cases], np.int64)
    patients: dict[str, str] = {}
    for case in cases:
        patients.setdefault(case.patient or case.case_id, case.label)
    split = dict(zip(patients, patient_folds(list(patients.values()), folds, seed), strict=True))
    return np.array([split[case.patient or case.case_id] for case in cases], np.int64)


def _rows(path: Path) -> list[dict[str, str]]:
    unreadable = FileError(
        f"There is no readable {path.name} in the folder {path.parent.name}.",
        "Check the data folder.",
    )
    if not is_ordinary(path):
        raise unreadable
    text = read_ordinary(path, _MOST_BYTES)
    try:
        return list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    except (csv.Error, UnicodeDecodeError):
        raise unreadable from None


def _grey(path: Path) -> NDArray[np.uint8]:
    return _read(path, cv2.IMREAD_GRAYSCALE)


def _read(path: Path, flags: int) -> NDArray[np.uint8]:
    return read_pixels(path, flags, f"The picture {path.name}")
