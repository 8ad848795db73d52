"""Labelled images to learn from: those of ``cheng``, and slices of the ``lgg`` collection.

In ``cheng`` every tumour is on a contrast-enhanced T1 and most images without one are of other
sequences, so a network could answer by the sequence. The slices of ``lgg``, other patients, show
tumours and none on the same three sequences; they are learned from, not measured with.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

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
from brainviewer.training.labelled_data.folds import patient_folds
from brainviewer.training.labelled_data.image_file import GREY, read_pixels
from brainviewer.training.labelled_data.pretraining_images import ellipse

CHENG, LGG = "cheng", "lgg"
_LGG_SEED = 2026
# Slices of each lgg patient and sequence; a slice without tumour keeps this far from one with.
_WITH, _WITHOUT, _AWAY = 1, 1, 2
_LEAST_HEAD, _LEAST_LESION = 0.6, 0.3  # of the largest on any slice of the patient


@dataclass(frozen=True, eq=False)
class Sample:
    """One image.

    name : file, or patient, slice and sequence.
    group : its patient, or the first of the near-copies that it is one of, where that is known.
    fold : 1 to 4; all images of a patient lie in one.
    image : (rows, columns) float32 grey values
    lesion : (rows, columns) bool, where it lies, roughly; None where there is none or nobody said.
    """

    name: str
    source: str
    group: str
    label: str
    fold: int
    picture: NDArray[np.float32]
    lesion: NDArray[np.bool_] | None


def read_samples(cheng: Path, lgg: Path | None) -> list[Sample]:
    """All samples; raises FileError if an image cannot be read."""
    samples = list(cheng_samples(cheng))
    if lgg is not None:
        samples += lgg_samples(lgg)
    return samples


def cheng_samples(folder: Path) -> Iterator[Sample]:
    """The images of a ``cheng`` folder; lesions are ellipses in the boxes of its table."""
    for item in read_labelled(folder):
        read = read_pixels(folder / item.file, GREY, f"The image {item.file}")
        picture = read.astype(np.float32)
        rows, columns = picture.shape
        lesion = None
        if item.box is not None:
            x, y, width, height = item.box
            half = (width * columns / 2, height * rows / 2)
            lesion = ellipse(picture.shape, (x * columns, y * rows), half)
        yield Sample(item.file, CHENG, item.group, item.label, item.fold, picture, lesion)


def lgg_samples(folder: Path) -> list[Sample]:
    """A few axial slices of each patient and sequence: the glioma, and far from it none."""
    cases = read_cases(folder)
    fold_of = patient_folds([case.label for case in cases], len(FOLDS), _LGG_SEED) + 1
    random = np.random.default_rng(_LGG_SEED)
    samples = []
    for case, fold in zip(cases, fold_of, strict=True):
        labelled = case.load()
        if labelled.lesion is None:
            continue
        ill = labelled.lesion.sum(axis=(0, 1))
        with_tumour = np.flatnonzero(ill > _LEAST_LESION * ill.max())
        first, last = np.flatnonzero(ill)[[0, -1]]
        for modality, volume in labelled.study.volumes.items():
            head = (volume.data > 20).sum(axis=(0, 1))
            index = np.arange(len(ill))
            free = np.flatnonzero(
                ((index < first - _AWAY) | (index > last + _AWAY))
                & (head > _LEAST_HEAD * head.max())
            )
            for label, slices, count in (
                ("glioma", with_tumour, _WITH if modality is not Modality.T1 else 0),
                ("none", free, _WITHOUT),
            ):
                for k in random.permutation(slices)[:count]:
                    lesion = labelled.lesion[:, :, k].T if label == "glioma" else None
                    samples.append(
                        Sample(
                            f"{case.case_id}/{k}/{modality}",
                            LGG,
                            case.case_id,
                            label,
                            int(fold),
                            volume.data[:, :, k].T.astype(np.float32),
                            lesion,
                        )
                    )
    return samples


def with_copies(samples: Sequence[Sample], names: Sequence[str]) -> frozenset[str]:
    """Images of ``cheng`` and the near-copies of each among those of its class.

    Raises FileError if one is not there.
    """
    found: set[str] = set()
    for label in sorted({name.split("/")[0] for name in names}):
        some = [s for s in samples if s.source == CHENG and s.label == label]
        group = near_copies([sample.picture.astype(np.uint8) for sample in some])
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
