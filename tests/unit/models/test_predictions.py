"""What is made of the network's output: means, ages, reasons and figures."""

from dataclasses import replace

import numpy as np
import pytest

from brainviewer.core.errors import ModelError
from brainviewer.models.card import ModelCard
from brainviewer.models.prediction import mean_logits, metrics_of, situation, why_doubtful
from brainviewer.models.subtype.fusion_head import DescriptorPart, Source, Term
from brainviewer.models.subtype.prediction import check_age, descriptors_used

LOGITS = np.array([0.0, 0.0, 9.0])


@pytest.mark.parametrize("age", [None, 0, 45.5, 120])
def test_an_age_in_years_passes(age: float | None) -> None:
    check_age(age)


@pytest.mark.parametrize(
    ("age", "advice"),
    [
        (-1, "from 0 to 120"),
        (121, "from 0 to 120"),
        (float("nan"), "from 0 to 120"),
        (3000, "3000 days are 8.2 years"),
        (21915, "21915 days are 60.0 years"),
        (100_000, "from 0 to 120"),
    ],
)
def test_an_impossible_age_is_refused_with_advice(age: float, advice: str) -> None:
    with pytest.raises(ModelError, match="cannot be right") as caught:
        check_age(age)
    assert advice in caught.value.advice


def test_the_images_of_one_tumour_are_averaged(card: ModelCard) -> None:
    logits = np.array([[1, 2, 3], [3, 2, 5]], np.float32)
    assert mean_logits(card, logits).tolist() == [2, 2, 4]


@pytest.mark.parametrize("logits", [[[1, 2]], [[1, 2, np.nan]], [1, 2, 3]])
def test_unusable_outputs_are_refused(card: ModelCard, logits: list[list[float]]) -> None:
    with pytest.raises(ModelError, match="no usable answer"):
        mean_logits(card, np.array(logits, np.float32))


def test_the_figures_are_those_of_the_same_situation(card: ModelCard) -> None:
    without, aged = card.fusion_head.predict(LOGITS), card.fusion_head.predict(LOGITS, age_years=50)
    assert (situation(without), situation(aged)) == ("image", "image and age")
    assert [metrics_of(card, v)[0].value for v in (without, aged)] == [0.6, 0.7]


def test_another_prevalence_has_no_figures(card: ModelCard) -> None:
    assert metrics_of(card, card.fusion_head.predict(LOGITS, prevalence="clinic")) == ()


def test_a_confident_prediction_needs_no_reason(card: ModelCard) -> None:
    assert why_doubtful(card, card.fusion_head.predict(LOGITS)) == ""


def test_a_doubtful_prediction_says_how_often_such_predictions_are_wrong(card: ModelCard) -> None:
    card = replace(card, fusion_head=replace(card.fusion_head, least_confident=0.55))
    reason = why_doubtful(card, card.fusion_head.predict(np.zeros(3)))
    assert "55\u00a0%" in reason
    assert "12 patients answered so, 6 were answered wrongly" in reason
    aged = why_doubtful(card, card.fusion_head.predict(np.zeros(3), age_years=50))
    assert aged == "No type reaches 55\u00a0%."  # nothing was measured for it


def test_a_probability_that_seems_to_reach_the_bound_is_said_exactly(card: ModelCard) -> None:
    doubtful = replace(card.fusion_head.predict(np.zeros(3)), confident=False)
    for most, exact in ((0.4999, "49.9"), (0.4951, "49.5"), (0.4949, "")):
        reason = why_doubtful(
            card, replace(doubtful, probabilities={"A": most, "O": 0.2, "G": 0.8 - most})
        )
        assert reason.startswith("No type reaches 50\u00a0%")
        assert ("the most probable has" in reason) is bool(exact)
        assert exact in reason


def test_the_descriptors_that_took_part_are_told_apart_from_the_missing(card: ModelCard) -> None:
    terms = tuple(Term(name, 0.0, 1.0, (1.0, 0.0, -1.0)) for name in ("size", "ring"))
    part = DescriptorPart(Source(1.0, 1.0), (0.0, 0.0, 0.0), terms)
    card = replace(card, fusion_head=replace(card.fusion_head, descriptors=part))
    values = {"size": 0.4, "ring": float("nan"), "depth": 3.0}
    prediction = card.fusion_head.predict(LOGITS, values)
    assert (descriptors_used(card, prediction, values), prediction.missing) == (
        {"size": 0.4},
        ("ring",),
    )
    assert situation(card.fusion_head.predict(LOGITS, values, 50)) == "image, descriptors and age"
    assert descriptors_used(card, card.fusion_head.predict(LOGITS), None) == {}
