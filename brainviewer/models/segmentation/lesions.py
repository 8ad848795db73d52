"""Lesions out of the probabilities of the segmentation network."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.imaging.preprocess.brain import fill_holes
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing
from brainviewer.imaging.rules.lesion_search import Lesion
from brainviewer.models.segmentation.calibration import Calibration

THRESHOLD = 0.5
_SMALLEST_ML = 0.15
_MOST = 3
# Less evidence than this is the unevenness of a healthy head.
LEAST_ML = 1.0
# A segmentation is clear where these two thresholds agree; the slice should be the largest at all.
_GENEROUS, _STRICT = 0.3, 0.7
_OTHER_THRESHOLDS = (0.2, 0.35, 0.65, 0.8)


def lesions_of(probability: Field, spacing: Spacing, threshold: float = THRESHOLD) -> list[Lesion]:
    """Connected lesions, the one with the most evidence first; at most three.

    probability : (R, A, S) float32, 0..1.

    A lesion's evidence is its expected volume: millilitres weighted by probability. Nothing is
    found where the strongest has too little.
    """
    parts, evidence = _parts(probability, spacing, threshold)
    if evidence.max() < LEAST_ML:
        return []
    millilitres = spacing[0] * spacing[1] * spacing[2] / 1000
    lesions: list[Lesion] = []
    taken: Mask = np.zeros(probability.shape, bool)
    for part in np.argsort(-evidence, kind="stable")[:_MOST]:
        if evidence[part] <= 0:
            continue
        # What is enclosed by the lesion belongs to it: dead cores look like fluid.
        mask = fill_holes(parts == part) & ~taken
        volume = float(mask.sum()) * millilitres
        if volume >= _SMALLEST_ML:
            soft = _soft(mask, probability, threshold)
            lesions.append(Lesion(mask, soft, float(evidence[part]), volume))
            taken |= mask
    return lesions


def _soft(mask: Mask, probability: Field, threshold: float) -> Field:
    """The probability in a lesion and on its border, 1 in its holes, 0 elsewhere."""
    near = ndimage.binary_dilation(mask) & (mask | (probability <= threshold))
    inside = mask & (probability <= threshold)
    return np.where(inside, 1, np.where(near, probability, 0)).astype(np.float32)


def evidence_of(probability: Field, spacing: Spacing) -> float:
    """The evidence of the strongest lesion, in mL, however little it is."""
    return float(_parts(probability, spacing, THRESHOLD)[1].max())


def _parts(
    probability: Field, spacing: Spacing, threshold: float
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Connected parts by number, and the evidence of each; number 0 is everything else."""
    parts, _ = ndimage.label(probability > threshold, np.ones((3, 3, 3)))
    millilitres = spacing[0] * spacing[1] * spacing[2] / 1000
    evidence: NDArray[np.float64] = np.bincount(  # type: ignore[assignment]  # weighted: float
        parts.ravel(), probability.ravel() * millilitres
    )
    evidence[0] = 0
    return parts, evidence


def features(probability: Field, lesions: list[Lesion]) -> tuple[float, ...]:
    """What tells how likely a segmentation is right: one number for each of
    ``calibration.FEATURES``, 0..1.

    The evidence of the second lesion beside that of the first; in the axial slice with the largest
    area, the part of the segmentation that stays when less is taken for lesion; the least area of
    that slice beside the largest one when other thresholds draw the segmentation; and the Dice
    coefficient that the probabilities let expect.
    """
    rival = lesions[1].evidence / lesions[0].evidence if len(lesions) > 1 else 0.0

    def area(threshold: float) -> NDArray[np.int64]:
        return np.asarray(np.count_nonzero(probability > threshold, axis=(0, 1)))

    slice_ = int(area(THRESHOLD).argmax())
    clear = area(_STRICT)[slice_] / max(area(_GENEROUS)[slice_], 1)
    mask = probability > THRESHOLD
    expected = 2 * probability[mask].sum() / (probability.sum() + mask.sum())
    others = [area(threshold) for threshold in _OTHER_THRESHOLDS]
    rank = min(one[slice_] / max(one.max(), 1) for one in others)
    return float(rival), float(clear), float(rank), float(expected)


def confidence(probability: Field, lesions: list[Lesion], calibration: Calibration) -> float:
    """Probability that the segmentation is right, see ``Calibration``."""
    return float(calibration(np.array(features(probability, lesions))))
