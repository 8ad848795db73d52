"""The model-free search for a lesion: bright, one-sided, deep enough, in one piece.

All of it on working arrays (R, A, S; about 2 mm) of robustly normalised intensities.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.brain import dilate, erode, fill_holes
from brainviewer.imaging.preprocess.midsagittal import OUTSIDE, MidPlane
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing

# Chosen on the 98 patients of the low-grade-glioma collection (packaging/measure).
_BRIGHTEST = 5.0
_SMOOTH_MM = 2.0
_MIRROR_SLACK_MM = 5.0
_MIRROR_WEIGHT = 0.7
_SEED = 1.5
_SUSPICIOUS = 0.75
_SUSPICIOUS_MARGIN_MM = 6.0
_EDGE_FRACTION = 0.4
_EDGE_LEAST = 0.9
_FAT = 3.0
_T2_WEIGHT = 1 / 3
_DEEP_MM = 10.0
_CAVITY_MM = 7.0
_FLUID = -1.0
_FLUID_LINE, _FLUID_BRIGHT = 0.3, 1.0
"""Fluid, and brain mixed with it, is as dark on T1 as it is bright on T2: below the first times its
brightness on T2. Chosen on the patients of BraTS 2018, of whose lesions 95 % are above."""
_SATELLITE = 0.3
_SMALLEST_ML = 0.15


@dataclass(frozen=True, eq=False)
class Lesion:
    """One connected lesion.

    mask : (R, A, S) bool.
    soft : (R, A, S) float32, 0..1: one half at the border, which may lie between two voxels.
    evidence : how much there is of it: millilitres weighted by brightness, one-sidedness and
        depth; comparable between studies.
    """

    mask: Mask
    soft: Field
    evidence: float
    volume_ml: float


def search(
    images: Mapping[Modality, Field],
    leading: Modality,
    brain: Mask,
    plane: MidPlane,
    spacing: Spacing,
    with_skull: bool,
) -> list[Lesion]:
    """Lesions, the one with the most evidence first; at most three.

    images : normalised sequences (R, A, S).
    leading : the sequence in which the lesion is bright.
    """
    bright, evidence = _compare(images[leading], brain, plane, spacing)
    t2 = None
    if leading is Modality.FLAIR and Modality.T2 in images:
        t2 = _smooth_inside(images[Modality.T2], brain, spacing)
        evidence[t2 < 0] = OUTSIDE
    fluid = _fluid(images, leading, bright, brain, spacing)
    evidence[fluid] = OUTSIDE
    if with_skull and Modality.T1 in images:
        evidence[_smooth_inside(images[Modality.T1], brain, spacing) > _FAT] = OUTSIDE
    seeds, count = ndimage.label(evidence > _SEED)
    if count == 0:
        return []
    padded = np.pad(brain, 1)
    depth = ndimage.distance_transform_edt(padded, sampling=spacing)[1:-1, 1:-1, 1:-1]
    millilitres = spacing[0] * spacing[1] * spacing[2] / 1000
    weight = np.clip(evidence - _SEED + 0.5, 0, 1.5) * np.clip(depth / _DEEP_MM, 0.2, 1)
    scores = np.bincount(seeds.ravel(), weight.ravel() * millilitres)
    scores[0] = 0
    lesions: list[Lesion] = []
    taken = np.zeros(brain.shape, bool)
    for label in np.argsort(-scores, kind="stable")[:6]:
        seed = seeds == label
        if scores[label] <= 0 or (seed & taken).any():
            continue
        edge = _relative(bright, seed)
        if t2 is not None:
            # What is bright in both reaches further than what is bright in one.
            edge = (1 - _T2_WEIGHT) * edge + _T2_WEIGHT * _relative(t2, seed)
        grown = _grow(seed, (edge > 1) & (evidence > 0.25 * _SEED))
        # Cavities are dark as fluid; normal-appearing brain between two lobes is not one.
        cavity = brain & ~fluid & ((bright < _FLUID) | (edge > 0.5))
        grown = fill_holes(grown | (_close(grown, spacing) & cavity))
        mask = grown & ~taken
        volume = float(mask.sum()) * millilitres
        if volume >= _SMALLEST_ML:
            lesions.append(Lesion(mask, mask.astype(np.float32), float(scores[label]), volume))
            taken |= mask
    return lesions[:3]


def _fluid(
    images: Mapping[Modality, Field],
    leading: Modality,
    bright: Field,
    brain: Mask,
    spacing: Spacing,
) -> Mask:
    """Fluid, where the lesion is looked for in T2, on which it is as bright as a lesion.

    bright : the smoothed T2. Nothing where no T1 tells, with contrast agent or without.
    """
    t1 = images.get(Modality.T1, images.get(Modality.T1CE))
    if leading is not Modality.T2 or t1 is None:
        return np.zeros(brain.shape, bool)
    dark = _smooth_inside(t1, brain, spacing)
    line = -np.float32(_FLUID_LINE) * bright
    return np.asarray(brain & (bright > _FLUID_BRIGHT) & (dark < line))


def suspicious(image: Field, brain: Mask, plane: MidPlane, spacing: Spacing) -> Mask:
    """Where a lesion may be, generously: what must not be taken for uneven brightness.

    image : (R, A, S) float32, normalised but not yet flattened.
    """
    _, evidence = _compare(image, brain, plane, spacing)
    return dilate(evidence > _SUSPICIOUS, _SUSPICIOUS_MARGIN_MM, spacing)


def together(lesions: list[Lesion]) -> list[Lesion]:
    """The strongest lesion and those that have a good part of its evidence."""
    least = _SATELLITE * lesions[0].evidence
    return [one for one in lesions if one.evidence >= least]


def _compare(image: Field, brain: Mask, plane: MidPlane, spacing: Spacing) -> tuple[Field, Field]:
    """The smoothed image, and what is left of it after the other side has been taken off."""
    bright = _smooth_inside(image, brain, spacing)
    slack = [max(1, 2 * round(_MIRROR_SLACK_MM / 2 / s) + 1) if s < 4 else 1 for s in spacing]
    opposite = ndimage.maximum_filter(plane.mirror(bright, spacing), size=slack)
    evidence = bright - np.float32(_MIRROR_WEIGHT) * np.clip(opposite, 0, None)
    evidence[~brain] = OUTSIDE
    return bright, evidence


def _smooth_inside(image: Field, brain: Mask, spacing: Spacing) -> Field:
    """Gaussian smoothing that takes nothing from outside the brain."""
    sigma = [_SMOOTH_MM / s if s < 4 else 0.3 for s in spacing]
    values = np.where(brain, np.clip(image, OUTSIDE, _BRIGHTEST), 0).astype(np.float32)
    amount = ndimage.gaussian_filter(brain.astype(np.float32), sigma)
    smooth = ndimage.gaussian_filter(values, sigma) / np.maximum(amount, 1e-3)
    return np.where(brain, smooth, np.float32(OUTSIDE)).astype(np.float32)


def _grow(seed: Mask, bright: Mask) -> Mask:
    """From the seed to where the lesion fades into normal-appearing brain."""
    labels, _ = ndimage.label(seed | bright)
    wanted: NDArray[np.bool_] = np.zeros(int(labels.max()) + 1, bool)
    wanted[np.unique(labels[seed])] = True
    return np.asarray(wanted[labels])


def _close(mask: Mask, spacing: Spacing) -> Mask:
    return erode(dilate(mask, _CAVITY_MM, spacing), _CAVITY_MM, spacing)


def _relative(image: Field, seed: Mask) -> Field:
    """Brightness on a scale where 1 is the edge of the lesion that ``seed`` is the core of."""
    edge = max(_EDGE_LEAST, _EDGE_FRACTION * float(np.percentile(image[seed], 75)))
    return np.asarray(np.clip(image / np.float32(edge), -2, 2))
