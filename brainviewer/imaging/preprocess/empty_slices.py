"""Slices that are missing from a series, or damaged, filled in for the search.

Opened, they are black, so that nobody takes them for images. A head with such a gap would fall
apart into two, of which the search would see one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import listed
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.measure.slice_area import axial_axis

_EVERY = 4
"""Enough to see that a slice shows something."""


@dataclass(frozen=True, eq=False)
class FilledIn:
    """A study without gaps.

    gaps : the empty slices of each sequence that has some, along each voxel axis.
    """

    study: Study
    gaps: Mapping[Modality, tuple[NDArray[np.intp], ...]] = field(default_factory=dict)

    @property
    def axial(self) -> frozenset[int]:
        """The axial slices that are empty in any sequence."""
        axis = axial_axis(self.study.grid)
        return frozenset(int(n) for gaps in self.gaps.values() for n in gaps[axis])

    @property
    def notice(self) -> str:
        """A sentence; empty where no slice is."""
        if not self.gaps:
            return ""
        return (
            f"Slices of {listed(map(str, self.gaps))} are empty: what they would show of the "
            "lesion was estimated from the slices beside them."
        )


def filled_in(study: Study) -> FilledIn:
    """The study with each empty slice between others replaced by what lies between its neighbours,
    in proportion to their distance."""
    volumes, gaps = dict(study.volumes), {}
    for modality, volume in study.volumes.items():
        if volume.constant:
            continue
        found = tuple(_empty(volume.data, axis) for axis in range(3))
        if any(map(len, found)):
            gaps[modality] = found
            volumes[modality] = replace(volume, data=_filled(volume.data, found))
    return FilledIn(replace(study, volumes=volumes) if gaps else study, gaps)


def _empty(data: NDArray[Any], axis: int) -> NDArray[np.intp]:
    """The slices along an axis of one value, between slices that show something."""
    slices = np.moveaxis(data, axis, 0)
    some = slices[:, ::_EVERY, ::_EVERY]
    shows = some.max(axis=(1, 2)) > some.min(axis=(1, 2))
    if not shows.any():
        return np.empty(0, np.intp)
    first, last = np.flatnonzero(shows)[[0, -1]]
    between = np.flatnonzero(~shows[first:last]) + first
    return np.array([n for n in between if slices[n].max() == slices[n].min()], np.intp)


def _filled(data: NDArray[Any], gaps: tuple[NDArray[np.intp], ...]) -> NDArray[Any]:
    filled = data.copy(order="K")
    for axis, empty in enumerate(gaps):
        slices = np.moveaxis(filled, axis, 0)
        there = np.setdiff1d(np.arange(len(slices)), empty)
        for n in empty:
            after = int(np.searchsorted(there, n))
            low, high = there[after - 1], there[after]
            part = (n - low) / (high - low)
            slices[n] = (1 - part) * slices[low] + part * slices[high]
    return filled
