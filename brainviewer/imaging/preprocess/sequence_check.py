"""Whether sequences look like what their names say: fluid is bright on T2 and dark on the others,
and what contrast agent makes bright is so on T1ce.

Only the middle of the head is looked at, which holds ventricles and brain with skull and without.
There the values of one image are measured by their quartiles: fluid is a tail of dark values on
T1 and FLAIR, of bright ones on T2. Where that is not plain, since lesions are bright on FLAIR too,
the place of the fluid decides: what is darkest on T1 is fluid. So images are compared only where
their heads lie over each other; one that lies beside the others is looked at alone.

Measured on 9 studies, 43 patients of BraTS 2018 and 98 of TCGA-LGG (with and without skull), with
all of their sequences and with any of them missing: no doubt about a right name in 1,414 sets. Of
those in which a T2 stood under another name, or another image under that of T2, 92 % were told, and
all of those with three or four sequences of which two were exchanged. A FLAIR or T1ce that is alone
is not doubted. FLAIR and T2 exchanged without any other sequence: 35 of 43 told.

T1 and T1ce exchanged: 127 of 140 told, and no right pair doubted (the studies and patients above
that have both). The differences are shifted by -0.15 in the worst right pair; -0.3 is doubted.
``packaging/measure/measure_names.py`` counts them.
"""

from collections.abc import Container, Hashable, Mapping
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality, Volume

CHECK = "check which"
"""In sentences that doubt what an image was opened as."""
Values = NDArray[np.float32]
Point = NDArray[np.float64]
Key = TypeVar("Key", bound=Hashable)

_SAMPLE_MM = 4.0
_CORE = 0.6
"""Part of the head's half axes that is looked at."""
_TALLEST = 0.9
"""Height of a head, as part of its length from front to back: what lies lower is neck."""
_LEAST_VOXELS = 1000
_MOST_NEGATIVE = 0.05
_IN_HEAD, _MOST_HEAD = 0.12, 0.9
_FLUID = 0.04
"""Part of the darkest voxels of T1 that are taken for fluid."""
_BRIGHT, _DARK = 0.7, 0.5
"""Middle rank of the fluid: above is bright, below is dark."""
_FINE_MM = 2.0
_TAIL = 0.2
"""Percent of the voxels that lie beyond the ends of what T1 and T1ce differ by."""
_ONE_SIDED = 0.3
"""By what part of their distance the ends are shifted to the side of T1 before it is doubted."""
_T1 = (Modality.T1, Modality.T1CE)
_BESIDE_MM = 5.0
"""How far the middles of two heads may lie apart to be compared. Those that lie right, without
skull, are up to 3.3 mm apart, and with skull, where the outline is less sure, 95 of 100 less."""


def doubtful_names(volumes: Mapping[Modality, Volume]) -> dict[Modality, str]:
    """The sequences in which fluid looks as it should not, with a sentence for each.

    volumes : on one grid; a sequence that is not at hand is not needed.
    """
    found: dict[Modality, str] = {}
    for some in _over_each_other(volumes):
        found |= _doubts_of(some)
    return found


def _doubts_of(volumes: Mapping[Modality, Volume]) -> dict[Modality, str]:
    """The same of sequences that lie over each other."""
    values = _middle_of_the_head(volumes)
    ends = {m: tail for m, one in values.items() if (tail := tails(one)) is not None}
    values = {m: values[m] for m in ends}
    if not values:
        return {}
    bright = {m for m, (low, high) in ends.items() if low + high > 0.8 and low > -1.75}
    order = {m: ranks(one) for m, one in values.items()}
    found: dict[Modality, str] = {}
    for modality in values:
        show_fluid = _T1 if modality is Modality.T2 else (*_T1, Modality.FLAIR)
        dark_fluid = [m for m in show_fluid if m in values and m not in bright | {modality}]
        fluid = [float(np.median(order[modality][order[m] < _FLUID])) for m in dark_fluid]
        low, high = ends[modality]
        looks, elsewhere = "", ""
        if modality is Modality.T2:
            plainly_dark = (low + high < 0.3 and low < -1.75) or low < -2.2
            if plainly_dark or (fluid and max(fluid) < _DARK):
                looks = "dark, as in FLAIR and T1"
                # What is not seen in the sequence itself depends on where it lies.
                elsewhere = "" if plainly_dark else ", and whether it lies over the others"
        elif modality in bright:
            alone = modality is Modality.T1 and not fluid
            if alone or (fluid and min(fluid) > _BRIGHT):
                looks = "bright, as in T2"
        if looks:
            name = volumes[modality].file_name or "the file"
            found[modality] = (
                f"In {name}, opened as {modality}, fluid is {looks}: {CHECK} sequence it is"
                f"{elsewhere}."
            )
    if found.keys().isdisjoint(_T1) and _contrast_is_exchanged(volumes):
        before, after = (volumes[m].file_name or f"the {m} file" for m in _T1)
        found[Modality.T1CE] = (
            f"{before}, opened as T1, seems to have the contrast agent, and {after}, opened as "
            f"T1ce, to be without it: {CHECK} is which."
        )
    return found


def _contrast_is_exchanged(volumes: Mapping[Modality, Volume]) -> bool:
    """Whether what is brighter on one of T1 and T1ce than on the other is so on T1.

    Contrast agent makes few voxels (vessels, plexus, lesion) much brighter and none darker: the
    differences, of values in quartiles of each image, have a long tail on one side.
    """
    if any(m not in volumes for m in _T1):
        return False
    values = _middle_of_the_head({m: volumes[m] for m in _T1}, _FINE_MM)
    if any(m not in values for m in _T1):  # one is nothing but zeros, or has negative values
        return False
    return contrast_after(*(values[m] for m in _T1)) < -_ONE_SIDED


def contrast_after(before: Values, after: Values) -> float:
    """Whether what differs is brighter on the second of two T1 (up to 1) or on the first (to -1).

    The middle of their differences, in quartiles of each image, against the ends; 0 where an image
    is even.
    """
    standard = []
    for values in (before, after):
        first, middle, third = np.percentile(values, [25, 50, 75])
        if third <= first:
            return 0.0
        standard.append((values - middle) / (third - first))
    low, middle, high = np.percentile(standard[1] - standard[0], [_TAIL, 50, 100 - _TAIL])
    return float((high + low - 2 * middle) / (high - low)) if high > low else 0.0


def _middle_of_the_head(
    volumes: Mapping[Modality, Volume], sample_mm: float = _SAMPLE_MM
) -> dict[Modality, Values]:
    """The values of each sequence at the same places; empty where no head can be made out."""
    if not volumes:
        return {}
    return core_values(*_samples(volumes, sample_mm))


def _samples(
    volumes: Mapping[Modality, Volume], sample_mm: float
) -> tuple[dict[Modality, NDArray[Any]], set[Modality], Grid]:
    """Voxels of each sequence, some mm from one to the next; those that were resampled, which are 0
    where they do not reach; and the grid of these voxels."""
    grid = next(iter(volumes.values())).grid
    i, j, k = (max(1, round(sample_mm / mm)) for mm in grid.spacing)
    samples = {modality: volume.data[::i, ::j, ::k] for modality, volume in volumes.items()}
    moved = {m for m, v in volumes.items() if v.source_grid is not None}
    return samples, moved, grid.every((i, j, k))


def _over_each_other(volumes: Mapping[Modality, Volume]) -> list[dict[Modality, Volume]]:
    """The sequences in groups whose heads lie over each other."""
    left, groups = dict(volumes), []
    middles = _middles(volumes) if len(volumes) > 1 else {}
    while left:
        near = {m: {n for n in left if _near(m, n, middles)} for m in left}
        most = max(left, key=lambda m: len(near[m]))
        groups.append({m: left[m] for m in left if m in near[most]})
        left = {m: volume for m, volume in left.items() if m not in near[most]}
    return groups


def _near(one: Modality, other: Modality, middles: Mapping[Modality, Point]) -> bool:
    """Whether two heads have their middles together; so has what shows no head."""
    if one not in middles or other not in middles:
        return True
    return bool(np.linalg.norm(middles[one] - middles[other]) < _BESIDE_MM)


def _middles(volumes: Mapping[Modality, Volume]) -> dict[Modality, Point]:
    """The middle of the head in each sequence, in mm of the grid, where all of them reach."""
    samples, moved, grid = _samples(volumes, _SAMPLE_MM)
    reach = [slice(None)] * 3
    for modality in moved:
        seen = samples[modality] != 0
        for axis in range(3):
            places = np.flatnonzero(seen.any(axis=tuple({0, 1, 2} - {axis})))
            if len(places):
                low, high = reach[axis].start or 0, reach[axis].stop or seen.shape[axis]
                reach[axis] = slice(max(low, places[0]), min(high, places[-1] + 1))
    found = {}
    for modality, some in samples.items():
        seen = some[tuple(reach)]
        bright = np.percentile(seen, 99) if seen.size else 0
        if bright > 0:
            head = seen > _IN_HEAD * bright
            counts = [np.count_nonzero(head, axis=tuple({0, 1, 2} - {n})) for n in range(3)]
            voxel = [np.average(np.arange(len(count)), weights=count) for count in counts]
            found[modality] = np.array(voxel) * grid.spacing
    return found


def core_values(
    samples: Mapping[Key, NDArray[Any]], beyond: Container[Key], grid: Grid
) -> dict[Key, Values]:
    """The values of images of one head at the same places in its middle.

    samples : (i, j, k) of each, on the grid; some mm from voxel to voxel are enough.
    beyond : those that do not reach everywhere, and are 0 where they do not.
    Empty where no head can be made out; without images that have negative values, or none.
    """
    usable: dict[Key, NDArray[Any]] = {}
    brightness: NDArray[np.float32] | None = None
    for key, some in samples.items():
        if np.count_nonzero(some < 0) > _MOST_NEGATIVE * some.size:
            continue
        # A copy that the percentile may put in another order: it would make one more.
        flat = some.astype(np.float32).ravel(order="K")
        bright = np.percentile(flat, 99, overwrite_input=True)
        del flat
        if bright > 0:
            usable[key] = some
            scaled = some.astype(np.float32)
            scaled /= bright
            np.clip(scaled, 0, 1, out=scaled)
            brightness = scaled if brightness is None else np.add(brightness, scaled, brightness)
    if brightness is None:
        return {}
    brightness /= np.float32(len(usable))
    inside = brightness > _IN_HEAD
    del brightness
    count = np.count_nonzero(inside)
    if count < _LEAST_VOXELS or count > _MOST_HEAD * inside.size:
        return {}
    low, high = _box_of_head(inside, grid)
    axes = np.ogrid[tuple(map(slice, inside.shape))]
    first, second, third = (
        ((axis - (a + b) / 2) / max((b - a) / 2, 1)) ** 2
        for axis, a, b in zip(axes, low, high, strict=True)
    )
    plane = np.asfortranarray((first + second)[:, :, 0])
    for layer, beyond_plane in zip(inside.T, third[0, 0], strict=True):  # as it lies in memory
        np.logical_and(layer, plane.T + beyond_plane < _CORE**2, out=layer)
    for key, some in usable.items():
        if key in beyond:
            inside &= some != 0
    if inside.sum() < _LEAST_VOXELS // 5:
        return {}
    return {key: some[inside].astype(np.float32) for key, some in usable.items()}


def _box_of_head(
    inside: NDArray[np.bool_], grid: Grid
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """First and last voxel of a head along each axis, without the neck below it."""
    low, high = np.transpose([_ends(inside, axis) for axis in range(3)])
    if grid.oriented:
        _, front, up = grid.to_ras.order
        length = (high - low)[front] * grid.spacing[front]
        most = _TALLEST * length / grid.spacing[up]
        if grid.to_ras.flips[2]:
            high[up] = min(high[up], low[up] + most)
        else:
            low[up] = max(low[up], high[up] - most)
    return low, high


def _ends(inside: NDArray[np.bool_], axis: int) -> NDArray[np.float64]:
    """The 1st and the 99th percentile of where the voxels of a mask lie along an axis."""
    others = tuple(n for n in range(3) if n != axis)
    counts = np.count_nonzero(inside, axis=others)
    places = np.repeat(np.arange(len(counts), dtype=np.int16), counts)
    return np.percentile(places, [1, 99], overwrite_input=True)


def tails(values: Values) -> tuple[float, float] | None:
    """How far the darkest and brightest values lie from the middle one, in robust deviations."""
    low, first, middle, third, high = np.percentile(values, [2, 25, 50, 75, 98])
    deviation = (third - first) / 1.35
    if deviation <= 0:
        return None
    return float((low - middle) / deviation), float((high - middle) / deviation)


def ranks(values: Values) -> NDArray[np.float64]:
    """The place of each value among all, 0 to 1."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(order / len(values))
