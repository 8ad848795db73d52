"""What the values of a segmentation mean, and how far two segmentations agree."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

WHOLE, CAVITY = "Segmentation", "Resection cavity"


class LesionPart(IntEnum):
    """A part of a glioma; the numbers are the labels of BraTS (Menze et al. 2015)."""

    NECROSIS = 1
    OEDEMA = 2
    ENHANCING = 4

    @property
    def key(self) -> str:
        """Its name in JSON."""
        return self.name.lower()

    @property
    def title(self) -> str:
        """Its name for people."""
        return self.name.capitalize()


@dataclass(frozen=True)
class Overlap:
    """Volumes in mL of what was found, of what is supplied, and of what both hold."""

    found_ml: float
    supplied_ml: float
    both_ml: float

    @property
    def dice(self) -> float:
        """Dice's coefficient, 0..1."""
        return 2 * self.both_ml / (self.found_ml + self.supplied_ml)


@dataclass(frozen=True)
class Agreement:
    """A lesion that was found, beside the segmentation that came with the study.

    parts : of each part that one of them has; empty unless both tell parts apart.
    cavity_ml : what is supplied as resection cavity, which is no lesion.
    """

    lesion: Overlap
    parts: Mapping[LesionPart, Overlap]
    cavity_ml: float = 0.0


def segment_names(labels: NDArray[np.uint8], t1ce: NDArray[Any] | None = None) -> dict[int, str]:
    """The values of a segmentation above 0, in order, each with what it means.

    labels : (i, j, k) values; t1ce : the sequence after contrast medium on the same grid.

    By the convention of BraTS: 1 is the necrotic and non-enhancing core, 2 the oedema, and the
    enhancing tumour is 4 until 2021 and 3 since 2023. After treatment 4 is the resection cavity,
    which is told by a 3 beside it, or by being darker on T1ce than the oedema. A single value says
    nothing but that something was segmented, and values above 4 are of another convention.
    """
    stored = labels.ravel("F")  # as volumes lie in memory: no copy
    values = [int(value) for value in np.flatnonzero(np.bincount(stored[stored > 0]))]
    if len(values) == 1:
        return {values[0]: WHOLE}
    if values and values[-1] > 4:
        return {value: f"Value {value}" for value in values}
    names = {value: LesionPart(value).title for value in (1, 2, 4)} | {3: LesionPart(4).title}
    if 4 in values and (3 in values or _darker(labels, t1ce)):
        names[4] = CAVITY
    return {value: names[value] for value in values}


def segment_parts(names: Mapping[int, str]) -> dict[int, LesionPart]:
    """The part of the lesion that each value stands for, by the names of ``segment_names``.

    Not the resection cavity; nothing where a segmentation does not tell parts apart.
    """
    parts = {part.title: part for part in LesionPart}
    return {value: parts[name] for value, name in names.items() if name in parts}


def lesion_values(names: Mapping[int, str]) -> list[int]:
    """The values that mark lesion: all but that of the resection cavity."""
    return [value for value, name in names.items() if name != CAVITY]


def _darker(labels: NDArray[np.uint8], t1ce: NDArray[Any] | None) -> bool:
    """Whether what has the value 4 is darker after contrast medium than what has 2."""
    stored = labels.ravel("F")
    oedema = stored == 2
    if t1ce is None or not oedema.any():
        return False
    values = t1ce.ravel("F")
    return bool(np.median(values[stored == 4]) < np.median(values[oedema]))
