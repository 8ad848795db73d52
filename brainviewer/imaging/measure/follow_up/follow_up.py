"""The change of a tumour over the studies of a patient, and what RANO calls it (see ``rano``)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from brainviewer.core.findings.tumour import OtherLesion, TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.follow_up import follow_up_notices as say
from brainviewer.imaging.measure.follow_up.matched_lesions import (
    MatchedLesion,
    PlacedMask,
    match_lesions,
)
from brainviewer.imaging.measure.follow_up.separate_lesions import separate_lesions
from brainviewer.imaging.measure.lesion_parts import enhancing_of
from brainviewer.imaging.measure.rano import (
    BY_PRODUCT,
    BY_VOLUME,
    MOST_TARGETS,
    Limits,
    Response,
    Target,
    response,
)
from brainviewer.imaging.preprocess.working_grid import Mask


@dataclass(frozen=True)
class Change:
    """A measurement in both studies; None where it is not known."""

    current: float | None
    prior: float | None

    @property
    def difference(self) -> float | None:
        """Current minus prior."""
        return None if self.current is None or self.prior is None else self.current - self.prior

    @property
    def percent(self) -> float | None:
        """Difference in per cent of the prior; None from nothing."""
        difference = self.difference
        return None if difference is None or not self.prior else 100 * difference / self.prior


@dataclass(frozen=True, eq=False)
class PlacedFinding:
    """The lesion of one study.

    grid : of the study; there : the same grid where it lies in the world of the current study, None
        where it could not be registered.
    name : in sentences, such as ``the prior``. doubts : sentences why no response is told from it.
    """

    finding: TumourFinding
    grid: Grid
    there: Grid | None
    name: str
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assessment:
    """A response by size, and the studies that it rests on, counted as they were given.

    nadir : the study with the smallest size before the current one. baseline : the first study;
        None where it is not known or cannot be compared.
    response : None where it is not told. new_lesion : it is progression by a new lesion, whatever
        the size.
    """

    response: Response | None = None
    nadir: int | None = None
    baseline: int | None = None
    new_lesion: bool = False


@dataclass(frozen=True)
class Sizes:
    """What is measured in one study on all its lesions; None where it is not known.

    sum_mm2 : of the products of the target lesions.
    """

    volume_ml: float | None
    enhancing_ml: float | None
    sum_mm2: float | None


@dataclass(frozen=True)
class FollowUp:
    """The tumour in all studies, the current one first.

    target : what the criteria look at: the enhancing part where one of the studies has a measurable
        lesion of it, else the whole lesion; None where nothing is measurable.
    lesions : of the target, matched over all studies, those that are added up first.
    earlier : the studies before the current one.
    by_diameters, by_volume : the responses by size.
    notices : sentences to be told with it.
    masks : (i, j, k) bool, all lesions of each study on its own grid; None where unknown.
    """

    sizes: tuple[Sizes, ...]
    target: Target | None
    lesions: tuple[MatchedLesion, ...]
    earlier: tuple[int, ...]
    by_diameters: Assessment
    by_volume: Assessment
    notices: tuple[str, ...] = ()
    masks: tuple[Mask | None, ...] = ()

    @property
    def judged(self) -> str:
        """The field of ``Sizes`` that the response by volume looks at."""
        return "enhancing_ml" if self.target is Target.ENHANCING else "volume_ml"

    def change(self, prior: int, name: str) -> Change:
        """Of a measurement since one of the studies; name : a field of ``Sizes``."""
        return Change(getattr(self.sizes[0], name), getattr(self.sizes[prior], name))


def follow_up(
    placed: Sequence[PlacedFinding], earlier: Sequence[int] = (1,), baseline: int | None = 1
) -> FollowUp:
    """The tumour of the current study, ``placed[0]``, and of the others.

    earlier : the studies before the current one, which the criteria look at.
    baseline : the first of them; None where that is not known.
    """
    masks = {target: [_placed_mask(one, target) for one in placed] for target in Target}
    matched = {target: match_lesions(masks[target], baseline) for target in Target}
    target = next((t for t in Target if any(one.target for one in matched[t].lesions)), None)
    notices: list[str] = []
    doubtful = set()
    for n, one in enumerate(placed):
        if said := _doubts(one, placed[0], target):
            notices += said
            doubtful.add(n)
    if target is None and all(one.finding.measurements for one in placed):
        notices.append(say.NOT_MEASURABLE)
    if any(one.finding.others is not None for one in placed):
        notices.append(say.ALL_LESIONS)
    lesions = () if target is None else matched[target].lesions
    sums = [
        None if target is None else _sum(n, masks[target][n], lesions) for n in range(len(placed))
    ]
    whole, enhancing = matched[Target.LESION], matched[Target.ENHANCING]
    sizes = zip(whole.volumes_ml, enhancing.volumes_ml, sums, strict=True)
    found = FollowUp(
        tuple(Sizes(*one) for one in sizes), target, lesions, tuple(earlier),
        Assessment(), Assessment(), tuple(notices), whole.masks,
    )  # fmt: skip
    if target is None or 0 in doubtful:
        return found
    usable = [n for n in earlier if n not in doubtful]
    return _assessed(found, placed, usable, baseline if baseline in usable else None)


def overlap(
    mask: Mask | None, grid: Grid, prior_mask: Mask | None
) -> tuple[float | None, float | None, float | None]:
    """Volumes in mL of what is new, gone and common; None without both masks.

    mask, prior_mask : (i, j, k) bool, on the grid of the current study.
    """
    if prior_mask is None or mask is None:
        return None, None, None
    voxel_ml = grid.voxel_volume / 1000
    new, gone, common = (
        float(np.count_nonzero(part)) * voxel_ml
        for part in (mask & ~prior_mask, prior_mask & ~mask, mask & prior_mask)
    )
    return new, gone, common


def _assessed(
    found: FollowUp, placed: Sequence[PlacedFinding], usable: Sequence[int], baseline: int | None
) -> FollowUp:
    """With the responses, and what must be known to read them."""
    notices = list(found.notices)
    sums = [size.sum_mm2 for size in found.sizes]
    notices += [
        say.NOT_SHOWN.format(placed[n].name)
        for n in (0, *usable)
        if found.lesions and sums[n] is None
    ]
    volumes = [getattr(size, found.judged) for size in found.sizes]
    gone = not volumes[0]
    new = any(_new_and_measurable(one, found.earlier, usable) for one in found.lesions)

    def assess(sizes: Sequence[float | None], limits: Limits) -> Assessment:
        known = [n for n in usable if sizes[n] is not None]
        if not known or sizes[0] is None:
            return Assessment()
        nadir = min(known, key=lambda n: sizes[n] or 0.0)
        first = baseline if baseline in known else None
        told = response(
            sizes[0], None if first is None else sizes[first], sizes[nadir], limits,
            minor=found.target is Target.LESION, gone=gone,
        )  # fmt: skip
        if new and told is not Response.PROGRESSION:
            return Assessment(Response.PROGRESSION, nadir, first, new_lesion=True)
        return Assessment(told, nadir, first)

    by_diameters, by_volume = assess(sums, BY_PRODUCT), assess(volumes, BY_VOLUME)
    if usable:
        measurable = sum(any(s and s.measurable for s in one.sizes) for one in found.lesions)
        if measurable > MOST_TARGETS:
            notices.append(say.MORE_LESIONS.format(measurable))
        if new:
            notices.append(say.NEW_LESION)
        if baseline is None:
            notices.append(say.NO_FIRST)
        elif len(usable) == 1:
            notices.append(say.ONE_PRIOR)
    return replace(found, by_diameters=by_diameters, by_volume=by_volume, notices=tuple(notices))


def _new_and_measurable(
    lesion: MatchedLesion, earlier: Sequence[int], usable: Sequence[int]
) -> bool:
    now = lesion.sizes[0]
    return now is not None and now.measurable and lesion.is_new(earlier) and lesion.is_new(usable)


def _placed_mask(one: PlacedFinding, target: Target) -> PlacedMask:
    """All lesions of a study, or what of them enhances."""
    found, others = one.finding, one.finding.others
    if found.measurements is None:
        return PlacedMask(None, one.grid, one.there)
    first, apart = found.mask, None if others is None else others > 0
    if target is Target.ENHANCING:
        first, apart = enhancing_of(found), found.others_enhancing
    if first is None or apart is None or others is None:
        return PlacedMask(first, one.grid, one.there)
    certain = first | (apart & (others == OtherLesion.SIZEABLE))
    return PlacedMask(first | apart, one.grid, one.there, certain)


def _doubts(one: PlacedFinding, current: PlacedFinding, target: Target | None) -> list[str]:
    """Why no response is told from a study."""
    taken, of = one.finding.measurements, current.finding
    if taken is None:
        return [*one.doubts, say.NOT_FOUND.format(one.name)]
    said = list(one.doubts)
    if one.there is None and not said:
        said.append(say.NOT_REGISTERED.format(one.name[:1].upper() + one.name[1:]))
    if taken.cut_off:
        said.append(say.CUT_OFF.format(one.name))
    if of.measurements and (one.finding.method, one.finding.network) != (of.method, of.network):
        said.append(say.OTHER_METHOD.format(one.name))
    if target is Target.ENHANCING and taken.enhancing_ml is None:
        said.append(say.NOT_ENHANCING.format(one.name))
    return said


def _sum(n: int, one: PlacedMask, lesions: Sequence[MatchedLesion]) -> float | None:
    """The sum of the products of the targets in a study, in mm²; None where not all are known.

    Of a study that could not be registered, it is that of its own largest lesions.
    """
    if one.mask is None:
        return None
    if one.there is None:
        mask = one.mask if one.certain is None else one.certain
        own = [part for part in separate_lesions(one.grid, mask).lesions if part.measurable]
        return sum(sorted((part.product_mm2 for part in own), reverse=True)[:MOST_TARGETS])
    sizes = [lesion.sizes[n] for lesion in lesions if lesion.target]
    known = [size.product_mm2 for size in sizes if size is not None]
    return sum(known) if len(known) == len(sizes) else None
