"""The lesions of several studies of one patient: which is which, which is new, and which is gone.

Every study lies in the world of the current one. What overlaps or is less than the gap between
separate lesions apart in the masks of all studies together is one lesion: a lesion that grows,
moves with the brain, falls into parts or takes up another stays one, and its parts are added up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.measurements import Diameters, Point
from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.follow_up.separate_lesions import SeparateLesions, separate_lesions
from brainviewer.imaging.measure.lesion_parts import separate
from brainviewer.imaging.measure.rano import MOST_TARGETS
from brainviewer.imaging.preprocess.alignment import mask_on
from brainviewer.imaging.preprocess.working_grid import Mask, box_of


@dataclass(frozen=True, eq=False)
class PlacedMask:
    """The lesions of one study.

    mask : (i, j, k) bool of all that may be one; None where it is not known. certain : the part of
        it that is one; None for all. What is not certain counts where it is the same lesion as
        something certain, of any study: else a faint lesion would come and go.
    grid : of the study; there : the same grid where it lies in the world of the current study.
    """

    mask: Mask | None
    grid: Grid
    there: Grid | None
    certain: Mask | None = None


@dataclass(frozen=True)
class LesionSize:
    """A lesion in one study; all 0 where it is not there.

    parts : how many there are that can be measured. product_mm2 : of the diameters of all of them,
        added up. diameters : of the largest one.
    """

    volume_ml: float = 0.0
    product_mm2: float = 0.0
    diameters: Diameters | None = None
    measurable: bool = False
    parts: int = 0


@dataclass(frozen=True)
class MatchedLesion:
    """One lesion in all studies.

    sizes : in each study, the current one first; None where a study does not show the place.
    position_mm : (x, y, z) in mm, RAS+, in the world of the current study: the middle of its
        largest part, of the first study in which it is there.
    target : its product is added up.
    """

    sizes: tuple[LesionSize | None, ...]
    position_mm: Point
    target: bool = False

    def is_new(self, earlier: Sequence[int]) -> bool:
        """Whether it is there now, and in no earlier study that shows the place."""
        now, before = self.sizes[0], self._known(earlier)
        return bool(now and now.volume_ml and before) and not any(s.volume_ml for s in before)

    def is_gone(self, earlier: Sequence[int]) -> bool:
        """Whether it is not there now, though the place is shown, and was there before."""
        now, before = self.sizes[0], self._known(earlier)
        return now is not None and not now.volume_ml and any(s.volume_ml for s in before)

    def _known(self, studies: Sequence[int]) -> list[LesionSize]:
        return [size for n in studies if (size := self.sizes[n]) is not None]


@dataclass(frozen=True, eq=False)
class Matched:
    """lesions : the targets first; those too small to be measured are left out.

    volumes_ml, masks : of all lesions of each study, those too small included; None where unknown.
    """

    lesions: tuple[MatchedLesion, ...]
    volumes_ml: tuple[float | None, ...]
    masks: tuple[Mask | None, ...]


def match_lesions(placed: Sequence[PlacedMask], baseline: int | None = None) -> Matched:
    """The lesions of these studies.

    placed : the current study first; what was not registered is not matched.
    baseline : the study that chooses the targets: its largest measurable lesions, then those that
        are measurable in another one. None where it is not known which was the first.
    """
    known = [n for n, one in enumerate(placed) if one.mask is not None and one.there is not None]
    found = {n: _lesions_of(placed[n]) for n in known}
    owners, count = _owners(placed, known, found)
    certain = _certain(placed, found, owners, count)
    groups = np.flatnonzero(certain)
    lesions = [_matched(placed, found, owners, int(group)) for group in groups]
    measured = [one for one in lesions if any(size and size.product_mm2 for size in one.sizes)]
    masks = []
    for n, one in enumerate(placed):
        if n not in found:
            masks.append(one.mask if one.certain is None else one.certain)
            continue
        mask = np.zeros(one.grid.shape, bool)
        mask[tuple(found[n].voxels[certain[owners[n]][found[n].labels]].T)] = True
        masks.append(mask)
    volumes = [
        None if mask is None else float(np.count_nonzero(mask)) * one.grid.voxel_volume / 1000
        for one, mask in zip(placed, masks, strict=True)
    ]
    return Matched(_with_targets(measured, baseline), tuple(volumes), tuple(masks))


def _lesions_of(one: PlacedMask) -> SeparateLesions:
    assert one.mask is not None
    return separate_lesions(one.grid, one.mask)


def _certain(
    placed: Sequence[PlacedMask],
    found: dict[int, SeparateLesions],
    owners: dict[int, NDArray[np.int64]],
    count: int,
) -> NDArray[np.bool_]:
    """Which lesions are certain in some study, (count,)."""
    certain = np.zeros(count, bool)
    for n, lesions in found.items():
        sure, of = placed[n].certain, lesions.labels
        if sure is not None:
            of = of[sure[tuple(lesions.voxels.T)]]
        certain[owners[n][of]] = True
    return certain


def _owners(
    placed: Sequence[PlacedMask], known: list[int], found: dict[int, SeparateLesions]
) -> tuple[dict[int, NDArray[np.int64]], int]:
    """Which lesion of all studies each lesion of each study belongs to, and how many there are."""
    onto = placed[0].grid
    together = np.zeros(onto.shape, bool)
    for n in known:
        one = placed[n]
        assert one.mask is not None and one.there is not None
        together |= one.mask if n == 0 else mask_on(one.mask, one.there, onto)
    box = box_of(together)
    labels = np.zeros(onto.shape, np.int32)
    if together.any():
        labels[box] = separate(together[box], onto.spacing)
    count = int(labels.max(initial=0))
    owners = {}
    for n in known:
        voxels, of = found[n].voxels, found[n].labels
        there = placed[n].there
        assert there is not None
        index = np.rint(onto.to_voxel(there.to_world(voxels))).astype(np.int64)
        inside = np.all((index >= 0) & (index < onto.shape), axis=1)
        votes = np.zeros((len(found[n].lesions), count + 1), np.int64)
        np.add.at(votes, (of[inside], labels[tuple(index[inside].T)]), 1)
        votes[:, 0] = 0
        owner = votes.argmax(axis=1) - 1
        # Outside the current images, or lost between voxels: a lesion of its own.
        alone = votes.max(axis=1, initial=0) == 0
        owner[alone] = count + np.arange(np.count_nonzero(alone))
        count += int(np.count_nonzero(alone))
        owners[n] = owner
    return owners, count


def _matched(
    placed: Sequence[PlacedMask],
    found: dict[int, SeparateLesions],
    owners: dict[int, NDArray[np.int64]],
    group: int,
) -> MatchedLesion:
    sizes: list[LesionSize | None] = [None] * len(placed)
    position: Point | None = None
    for n, lesions in found.items():
        parts = [lesions.lesions[at] for at in np.flatnonzero(owners[n] == group)]
        if not parts:
            continue
        parts.sort(key=lambda part: (part.product_mm2, part.volume_ml), reverse=True)
        sizes[n] = LesionSize(
            sum(part.volume_ml for part in parts),
            sum(part.product_mm2 for part in parts),
            parts[0].diameters,
            parts[0].measurable,
            sum(part.diameters is not None for part in parts),
        )
        if position is None:
            there, grid = placed[n].there, placed[n].grid
            assert there is not None
            x, y, z = there.to_world(grid.to_voxel(parts[0].middle_mm))
            position = float(x), float(y), float(z)
    assert position is not None
    for n in found:
        there = placed[n].there
        if sizes[n] is None and there is not None and there.contains(position):
            sizes[n] = LesionSize()
    return MatchedLesion(tuple(sizes), position)


def _with_targets(lesions: list[MatchedLesion], baseline: int | None) -> tuple[MatchedLesion, ...]:
    def rank(one: MatchedLesion) -> tuple[bool, float, float]:
        first = None if baseline is None else one.sizes[baseline]
        chosen = first is not None and first.measurable
        products = [size.product_mm2 for size in one.sizes if size is not None]
        product = first.product_mm2 if first is not None and chosen else max(products)
        return chosen, product, max(size.volume_ml for size in one.sizes if size is not None)

    measurable = [one for one in lesions if any(size and size.measurable for size in one.sizes)]
    measurable.sort(key=rank, reverse=True)
    targets = measurable[:MOST_TARGETS]
    others = sorted((one for one in lesions if one not in targets), key=rank, reverse=True)
    return (*(replace(one, target=True) for one in targets), *others)
