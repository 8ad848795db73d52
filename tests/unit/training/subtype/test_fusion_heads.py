"""A fitted head undoes what was done to made-up patients."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose

from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.models.subtype.fusion_head_content import fusion_head_record, parse_fusion_head
from brainviewer.training.softmax_regression import balanced_log_loss, class_weights, softmax
from brainviewer.training.subtype.evaluation_inputs import Evidence
from brainviewer.training.subtype.fusion_heads import (
    GLIOBLASTOMA,
    OLIGODENDROGLIOMA,
    fit_fusion_head,
    fit_terms,
    probabilities,
)

NAMES = ("size", "enhancing_extent", "lateral", "t2_flair_mismatch")
FRACTIONS = (0.6, 0.25, 0.15)


def made_up(sharpness: float = 1.0, patients: int = 400) -> Evidence:
    """Logits are the logarithms of the likelihoods, times ``sharpness``; size and lateral place
    are noise, enhancement is higher in G, T2 was never taken."""
    random = np.random.default_rng(3)
    truth = random.choice(3, size=patients, p=FRACTIONS)
    logits = random.normal(0, 1, (patients, 3)) + 1.0 * np.eye(3)[truth]
    values = random.normal(0, 1, (patients, 4))
    values[:, 1] = 5 + 2 * (values[:, 1] + 2 * (truth == 2))
    values[:, 3] = np.nan
    ages = random.normal(np.array([38, 46, 60])[truth], 8)
    ages[::7] = np.nan
    seen = np.ones(patients, bool)
    return Evidence(("A", "O", "G"), truth, ages, seen, logits * sharpness, NAMES, values)


@pytest.fixture(scope="module")
def known() -> Evidence:
    return made_up()


@pytest.fixture(scope="module")
def fusion_head(known: Evidence) -> FusionHead:
    return fit_fusion_head(known, 1)


def test_the_weight_of_the_network_undoes_overconfidence(fusion_head: FusionHead) -> None:
    sharp = fit_fusion_head(made_up(sharpness=4), 1)
    assert fusion_head.network is not None and sharp.network is not None
    # Normal noise of spread 1 and a step of 1: the logits are log-likelihoods as they are.
    assert_allclose(fusion_head.network.alone, 1, atol=0.15)
    assert_allclose(fusion_head.network.alone / sharp.network.alone, 4, rtol=0.05)
    assert_allclose(fusion_head.network.together / sharp.network.together, 4, rtol=0.05)


def test_frequent_classes_are_not_favoured(known: Evidence) -> None:
    """The descriptors are silent about A and O, so neither may come out ahead."""
    fusion_head = fit_fusion_head(replace(known, logits=None), 1)
    fractions = probabilities(fusion_head, known, ("descriptors",), "equal")
    assert_allclose(fractions[:, 0].mean(), fractions[:, 1].mean(), atol=0.03)
    assert fractions[known.truth == 2, 2].mean() > 0.6


def test_ages_and_prevalences_are_those_of_the_patients(fusion_head: FusionHead) -> None:
    assert fusion_head.age is not None
    assert_allclose(fusion_head.age.means, [38, 46, 60], atol=2)
    assert_allclose(fusion_head.age.deviations, 8, atol=1.5)
    assert_allclose(fusion_head.prevalences["training"].shares, FRACTIONS, atol=0.05)
    assert fusion_head.default == "equal"
    clinic = dict(zip(fusion_head.classes, fusion_head.prevalences["clinic"].shares, strict=True))
    assert_allclose([clinic["A"], clinic["O"], clinic["G"]], [0.11, 0.07, 0.82], atol=0.005)
    assert "CBTRUS" in fusion_head.prevalences["clinic"].source


def test_each_source_adds_something(known: Evidence, fusion_head: FusionHead) -> None:
    losses = [
        balanced_log_loss(known.truth, probabilities(fusion_head, known, sources, "equal"))
        for sources in (("network",), ("network", "descriptors"), ("network", "descriptors", "age"))
    ]
    assert losses[0] > losses[1] + 0.05 > losses[2] + 0.1


def test_the_head_predictions_as_the_fit_reckons(known: Evidence, fusion_head: FusionHead) -> None:
    fractions = probabilities(fusion_head, known, ("network", "descriptors", "age"), "clinic")
    assert known.logits is not None
    for index in (1, 7):
        age = known.ages[index]
        prediction = fusion_head.predict(
            known.logits[index],
            known.described(index),
            None if np.isnan(age) else float(age),
            "clinic",
        )
        assert_allclose(list(prediction.probabilities.values()), fractions[index])


def test_a_lesion_that_was_not_found_leaves_the_prevalence(
    known: Evidence, fusion_head: FusionHead
) -> None:
    blind = replace(known, seen=np.zeros(len(known.truth), bool))
    fractions = probabilities(fusion_head, blind, ("network", "descriptors"), "training")
    assert_allclose(
        fractions, np.tile(fusion_head.prevalences["training"].shares, (len(fractions), 1))
    )


def test_a_descriptor_that_is_never_there_is_left_out(fusion_head: FusionHead) -> None:
    assert fusion_head.descriptors is not None
    assert [term.name for term in fusion_head.descriptors.terms] == list(NAMES[:3])


def test_descriptors_speak_only_for_the_contrast_they_bear_on(known: Evidence) -> None:
    _, terms = fit_terms(known, 1.0)
    by_name = {
        term.name: dict(zip(known.classes, term.coefficients, strict=True)) for term in terms
    }
    assert "enhancing_extent" in GLIOBLASTOMA and "enhancing_extent" not in OLIGODENDROGLIOMA
    enhancing, lateral = by_name["enhancing_extent"], by_name["lateral"]
    assert_allclose(enhancing["A"], enhancing["O"])
    assert enhancing["G"] > 0.8
    assert_allclose(lateral["G"], 0, atol=1e-12)
    assert_allclose(lateral["A"], -lateral["O"])


def test_a_second_outline_fractions_the_weight_of_its_patient(known: Evidence) -> None:
    assert known.values is not None

    def enhancing(evidence: Evidence) -> np.ndarray:
        _, terms = fit_terms(evidence, 6.0)
        return np.array(next(t.coefficients for t in terms if t.name == "enhancing_extent"))

    same = replace(known, expert=known.values)
    assert_allclose(enhancing(same), enhancing(known), atol=1e-6)
    none = replace(known, expert=np.full_like(known.values, np.nan))
    assert_allclose(enhancing(none), enhancing(known), atol=1e-6)
    silent = replace(known, expert=np.where(np.arange(4) == 1, 6.0, known.values))
    assert enhancing(silent)[2] < 0.8 * enhancing(known)[2]


def test_a_stronger_penalty_makes_smaller_coefficients(known: Evidence) -> None:
    def size(ridge: float) -> float:
        return float(np.abs([term.coefficients for term in fit_terms(known, ridge)[1]]).sum())

    assert size(1.0) > 1.5 * size(300.0)


def test_other_classes_get_a_contrast_each() -> None:
    random = np.random.default_rng(0)
    truth = np.arange(90) % 2
    values = random.normal(truth[:, None] * [2.0, 0.0], 1)
    known = Evidence(
        ("low", "high"), truth, np.full(90, np.nan), np.ones(90, bool), None, NAMES[:2], values
    )
    fusion_head = fit_fusion_head(known, 1)
    fractions = probabilities(fusion_head, known, ("descriptors",), "equal")
    assert np.mean(fractions.argmax(axis=1) == truth) > 0.75
    assert fusion_head.age is None
    assert set(fusion_head.prevalences) == {"equal", "training"}


def test_what_was_fitted_can_be_written_and_read(fusion_head: FusionHead) -> None:
    assert parse_fusion_head(fusion_head_record(fusion_head)) == fusion_head


def test_classes_weigh_the_same() -> None:
    truth = np.array([0, 0, 0, 1])
    weight = class_weights(truth, 3)
    assert_allclose(weight, [2 / 3, 2 / 3, 2 / 3, 2])
    assert_allclose(softmax(np.array([[0.0, np.log(3)]])), [[0.25, 0.75]])
