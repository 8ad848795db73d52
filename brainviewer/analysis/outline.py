"""Lesions out of the probabilities of the outlining network."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from brainviewer.analysis.brain import Spacing, fill_holes
from brainviewer.analysis.lesion import Lesion
from brainviewer.analysis.working_grid import Field, Mask

# Chosen by cross-validation on the low-grade-glioma collection (brainviewer.training.outline).
THRESHOLD = 0.5
_SMALLEST_ML = 0.15
_MOST = 3
# Less evidence than this is the unevenness of a healthy head.
LEAST_ML = 1.0
FEATURES = ("logarithm of evidence in mL", "next lesion's share", "mean probability")


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
            certainty = np.where(mask, np.where(probability > threshold, probability, 1), 0)
            lesions.append(
                Lesion(mask, certainty.astype(np.float32), float(evidence[part]), volume)
            )
            taken |= mask
    return lesions


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


def features(lesions: list[Lesion]) -> tuple[float, ...]:
    """What tells how likely the slice is right: one number for each of FEATURES."""
    first = lesions[0]
    rival = lesions[1].evidence / first.evidence if len(lesions) > 1 else 0.0
    return float(np.log(first.evidence)), rival, float(first.certainty[first.mask].mean())


def confidence(lesions: list[Lesion], weights: tuple[float, ...]) -> float:
    """Probability that the slice holds at least 0.9 of the largest area.

    weights : of a constant and FEATURES, in a logistic function fitted to patients that the
        network had not seen.
    """
    known = (1.0, *features(lesions))
    return float(1 / (1 + np.exp(-sum(w * x for w, x in zip(weights, known, strict=True)))))
