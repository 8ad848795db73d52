"""Labelled images to learn from: those of ``cheng``, and of other collections beside it.

In ``cheng`` every tumour is on a contrast-enhanced T1 and most images without one are of other
sequences, so a network could answer by the sequence. The slices of ``lgg``, other patients, show
tumours and none on the same three sequences; they are learned from, not measured with.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.image2d.reader import read_image2d
from brainviewer.models.image_classification.eligibility import why_not_image
from brainviewer.training.image_classification.data.labelled_images import find_images
from brainviewer.training.image_classification.data.tumour_folds import (
    CLASSES,
    FOLDS,
    deal,
    near_copies,
)
from brainviewer.training.image_classification.recipes.tumour_recipe import FurtherImages
from brainviewer.training.labelled_data.cases import read_cases
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.labelled_data.ellipse import ellipse
from brainviewer.training.labelled_data.image_file import GREY, read_pixels
from brainviewer.training.labelled_data.image_lists import TABLE
from brainviewer.training.labelled_data.tables import read_table

CHENG, LGG, SARTAJ = "cheng", "lgg", "sartaj"
UNMEASURED = -1
"""The fold of what is learned from in every fold."""
_BOX = ("box_cx", "box_cy", "box_w", "box_h")  # of the tumour, as fractions of the image
_SEED = 2026
_BACKGROUND = 20  # grey values up to this
# Slices of each lgg patient and sequence; a slice without tumour keeps this far from one with.
_WITH, _WITHOUT, _AWAY = 1, 1, 2
_LEAST_HEAD, _LEAST_LESION = 0.6, 0.3  # of the largest on any slice of the patient


@dataclass(frozen=True, eq=False)
class Sample:
    """One image.

    name : file, or patient, slice and sequence.
    group : its patient, or the first of the near-copies that it is one of, where that is known.
    fold : 1 to 4, or ``UNMEASURED``; all images of a patient lie in one.
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

    @property
    def located(self) -> bool:
        """Whether it is known where the lesion lies, or that there is none."""
        return self.lesion is not None or self.label == "none"


def read_samples(cheng: Path, further: Mapping[str, FurtherImages]) -> list[Sample]:
    """The images of ``cheng``, and of other collections in folders beside it.

    Raises FileError if a folder is missing or an image cannot be read.
    """
    samples = cheng_samples(cheng)
    for name, how in further.items():
        folder = cheng.parent / name
        if not folder.is_dir():
            raise FileError(
                f"The recipe needs the folder {name} beside {cheng.name}.", "Put it there."
            )
        if name == LGG:
            found = _lgg_samples(folder)
        else:
            found = _sartaj_samples(folder, how.classes, samples)
        samples += [one for one in found if one.label in (how.classes or CLASSES)]
    return samples


def cheng_samples(cheng: Path) -> list[Sample]:
    """The images of a ``cheng`` folder in the order of its table, which holds a box of each lesion.

    Tumours have the patient-wise folds of the table. What has none (``none``, whose patients nobody
    knows) is looked at: near-copies count as one and are dealt to the folds together.

    Raises FileError if the table cannot be right, or if an image cannot be read.
    """
    rows = [row for _, row in read_table(cheng / TABLE, ("file", "class", "fold", *_BOX))]
    alone = sorted(row["file"] for row in rows if not row["fold"])
    group = near_copies([read_image2d(cheng / file).grey() for file in alone])
    first = dict(zip(group.tolist()[::-1], alone[::-1], strict=True))
    group_of = {file: first[n] for file, n in zip(alone, group.tolist(), strict=True)}
    dealt = deal(alone, group)

    def sample(row: dict[str, str]) -> Sample:
        name, label = row["file"], row["class"]
        fold = int(row["fold"]) if row["fold"] else dealt[name]
        if label not in CLASSES or fold not in FOLDS:
            raise ValueError(name)
        box = [float(row[key]) for key in _BOX] if row["box_cx"] else None
        image = read_pixels(cheng / name, GREY, f"The image {name}").astype(np.float32)
        lesion = None
        if box is not None:
            high, wide = image.shape
            centre, half = (box[0] * wide, box[1] * high), (box[2] * wide / 2, box[3] * high / 2)
            lesion = ellipse(image.shape, centre, half)
        return Sample(name, CHENG, group_of.get(name, name), label, fold, image, lesion)

    try:
        return [sample(row) for row in rows]
    except (ValueError, KeyError):
        raise FileError(
            f"A row of {TABLE} has a class, a fold or a number that cannot be.",
            f"Give the folder of the images with the {TABLE} that came with them.",
        ) from None


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


def _sartaj_samples(
    folder: Path, classes: Sequence[str], cheng: Sequence[Sample]
) -> Iterator[Sample]:
    """One image of each group of near-copies, if none of it is in ``cheng``.

    What is labelled in two ways, or refused before a network is asked, is left out.
    """
    images = find_images(folder).images
    pixels = [read_image2d(folder / image.file).grey() for image in images]
    group = near_copies([*(one.image.astype(np.uint8) for one in cheng), *pixels]).tolist()
    taken, own = set(group[: len(cheng)]), group[len(cheng) :]
    labels: dict[int, set[str]] = defaultdict(set)
    for image, number in zip(images, own, strict=True):
        labels[number].add(image.label)
    for image, grey, number in zip(images, pixels, own, strict=True):
        wanted = image.label in (classes or CLASSES) and len(labels[number]) == 1
        if number in taken or not wanted or why_not_image(grey):
            continue
        taken.add(number)
        name = f"{SARTAJ}/{image.file}"
        yield Sample(name, SARTAJ, name, image.label, UNMEASURED, grey.astype(np.float32), None)


def with_copies(samples: Sequence[Sample], names: Sequence[str]) -> frozenset[str]:
    """Images of ``cheng`` and the near-copies of each (see ``Sample.group``).

    Raises FileError if one is not there.
    """
    group = {sample.name: sample.group for sample in samples if sample.source == CHENG}
    if missing := [name for name in names if name not in group]:
        raise FileError(
            f"The image {missing[0]}, which is to be left out, is not there.",
            "Take it out of the recipe.",
        )
    groups = {group[name] for name in names}
    return frozenset(name for name, its in group.items() if its in groups)
