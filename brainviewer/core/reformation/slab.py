"""A slice thickened to a slab: what lies in front of it and behind it is projected on it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

THICKNESSES = (2, 100)
"""The thinnest and the thickest slab, in mm."""


class SlabMode(StrEnum):
    """What is taken of the values that lie behind each other."""

    MAXIMUM = "maximum"
    MINIMUM = "minimum"
    MEAN = "mean"

    @property
    def short(self) -> str:
        """The name that it has in images."""
        return {"maximum": "MIP", "minimum": "MinIP", "mean": "mean"}[self.value]


@dataclass(frozen=True)
class Slab:
    """A slab of so many mm.

    coarse : on tilted planes it is made of every other value in each direction, which takes an
        eighth of the time: while a hand turns them.
    """

    thickness_mm: float = 10.0
    mode: SlabMode = SlabMode.MAXIMUM
    coarse: bool = False

    def count(self, step_mm: float) -> int:
        """How many slices that lie so many mm apart it is made of; at least one."""
        return max(1, round(self.thickness_mm / step_mm))

    def covered_mm(self, step_mm: float) -> float:
        """How thick it is in fact: a whole number of slices."""
        return self.count(step_mm) * step_mm

    def indices(self, index: int, step_mm: float, count: int) -> slice:
        """The slices of a stack of ``count`` that make the slab round slice ``index``."""
        wanted = self.count(step_mm)
        first = index - wanted // 2
        return slice(max(first, 0), min(first + wanted, count))

    def project(self, values: NDArray[Any], axis: int) -> NDArray[Any]:
        """The values along an axis made one; the mean as float32."""
        if self.mode is SlabMode.MAXIMUM:
            return np.asarray(values.max(axis=axis))
        if self.mode is SlabMode.MINIMUM:
            return np.asarray(values.min(axis=axis))
        return np.asarray(values.mean(axis=axis, dtype=np.float32))
