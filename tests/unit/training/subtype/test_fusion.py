"""A fitted head undoes what was done to made-up patients."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.imaging.measure.descriptors import NAMES
from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.models.subtype.fusion_head_content import fusion_head_record, parse_fusion_head
from brainviewer.training.subtype.evidence import Evidence, pooled
from brainviewer.training.subtype.fusion import (
    RIDGES,
    balanced,
    fit_fusion_head,
    fit_terms,
    inner_scores,
    probabilities,
)

pytest.importorskip("sklearn")
FRACTIONS = (0.6, 0.25, 0.15)
ENHANCING, NEVER = NAMES.index("enhancing_extent"), NAMES.index("t2_flair_mismatch")


def made_up(sharpness: float = 1.0, patients: int = 300, classes: str = "AOG") -> Evidence:
    """Logits are the logarithms of the likelihoods, times ``sharpness``; descriptors are noise, but
    enhancement is higher in the last class, and T2 was never taken."""
    random, count = np.random.default_rng(3), len(classes)
    truth = random.choice(
        count, size=patients, p=np.array(FRACTIONS[:count]) / sum(FRACTIONS[:count])
    )
    logits = random.normal(0, 1, (patients, count)) + np.eye(count)[truth]
    values = random.normal(0, 1, (patients, len(NAMES)))
    values[:, 6:] = np.nan
    values[:, ENHANCING] = 5 + 2 * (random.normal(0, 1, patients) + 2 * (truth == count - 1))
    values[:, NEVER] = np.nan
    ages = random.normal(np.array([38, 46, 60])[truth], 8)
    ages[::7] = np.nan
    numbers = np.arange(patients)
    hand = np.full(patients, "found")
    weight = np.ones(patients)
    return Evidence(
        tuple(classes), numbers, numbers, hand, truth, weight, ages, logits * sharpness, values
    )


def log_loss(known: Evidence, said: np.ndarray) -> float:
    own = said[np.arange(len(said)), known.truth]
    return -float(np.average(np.log(own), weights=balanced(known)))


@pytest.fixture(scope="module")
def known() -> Evidence:
    return made_up()


@pytest.fixture(scope="module")
def head(known: Evidence) -> FusionHead:
    return fit_fusion_head(known, 1)


def test_the_weight_of_the_network_undoes_overconfidence(head: FusionHead) -> None:
    sharp = fit_fusion_head(made_up(sharpness=4), 1)
    assert head.network is not None and sharp.network is not None
    # Normal noise of spread 1 and a step of 1: the logits are log-likelihoods as they are.
    assert_allclose(head.network.alone, 1, atol=0.2)
    assert_allclose(head.network.alone / sharp.network.alone, 4, rtol=0.05)
    assert_allclose(head.network.together / sharp.network.together, 4, rtol=0.05)


def test_frequent_classes_are_not_favoured(known: Evidence, head: FusionHead) -> None:
    """The descriptors are silent about A and O, so neither may come out ahead."""
    said = probabilities(head, known, ("descriptors",), "equal")
    assert_allclose(said[:, 0].mean(), said[:, 1].mean(), atol=0.04)
    assert said[known.truth == 2, 2].mean() > 0.6


def test_ages_and_prevalences_are_those_of_the_patients(head: FusionHead) -> None:
    assert head.age is not None
    assert_allclose(head.age.means, [38, 46, 60], atol=2.5)
    assert_allclose(head.age.deviations, 8, atol=1.5)
    assert_allclose(head.prevalences["training"].shares, FRACTIONS, atol=0.06)
    assert head.default == "equal"
    clinic = dict(zip(head.classes, head.prevalences["clinic"].shares, strict=True))
    assert_allclose([clinic["A"], clinic["O"], clinic["G"]], [0.11, 0.07, 0.82], atol=0.005)
    assert "CBTRUS" in head.prevalences["clinic"].source


def test_each_part_adds_something(known: Evidence, head: FusionHead) -> None:
    losses = [
        log_loss(known, probabilities(head, known, sources, "equal"))
        for sources in (("network",), ("network", "descriptors"), ("network", "descriptors", "age"))
    ]
    assert losses[0] > losses[1] + 0.05 > losses[2] + 0.1


def test_the_head_answers_as_the_fit_reckons(known: Evidence, head: FusionHead) -> None:
    said = probabilities(head, known, ("network", "descriptors", "age"), "clinic")
    for index in (1, 7):
        age = known.ages[index]
        answer = head.predict(
            known.logits[index],
            known.described(index),
            None if np.isnan(age) else float(age),
            "clinic",
        )
        assert_allclose(list(answer.probabilities.values()), said[index])


def test_a_lesion_that_was_not_found_leaves_the_prevalence(
    known: Evidence, head: FusionHead
) -> None:
    blind = replace(known, logits=np.full_like(known.logits, np.nan))
    said = probabilities(head, blind, ("network", "descriptors"), "training")
    assert_allclose(said, np.tile(head.prevalences["training"].shares, (len(said), 1)))
    assert fit_fusion_head(known.of(known.seen), 1) == head


def test_a_descriptor_that_is_never_there_is_left_out(head: FusionHead) -> None:
    assert head.descriptors is not None
    names = [term.name for term in head.descriptors.terms]
    assert names == [*NAMES[:6], NAMES[ENHANCING]]


def test_a_patient_whose_class_is_likely_counts_for_less(known: Evidence) -> None:
    """A third of those without enhancement are said to be G, but that is not certain."""
    doubtful = (known.truth == 0) & (known.case % 3 == 0)
    truth = np.where(doubtful, 2, known.truth)

    def slope(weight: float) -> float:
        some = replace(known, truth=truth, weight=np.where(doubtful, weight, 1.0))
        terms = fit_terms(some, 12.0)[1]
        return next(t.coefficients[2] for t in terms if t.name == "enhancing_extent")

    assert slope(0.02) > slope(0.25) > slope(1.0)


def test_another_hand_shares_the_weight_of_its_patient(known: Evidence) -> None:
    """Every lesion twice, with half the weight each, is fitted as once."""
    twice = pooled([known, known])
    for one, other in zip(fit_terms(twice, 12.0), fit_terms(known, 12.0), strict=True):
        for a, b in zip(one, other, strict=True):
            left, right = (getattr(x, "coefficients", x) for x in (a, b))
            assert_allclose(left, right, atol=2e-3)


def test_lesions_of_one_patient_lie_in_one_inner_fold() -> None:
    """A second look at the same patients, whose descriptors give them away, teaches nothing."""
    random = np.random.default_rng(0)
    one = made_up(patients=80)
    one = replace(one, values=random.normal(0, 1, one.values.shape))
    both = pooled([one, one])
    assert log_loss(both, _softmax(inner_scores(both, 1)[1])) > 0.98 * np.log(3)


def _softmax(scores: np.ndarray) -> np.ndarray:
    weight = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weight / weight.sum(axis=1, keepdims=True)


def test_a_stronger_penalty_makes_smaller_coefficients(known: Evidence) -> None:
    def size(ridge: float) -> float:
        return float(np.abs([term.coefficients for term in fit_terms(known, ridge)[1]]).sum())

    assert size(RIDGES[0]) > 1.5 * size(300.0)


def test_other_classes_can_be_told_apart() -> None:
    two = made_up(classes="AO")
    head = fit_fusion_head(replace(two, ages=np.full(300, np.nan)), 1)
    said = probabilities(head, two, ("descriptors",), "equal")
    assert np.mean(said.argmax(axis=1) == two.truth) > 0.75
    assert head.age is None
    assert set(head.prevalences) == {"equal", "training"}


def test_what_was_fitted_can_be_written_and_read(head: FusionHead) -> None:
    assert parse_fusion_head(fusion_head_record(head)) == head


def test_classes_weigh_the_same(known: Evidence) -> None:
    sums = np.bincount(known.truth, balanced(known))
    assert_allclose(sums, sums.sum() / 3)
