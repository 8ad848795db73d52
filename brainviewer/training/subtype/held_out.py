"""Predictions for held-out patients, and those of simpler classifiers for comparison."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.training.recipes import Recipe
from brainviewer.training.softmax_regression import class_weights, softmax
from brainviewer.training.subtype.evaluation_inputs import MAIN, Evidence
from brainviewer.training.subtype.fusion_heads import (
    CONTROLS,
    fit_fusion_head,
    probabilities,
    standardise,
)

Classifier = Callable[[Evidence, Evidence], NDArray[np.float64]]
"""From the patients to learn from and those to answer for to (n, classes) log-likelihoods."""

_CHOSEN = 9


def classifiers() -> dict[str, Classifier]:
    """By name; settings are fixed beforehand, mild because there are few patients."""
    if find_spec("sklearn") is None:
        return {}
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    logistic = LogisticRegression(C=0.03, max_iter=3000)
    boosting = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.05, max_leaf_nodes=4, min_samples_leaf=8, l2_regularization=5.0
    )
    trees = ExtraTreesClassifier(300, min_samples_leaf=4, random_state=0)
    return {
        "logistic regression, all descriptors": partial(_plain, logistic),
        "two stages, all descriptors": partial(_two_stages, logistic, None),
        "two stages, descriptors chosen in each fold": partial(_two_stages, logistic, _CHOSEN),
        "gradient boosting, all descriptors": partial(_plain, boosting),
        "extremely random trees, all descriptors": partial(_plain, trees),
    }


def _plain(model: Any, known: Evidence, asked: Evidence) -> NDArray[np.float64]:
    inputs, others = _inputs(known, asked)
    return _log_likelihoods(model, inputs, known.truth, others, len(known.classes))


def _two_stages(
    model: Any, chosen: int | None, known: Evidence, asked: Evidence
) -> NDArray[np.float64]:
    """G against the rest, then A against O.

    chosen : how many descriptors each stage takes, those that differ most between its two sides
        among the patients it learns from; None for all.
    """

    def stage(
        inputs: NDArray[np.float64], side: NDArray[np.bool_], others: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        difference = inputs[side].mean(axis=0) - inputs[~side].mean(axis=0)
        spread = np.sqrt(inputs[side].var(axis=0) + inputs[~side].var(axis=0)) + 1e-9
        best = np.argsort(-np.abs(difference / spread), kind="stable")[:chosen]
        return _log_likelihoods(model, inputs[:, best], side.astype(np.int64), others[:, best], 2)

    inputs, others = _inputs(known, asked)
    a, o, g = (known.classes.index(code) for code in "AOG")
    rare = known.truth == g
    first = stage(inputs, rare, others)
    second = stage(inputs[~rare], known.truth[~rare] == o, others)
    # Each stage takes its two sides to be equally frequent, so A and O share one half.
    scores = np.zeros((len(others), 3))
    scores[:, g] = first[:, 1]
    scores[:, a] = first[:, 0] + second[:, 0] + np.log(2)
    scores[:, o] = first[:, 0] + second[:, 1] + np.log(2)
    return scores


def _inputs(known: Evidence, asked: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    assert known.values is not None and asked.values is not None
    there = np.isfinite(known.values).sum(axis=0) > 1
    own, other = known.values[:, there], asked.values[:, there]
    means = np.nanmean(own, axis=0)
    scales = np.maximum(np.nanstd(own, axis=0), 1e-9)
    return standardise(own, means, scales), standardise(other, means, scales)


def _log_likelihoods(
    model: Any,
    inputs: NDArray[np.float64],
    truth: NDArray[np.int64],
    others: NDArray[np.float64],
    classes: int,
) -> NDArray[np.float64]:
    from threadpoolctl import threadpool_limits

    # So few numbers: threads would only wait for each other.
    with threadpool_limits(1):
        model.fit(inputs, truth, sample_weight=class_weights(truth, classes))
        return np.asarray(np.log(np.clip(model.predict_proba(others), 1e-6, 1)))


Probabilities = NDArray[np.float64]
"""(seeds, patients, classes), or (patients, classes) for one seed."""


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the evaluation.

    segmentation : which segmentation of the lesion (or which slices) the answers rest on.
    """

    sources: tuple[str, ...]
    prevalence: str
    segmentation: str = MAIN


def held_out_predictions(
    fusion_heads: Sequence[FusionHead], known: Evidence, fold: NDArray[np.int64], row: Row
) -> Probabilities:
    """(n, classes): each patient answered by the head of the fold that it was left out of."""
    result = np.zeros((len(fold), len(known.classes)))
    for index, fusion_head in enumerate(fusion_heads):
        own = fold == index
        result[own] = probabilities(fusion_head, known.of(own), row.sources, row.prevalence)
    return result


def simpler_predictions(
    recipe: Recipe,
    main: Sequence[Evidence],
    folds: Sequence[NDArray[np.int64]],
    fusion_heads: Sequence[Sequence[FusionHead]],
) -> dict[str, Probabilities]:
    """Answers to compare with: one class always, parts of the descriptors, other classifiers.

    main : what is known of the patients, for each seed; ``folds`` says in which fold they are, and
        ``fusion_heads`` are those that were fitted to the other folds.

    Returns (seeds, patients, classes) by name.
    """
    codes = recipe.classes
    counts = np.bincount(main[0].truth, minlength=len(codes))
    top = int(counts.argmax())
    always = np.tile(counts / counts.sum(), (len(main[0].truth), 1))
    predictions = {f"always {codes[top]}": np.array([always])}
    if main[0].values is None:
        return predictions
    seeds = list(zip(main, folds, fusion_heads, strict=True))
    for name, terms in CONTROLS.items():
        every = [_cross_validated(known, fold, recipe.seed, terms) for known, fold, _ in seeds]
        predictions[f"control: {name}"] = np.array(every)
    random = np.random.default_rng(recipe.seed)
    shuffled = [replace(known, truth=random.permutation(known.truth)) for known in main]
    every = [
        _cross_validated(k, fold, recipe.seed) for k, fold in zip(shuffled, folds, strict=True)
    ]
    predictions["control: shuffled labels"] = np.array(every)
    by_age = [
        held_out_predictions(h, known, fold, Row(("age",), "equal")) for known, fold, h in seeds
    ]
    for name, fit in classifiers().items():
        scores = np.array([_scores(known, fold, fit) for known, fold, _ in seeds])
        aged = scores + np.log(by_age)
        predictions[f"alternative: {name}"] = np.array([softmax(one) for one in scores])
        predictions[f"alternative: {name}, and age"] = np.array([softmax(one) for one in aged])
    return predictions


def network_control(
    recipe: Recipe, known: Evidence, one: dict[str, Any]
) -> tuple[Probabilities, NDArray[np.int64]]:
    """The answers of one control, calibrated on the other folds, and the labels it learned.

    one : ``labels``, ``logits`` and ``fold`` of its patients.

    Returns (1, patients, classes) and (patients,) int64.
    """
    truth = np.array([recipe.classes.index(label) for label in one["labels"]], np.int64)
    seen = np.ones(len(truth), bool)
    own = replace(known, truth=truth, seen=seen, logits=np.array(one["logits"]), values=None)
    fold = np.array(one["fold"])
    fusion_heads = [
        fit_fusion_head(own.of(fold != f), recipe.seed) for f in range(int(fold.max()) + 1)
    ]
    return np.array(
        [held_out_predictions(fusion_heads, own, fold, Row(("network",), "equal"))]
    ), truth


def _cross_validated(
    known: Evidence, fold: NDArray[np.int64], seed: int, terms: Sequence[str] = NAMES
) -> Probabilities:
    """What heads say that may only use descriptors, and of these only ``terms``."""
    known = replace(known, logits=None)
    fusion_heads = [
        fit_fusion_head(known.of(fold != f), seed, terms) for f in range(int(fold.max()) + 1)
    ]
    return held_out_predictions(fusion_heads, known, fold, Row(("descriptors",), "equal"))


def _scores(known: Evidence, fold: NDArray[np.int64], fit: Classifier) -> NDArray[np.float64]:
    scores = np.zeros((len(fold), len(known.classes)))
    for index in range(int(fold.max()) + 1):
        own = fold == index
        scores[own] = fit(known.of(~own), known.of(own))
    scores[~known.seen] = 0.0
    return scores
