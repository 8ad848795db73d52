"""How bright a lesion is in each sequence, without a unit.

z is counted from the median of the brain away from the lesion, in robust standard deviations of
it. What depends on the place in the brain is compared with the mirror image of the lesion on the
healthy side, which also takes out what is left of the coil's uneven gain.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import SEQUENCES, Modality, Volume
from brainviewer.imaging.measure.lesion_frame import FEW, LesionFrame
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.imaging.robust_spread import robust_spread

SIGNALS = (
    "flair_median", "flair_high", "flair_spread", "flair_entropy", "flair_border", "flair_core",
    "flair_dark_share", "flair_against_mirror", "t1_median", "t1_low", "t1_spread", "t1_border",
    "t1_core", "t1_flair_ratio", "t1_against_mirror", "t1_low_against_mirror",
    "t1_texture_against_mirror", "t1ce_median", "t1ce_against_mirror", "t1ce_low_against_mirror",
    "enhancing_extent", "enhancement_median", "enhancement_high", "enhancement_spread",
    "enhancement_against_mirror", "ring", "necrosis", "t2_median", "t2_against_mirror",
    "t2_flair_mismatch", "t2_flair_mismatch_share", "t1_flair_extent", "flair_sharpness",
    "t1_sharpness",
)  # fmt: skip

_RIM_MM = 4.0
# Next to the border: the voxels that touch it, at a working size of 2 mm.
_BORDER_MM = 2.5
# In z.
_ENHANCING = 2.0
_DARK = -0.5
_DARK_T1 = -1.0
_BRIGHT_T2 = 2.0
_NO_CONTRAST = 1.0
_BINS = np.linspace(-4.0, 10.0, 29)


@dataclass(frozen=True, eq=False)
class SequenceInZ:
    """One sequence in z.

    near : working array of the frame's box. ordinary, lesion, mirror : (n,) values in
        normal-appearing brain, in the lesion, and at the lesion's mirror image, the last two place
        by place.
    """

    near: Field
    normal_brain: Field
    lesion: Field
    mirror: Field


@dataclass(frozen=True, eq=False)
class _Regions:
    """Parts of the frame's box: the lesion, its outer and inner part, the brain next to it.

    border, around : the lesion and the brain that touch its border. deep, away : clear of it.
    """

    lesion: Mask
    rim: Mask
    core: Mask
    outside: Mask
    border: Mask
    around: Mask
    deep: Mask
    away: Mask


def sequences_in_z(
    frame: LesionFrame, volumes: Mapping[Modality, Volume]
) -> dict[Modality, SequenceInZ]:
    """The sequences that show something in normal-appearing brain."""
    made = {modality: _in_z(frame, volume) for modality, volume in volumes.items()}
    return {modality: sequence for modality, sequence in made.items() if sequence is not None}


def signals(frame: LesionFrame, sequences: Mapping[Modality, SequenceInZ]) -> dict[str, float]:
    """The descriptors of ``SIGNALS`` that the sequences at hand allow."""
    regions = _regions(frame)
    found: dict[str, float] = {}
    flair, t1, t1ce, t2 = (sequences.get(modality) for modality in SEQUENCES)
    if flair is not None:
        found |= _of_flair(flair, regions)
    if t1 is not None:
        found |= _of_t1(t1, regions)
    if flair is not None and t1 is not None:
        found["t1_flair_ratio"] = found["t1_median"] - found["flair_median"]
        # How much of what is abnormal on FLAIR is so on T1 (VASARI f10).
        found["t1_flair_extent"] = float(np.mean(t1.near[regions.lesion] < _DARK_T1))
    if t1ce is not None:
        found["t1ce_median"] = float(np.median(t1ce.near[regions.lesion]))
        found["t1ce_against_mirror"] = _against(t1ce, 50)
        found["t1ce_low_against_mirror"] = _against(t1ce, 10)
    if t1 is not None and t1ce is not None:
        found |= _of_enhancement(t1, t1ce, regions)
    if t2 is not None:
        found["t2_median"] = float(np.median(t2.near[regions.lesion]))
        found["t2_against_mirror"] = _against(t2, 50)
    if t2 is not None and flair is not None and regions.core.any():
        found["t2_flair_mismatch"] = float(np.median((t2.near - flair.near)[regions.core]))
    if t2 is not None and flair is not None:
        # Bright on T2, and no brighter on FLAIR than brain, as all but a rim is (Patel 2017).
        mismatch = (t2.near > _BRIGHT_T2) & (flair.near < 0)
        found["t2_flair_mismatch_share"] = float(np.mean(mismatch[regions.lesion]))
    return found


def _regions(frame: LesionFrame) -> _Regions:
    lesion, tissue = frame.lesion[frame.box], frame.brain[frame.box]
    inside = ndimage.distance_transform_edt(np.pad(lesion, 1), sampling=frame.spacing)
    inside = inside[1:-1, 1:-1, 1:-1]
    away = frame.away
    return _Regions(
        lesion,
        rim=lesion & (inside <= _RIM_MM),
        core=inside >= max(_RIM_MM, 0.5 * float(inside.max())),
        outside=tissue & (away > 0.5 * _RIM_MM) & (away <= 2 * _RIM_MM),
        border=lesion & (inside <= _BORDER_MM),
        around=tissue & (away > 0) & (away <= _BORDER_MM),
        deep=inside > _RIM_MM,
        away=tissue & (away > _RIM_MM) & (away <= 2 * _RIM_MM),
    )


def _in_z(frame: LesionFrame, volume: Volume) -> SequenceInZ | None:
    """None if normal-appearing brain has no contrast in it."""
    if volume.constant:
        return None
    normal_brain = frame.values(volume.data, frame.normal_brain)
    middle = float(np.median(normal_brain))
    spread = robust_spread(normal_brain, middle)
    if spread <= 1e-6 * max(abs(middle), 1e-30):
        return None

    def z(values: Field) -> Field:
        return np.asarray((values - middle) / spread, np.float32)

    here, across = frame.pairs
    return SequenceInZ(
        z(frame.near(volume.data)),
        z(normal_brain),
        z(frame.values(volume.data, here)),
        z(frame.values(volume.data, across)),
    )


def _of_flair(flair: SequenceInZ, regions: _Regions) -> dict[str, float]:
    values = flair.near[regions.lesion]
    low, middle, high, top = np.percentile(values, [25, 50, 75, 95])
    counts = np.histogram(np.clip(values, _BINS[0], _BINS[-1]), _BINS)[0]
    fractions = counts[counts > 0] / counts.sum()
    return {
        "flair_median": float(middle),
        "flair_high": float(top),
        "flair_spread": float(high - low),
        "flair_entropy": float(-(fractions * np.log(fractions)).sum()),
        "flair_border": _step(flair.near, regions.rim, regions.outside),
        "flair_core": _step(flair.near, regions.core, regions.rim),
        "flair_dark_share": float(np.mean(values < 0)),
        "flair_against_mirror": _against(flair, 50),
        "flair_sharpness": _sharpness(flair.near, regions),
    }


def _of_t1(t1: SequenceInZ, regions: _Regions) -> dict[str, float]:
    values = t1.near[regions.lesion]
    lowest, low, middle, high = np.percentile(values, [10, 25, 50, 75])
    texture = math.nan
    if len(t1.mirror) >= FEW and min(t1.lesion.std(), t1.mirror.std()) > 0:
        texture = math.log(t1.lesion.std() / t1.mirror.std())
    return {
        "t1_median": float(middle),
        "t1_low": float(lowest),
        "t1_spread": float(high - low),
        "t1_border": _step(t1.near, regions.rim, regions.outside),
        "t1_core": _step(t1.near, regions.core, regions.rim),
        "t1_against_mirror": _against(t1, 50),
        "t1_low_against_mirror": _against(t1, 10),
        "t1_texture_against_mirror": texture,
        "t1_sharpness": _sharpness(t1.near, regions),
    }


def contrast_uptake(t1: SequenceInZ, t1ce: SequenceInZ) -> tuple[np.float32, Field]:
    """What the contrast agent adds to the T1, in the frame's box, and the factor of T1 in it.

    The fraction of T1 contrast that is left in T1ce differs from scanner to scanner, so that the
    regression on T1 in normal-appearing brain is taken off.
    """
    slope = _slope(t1.normal_brain, t1ce.normal_brain)
    return slope, t1ce.near - slope * t1.near


def _of_enhancement(t1: SequenceInZ, t1ce: SequenceInZ, regions: _Regions) -> dict[str, float]:
    slope, added = contrast_uptake(t1, t1ce)
    values = added[regions.lesion]
    low, middle, high, top = np.percentile(values, [25, 50, 75, 95])
    around = np.median(added[regions.outside]) if regions.outside.any() else math.nan
    mirror = math.nan
    if len(t1.mirror) >= FEW:
        here, across = t1ce.lesion - slope * t1.lesion, t1ce.mirror - slope * t1.mirror
        mirror = float(np.median(here) - np.median(across))
    bright = regions.lesion & (added > _ENHANCING)
    filled = bright.copy()
    for index in np.flatnonzero(bright.any(axis=(0, 1))):
        closed = ndimage.binary_closing(np.pad(bright[:, :, index], 3), iterations=2)
        filled[:, :, index] = ndimage.binary_fill_holes(closed)[3:-3, 3:-3]
    hollow = filled & ~bright
    return {
        # Root and logarithm: most lesions enhance not at all, a few very much.
        "enhancing_extent": math.sqrt(bright.sum() / len(values)),
        "enhancement_median": float(middle - around),
        "enhancement_high": math.log1p(max(0.0, float(top))),
        "enhancement_spread": float(high - low),
        "enhancement_against_mirror": mirror,
        "ring": float(hollow.sum() / max(int(filled.sum()), FEW)),
        "necrosis": float(np.count_nonzero(hollow & (t1.near < _DARK)) / len(values)),
    }


def _step(image: Field, here: Mask, there: Mask) -> float:
    """How much brighter the image is here than there."""
    if not here.any() or not there.any():
        return math.nan
    return float(np.median(image[here]) - np.median(image[there]))


def _sharpness(image: Field, regions: _Regions) -> float:
    """How much of the step from deep in the lesion to the brain around happens at the border.

    1 for a step from one voxel to the next, less for a slope; NaN where there is no step, or no
    voxel of one of the four regions.
    """
    whole = _step(image, regions.deep, regions.away)
    if not abs(whole) >= _NO_CONTRAST:
        return math.nan
    return min(max(_step(image, regions.border, regions.around) / whole, -1.0), 2.0)


def _against(sequence: SequenceInZ, percentile: float) -> float:
    """A percentile in the lesion minus that in its mirror image."""
    if len(sequence.mirror) < FEW:
        return math.nan
    here, across = (np.percentile(v, percentile) for v in (sequence.lesion, sequence.mirror))
    return float(here - across)


def _slope(t1: NDArray[np.float32], t1ce: NDArray[np.float32]) -> np.float32:
    """Slope of the regression of T1ce on T1 through 0, both in z."""
    near = (np.abs(t1) < 3) & (np.abs(t1ce) < 3)
    amount = float((t1[near] ** 2).sum())
    return np.float32(np.clip((t1[near] * t1ce[near]).sum() / max(amount, 1e-6), 0.0, 1.0))
