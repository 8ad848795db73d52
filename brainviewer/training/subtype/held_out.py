"""Predictions for held-out patients, and those of simpler classifiers for comparison."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.subtype.fusion_head import Head
from brainviewer.training.recipes import Recipe
from brainviewer.training.softmax_regression import softmax
from brainviewer.training.subtype import alternatives
from brainviewer.training.subtype.descriptor_fit import CONTROLS
from brainviewer.training.subtype.evidence import MAIN, Evidence
from brainviewer.training.subtype.fusion_heads import fit_head, probabilities

Probabilities = NDArray[np.float64]
"""(seeds, patients, classes), or (patients, classes) for one seed."""


@dataclass(frozen=True, eq=False)
class Row:
    """One line of the evaluation.

    outline : which outline of the lesion (or which slices) the answers rest on.
    """

    sources: tuple[str, ...]
    prevalence: str
    outline: str = MAIN


def held_out_predictions(
    heads: Sequence[Head], known: Evidence, fold: NDArray[np.int64], row: Row
) -> Probabilities:
    """(n, classes): each patient answered by the head of the fold that it was left out of."""
    result = np.zeros((len(fold), len(known.classes)))
    for index, head in enumerate(heads):
        own = fold == index
        result[own] = probabilities(head, known.of(own), row.sources, row.prevalence)
    return result


def simpler_predictions(
    recipe: Recipe,
    main: Sequence[Evidence],
    folds: Sequence[NDArray[np.int64]],
    heads: Sequence[Sequence[Head]],
) -> dict[str, Probabilities]:
    """Answers to compare with: one class always, parts of the descriptors, other classifiers.

    main : what is known of the patients, for each seed; ``folds`` says in which fold they are, and
        ``heads`` are those that were fitted to the other folds.

    Returns (seeds, patients, classes) by name.
    """
    codes = recipe.classes
    counts = np.bincount(main[0].truth, minlength=len(codes))
    top = int(counts.argmax())
    always = np.tile(counts / counts.sum(), (len(main[0].truth), 1))
    answers = {f"always {codes[top]}": np.array([always])}
    if main[0].values is None:
        return answers
    seeds = list(zip(main, folds, heads, strict=True))
    for name, terms in CONTROLS.items():
        every = [_cross_validated(known, fold, recipe.seed, terms) for known, fold, _ in seeds]
        answers[f"control: {name}"] = np.array(every)
    random = np.random.default_rng(recipe.seed)
    shuffled = [replace(known, truth=random.permutation(known.truth)) for known in main]
    every = [
        _cross_validated(k, fold, recipe.seed) for k, fold in zip(shuffled, folds, strict=True)
    ]
    answers["control: shuffled labels"] = np.array(every)
    by_age = [
        held_out_predictions(h, known, fold, Row(("age",), "equal")) for known, fold, h in seeds
    ]
    for name, fit in alternatives.classifiers().items():
        scores = np.array([_scores(known, fold, fit) for known, fold, _ in seeds])
        aged = scores + np.log(by_age)
        answers[f"alternative: {name}"] = np.array([softmax(one) for one in scores])
        answers[f"alternative: {name}, and age"] = np.array([softmax(one) for one in aged])
    return answers


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
    heads = [fit_head(own.of(fold != f), recipe.seed) for f in range(int(fold.max()) + 1)]
    return np.array([held_out_predictions(heads, own, fold, Row(("network",), "equal"))]), truth


def _cross_validated(
    known: Evidence, fold: NDArray[np.int64], seed: int, terms: Sequence[str] = NAMES
) -> Probabilities:
    """What heads say that may only use descriptors, and of these only ``terms``."""
    known = replace(known, logits=None)
    heads = [fit_head(known.of(fold != f), seed, terms) for f in range(int(fold.max()) + 1)]
    return held_out_predictions(heads, known, fold, Row(("descriptors",), "equal"))


def _scores(
    known: Evidence, fold: NDArray[np.int64], fit: alternatives.Classifier
) -> NDArray[np.float64]:
    scores = np.zeros((len(fold), len(known.classes)))
    for index in range(int(fold.max()) + 1):
        own = fold == index
        scores[own] = fit(known.of(~own), known.of(own))
    scores[~known.seen] = 0.0
    return scores
