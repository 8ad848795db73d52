"""From evidence to probabilities: every source alone, together and missing."""

import json
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from brainviewer.core.errors import ModelError
from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.models.subtype.fusion_head_content import fusion_head_record, parse_fusion_head

CONTENT: dict[str, Any] = {
    "classes": ["A", "O", "G"],
    "network": {"alone": 0.5, "together": 0.4},
    "descriptors": {
        "weight": {"alone": 0.8, "together": 0.6},
        "intercepts": [0.1, 0.0, -0.1],
        "terms": [
            {"name": "size", "mean": 0.1, "scale": 0.05, "coefficients": [0.2, -0.4, 0.2]},
            {"name": "enhancement", "mean": 0.0, "scale": 2.0, "coefficients": [-1.0, 0.0, 1.0]},
        ],
    },
    "age": {
        "weight": 1.0,
        "normal": {
            "A": {"mean_years": 38.0, "sd_years": 12.0},
            "O": {"mean_years": 46.0, "sd_years": 13.0},
            "G": {"mean_years": 57.0, "sd_years": 11.0},
        },
    },
    "prevalences": {
        "equal": {"shares": {"A": 1 / 3, "O": 1 / 3, "G": 1 / 3}, "source": "By definition."},
        "clinic": {"shares": {"A": 0.11, "O": 0.07, "G": 0.82}, "source": "A registry."},
    },
    "default_prevalence": "equal",
    "least_confident": 0.5,
    "lapse": 0.0,
}
LOGITS = np.array([2.0, 1.0, -1.0])
VALUES = {"size": 0.2, "enhancement": 4.0}


@pytest.fixture
def fusion_head() -> FusionHead:
    return parse_fusion_head(CONTENT)


def softmax(score: Any) -> Any:
    weight = np.exp(np.asarray(score) - np.max(score))
    return weight / weight.sum()


def probabilities(prediction: Any) -> Any:
    return np.array([prediction.probabilities[code] for code in "AOG"])


def test_the_network_alone_is_a_softmax_at_its_temperature(fusion_head: FusionHead) -> None:
    prediction = fusion_head.predict(LOGITS)
    np.testing.assert_allclose(probabilities(prediction), softmax(LOGITS * 0.5))
    assert prediction.predicted == "A"
    assert prediction.used == ("network",)
    assert prediction.prevalence == "equal"


def test_descriptors_alone_are_a_linear_classifier(fusion_head: FusionHead) -> None:
    prediction = fusion_head.predict(values=VALUES)
    scores = np.array([0.1 + 2 * 0.2 - 2, 0 - 2 * 0.4, -0.1 + 2 * 0.2 + 2])
    np.testing.assert_allclose(probabilities(prediction), softmax(0.8 * scores))
    assert prediction.predicted == "G"
    assert prediction.used == ("descriptors",)
    assert prediction.missing == ()


def test_both_sources_and_the_age_add_up(fusion_head: FusionHead) -> None:
    prediction = fusion_head.predict(LOGITS, VALUES, 50.0, "clinic")
    scores = np.array([0.1 + 2 * 0.2 - 2, 0 - 2 * 0.4, -0.1 + 2 * 0.2 + 2])
    means, deviations = np.array([38, 46, 57]), np.array([12, 13, 11])
    density = np.exp(-0.5 * ((50 - means) / deviations) ** 2) / deviations
    expected = softmax(0.4 * LOGITS + 0.6 * scores + np.log(density) + np.log([0.11, 0.07, 0.82]))
    np.testing.assert_allclose(probabilities(prediction), expected)
    assert prediction.used == ("network", "descriptors", "age")


@pytest.mark.parametrize("value", [float("nan"), None])
def test_a_descriptor_that_is_missing_counts_as_its_mean(
    fusion_head: FusionHead, value: float | None
) -> None:
    there = {"size": 0.2} if value is None else {"size": 0.2, "enhancement": value}
    prediction = fusion_head.predict(values=there)
    mean = fusion_head.predict(values={"size": 0.2, "enhancement": 0.0})
    np.testing.assert_allclose(probabilities(prediction), probabilities(mean))
    assert prediction.missing == ("enhancement",)


def test_an_unheard_of_value_does_not_decide_alone(fusion_head: FusionHead) -> None:
    far, farther = (
        fusion_head.predict(values={"size": 0.1, "enhancement": v}) for v in (6.0, 6000.0)
    )
    np.testing.assert_allclose(probabilities(far), probabilities(farther))


def test_another_prevalence_changes_the_prediction_as_bayes_says(fusion_head: FusionHead) -> None:
    equal, clinic = (
        probabilities(fusion_head.predict(LOGITS, prevalence=p)) for p in ("equal", "clinic")
    )
    expected = equal * [0.11, 0.07, 0.82]
    np.testing.assert_allclose(clinic, expected / expected.sum())


def test_an_even_prediction_is_not_confident(fusion_head: FusionHead) -> None:
    assert not fusion_head.predict(np.zeros(3)).confident
    assert fusion_head.predict(np.array([9.0, 0, 0])).confident


def test_an_age_is_ignored_by_a_head_that_knows_none() -> None:
    content = CONTENT | {"age": None}
    prediction = parse_fusion_head(content).predict(LOGITS, age_years=70.0)
    np.testing.assert_allclose(probabilities(prediction), softmax(LOGITS * 0.5))
    assert prediction.used == ("network",)


def test_a_head_without_a_network_takes_no_logits() -> None:
    fusion_head = parse_fusion_head(CONTENT | {"network": None})
    both, alone = fusion_head.predict(LOGITS, VALUES), fusion_head.predict(values=VALUES)
    assert both == alone


def test_bad_questions_are_refused_with_a_sentence(fusion_head: FusionHead) -> None:
    with pytest.raises(ModelError, match="age of 3000 years"):
        fusion_head.predict(LOGITS, age_years=3000.0)
    with pytest.raises(ModelError, match="no prevalence called moon"):
        fusion_head.predict(LOGITS, prevalence="moon")
    with pytest.raises(ModelError, match="nothing to tell"):
        fusion_head.predict(age_years=40.0)
    with pytest.raises(ModelError, match="no usable answer"):
        fusion_head.predict(np.array([1.0, np.nan, 0.0]))


def test_a_head_survives_json(fusion_head: FusionHead) -> None:
    assert parse_fusion_head(json.loads(json.dumps(fusion_head_record(fusion_head)))) == fusion_head
    assert fusion_head_record(fusion_head) == CONTENT


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("classes",), ["A", "A", "G"]),
        (("network", "alone"), -1.0),
        (("network", "alone"), True),
        (("network", "alone"), float("inf")),
        (("descriptors", "terms"), []),
        (("descriptors", "terms", 0, "scale"), 0.0),
        (("descriptors", "terms", 0, "name"), "enhancement"),
        (("descriptors", "terms", 0, "coefficients"), [1.0, 2.0]),
        (("descriptors", "intercepts"), [1.0]),
        (("age", "normal", "A", "sd_years"), 0.0),
        (("age", "normal", "X"), {"mean_years": 1.0, "sd_years": 1.0}),
        (("prevalences", "equal", "shares", "A"), 0.9),
        (("default_prevalence",), "moon"),
        (("least_confident",), 1.5),
        (("lapse",), 1.0),
        (("surprise",), 1),
    ],
)
def test_a_wrong_head_is_refused(path: tuple[Any, ...], value: Any) -> None:
    content = deepcopy(CONTENT)
    place: Any = content
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises((KeyError, TypeError, ValueError)):
        parse_fusion_head(content)


def test_no_prediction_is_more_certain_than_the_lapse_allows() -> None:
    fusion_head = parse_fusion_head(deepcopy(CONTENT) | {"lapse": 0.1})
    certain = fusion_head.predict(np.array([50.0, 0.0, 0.0]))
    prior = fusion_head.prevalences[fusion_head.default].shares[0]
    assert max(certain.probabilities.values()) == pytest.approx(0.9 + 0.1 * prior, abs=1e-3)
    assert sum(certain.probabilities.values()) == pytest.approx(1)
    for index, code in enumerate(fusion_head.classes):
        fraction = fusion_head.prevalences[fusion_head.default].shares[index]
        assert certain.probabilities[code] >= 0.1 * fraction - 1e-9
