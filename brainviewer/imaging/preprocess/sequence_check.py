"""Whether sequences look like what their names say: fluid is bright on T2 and dark on the others,
and what contrast agent makes bright is so on T1ce.

Only the middle of the head is looked at, which holds ventricles and brain with skull and without.
There the values of one image are measured by their quartiles: fluid is a tail of dark values on
T1 and FLAIR, of bright ones on T2. Where that is not plain, since lesions are bright on FLAIR too,
the place of the fluid decides: what is darkest on T1 is fluid.

Measured on 9 studies, 43 patients of BraTS 2018 and 98 of TCGA-LGG (with and without skull), with
all of their sequences and with any of them missing: no doubt about a right name in 1,414 sets. Of
those in which a T2 stood under another name, or another image under that of T2, 92 % were told, and
all of those with three or four sequences of which two were exchanged. A FLAIR or T1ce that is alone
is not doubted. FLAIR and T2 exchanged without any other sequence: 35 of 43 told.

T1 and T1ce exchanged: 129 of 141 told, and no right pair doubted (the studies and patients above
that have both). The differences are shifted by -0.15 in the worst right pair; -0.3 is doubted.
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Modality, Volume

Values = NDArray[np.float32]

_SAMPLE_MM = 4.0
_CORE = 0.6
"""Part of the head's half axes that is looked at."""
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


def doubtful_names(volumes: Mapping[Modality, Volume]) -> dict[Modality, str]:
    """The sequences in which fluid looks as it should not, with a sentence for each.

    volumes : on one grid; a sequence that is not at hand is not needed.
    """
    values = _middle_of_the_head(volumes)
    tails = {m: tail for m, one in values.items() if (tail := _tails(one)) is not None}
    values = {m: values[m] for m in tails}
    if not values:
        return {}
    bright = {m for m, (low, high) in tails.items() if low + high > 0.8 and low > -1.75}
    ranks = {m: _ranks(one) for m, one in values.items()}
    found: dict[Modality, str] = {}
    for modality in values:
        show_fluid = _T1 if modality is Modality.T2 else (*_T1, Modality.FLAIR)
        dark_fluid = [m for m in show_fluid if m in values and m not in bright | {modality}]
        fluid = [float(np.median(ranks[modality][ranks[m] < _FLUID])) for m in dark_fluid]
        low, high = tails[modality]
        looks = ""
        if modality is Modality.T2:
            plainly_dark = (low + high < 0.3 and low < -1.75) or low < -2.2
            if plainly_dark or (fluid and max(fluid) < _DARK):
                looks = "dark, as in FLAIR and T1"
        elif modality in bright:
            alone = modality is Modality.T1 and not fluid
            if alone or (fluid and min(fluid) > _BRIGHT):
                looks = "bright, as in T2"
        if looks:
            name = volumes[modality].file_name or "the file"
            found[modality] = (
                f"In {name}, opened as {modality}, fluid is {looks}: check which sequence it is."
            )
    if found.keys().isdisjoint(_T1) and _contrast_is_exchanged(volumes):
        before, after = (volumes[m].file_name or f"the {m} file" for m in _T1)
        found[Modality.T1CE] = (
            f"{before}, opened as T1, seems to have the contrast agent, and {after}, opened as "
            "T1ce, to be without it: check which is which."
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
    if not values:
        return False
    standard = []
    for modality in _T1:
        first, middle, third = np.percentile(values[modality], [25, 50, 75])
        if third <= first:
            return False
        standard.append((values[modality] - middle) / (third - first))
    differences = standard[1] - standard[0]
    low, middle, high = np.percentile(differences, [_TAIL, 50, 100 - _TAIL])
    return bool(high + low - 2 * middle < -_ONE_SIDED * (high - low))


def _middle_of_the_head(
    volumes: Mapping[Modality, Volume], sample_mm: float = _SAMPLE_MM
) -> dict[Modality, Values]:
    """The values of each sequence at the same places; empty where no head can be made out."""
    samples = {}
    for modality, volume in volumes.items():
        steps = tuple(max(1, round(sample_mm / mm)) for mm in volume.grid.spacing)
        some = volume.data[:: steps[0], :: steps[1], :: steps[2]].astype(np.float32)
        if (some < 0).mean() <= _MOST_NEGATIVE and np.percentile(some, 99) > 0:
            samples[modality] = some
    if not samples:
        return {}
    scaled = [np.clip(v / np.percentile(v, 99), 0, 1) for v in samples.values()]
    inside = np.mean(scaled, axis=0) > _IN_HEAD
    places = np.argwhere(inside)
    if len(places) < _LEAST_VOXELS or inside.mean() > _MOST_HEAD:
        return {}
    low, high = np.percentile(places, [1, 99], axis=0)
    axes = np.ogrid[tuple(map(slice, inside.shape))]
    distance = sum(
        ((axis - (a + b) / 2) / max((b - a) / 2, 1)) ** 2
        for axis, a, b in zip(axes, low, high, strict=True)
    )
    core = inside & (np.asarray(distance) < _CORE**2)
    for modality, some in samples.items():
        if volumes[modality].source_grid is not None:
            core &= some != 0  # beyond the edge of a resampled file
    return {m: v[core] for m, v in samples.items()} if core.sum() >= _LEAST_VOXELS // 5 else {}


def _tails(values: Values) -> tuple[float, float] | None:
    """How far the darkest and brightest values lie from the middle one, in robust deviations."""
    low, first, middle, third, high = np.percentile(values, [2, 25, 50, 75, 98])
    deviation = (third - first) / 1.35
    if deviation <= 0:
        return None
    return float((low - middle) / deviation), float((high - middle) / deviation)


def _ranks(values: Values) -> NDArray[np.float64]:
    """The place of each value among all, 0 to 1."""
    order = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    return np.asarray(order / len(values))
