"""Trivial features that tell the class are found out, and chance is called chance."""

import numpy as np

from brainviewer.training.audit.shortcuts import measure_shortcuts
from brainviewer.training.metrics.metrics import area_under_curve

RANDOM = np.random.default_rng(5)
LABELS = ["a", "b", "c"] * 60


def measured(values: np.ndarray, groups: np.ndarray | None = None) -> dict[str, float]:
    own = np.arange(len(values)) if groups is None else groups
    found = measure_shortcuts({"size": (["width"], values[:, None])}, LABELS, own)
    return dict(found[0].auroc)


def test_a_feature_that_tells_one_class() -> None:
    values = np.where(np.array(LABELS) == "b", 236.0, 512.0) + RANDOM.normal(0, 1, len(LABELS))
    scores = measured(values)
    assert scores["b"] > 0.99
    assert abs(scores["a"] - 0.75) < 0.08  # not b, and no more


def test_a_class_between_the_others_is_told_as_well() -> None:
    middle = {"a": 0.0, "b": 5.0, "c": 10.0}
    values = np.array([middle[label] for label in LABELS]) + RANDOM.normal(0, 0.5, len(LABELS))
    assert measured(values)["b"] > 0.95


def test_noise_tells_nothing() -> None:
    scores = measured(RANDOM.normal(size=len(LABELS)))
    assert all(abs(value - 0.5) < 0.15 for value in scores.values())


def test_copies_do_not_help() -> None:
    """Each value occurs in one group only, which is never both learned from and judged."""
    groups = np.repeat(np.arange(18), 10)
    labels = np.repeat(RANDOM.permutation(["a", "b", "c"] * 6), 10)
    values = RANDOM.normal(size=18)[groups][:, None]
    found = measure_shortcuts({"size": (["x"], values)}, labels.tolist(), groups)[0]
    assert found.mean < 0.72
    leaky = measure_shortcuts({"size": (["x"], values)}, labels.tolist(), np.arange(180))[0]
    assert leaky.mean > found.mean + 0.1


def test_too_few_groups_are_not_measured() -> None:
    values = RANDOM.normal(size=(8, 1))
    assert measure_shortcuts({"x": (["x"], values)}, ["a", "b"] * 4, np.arange(8)) == []


def test_auroc_counts_ties_half() -> None:
    assert area_under_curve(np.array([True, True, False]), np.array([2.0, 1.0, 1.0])) == 0.75
