"""The model-free search for a lesion: bright, one-sided, deep enough, in one piece.

All of it on working arrays (R, A, S; about 2 mm) of robustly normalised intensities.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.analysis.brain import Spacing, dilate, erode, fill_holes
from brainviewer.analysis.symmetry import OUTSIDE, MidPlane
from brainviewer.analysis.working_grid import Field, Mask
from brainviewer.core.study import Modality

# Chosen on the 98 patients of the low-grade-glioma collection (packaging/measure).
_BRIGHTEST = 5.0
_SMOOTH_MM = 2.0
_MIRROR_SLACK_MM = 5.0
_MIRROR_WEIGHT = 0.7
_SEED = 1.5
_SUSPICIOUS = 0.75
_SUSPICIOUS_MARGIN_MM = 6.0
_EDGE_SHARE = 0.4
_EDGE_LEAST = 0.9
_FAT = 3.0
_DEEP_MM = 10.0
_CAVITY_MM = 7.0
_SATELLITE = 0.3
_SMALLEST_ML = 0.15


@dataclass(frozen=True, eq=False)
class Lesion:
    """One connected lesion.

    mask : (R, A, S) bool.
    evidence : how much there is of it: millilitres weighted by brightness, one-sidedness and
        depth; comparable between studies.
    """

    mask: Mask
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
    evidence[_excluded(images, leading, spacing, with_skull)] = OUTSIDE
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
        mask = _grow(seed, bright, evidence, brain, spacing) & ~taken
        volume = float(mask.sum()) * millilitres
        if volume >= _SMALLEST_ML:
            lesions.append(Lesion(mask, float(scores[label]), volume))
            taken |= mask
    return lesions[:3]


def suspicious(image: Field, brain: Mask, plane: MidPlane, spacing: Spacing) -> Mask:
    """Where a lesion may be, generously: what must not be taken for uneven brightness.

    image : (R, A, S) float32, normalised but not yet flattened.
    """
    _, evidence = _compare(image, brain, plane, spacing)
    return dilate(evidence > _SUSPICIOUS, _SUSPICIOUS_MARGIN_MM, spacing)


def together(lesions: list[Lesion]) -> Mask:
    """The strongest lesion and those that have a good part of its evidence."""
    least = _SATELLITE * lesions[0].evidence
    return np.asarray(np.logical_or.reduce([one.mask for one in lesions if one.evidence >= least]))


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


def _excluded(
    images: Mapping[Modality, Field], leading: Modality, spacing: Spacing, with_skull: bool
) -> Mask:
    """Where another sequence contradicts: T2 not bright (artefact), or T1 as bright as fat."""
    excluded = np.zeros(images[leading].shape, bool)
    sigma = [_SMOOTH_MM / s if s < 4 else 0.3 for s in spacing]
    if leading is Modality.FLAIR and Modality.T2 in images:
        t2 = ndimage.gaussian_filter(np.clip(images[Modality.T2], -3, 5), sigma)
        excluded |= t2 < 0.0
    if with_skull and Modality.T1 in images:
        t1 = ndimage.gaussian_filter(np.clip(images[Modality.T1], -4, 6), sigma)
        excluded |= t1 > _FAT
    return excluded


def _grow(seed: Mask, bright: Field, evidence: Field, brain: Mask, spacing: Spacing) -> Mask:
    """From the seed to where the lesion is half-way down to ordinary brain; cavities filled."""
    edge = max(_EDGE_LEAST, _EDGE_SHARE * float(np.percentile(bright[seed], 75)))
    labels, _ = ndimage.label(seed | ((bright > edge) & (evidence > 0.25 * _SEED)))
    wanted: NDArray[np.bool_] = np.zeros(int(labels.max()) + 1, bool)
    wanted[np.unique(labels[seed])] = True
    grown: Mask = wanted[labels]
    closed = erode(dilate(grown, _CAVITY_MM, spacing), _CAVITY_MM, spacing)
    return fill_holes(grown | (closed & brain))
