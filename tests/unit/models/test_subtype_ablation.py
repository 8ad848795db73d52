"""What an answer rests on: the head without each source, and the model as it was measured so."""

import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from brainviewer.core.findings.ablation import Absence, EvidenceSource, weight_of_evidence
from brainviewer.models.registry import model
from brainviewer.models.subtype.ablation import EVALUATION_FILE, ablate, measured_ablation
from brainviewer.models.subtype.fusion_head import FusionHead
from brainviewer.models.subtype.fusion_head_content import parse_fusion_head
from tests.unit.models.test_fusion_head import CONTENT, LOGITS, VALUES

IMAGE, DESCRIPTORS, AGE = EvidenceSource


def ablated(head: FusionHead, *evidence: Any, prevalence: str | None = None) -> dict[str, Any]:
    prediction = head.predict(*evidence, prevalence=prevalence)
    return {one.source: one for one in ablate(head, prediction, *evidence)}


@pytest.fixture
def head() -> FusionHead:
    return parse_fusion_head(CONTENT | {"lapse": 0.1})


@pytest.mark.parametrize("prevalence", ["equal", "clinic"])
def test_without_a_source_is_what_the_head_says_where_it_is_not_there(
    head: FusionHead, prevalence: str
) -> None:
    full = head.predict(LOGITS, VALUES, 50.0, prevalence)
    found = ablated(head, LOGITS, VALUES, 50.0, prevalence=prevalence)
    for source, subset in (
        (IMAGE, (None, VALUES, 50.0)),
        (DESCRIPTORS, (LOGITS, None, 50.0)),
        (AGE, (LOGITS, VALUES, None)),
    ):
        without = head.predict(*subset, prevalence).probabilities
        assert found[source].without == pytest.approx(without)
        p, q = full.probabilities[full.predicted], without[full.predicted]
        expected = math.log(p / (1 - p)) - math.log(q / (1 - q))
        assert found[source].log_odds == pytest.approx(expected)
        assert found[source].absent is None


def test_a_source_may_speak_against_the_class_that_is_named(head: FusionHead) -> None:
    found = ablated(head, np.array([40.0, 0.0, 0.0]), VALUES, 70.0)
    assert found[IMAGE].log_odds > 0  # it alone speaks for A
    assert found[AGE].log_odds < 0
    assert found[DESCRIPTORS].log_odds < 0


def test_where_nothing_else_is_left_the_frequency_of_the_classes_remains(head: FusionHead) -> None:
    found = ablated(head, None, VALUES, None, prevalence="clinic")
    assert found[DESCRIPTORS].without == pytest.approx({"A": 0.11, "O": 0.07, "G": 0.82})


def test_what_took_no_part_is_told_apart_from_a_weight_of_zero(head: FusionHead) -> None:
    found = ablated(head, LOGITS, None, None)
    absent = {source: one.absent for source, one in found.items()}
    assert absent == {IMAGE: None, DESCRIPTORS: Absence.NOT_MEASURED, AGE: Absence.NOT_GIVEN}
    assert found[AGE].without == {}
    deaf = replace(head, network=None, age=None)
    absent = {source: one.absent for source, one in ablated(deaf, LOGITS, VALUES, 50.0).items()}
    assert absent == {IMAGE: Absence.NOT_TAKEN, DESCRIPTORS: None, AGE: Absence.NOT_TAKEN}
    # A network that knows nothing takes part, and weighs nothing.
    even = ablated(replace(head, descriptors=None), np.zeros(3), None, 50.0)
    assert even[IMAGE].absent is None
    assert even[IMAGE].log_odds == pytest.approx(0)


@pytest.mark.parametrize(("p", "q"), [(1.0, 0.5), (0.5, 0.0), (1.0, 0.0), (0.0, 1.0)])
def test_the_weight_of_evidence_is_always_a_number(p: float, q: float) -> None:
    assert math.isfinite(weight_of_evidence(p, q))
    assert weight_of_evidence(p, q) == pytest.approx(-weight_of_evidence(q, p))
    assert (weight_of_evidence(p, q) > 0) is (p > q)


def test_the_measured_ablation_of_models_that_ship() -> None:
    """Every figure stands in the card or in the evaluation, under the name of what is left."""
    evaluation = json.loads((model("resnet50-glioma").folder / EVALUATION_FILE).read_text("utf-8"))
    for name in ("glioma-descriptors", "glioma-fused", "resnet50-glioma"):
        rows = measured_ablation(model(name))
        assert rows[0].left_out is None
        assert len(rows) == 1 + len(rows[0].sources)
        for row in rows:
            assert row.left_out not in row.sources
            names = [str(source) for source in row.sources]
            situation = (
                "age alone"
                if names == ["age"]
                else " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
            )
            figures = {one["name"]: one for one in evaluation["figures"][situation]["figures"]}
            shown = {metric.name: metric.value for metric in row.metrics}
            for figure in ("accuracy", "balanced accuracy", "AUROC G against the rest"):
                assert shown[figure] == figures[figure]["value"], (name, situation)


def test_a_model_without_an_evaluation_has_what_its_card_says(tmp_path: Any) -> None:
    card = replace(model("glioma-descriptors"), folder=tmp_path, network=None)
    everything, without_descriptors, without_age = measured_ablation(card)
    assert everything.metrics == card.metrics["descriptors and age"]
    assert without_descriptors.metrics == ()
    assert without_age.metrics == card.metrics["descriptors"]
    (tmp_path / EVALUATION_FILE).write_text('{"figures": {"age alone": {"figures": [{}]}}}')
    assert measured_ablation(card)[1].metrics == ()
    alone = replace(card, fusion_head=replace(card.fusion_head, age=None))
    assert measured_ablation(alone) == ()
