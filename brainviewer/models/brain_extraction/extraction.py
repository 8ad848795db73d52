"""The brain of a head with skull, by deepbet's networks (Fisch et al., 2024).

As published: one network finds the box of the brain in a small copy of the image, the other tells
brain from the rest in the box; both see intensities between two quantiles of the small copy.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report, silent
from brainviewer.core.study import Modality, Study
from brainviewer.imaging.preprocess.brain import (
    fill_holes,
    find_head,
    is_all_brain,
    largest_part,
    millilitres,
)
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.models.brain_extraction.card import BrainExtractionCard
from brainviewer.models.card import Network
from brainviewer.models.engine.runtimes import Runner

SIDES = 128, 192
"""Voxels along each axis of the whole image and of the box, as the networks see them. The second
was published with 256, which takes two and a half times as long, half a gigabyte more, and gives
0.003 more of Dice."""
_QUANTILES = 0.005, 0.995
_MEAN, _DEVIATION = 0.449, 0.226
_MARGIN = 0.1
"""Of the box, around the brain that the first network sees."""
_FILLED = 0.02
"""Of a slice of the small copy, that is part of the brain's box."""
_BRAIN_ML = 400.0, 2500.0
_LARGEST_VOXELS = 1 << 26
# What the networks know best comes first: they were trained on T1.
_ORDER = (Modality.T1, Modality.T1CE, Modality.FLAIR, Modality.T2)


def extract_brain(
    study: Study, card: BrainExtractionCard, runner: Runner, report: Report = silent
) -> Mask | None:
    """The brain of a study (i, j, k) bool; None where what the network sees cannot be one.

    Raises ModelError if the engine fails, and Cancelled if ``report`` does.
    """
    grid = study.grid
    usable = [m for m in _ORDER if m in study.volumes and not study.volumes[m].constant]
    if not usable or not grid.oriented or math.prod(grid.shape) > _LARGEST_VOXELS:
        return None
    turned = grid.to_ras.turn(study.volumes[usable[0]].data)
    small = _nearest(turned, (SIDES[0],) * 3).astype(np.float32)
    low, high = (float(q) for q in np.quantile(small, _QUANTILES))
    if high <= low:
        return None

    def run(network: Network, image: Field) -> Field:
        shown = _shown(image.astype(np.float32), low, high)
        brain: Field = runner.segment(network, shown[None, None], report)[0, 0]
        return brain

    seen = largest_part(run(card.locator, small) > 0.5)
    box = _box(seen, turned.shape)
    if box is None:
        return None
    inner = turned[box]
    probable = run(card.network, _nearest(inner, (SIDES[1],) * 3))
    brain = np.zeros(turned.shape, bool)
    brain[box] = fill_holes(largest_part(_nearest(probable, inner.shape) > 0.5))
    x, y, z = (grid.spacing[axis] for axis in grid.to_ras.order)
    volume = millilitres(brain, (x, y, z))
    # Of a head without skull all is brain, whatever voxel size its header says.
    too_large = volume > _BRAIN_ML[1] and not is_all_brain(seen, find_head(small))
    if volume < _BRAIN_ML[0] or too_large:
        return None
    back = np.zeros(grid.shape, bool)
    grid.to_ras.turn(back)[...] = brain
    return back


def _nearest(volume: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """A volume with another number of voxels in the same box, each the nearest of the old ones."""
    places = [
        np.minimum(((np.arange(new) + 0.5) * (old / new)).astype(int), old - 1)
        for old, new in zip(volume.shape, shape, strict=True)
    ]
    return np.ascontiguousarray(volume[np.ix_(*places)])


def _shown(image: Field, low: float, high: float) -> Field:
    """Intensities as the networks know them, in the same array: there are millions of them."""
    image -= np.float32(low)
    image /= np.float32(high - low)
    np.clip(image, 0, 1, out=image)
    spread = max(float(image.std(ddof=1)), 1e-6)
    image -= image.mean()
    image *= np.float32(_DEVIATION / spread)
    image += np.float32(_MEAN)
    return image


def _box(seen: Mask, shape: tuple[int, ...]) -> tuple[slice, ...] | None:
    """The brain's box with its margin, in a volume of this shape; None without a brain."""
    box = []
    for axis, (count, small) in enumerate(zip(shape, seen.shape, strict=True)):
        others = tuple(other for other in range(3) if other != axis)
        where = np.flatnonzero(seen.mean(axis=others) > _FILLED)
        if not len(where):
            return None
        scale = count / small
        middle = round(scale * (where[-1] + 1 + where[0]) / 2)
        length = round(scale * (1 + 2 * _MARGIN) * (where[-1] + 1 - where[0]))
        start, end = int(middle - length / 2), int(middle + length / 2)
        box.append(slice(max(0, start), min(count, max(end, start + 1))))
    return tuple(box)
