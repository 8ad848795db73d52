"""From evidence to probabilities: every source alone, together and missing."""

import json
from copy import deepcopy
from typing import Any

import numpy as np
import pytest

from brainviewer.core.errors import ModelError
from brainviewer.models.subtype.fusion_head import Head
from brainviewer.models.subtype.fusion_head_content import head_content, parse_head

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
def head() -> Head:
    return parse_head(CONTENT)


def softmax(score: Any) -> Any:
    weight = np.exp(np.asarray(score) - np.max(score))
    return weight / weight.sum()


def probabilities(verdict: Any) -> Any:
    return np.array([verdict.probabilities[code] for code in "AOG"])


def test_the_network_alone_is_a_softmax_at_its_temperature(head: Head) -> None:
    verdict = head.answer(LOGITS)
    np.testing.assert_allclose(probabilities(verdict), softmax(LOGITS * 0.5))
    assert verdict.predicted == "A"
    assert verdict.used == ("network",)
    assert verdict.prevalence == "equal"


def test_descriptors_alone_are_a_linear_classifier(head: Head) -> None:
    verdict = head.answer(values=VALUES)
    scores = np.array([0.1 + 2 * 0.2 - 2, 0 - 2 * 0.4, -0.1 + 2 * 0.2 + 2])
    np.testing.assert_allclose(probabilities(verdict), softmax(0.8 * scores))
    assert verdict.predicted == "G"
    assert verdict.used == ("descriptors",)
    assert verdict.missing == ()


def test_both_sources_and_the_age_add_up(head: Head) -> None:
    verdict = head.answer(LOGITS, VALUES, 50.0, "clinic")
    scores = np.array([0.1 + 2 * 0.2 - 2, 0 - 2 * 0.4, -0.1 + 2 * 0.2 + 2])
    means, deviations = np.array([38, 46, 57]), np.array([12, 13, 11])
    density = np.exp(-0.5 * ((50 - means) / deviations) ** 2) / deviations
    expected = softmax(0.4 * LOGITS + 0.6 * scores + np.log(density) + np.log([0.11, 0.07, 0.82]))
    np.testing.assert_allclose(probabilities(verdict), expected)
    assert verdict.used == ("network", "descriptors", "age")


@pytest.mark.parametrize("value", [float("nan"), None])
def test_a_descriptor_that_is_missing_counts_as_its_mean(head: Head, value: float | None) -> None:
    there = {"size": 0.2} if value is None else {"size": 0.2, "enhancement": value}
    verdict = head.answer(values=there)
    mean = head.answer(values={"size": 0.2, "enhancement": 0.0})
    np.testing.assert_allclose(probabilities(verdict), probabilities(mean))
    assert verdict.missing == ("enhancement",)


def test_an_unheard_of_value_does_not_decide_alone(head: Head) -> None:
    far, farther = (head.answer(values={"size": 0.1, "enhancement": v}) for v in (6.0, 6000.0))
    np.testing.assert_allclose(probabilities(far), probabilities(farther))


def test_another_prevalence_changes_the_answer_as_bayes_says(head: Head) -> None:
    equal, clinic = (probabilities(head.answer(LOGITS, prevalence=p)) for p in ("equal", "clinic"))
    expected = equal * [0.11, 0.07, 0.82]
    np.testing.assert_allclose(clinic, expected / expected.sum())


def test_an_even_answer_is_not_confident(head: Head) -> None:
    assert not head.answer(np.zeros(3)).confident
    assert head.answer(np.array([9.0, 0, 0])).confident


def test_an_age_is_ignored_by_a_head_that_knows_none() -> None:
    content = CONTENT | {"age": None}
    verdict = parse_head(content).answer(LOGITS, age_years=70.0)
    np.testing.assert_allclose(probabilities(verdict), softmax(LOGITS * 0.5))
    assert verdict.used == ("network",)


def test_a_head_without_a_network_takes_no_logits() -> None:
    head = parse_head(CONTENT | {"network": None})
    both, alone = head.answer(LOGITS, VALUES), head.answer(values=VALUES)
    assert both == alone


def test_bad_questions_are_refused_with_a_sentence(head: Head) -> None:
    with pytest.raises(ModelError, match="age of 3000 years"):
        head.answer(LOGITS, age_years=3000.0)
    with pytest.raises(ModelError, match="no prevalence called moon"):
        head.answer(LOGITS, prevalence="moon")
    with pytest.raises(ModelError, match="nothing to tell"):
        head.answer(age_years=40.0)
    with pytest.raises(ModelError, match="no usable answer"):
        head.answer(np.array([1.0, np.nan, 0.0]))


def test_a_head_survives_json(head: Head) -> None:
    assert parse_head(json.loads(json.dumps(head_content(head)))) == head
    assert head_content(head) == CONTENT


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
        parse_head(content)


def test_no_answer_is_more_certain_than_the_lapse_allows() -> None:
    head = parse_head(deepcopy(CONTENT) | {"lapse": 0.1})
    certain = head.answer(np.array([50.0, 0.0, 0.0]))
    prior = head.prevalences[head.default].shares[0]
    assert max(certain.probabilities.values()) == pytest.approx(0.9 + 0.1 * prior, abs=1e-3)
    assert sum(certain.probabilities.values()) == pytest.approx(1)
    for index, code in enumerate(head.classes):
        share = head.prevalences[head.default].shares[index]
        assert certain.probabilities[code] >= 0.1 * share - 1e-9
