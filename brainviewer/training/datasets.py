"""Labelled image folders, read into memory: patients with their tumour slices."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError

LGG_CHANNELS = ("T1", "FLAIR", "T1ce")
# Re-encoded copies of one picture correlate above 0.995; different sequences stay below 0.92.
_SAME_PICTURE = 0.98


@dataclass(frozen=True)
class TumourSlice:
    """One axial slice with its lesion.

    channels : (rows, columns) float32 by sequence name; missing sequences are left out
    mask : (rows, columns) bool
    """

    channels: dict[str, NDArray[np.float32]]
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Patient:
    """One patient: class code, age in years if known, tumour slices from the largest down."""

    case_id: str
    label: str
    age_years: float | None
    slices: tuple[TumourSlice, ...]


def read_lgg(folder: Path, slices_per_patient: int, least_of_largest: float) -> list[Patient]:
    """Read the labelled patients of an ``lgg`` folder (see the README there for its layout).

    slices_per_patient : how many slices to keep, those with the largest tumour area.
    least_of_largest : share of the largest tumour area that a slice must have to be kept.

    Raises FileError if the folder has no labels or a case is missing.
    """
    patients = []
    for row in _rows(folder / "labels.csv"):
        if not row["class"]:
            continue
        masks = sorted((folder / row["case_id"]).glob("*_mask.png"))
        if not masks:
            raise FileError(
                f"The labels name the case {row['case_id']}, which has no slices.",
                "Check the data folder.",
            )
        patients.append(
            Patient(
                row["case_id"],
                row["class"],
                float(row["age_years"]) if row["age_years"] else None,
                _largest_slices(masks, slices_per_patient, least_of_largest),
            )
        )
    return patients


def _largest_slices(masks: list[Path], count: int, least: float) -> tuple[TumourSlice, ...]:
    lesions = [_grey(path) > 127 for path in masks]
    pictures = [_colour(path.with_name(path.name.replace("_mask.png", ".jpg"))) for path in masks]
    present = _present_channels(np.stack(pictures))
    areas = np.array([np.count_nonzero(lesion) for lesion in lesions])
    order = [int(i) for i in np.argsort(-areas, kind="stable") if areas[i] >= least * areas.max()]
    return tuple(
        TumourSlice({name: pictures[i][:, :, c].copy() for name, c in present.items()}, lesions[i])
        for i in order[:count]
    )


def _present_channels(pictures: NDArray[np.float32]) -> dict[str, int]:
    """Channels that are sequences of their own: FLAIR stands in for those that are missing.

    pictures : (n, rows, columns, 3) float32
    """
    flair = LGG_CHANNELS.index("FLAIR")
    head = pictures.mean(axis=-1) > 20
    present = {}
    for index, name in enumerate(LGG_CHANNELS):
        same = np.corrcoef(pictures[head][:, index], pictures[head][:, flair])[0, 1]
        if index == flair or same < _SAME_PICTURE:
            present[name] = index
    return present


@dataclass(frozen=True)
class LabelledPicture:
    """One grey picture of the pretraining set; ``mask`` is an ellipse in the tumour's box."""

    label: str
    picture: NDArray[np.float32]
    mask: NDArray[np.bool_] | None


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


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError:
        raise FileError(
            f"There is no {path.name} in the folder {path.parent.name}.", "Check the data folder."
        ) from None


def _grey(path: Path) -> NDArray[np.uint8]:
    return _read(path, cv2.IMREAD_GRAYSCALE)


def _colour(path: Path) -> NDArray[np.float32]:
    return _read(path, cv2.IMREAD_COLOR)[:, :, ::-1].astype(np.float32)


def _read(path: Path, flags: int) -> NDArray[np.uint8]:
    picture = cv2.imread(str(path), flags)
    if picture is None:
        raise FileError(f"The picture {path.name} cannot be read.", "Check the data folder.")
    return np.asarray(picture, np.uint8)
