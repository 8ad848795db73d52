"""Where a lesion lies in the brain: fractions, structures and distances, with how they were got."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LANGUAGE_AREAS = ("Broca's area", "Wernicke's area")
"""Told on the left only, which is the dominant side in most people."""

Place = tuple[float, float, float]


@dataclass(frozen=True)
class TemplateFit:
    """How well a head was brought over the template.

    sequence : what it was registered by.
    outlines_mm : mean distance between the outlines of the two brains, in mm.
    alike : correlation of the folds of the two brains; near 0 or below it where the sequence shows
        other contrasts than the template, which is T1-weighted.
    deep_shift_mm : how far the deep structures lie beside those of the template, in mm.
    poor : why nothing can be told by it, a sentence; empty where something can.
    """

    sequence: str
    outlines_mm: float
    alike: float
    deep_shift_mm: float
    poor: str = ""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A head brought over the template.

    to_head : (4, 4), mm in the space of the template (MNI) to mm in the world of the study.
    """

    to_head: NDArray[np.float64]
    fit: TemplateFit


@dataclass(frozen=True)
class RegionPart:
    """How much of a lesion lies in a lobe or a structure.

    side : ``left`` or ``right`` of the patient; empty for what is in the middle.
    fraction : of the lesion's volume, 0 to 1.
    """

    name: str
    side: str
    fraction: float

    @property
    def sided(self) -> str:
        """The name with its side."""
        return f"{self.side} {self.name}".strip()


@dataclass(frozen=True)
class EloquentDistance:
    """How far an eloquent structure is from a lesion.

    distance_mm : from border to border, in the head of the patient; 0 where the lesion reaches it.
    """

    name: str
    side: str
    distance_mm: float

    @property
    def sided(self) -> str:
        """The name with its side; language areas are on one side by definition."""
        return self.name if self.name in LANGUAGE_AREAS else f"{self.side} {self.name}".strip()


@dataclass(frozen=True)
class Location:
    """Where a lesion lies, by an atlas.

    fit : of the head to the template; None where it was not tried.
    left_out : why no place is told, a sentence; empty where one is.
    hemispheres : fraction of the lesion at each side, ``left`` and ``right``.
    lobes, structures : the largest first; each adds up to 1 at most.
    eloquent : the nearest first; those that are far away are left out.
    centre_mm : (x, y, z) of the lesion's middle in the space of the template (MNI), in mm, RAS+.
    atlas, atlas_version : which atlas it was.
    """

    fit: TemplateFit | None = None
    left_out: str = ""
    hemispheres: Mapping[str, float] | None = None
    lobes: tuple[RegionPart, ...] = ()
    structures: tuple[RegionPart, ...] = ()
    eloquent: tuple[EloquentDistance, ...] = ()
    centre_mm: Place | None = None
    atlas: str = ""
    atlas_version: str = ""

    @property
    def told(self) -> bool:
        """Whether a place is told."""
        return not self.left_out
