"""Fit a fusion head: descriptors, weights of the sources, calibration, age, prevalences.

Everything is fitted as if the classes were equally frequent (each class weighs the same), so
that any prevalence can be put on top. The network's logits must come from networks that never
saw the patient; the descriptors' scores are made so by an inner cross-validation.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.imaging.measure.descriptors import BRIGHTNESS, NAMES, POSITION, SHAPE
from brainviewer.models.subtype.fusion_head import (
    FARTHEST,
    AgePart,
    DescriptorPart,
    FusionHead,
    Prevalence,
    Source,
    Term,
)
from brainviewer.training.labelled_data.collection import patient_folds
from brainviewer.training.softmax_regression import (
    Numbers,
    balanced_log_loss,
    class_weights,
    fit_softmax,
    softmax,
)
from brainviewer.training.subtype.evaluation_inputs import Evidence

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
    "shape and place of the segmentation only": SHAPE + POSITION,
    "brightness only": BRIGHTNESS,
    "place only": POSITION,
}
# Strength of the L2 penalty, in units of a patient; the inner cross-validation chooses.
RIDGES = (3.0, 6.0, 12.0, 24.0)
INNER_FOLDS = 5
# Below one half, the other types together are more likely than the one that is named.
LEAST_CONFIDENT = 0.5
# How often the evidence is about something else. From 0.03 to 0.2 the log loss in unseen patients
# is the same within one standard error (0.05 has the least): patients who all have a glioma cannot
# tell how often a lesion is something else, so the more cautious side is taken.
CONTAMINATION = 0.15
DEFAULT_PREVALENCE = "equal"
# Tumours by type in the registries of the United States, 2018-2019.
_REGISTRY = {"A": 1103 + 1159 + 580, "O": 1227 + 653, "G": 883 + 1167 + 18579 + 155 + 475}
_REGISTRY_SOURCE = (
    "Adult-type diffuse gliomas with known molecular type in US cancer registries 2018-2019: "
    "2,842 A, 1,880 O, 21,259 G (Ostrom et al., CBTRUS Statistical Report, Neuro-Oncology 2022, "
    "table 7)."
)


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
    fusion_head = FusionHead(known.classes, None, part, None, {}, "", 0.0)
    rows = [
        fusion_head.descriptor_scores(known.described(n) or {}) for n in range(len(known.truth))
    ]
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
    fractions = weight[:, None] * there
    total = fractions.sum(axis=0)
    filled = np.where(there, raw, 0.0)
    means = (fractions * filled).sum(axis=0) / total
    spread = np.sqrt((fractions * (filled - means) ** 2).sum(axis=0) / total)
    return means, np.where(spread > 1e-9, spread, 1.0)


def fit_fusion_head(known: Evidence, seed: int, terms: Sequence[str] = NAMES) -> FusionHead:
    """Fit everything on these patients.

    seed : of the inner folds.
    terms : descriptors that may be used.

    The weights of network, descriptors and age are those with the least log loss, with and without
    the age together, all classes weighing the same. The age counts for less than naive Bayes would
    have it, because the images know something of it.
    """
    ages = _fit_ages(known)
    seen = known.of(known.seen)
    age_scores = _age_scores(seen.ages, ages)
    sources = [] if seen.logits is None else [seen.logits]
    if seen.values is not None:
        ridge, scores = inner_scores(seen, seed, terms)
        sources.append(scores)
    alone = [_fit_weights([source], age_scores, seen.truth)[0] for source in sources]
    *together, age_weight = _fit_weights(sources, age_scores, seen.truth)
    weights = [Source(float(a), float(t)) for a, t in zip(alone, together, strict=True)]
    part: DescriptorPart | None = None
    if seen.values is not None:
        part = DescriptorPart(weights[-1], *fit_terms(seen, ridge, terms))
    return FusionHead(
        known.classes,
        None if seen.logits is None else weights[0],
        part,
        None if ages is None else replace(ages, weight=float(age_weight)),
        prevalences(known),
        DEFAULT_PREVALENCE,
        LEAST_CONFIDENT,
        CONTAMINATION,
    )


def prevalences(known: Evidence) -> dict[str, Prevalence]:
    """The named settings: equal, as in training, and, for A, O and G, as in a clinic."""
    count, patients = len(known.classes), len(known.truth)
    fractions = np.bincount(known.truth, minlength=count) / patients
    rounded = tuple(fractions.round(6).tolist())
    named = {
        "equal": Prevalence((1 / count,) * count, "All types are taken to be equally frequent."),
        "training": Prevalence(rounded, f"As among the {patients} training patients."),
    }
    if set(known.classes) == set(_REGISTRY):
        total = sum(_REGISTRY.values())
        clinic = tuple(round(_REGISTRY[code] / total, 4) for code in known.classes)
        named["clinic"] = Prevalence(clinic, _REGISTRY_SOURCE)
    return named


def probabilities(
    fusion_head: FusionHead, known: Evidence, sources: Sequence[str], prevalence: str
) -> Numbers:
    """(n, classes): what the head says about every patient.

    sources : those to use, of ``network``, ``descriptors`` and ``age``. Where no lesion was found,
        only the age counts.
    """
    rows = np.zeros((len(known.truth), len(known.classes)))
    for index in range(len(rows)):
        logits = known.logits if "network" in sources and known.seen[index] else None
        age = known.ages[index]
        rows[index] = fusion_head.evidence(
            None if logits is None else logits[index],
            known.described(index) if "descriptors" in sources else None,
            float(age) if "age" in sources and np.isfinite(age) else None,
        )
    return fusion_head.probabilities(rows, prevalence)


def _fit_weights(
    sources: Sequence[Numbers], age_scores: Numbers, truth: NDArray[np.int64]
) -> Numbers:
    """(sources + 1,): factors of the sources and of the age, none below 0, with the least loss
    with and without the age."""
    from scipy.optimize import minimize

    def loss(factors: Numbers) -> float:
        image = sum((f * s for f, s in zip(factors, sources, strict=False)), 0.0 * sources[0])
        both = (image, image + factors[-1] * age_scores)
        return sum((balanced_log_loss(truth, softmax(scores)) for scores in both), 0.0)

    start = np.append(np.full(len(sources), 1.0 / len(sources)), 1.0)
    bounds = [(0.0, 10.0)] * len(sources) + [(0.0, 1.0)]
    found = minimize(loss, start, bounds=bounds, method="Nelder-Mead", options={"xatol": 1e-4})
    return np.asarray(found.x.round(4))


def _fit_ages(known: Evidence) -> AgePart | None:
    """Mean and standard deviation per class; None if a class has fewer than three ages."""
    of_class = [known.ages[known.truth == index] for index in range(len(known.classes))]
    of_class = [ages[np.isfinite(ages)] for ages in of_class]
    if min(len(ages) for ages in of_class) < 3 or min(ages.std() for ages in of_class) == 0:
        return None
    return AgePart(
        1.0,
        tuple(round(float(ages.mean()), 4) for ages in of_class),
        tuple(round(float(ages.std(ddof=1)), 4) for ages in of_class),
    )


def _age_scores(ages: Numbers, part: AgePart | None) -> Numbers:
    """(n, classes) log densities; 0 where the age is not known."""
    if part is None:
        return np.zeros((len(ages), 1))
    deviations = np.array(part.deviations)
    standard = (ages[:, None] - np.array(part.means)) / deviations
    return np.asarray(np.nan_to_num(part.weight * (-0.5 * standard**2 - np.log(deviations))))
