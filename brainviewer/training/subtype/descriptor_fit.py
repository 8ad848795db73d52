"""Penalised softmax regression of the subtype on lesion descriptors."""

from collections.abc import Sequence

import numpy as np

from brainviewer.imaging.measure.descriptors import BRIGHTNESS, NAMES, POSITION, SHAPE
from brainviewer.models.subtype.fusion_head import FARTHEST, DescriptorPart, Head, Source, Term
from brainviewer.training.labelled_data.folds import patient_folds
from brainviewer.training.softmax_regression import (
    Numbers,
    balanced_log_loss,
    class_weights,
    fit_softmax,
    softmax,
)
from brainviewer.training.subtype.evidence import Evidence

# What tells a glioblastoma from the two IDH-mutant types, and what tells those two apart. Chosen
# from radiology (imaging.measure.descriptors), with sight of cross-validation on the lgg data.
GLIOBLASTOMA = (
    "size", "solidity", "anterior", "t1_low_against_mirror", "t1_texture_against_mirror",
    "t1ce_against_mirror", "enhancement_against_mirror", "enhancement_high", "enhancing_extent",
)  # fmt: skip
OLIGODENDROGLIOMA = (
    "size", "anterior", "superior", "lateral", "frontal", "insular", "t1_low_against_mirror",
    "t1_core", "t1ce_low_against_mirror", "enhancement_against_mirror", "t2_flair_mismatch",
)  # fmt: skip
# Parts of the descriptors, to see what the answer rests on.
CONTROLS = {
    "shape and place of the outline only": SHAPE + POSITION,
    "brightness only": BRIGHTNESS,
    "place only": POSITION,
}
# Strength of the L2 penalty, in units of a patient; the inner cross-validation chooses.
RIDGES = (3.0, 6.0, 12.0, 24.0)
INNER_FOLDS = 5


def inner_scores(known: Evidence, seed: int, terms: Sequence[str]) -> tuple[float, Numbers]:
    """The best ridge, and the scores it gives every patient from the other inner folds."""
    labels = [known.classes[index] for index in known.truth]
    fold = patient_folds(labels, INNER_FOLDS, seed)
    tried = []
    for ridge in RIDGES:
        scores = np.zeros((len(labels), len(known.classes)))
        for index in range(INNER_FOLDS):
            own = fold == index
            scores[own] = scores_of(known.of(own), *fit_terms(known.of(~own), ridge, terms))
        tried.append((balanced_log_loss(known.truth, softmax(scores)), ridge, scores))
    return min(tried, key=lambda one: one[0])[1:]


def fit_terms(
    known: Evidence, ridge: float, wanted: Sequence[str] = NAMES
) -> tuple[tuple[float, ...], tuple[Term, ...]]:
    """Ridge-penalised softmax regression of the class on the descriptors.

    For A, O and G the scores are built from two contrasts, each with the few descriptors that are
    known to bear on it; for other classes from one contrast per class with all descriptors.
    Descriptors that fewer than half of the patients have are left out. Every class weighs the
    same, also in the means: a missing descriptor then speaks for no class.

    Returns intercepts (classes,) and terms.
    """
    assert known.values is not None
    enough = np.isfinite(known.values).mean(axis=0) >= 0.5
    names = [n for n, there in zip(known.names, enough, strict=True) if there and n in wanted]
    contrasts = [(d, [n for n in names if n in own]) for d, own in _contrasts(known.classes)]
    used = [n for n in names if any(n in own for _, own in contrasts)]
    raw, truth = known.values, known.truth
    weight = class_weights(truth, len(known.classes))
    if known.expert is not None:
        # The two descriptions of a patient share its weight.
        raw, truth = np.concatenate([raw, known.expert]), np.tile(truth, 2)
        both = np.isfinite(known.expert).any(axis=1)
        own = np.where(both, 0.5, 1.0) * weight
        weight = np.concatenate([own, np.where(both, 0.5, 0.0) * weight])
    raw = raw[:, [known.names.index(n) for n in used]]
    means, scales = _moments(raw, weight)
    standard = standardise(raw, means, scales)
    directions = np.array([direction for direction, _ in contrasts])
    allowed = np.array([[n in own for n in used] for _, own in contrasts])
    fitted = fit_softmax(standard, truth, weight, ridge, directions, allowed)
    per_class = fitted[:, 1:].T @ directions
    terms = tuple(
        Term(name, float(mean), float(scale), tuple(row.tolist()))
        for name, mean, scale, row in zip(used, means, scales, per_class, strict=True)
    )
    return tuple((fitted[:, 0] @ directions).tolist()), terms


def scores_of(known: Evidence, intercepts: Sequence[float], terms: Sequence[Term]) -> Numbers:
    """(n, classes): the scores of a fitted descriptor classifier."""
    part = DescriptorPart(Source(1.0, 1.0), tuple(intercepts), tuple(terms))
    head = Head(known.classes, None, part, None, {}, "", 0.0)
    rows = [head.descriptor_scores(known.described(n) or {}) for n in range(len(known.truth))]
    return np.array(rows)


def standardise(raw: Numbers, means: Numbers, scales: Numbers) -> Numbers:
    """Descriptors as the head sees them: missing ones 0, far ones clipped."""
    return np.clip(np.nan_to_num((raw - means) / scales), -FARTHEST, FARTHEST)


def _contrasts(classes: tuple[str, ...]) -> list[tuple[list[float], Sequence[str]]]:
    if set(classes) != {"A", "O", "G"}:
        count = len(classes)
        return [([float(n == m) - 1 / count for n in range(count)], NAMES) for m in range(count)]
    oligo = {"A": -0.5, "O": 0.5, "G": 0.0}
    glioblastoma = {"A": -1 / 3, "O": -1 / 3, "G": 2 / 3}
    return [
        ([oligo[code] for code in classes], OLIGODENDROGLIOMA),
        ([glioblastoma[code] for code in classes], GLIOBLASTOMA),
    ]


def _moments(raw: Numbers, weight: Numbers) -> tuple[Numbers, Numbers]:
    there = np.isfinite(raw)
    shares = weight[:, None] * there
    total = shares.sum(axis=0)
    filled = np.where(there, raw, 0.0)
    means = (shares * filled).sum(axis=0) / total
    spread = np.sqrt((shares * (filled - means) ** 2).sum(axis=0) / total)
    return means, np.where(spread > 1e-9, spread, 1.0)
