"""The reference on a card is what was predicted in cross-validation, and is read strictly."""

import json

import numpy as np
import pytest

from brainviewer.assets import resources
from brainviewer.core.monitoring.reference import Measure, ReferenceDistribution
from brainviewer.models.monitoring_reference import reference_of
from brainviewer.models.registry import card_of
from brainviewer.training.monitoring_reference import (
    image_reference,
    mask_reference,
    subtype_reference,
    whole,
)


def test_subtypes_are_counted_by_what_the_answers_rest_on() -> None:
    runs = [[[0.95, 0.05], [0.3, 0.7]], [[0.65, 0.35], [0.25, 0.75]]]
    evaluation = {
        "classes": ["A", "G"],
        "default_prevalence": "equal",
        "figures": {"image": {"probabilities": runs}},
    }
    made = subtype_reference(evaluation, ["image"], None)
    mix, sure = made["distributions"]
    assert mix == {
        "measure": "class mix",
        "names": ["A", "G"],
        "counts": [1, 1],
        "rests_on": "image",
    }
    # 0.95 and 0.65, 0.7 and 0.75 of two runs: a half, a half and a whole patient.
    assert sum(sure["counts"]) == 2 and sure["counts"][4] == 1
    assert made["prevalence"] == "equal"


def test_images_of_one_patient_count_for_fewer() -> None:
    evaluation = {
        "classes": ["glioma", "none"],
        "images": {"glioma": 60, "none": 40},
        "figures": [{"name": "accuracy", "effective": 50.0}],
        "confusion": [[50, 10], [10, 30]],
        "reliability": [{"confidence": 0.55, "images": 20}, {"confidence": 0.95, "images": 80}],
        "scope": {"false_refusals": 0.04, "images": 100},
        "head": {"default_prevalence": "equal"},
    }
    mix, sure, beyond = image_reference(evaluation)["distributions"]
    assert mix["counts"] == [30, 20]
    assert sure["counts"] == [0, 0, 10, 0, 0, 0, 40]
    assert beyond["counts"] == [48, 2]


def test_confidences_of_masks_fall_into_bins() -> None:
    rows = {"one": [{"confidence": 0.2}, {"confidence": 0.86}], "two": [{"confidence": 0.96}]}
    (entry,) = mask_reference({"rows": rows})["distributions"]
    assert entry["counts"] == [1, 0, 0, 0, 0, 0, 1, 0, 1]


def test_whole_numbers_keep_their_sum() -> None:
    assert whole([1.2, 1.5, 0.3], 3) == [1, 2, 0]
    assert sum(whole(np.random.default_rng(1).random(9), 93)) == 93


@pytest.mark.parametrize("name", ["glioma-fused", "resnet50-tumour", "lesion-outline"])
def test_every_card_that_ships_has_a_reference(name: str) -> None:
    reference = card_of(name).reference
    assert reference is not None and reference.source
    rests_on = "image, descriptors and age" if name == "glioma-fused" else ""
    found = reference.of(Measure.CONFIDENCE, rests_on)
    assert found is not None and sum(found.counts) >= 90
    assert reference.of(Measure.EMBEDDING, rests_on) is None
    if name == "glioma-fused":
        evaluation = json.loads(
            (resources() / "models" / "resnet50-glioma" / "evaluation.json").read_text("utf-8")
        )
        mix = reference.of(Measure.CLASSES, rests_on)
        confusion = np.array(evaluation["figures"][rests_on]["confusion"])
        assert mix is not None
        assert np.abs(np.array(mix.counts) - confusion.sum(axis=0)).max() < 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"prevalence": "rare"}, "prevalence"),
        ({"sauce": "x"}, "unknown entry"),
        ({"distributions": []}, "none"),
        ({"distributions": [{"measure": "class mix", "names": ["A"], "counts": [1]}]}, "classes"),
        ({"distributions": [{"measure": "confidence", "edges": [0.5], "counts": [1]}]}, "count"),
        ({"distributions": [{"measure": "confidence", "edges": [0.5], "counts": [0, 0]}]}, "0"),
        ({"distributions": [{"measure": "confidence", "edges": [0.5], "counts": [1.5, 1]}]},
         "whole"),
        ({"distributions": [{"measure": "confidence", "edges": [0.5, 0.4], "counts": [1, 1, 1]}]},
         "ascend"),
        ({"distributions": [{"measure": "weight", "edges": [0.5], "counts": [1, 1]}]}, "weight"),
    ],
)  # fmt: skip
def test_a_wrong_reference_is_refused(change, why) -> None:
    right = {
        "source": "2 patients.",
        "distributions": [{"measure": "confidence", "edges": [0.5], "counts": [1, 1]}],
    }
    assert reference_of({"monitoring_reference": right}, ("A", "G"), ("equal",)) is not None
    with pytest.raises(ValueError, match=why):
        reference_of({"monitoring_reference": right | change}, ("A", "G"), ("equal",))


def test_a_distribution_has_names_or_edges() -> None:
    with pytest.raises(ValueError, match="count"):
        ReferenceDistribution(Measure.CLASSES, (1, 2))
