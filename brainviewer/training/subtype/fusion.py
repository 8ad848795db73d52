"""Fit a fusion head: descriptors, weights of the parts, calibration, age, prevalences.

Everything is fitted as if the classes were equally frequent (each class weighs the same), so that
any prevalence can be put on top. The logits must come from networks that never saw the patient;
the descriptors' scores are made so by an inner cross-validation by patient. For the head of one
fold both come from the patients of the other folds. Networks of those have seen this fold's
patients, but only the few weights of the parts are fitted to what they say.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.imaging.measure.descriptors import NAMES
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
from brainviewer.training.subtype.evidence import Evidence, Numbers

# Strength of the L2 penalty, in units of a patient; the inner cross-validation chooses.
RIDGES = (6.0, 12.0, 24.0, 48.0)
INNER_FOLDS = 5
# Below one half, the other types together are more likely than the one that is named.
LEAST_CONFIDENT = 0.5
# How often the evidence is about something else. Patients who all have a glioma cannot tell how
# often a lesion is something else, so the cautious side of what their log loss allows is taken.
CONTAMINATION = 0.15
DEFAULT_PREVALENCE = "equal"
# Tumours by type in the registries of the United States, 2018-2019.
_REGISTRY = {"A": 1103 + 1159 + 580, "O": 1227 + 653, "G": 883 + 1167 + 18579 + 155 + 475}
_REGISTRY_SOURCE = (
    "Adult-type diffuse gliomas with known molecular type in US cancer registries 2018-2019: "
    "2,842 A, 1,880 O, 21,259 G (Ostrom et al., CBTRUS Statistical Report, Neuro-Oncology 2022, "
    "table 7)."
)


def fit_fusion_head(known: Evidence, seed: int) -> FusionHead:
    """Fit everything on these lesions; seed : of the inner folds.

    The weights of network, descriptors and age are those with the least log loss, with and without
    the age together. The age counts for less than naive Bayes would have it, because the images
    know something of it.
    """
    ages = _fit_ages(known)
    seen = known.of(known.seen)
    by_age = _age_scores(seen.ages, ages)
    ridge, scores = inner_scores(seen, seed)
    parts = (seen.logits, scores)
    alone = [_fit_weights([one], by_age, seen)[0] for one in parts]
    *together, age_weight = _fit_weights(parts, by_age, seen)
    network, descriptors = (
        Source(float(a), float(t)) for a, t in zip(alone, together, strict=True)
    )
    return FusionHead(
        known.classes,
        network,
        DescriptorPart(descriptors, *fit_terms(seen, ridge)),
        None if ages is None else replace(ages, weight=float(age_weight)),
        prevalences(known),
        DEFAULT_PREVALENCE,
        LEAST_CONFIDENT,
        CONTAMINATION,
    )


def inner_scores(known: Evidence, seed: int) -> tuple[float, Numbers]:
    """The best ridge, and the scores it gives every lesion from the other inner folds."""
    patients, first = np.unique(known.patient, return_index=True)
    split = patient_folds([known.classes[n] for n in known.truth[first]], INNER_FOLDS, seed)
    fold = split[np.searchsorted(patients, known.patient)]
    tried = []
    for ridge in RIDGES:
        scores = np.zeros((len(fold), len(known.classes)))
        for index in range(INNER_FOLDS):
            own = fold == index
            scores[own] = scores_of(known.of(own), *fit_terms(known.of(~own), ridge))
        tried.append((_log_loss(known, scores), ridge, scores))
    return min(tried, key=lambda one: one[0])[1:]


def fit_terms(known: Evidence, ridge: float) -> tuple[tuple[float, ...], tuple[Term, ...]]:
    """Ridge-penalised logistic regression of the class on all descriptors.

    Descriptors that fewer than half of the lesions have are left out; one that is missing counts
    as the mean, in which every class weighs the same: it then speaks for no class.

    Returns intercepts (classes,) and terms.
    """
    from sklearn.linear_model import LogisticRegression

    weight = balanced(known)
    there = np.isfinite(known.values)
    used = np.flatnonzero(np.average(there, axis=0, weights=known.weight) >= 0.5)
    raw, shares = known.values[:, used], weight[:, None] * there[:, used]
    total = np.maximum(shares.sum(axis=0), 1e-9)
    means = (shares * np.nan_to_num(raw)).sum(axis=0) / total
    spread = np.sqrt((shares * (np.nan_to_num(raw) - means) ** 2).sum(axis=0) / total)
    scales = np.where(spread > 1e-9, spread, 1.0)
    standard = np.clip(np.nan_to_num((raw - means) / scales), -FARTHEST, FARTHEST)
    model = LogisticRegression(C=1 / ridge, tol=1e-6, max_iter=2000)
    model.fit(standard, known.truth, sample_weight=weight)
    own = np.column_stack([model.intercept_, model.coef_])
    if len(own) == 1:  # two classes have one contrast
        own = np.vstack([-own, own]) / 2
    fitted = np.zeros((len(known.classes), own.shape[1]))
    fitted[model.classes_] = own
    terms = tuple(
        Term(NAMES[place], float(mean), float(scale), tuple(of_class.tolist()))
        for place, mean, scale, of_class in zip(used, means, scales, fitted.T[1:], strict=True)
    )
    return tuple(fitted[:, 0].tolist()), terms


def scores_of(known: Evidence, intercepts: Sequence[float], terms: Sequence[Term]) -> Numbers:
    """(n, classes): the scores of a fitted descriptor classifier."""
    part = DescriptorPart(Source(1.0, 1.0), tuple(intercepts), tuple(terms))
    head = FusionHead(known.classes, None, part, None, {}, "", 0.0)
    return np.array([head.descriptor_scores(known.described(n)) for n in range(len(known.truth))])


def probabilities(
    head: FusionHead, known: Evidence, sources: Sequence[str], prevalence: str
) -> Numbers:
    """(n, classes): what the head says about every lesion.

    sources : those to use, of ``network``, ``descriptors`` and ``age``. Where no lesion was seen,
        only the age counts.
    """
    rows = np.zeros((len(known.truth), len(known.classes)))
    for index, seen in enumerate(known.seen):
        age = known.ages[index]
        rows[index] = head.evidence(
            known.logits[index] if seen and "network" in sources else None,
            known.described(index) if seen and "descriptors" in sources else None,
            float(age) if "age" in sources and np.isfinite(age) else None,
        )
    return head.probabilities(rows, prevalence)


def prevalences(known: Evidence) -> dict[str, Prevalence]:
    """The named settings: equal, as in training, and, for A, O and G, as in a clinic."""
    count, patients = len(known.classes), len(np.unique(known.patient))
    often = np.bincount(known.truth, known.weight, count) / known.weight.sum()
    named = {
        "equal": Prevalence((1 / count,) * count, "All types are taken to be equally frequent."),
        "training": Prevalence(
            tuple(often.round(6).tolist()), f"As among the {patients} training patients."
        ),
    }
    if set(known.classes) == set(_REGISTRY):
        total = sum(_REGISTRY.values())
        clinic = tuple(round(_REGISTRY[code] / total, 4) for code in known.classes)
        named["clinic"] = Prevalence(clinic, _REGISTRY_SOURCE)
    return named


def balanced(known: Evidence) -> Numbers:
    """(n,): the weights, with every class that occurs counting the same; their sum stays."""
    sums = np.bincount(known.truth, known.weight, len(known.classes))
    return np.asarray(
        known.weight * known.weight.sum() / np.count_nonzero(sums) / sums[known.truth]
    )


def _log_loss(known: Evidence, scores: Numbers) -> float:
    from scipy.special import log_softmax

    said = log_softmax(scores, axis=1)[np.arange(len(scores)), known.truth]
    return -float(np.average(said, weights=balanced(known)))


def _fit_weights(parts: Sequence[Numbers], by_age: Numbers, known: Evidence) -> Numbers:
    """(parts + 1,): factors of the parts and of the age, none below 0, with the least loss with and
    without the age."""
    from scipy.optimize import minimize

    def loss(factors: Numbers) -> float:
        image = np.tensordot(factors[:-1], np.array(parts), 1)
        return sum(_log_loss(known, one) for one in (image, image + factors[-1] * by_age))

    start = np.append(np.full(len(parts), 1.0 / len(parts)), 1.0)
    bounds = [(0.0, 10.0)] * len(parts) + [(0.0, 1.0)]
    found = minimize(loss, start, bounds=bounds, method="Nelder-Mead", options={"xatol": 1e-4})
    return np.asarray(found.x.round(4))


def _fit_ages(known: Evidence) -> AgePart | None:
    """Mean and standard deviation per class; None if a class has fewer than three ages."""
    means, deviations = [], []
    for index in range(len(known.classes)):
        some: NDArray[np.bool_] = (known.truth == index) & np.isfinite(known.ages)
        ages, weight = known.ages[some], known.weight[some]
        count = len(np.unique(known.patient[some]))
        if count < 3:
            return None
        mean = float(np.average(ages, weights=weight))
        variance = float(np.average((ages - mean) ** 2, weights=weight)) * count / (count - 1)
        means.append(round(mean, 4))
        deviations.append(round(variance**0.5, 4))
    return AgePart(1.0, tuple(means), tuple(deviations)) if min(deviations) > 0 else None


def _age_scores(ages: Numbers, part: AgePart | None) -> Numbers:
    """(n, classes) log densities; 0 where the age is not known."""
    if part is None:
        return np.zeros((len(ages), 1))
    deviations = np.array(part.deviations)
    standard = (ages[:, None] - np.array(part.means)) / deviations
    return np.asarray(np.nan_to_num(-0.5 * standard**2 - np.log(deviations)))
