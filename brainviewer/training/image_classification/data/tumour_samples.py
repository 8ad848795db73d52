"""Labelled images to learn from: those of ``cheng``, and slices of the ``lgg`` collection.

In ``cheng`` every tumour is on a contrast-enhanced T1 and most images without one are of other
sequences, so a network could answer by the sequence. The slices of ``lgg``, other patients, show
tumours and none on the same three sequences; they are learned from, not measured with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.training.image_classification.data.tumour_folds import (
    FOLDS,
    near_copies,
    read_labelled,
)
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.labelled_data.image_file import GREY, read_pixels
from brainviewer.training.labelled_data.pretraining_images import ellipse

CHENG, LGG = "cheng", "lgg"
_SEED = 2026
_BACKGROUND = 20  # grey values up to this
# Slices of each lgg patient and sequence; a slice without tumour keeps this far from one with.
_WITH, _WITHOUT, _AWAY = 1, 1, 2
_LEAST_HEAD, _LEAST_LESION = 0.6, 0.3  # of the largest on any slice of the patient
# Slices without a class: along right-left, back-front and down-up.
_UNLABELLED, _LEAST_HEAD_OF_PLANE = (5, 5, 12), 0.3


@dataclass(frozen=True, eq=False)
class Sample:
    """One image.

    name : file, or patient, slice and sequence.
    group : its patient, or the first of the near-copies that it is one of, where that is known.
    fold : 1 to 4; all images of a patient lie in one.
    image : (rows, columns) float32 grey values
    lesion : (rows, columns) bool, where it lies, roughly; None where there is none or it is
        unknown.
    """

    name: str
    source: str
    group: str
    label: str
    fold: int
    image: NDArray[np.float32]
    lesion: NDArray[np.bool_] | None


def read_samples(cheng: Path, lgg: Path | None) -> list[Sample]:
    """All samples; raises FileError if an image cannot be read."""
    return [*cheng_samples(cheng), *(() if lgg is None else _lgg_samples(lgg))]


def cheng_samples(folder: Path) -> Iterator[Sample]:
    """The images of a ``cheng`` folder; lesions are ellipses in the boxes of its table."""
    for item in read_labelled(folder):
        image = read_pixels(folder / item.file, GREY, f"The image {item.file}").astype(np.float32)
        lesion = None
        if item.box is not None:
            rows, columns = image.shape
            x, y, width, height = np.multiply(item.box, (columns, rows) * 2).tolist()
            lesion = ellipse(image.shape, (x, y), (width / 2, height / 2))
        yield Sample(item.file, CHENG, item.group, item.label, item.fold, image, lesion)


def _lgg_samples(folder: Path) -> Iterator[Sample]:
    """A few axial slices of each patient and sequence: the glioma, and far from it none."""
    cases = read_cases(folder)
    fold_of = patient_folds([case.label for case in cases], len(FOLDS), _SEED) + 1
    random = np.random.default_rng(_SEED)
    for case, fold in zip(cases, fold_of.tolist(), strict=True):
        labelled = case.load()
        if labelled.lesion is None:
            continue
        ill = labelled.lesion.sum(axis=(0, 1))
        with_tumour = np.flatnonzero(ill > _LEAST_LESION * ill.max())
        first, last = np.flatnonzero(ill)[[0, -1]]
        index = np.arange(len(ill))
        apart = (index < first - _AWAY) | (index > last + _AWAY)
        for modality, volume in labelled.study.volumes.items():
            head = (volume.data > _BACKGROUND).sum(axis=(0, 1))
            free = np.flatnonzero(apart & (head > _LEAST_HEAD * head.max()))
            for label, slices, count in (
                ("glioma", with_tumour, _WITH if modality is not Modality.T1 else 0),
                ("none", free, _WITHOUT),
            ):
                for k in random.permutation(slices)[:count]:
                    name, patient = f"{case.case_id}/{k}/{modality}", case.case_id
                    image = volume.data[:, :, k].T.astype(np.float32)
                    lesion = labelled.lesion[:, :, k].T if label == "glioma" else None
                    yield Sample(name, LGG, patient, label, fold, image, lesion)


def unlabelled_samples(lgg: Path) -> list[Sample]:
    """Images of heads for a network to learn from another what is to be seen on them.

    Evenly chosen slices of every patient and sequence in all three planes, for images are of any
    plane. The lesion is known on each; the label is empty. Raises FileError if one is unreadable.
    """
    random = np.random.default_rng(_SEED)
    samples = []
    for case in read_cases(lgg):
        labelled = case.load()
        for modality, volume in labelled.study.volumes.items():
            lesion = labelled.lesion
            lesion = np.zeros(volume.data.shape, bool) if lesion is None else lesion
            for axis, count in enumerate(_UNLABELLED):
                others = tuple(other for other in range(3) if other != axis)
                head = (volume.data > _BACKGROUND).sum(axis=others)
                places = np.flatnonzero(head > _LEAST_HEAD_OF_PLANE * head.max())
                for k in random.permutation(places)[:count].tolist():
                    image, ill = (
                        _upright(np.take(data, k, axis), axis, volume.grid.spacing)
                        for data in (volume.data, lesion)
                    )
                    name = f"{case.case_id}/{'xyz'[axis]}{k}/{modality}"
                    samples.append(Sample(name, LGG, case.case_id, "", 0, image, ill > 0.5))
    return samples


def _upright(
    cut: NDArray[Any], axis: int, spacing: tuple[float, float, float]
) -> NDArray[np.float32]:
    """A slice as (rows, columns) with square pixels; the head up in all but axial ones."""
    across, along = (spacing[other] for other in range(3) if other != axis)
    image = cut.T if axis == 2 else cut.T[::-1]
    rows, columns = image.shape
    least = min(across, along)
    size = (round(columns * across / least), round(rows * along / least))
    return np.asarray(cv2.resize(np.array(image, np.float32, order="C"), size), np.float32)


def with_copies(samples: Sequence[Sample], names: Sequence[str]) -> frozenset[str]:
    """Images of ``cheng`` and the near-copies of each among those of its class.

    Raises FileError if one is not there.
    """
    found: set[str] = set()
    for label in sorted({name.split("/")[0] for name in names}):
        some = [s for s in samples if s.source == CHENG and s.label == label]
        group = near_copies([sample.image.astype(np.uint8) for sample in some])
        number = dict(zip((sample.name for sample in some), group.tolist(), strict=True))
        wanted = [name for name in names if name.startswith(f"{label}/")]
        if missing := [name for name in wanted if name not in number]:
            raise FileError(
                f"The image {missing[0]}, which is to be left out, is not there.",
                "Take it out of the recipe.",
            )
        groups = {number[name] for name in wanted}
        found |= {name for name, its in number.items() if its in groups}
    return frozenset(found)
