"""What a radiologist would say about a lesion, as numbers without a unit.

Brightness is counted from the median of the brain away from the lesion, in robust standard
deviations of it (z below); sizes and places are relative to the brain, because not every study
says how large a voxel is. A descriptor whose sequence is missing is NaN.

The choice follows what is known to tell the molecular types apart: enhancement and necrosis of
glioblastoma; sharp border, T2-FLAIR mismatch and homogeneous signal of IDH-mutant astrocytoma
(Patel et al. 2017); cortical, frontal and heterogeneous oligodendroglioma with an indistinct
border (Johnson et al. 2017; VASARI feature set, TCGA 2012).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.analysis.brain import Spacing
from brainviewer.analysis.working_grid import Field, Mask, WorkingGrid
from brainviewer.core.findings import TumourFinding
from brainviewer.core.study import Modality, Study

SHAPE = ("size", "largest_area", "width", "length", "height", "roundness", "solidity", "parts")
POSITION = (
    "anterior", "superior", "lateral", "across_midline", "depth", "cortical_contact", "frontal",
    "temporal", "insular",
)  # fmt: skip
BRIGHTNESS = (
    "flair_median", "flair_high", "flair_spread", "flair_entropy", "flair_border", "flair_core",
    "flair_dark_share", "t1_median", "t1_low", "t1_spread", "t1_border", "t1_core",
    "t1_flair_ratio", "t1ce_median", "enhancing_extent", "enhancement_median", "enhancement_high",
    "enhancement_spread", "ring", "necrosis", "t2_median", "t2_flair_mismatch",
)  # fmt: skip
NAMES = SHAPE + POSITION + BRIGHTNESS

# In mm of a usual head; where no spacing is known, pixels of a picture of a head come close.
_MARGIN_MM = 8.0
_RIM_MM = 4.0
_AWAY_MM = 6.0
_SURFACE_MM = 5.0
# In robust standard deviations of ordinary brain.
_ENHANCING = 2.0
_DARK = -0.5
_BINS = np.linspace(-4.0, 10.0, 29)
_PART = 0.05
_FEW = 20


def describe(study: Study, finding: TumourFinding) -> Mapping[str, float]:
    """Describe the lesion that was found.

    finding : with ``mask`` and ``brain``; nothing else of it is used.

    Returns a value for every one of ``NAMES``, in that order; NaN where it cannot be measured,
    which is all of them without a lesion or a brain.
    """
    values = dict.fromkeys(NAMES, math.nan)
    if finding.mask is None or finding.brain is None or not finding.mask.any():
        return values
    whole = WorkingGrid.around(study.grid, (finding.mask | finding.brain).astype(np.uint8))
    lesion = whole.thin(finding.mask) >= 0.5
    if np.count_nonzero(lesion) < _FEW:
        lesion = whole.thin(finding.mask) > 0
    brain = (whole.thin(finding.brain) >= 0.5) | lesion
    values |= _shape(lesion, brain)
    values |= _position(lesion, brain, whole.spacing)
    values |= _brightness(_scene(study, whole, lesion, brain))
    return values


def _shape(lesion: Mask, brain: Mask) -> dict[str, float]:
    areas, brain_areas = lesion.sum(axis=(0, 1)), brain.sum(axis=(0, 1))
    extents = [_extent(lesion, axis) / _extent(brain, axis) for axis in range(3)]
    outline, _ = cv2.findContours(
        lesion[:, :, int(areas.argmax())].astype(np.uint8),
        cv2.RETR_EXTERNAL,
        cv2.CHAIN_APPROX_NONE,
    )
    largest = max(outline, key=cv2.contourArea)
    area = max(float(cv2.contourArea(largest)), 1.0)
    around = max(cv2.arcLength(largest, True), 1.0)
    hull = max(float(cv2.contourArea(cv2.convexHull(largest))), 1.0)
    labels, _ = ndimage.label(lesion)
    sizes = np.bincount(labels.ravel())[1:]
    return {
        "size": float((lesion.sum() / brain.sum()) ** (1 / 3)),
        "largest_area": float(math.sqrt(areas.max() / brain_areas.max())),
        "width": extents[0],
        "length": extents[1],
        "height": extents[2],
        "roundness": min(4 * math.pi * area / around**2, 1.0),
        "solidity": area / hull,
        "parts": float(np.count_nonzero(sizes >= _PART * sizes.sum())),
    }


def _position(lesion: Mask, brain: Mask, spacing: Spacing) -> dict[str, float]:
    """Where the lesion's voxels lie in the brain's box: 0 to 1 from back to front and from bottom
    to top; from the mid-sagittal plane (0) to the side (1)."""
    places = np.argwhere(lesion)
    front = _along(places, brain, 1)
    top = _along(places, brain, 2)
    half = _extent(brain, 0) / 2
    aside = _aside(places, brain) / half
    inner = np.minimum(np.count_nonzero(aside > 0.03), np.count_nonzero(aside < -0.03))
    lateral = np.abs(aside)
    deep = _depth(brain, spacing)
    edge = lesion & (deep <= _SURFACE_MM)
    return {
        "anterior": float(front.mean()),
        "superior": float(top.mean()),
        "lateral": float(abs(aside.mean())),
        "across_midline": float(inner / len(places)),
        "depth": float(deep[lesion].mean() / deep.max()),
        "cortical_contact": float(np.count_nonzero(edge) / len(places)),
        "frontal": float(np.mean(front > 0.62)),
        "temporal": float(np.mean((top < 0.42) & (lateral > 0.4) & (front > 0.3))),
        "insular": float(
            np.mean((np.abs(front - 0.58) < 0.14) & (np.abs(lateral - 0.55) < 0.2) & (top < 0.6))
        ),
    }


@dataclass(frozen=True, eq=False)
class _Scene:
    """The surroundings of the lesion on working arrays, in z.

    images : z, by sequence; those at hand.
    lesion, rim, core, outside : the lesion, its outer and inner part, the brain next to it.
    enhancement : what the contrast agent adds to the T1, in z; None without both.
    """

    images: Mapping[Modality, Field]
    lesion: Mask
    rim: Mask
    core: Mask
    outside: Mask
    enhancement: Field | None


def _scene(study: Study, whole: WorkingGrid, lesion: Mask, brain: Mask) -> _Scene:
    box, near = _near(whole, lesion)
    here, tissue = lesion[box], brain[box]
    inside = ndimage.distance_transform_edt(np.pad(here, 1), sampling=whole.spacing)
    inside = inside[1:-1, 1:-1, 1:-1]
    away = ndimage.distance_transform_edt(~here, sampling=whole.spacing)
    outside = tissue & (away > 0.5 * _RIM_MM) & (away <= 2 * _RIM_MM)
    core = inside >= max(_RIM_MM, 0.5 * float(inside.max()))
    rim = here & (inside <= _RIM_MM)
    sample = _ordinary(whole, lesion, brain)
    images, samples = {}, {}
    for modality, volume in study.volumes.items():
        if volume.constant:
            continue
        values = whole.turn(volume.data)[sample].astype(np.float32)
        middle = float(np.median(values))
        spread = 1.4826 * float(np.median(np.abs(values - middle)))
        if spread <= 1e-6 * max(abs(middle), 1e-30):
            continue
        images[modality] = (near.thin(volume.data) - np.float32(middle)) / np.float32(spread)
        samples[modality] = (values - middle) / spread
    enhancement = None
    if Modality.T1 in images and Modality.T1CE in images:
        # The share of T1 contrast that is left in T1ce differs from scanner to scanner.
        slope = _slope(samples[Modality.T1], samples[Modality.T1CE])
        enhancement = images[Modality.T1CE] - slope * images[Modality.T1]
    return _Scene(images, here, rim, core, outside, enhancement)


def _brightness(scene: _Scene) -> dict[str, float]:
    found: dict[str, float] = {}
    lesion = scene.lesion
    flair, t1 = scene.images.get(Modality.FLAIR), scene.images.get(Modality.T1)
    t1ce, t2 = scene.images.get(Modality.T1CE), scene.images.get(Modality.T2)
    if flair is not None:
        values = flair[lesion]
        low, middle, high = np.percentile(values, [25, 50, 75])
        counts = np.histogram(np.clip(values, _BINS[0], _BINS[-1]), _BINS)[0]
        shares = counts[counts > 0] / counts.sum()
        found |= {
            "flair_median": float(middle),
            "flair_high": float(np.percentile(values, 95)),
            "flair_spread": float(high - low),
            "flair_entropy": float(-(shares * np.log(shares)).sum()),
            "flair_border": _step(flair, scene),
            "flair_core": _core(flair, scene),
            "flair_dark_share": float(np.mean(values < 0)),
        }
    if t1 is not None:
        values = t1[lesion]
        low, middle, high = np.percentile(values, [25, 50, 75])
        found |= {
            "t1_median": float(middle),
            "t1_low": float(np.percentile(values, 10)),
            "t1_spread": float(high - low),
            "t1_border": _step(t1, scene),
            "t1_core": _core(t1, scene),
        }
        if flair is not None:
            found["t1_flair_ratio"] = float(middle - np.median(flair[lesion]))
    if t1ce is not None:
        found["t1ce_median"] = float(np.median(t1ce[lesion]))
    if scene.enhancement is not None and t1 is not None:
        found |= _enhancement(scene.enhancement, t1, scene)
    if t2 is not None:
        found["t2_median"] = float(np.median(t2[lesion]))
        if flair is not None:
            found["t2_flair_mismatch"] = float(np.median((t2 - flair)[scene.core]))
    return found


def _enhancement(added: Field, t1: Field, scene: _Scene) -> dict[str, float]:
    lesion = scene.lesion
    values = added[lesion]
    low, middle, high = np.percentile(values, [25, 50, 75])
    around = float(np.median(added[scene.outside])) if scene.outside.any() else math.nan
    bright = lesion & (added > _ENHANCING)
    filled = bright.copy()
    for index in np.flatnonzero(bright.any(axis=(0, 1))):
        closed = ndimage.binary_closing(np.pad(bright[:, :, index], 3), iterations=2)
        filled[:, :, index] = ndimage.binary_fill_holes(closed)[3:-3, 3:-3]
    hollow = filled & ~bright
    count = int(lesion.sum())
    return {
        # Root and logarithm: most lesions enhance not at all, a few very much.
        "enhancing_extent": math.sqrt(bright.sum() / count),
        "enhancement_median": float(middle) - around,
        "enhancement_high": math.log1p(max(0.0, float(np.percentile(values, 95)))),
        "enhancement_spread": float(high - low),
        "ring": float(hollow.sum() / max(int(filled.sum()), _FEW)),
        "necrosis": float(np.count_nonzero(hollow & (t1 < _DARK)) / count),
    }


def _step(image: Field, scene: _Scene) -> float:
    """How much brighter the outer part of the lesion is than the brain next to it."""
    if not scene.outside.any():
        return math.nan
    return float(np.median(image[scene.rim]) - np.median(image[scene.outside]))


def _core(image: Field, scene: _Scene) -> float:
    """How much brighter the inner part of the lesion is than its outer part."""
    if not scene.core.any():
        return math.nan
    return float(np.median(image[scene.core]) - np.median(image[scene.rim]))


def _ordinary(whole: WorkingGrid, lesion: Mask, brain: Mask) -> tuple[NDArray[np.intp], ...]:
    """Voxels (in the turned volume) of brain away from the lesion and from the surface."""
    away = ndimage.distance_transform_edt(~lesion, sampling=whole.spacing) > _AWAY_MM
    ordinary = brain & away & (_depth(brain, whole.spacing) > _SURFACE_MM)
    if np.count_nonzero(ordinary) < 10 * _FEW:
        ordinary = brain & ~lesion if (brain & ~lesion).any() else brain
    places = np.nonzero(ordinary)
    thin = max(1, len(places[0]) // 20000)
    return tuple(
        place[::thin] * step + step // 2 for place, step in zip(places, whole.factors, strict=True)
    )


def _near(whole: WorkingGrid, lesion: Mask) -> tuple[tuple[slice, slice, slice], WorkingGrid]:
    """The box of the lesion and its surroundings: in working arrays, and as a grid of its own."""
    margins = [math.ceil(_MARGIN_MM / s) for s in whole.spacing]
    low, high = [], []
    for axis, margin in enumerate(margins):
        where = _where(lesion, axis)
        low.append(max(0, int(where[0]) - margin))
        high.append(min(lesion.shape[axis], int(where[-1]) + 1 + margin))
    box = (slice(low[0], high[0]), slice(low[1], high[1]), slice(low[2], high[2]))
    start = [
        first + n * step for first, n, step in zip(whole.start, low, whole.factors, strict=True)
    ]
    shape = [last - first for first, last in zip(low, high, strict=True)]
    near = replace(
        whole, start=(start[0], start[1], start[2]), shape=(shape[0], shape[1], shape[2])
    )
    return box, near


def _depth(brain: Mask, spacing: Spacing) -> Field:
    """Distance from the brain's surface within the axial slice, in mm."""
    # The lowest and the highest slice may be the end of the picture and not of the brain.
    wide = np.pad(brain, ((1, 1), (1, 1), (0, 0)))
    depth = np.zeros(wide.shape, np.float32)
    for index in np.flatnonzero(wide.any(axis=(0, 1))):
        plane = wide[:, :, index].astype(np.uint8)
        depth[:, :, index] = cv2.distanceTransform(plane, cv2.DIST_L2, 5)
    return depth[1:-1, 1:-1] * np.float32((spacing[0] + spacing[1]) / 2)


def _aside(places: NDArray[np.intp], brain: Mask) -> NDArray[np.float64]:
    """Voxels (n,) that places (n, 3) lie to the right of the mid-sagittal plane: the least-squares
    plane through the middles of the brain's rows from side to side."""
    rows = np.argwhere(brain.any(axis=0))
    filled = brain[:, rows[:, 0], rows[:, 1]]
    first = filled.argmax(axis=0)
    last = brain.shape[0] - 1 - filled[::-1].argmax(axis=0)
    # Long rows tell the middle best.
    weight = (last - first + 1.0) ** 2
    basis = np.column_stack([np.ones(len(rows)), rows])
    normal = basis.T @ (basis * weight[:, None]) + 1e-6 * np.eye(3)
    plane = np.linalg.solve(normal, basis.T @ (weight * (first + last) / 2))
    return np.asarray(places[:, 0] - plane[0] - places[:, 1:] @ plane[1:])


def _slope(t1: Field, t1ce: Field) -> np.float32:
    """Slope of the regression of T1ce on T1 through 0, both robustly normalised."""
    near = (np.abs(t1) < 3) & (np.abs(t1ce) < 3)
    amount = float((t1[near] ** 2).sum())
    return np.float32(np.clip((t1[near] * t1ce[near]).sum() / max(amount, 1e-6), 0.0, 1.0))


def _along(places: NDArray[np.intp], brain: Mask, axis: int) -> NDArray[np.float64]:
    where = _where(brain, axis)
    return np.asarray((places[:, axis] - where[0] + 0.5) / (where[-1] - where[0] + 1))


def _extent(mask: Mask, axis: int) -> float:
    where = _where(mask, axis)
    return float(where[-1] - where[0] + 1)


def _where(mask: Mask, axis: int) -> NDArray[np.intp]:
    return np.flatnonzero(mask.any(axis=tuple(n for n in range(3) if n != axis)))
