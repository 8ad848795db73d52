"""An answer says what it rests on, and is never confident beside a doubt."""

from dataclasses import replace

import numpy as np
import pytest
import toy_runtime as toy
from phantoms import marker_finding, marker_study

from brainviewer.app.report.provenance import provenance_record
from brainviewer.app.report.records import classification_record
from brainviewer.app.report.text import classification_text
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.study import Modality
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.feature_ood import fit_ood, save_ood
from brainviewer.models.subtype import prediction as classifying
from brainviewer.models.subtype.fusion_head import DescriptorPart, Source, Term
from brainviewer.models.subtype.out_of_distribution import LesionDistribution
from brainviewer.models.subtype.prediction import classify
from brainviewer.painting.figure import FigureSpec
from brainviewer.painting.text.predictions import Standing, words_of

PART = DescriptorPart(
    Source(1.0, 1.0),
    (0.0, 0.0, 0.0),
    (Term("size", 0.0, 1.0, (-2.0, 0.0, 2.0)), Term("solidity", 0.0, 1.0, (0.0, 0.0, 0.0))),
)
LESIONS = LesionDistribution(
    ("size", "solidity"), np.zeros(2), np.ones(2), np.eye(2), 2.0, (20.0, 75.0)
)
USUAL = {"size": 1.5, "solidity": 0.0}


class Engine:
    """Sees class O surely; the features of its n-th look are those of ``looks``."""

    def __init__(self, *looks):
        self.looks, self.asked = list(looks), 0

    def predict(self, network, tensor, report):
        self.asked += 1
        features = np.zeros((1, 4, 4, 5), np.float32)
        features[..., self.looks.pop(0) if self.looks else 1] = 1
        logits = np.array([[0, 3, 0]], np.float32)
        dense = np.eye(5, 3, dtype=np.float32)
        return EngineOutput(logits, features, dense, "toy", "CPU", 0.5, 0.01, ())


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Lets ``classify`` use a changed toy card, and descriptors that a test gives."""
    plain = toy.card(tmp_path)
    plain = replace(plain, network=replace(plain.network, version="7"))
    random = np.random.default_rng(1)
    usual = np.eye(5, dtype=np.float32)[[1] * 40] + random.normal(0, 0.05, (40, 5))
    save_ood(fit_ood(usual.astype(np.float32), 2, 5.0), tmp_path / "scope.npz")

    def use(values=USUAL, descriptors=False, ood_check=False, lesions=None, alone=False):
        fusion_head = replace(
            plain.fusion_head,
            descriptors=PART if descriptors or alone else None,
            network=None if alone else plain.fusion_head.network,
        )
        card = replace(
            plain,
            fusion_head=fusion_head,
            ood_check=tmp_path / "scope.npz" if ood_check else None,
            lesions=lesions,
        )
        monkeypatch.setattr(classifying, "study_model", lambda model_id: card)
        monkeypatch.setattr(classifying, "describe", lambda study, finding: dict(values))

    return use


def everywhere(result, study, finding):
    """All texts in which a result is told to a user."""
    record = classification_record(result)
    said = words_of(result)
    return {
        "card and figure": f"{said.headline} {said.reason}",
        "terminal": classification_text(record),
        "json": record["reason"],
        "provenance": str(written_of(study, finding, result)["reason"]),
    }


def written_of(study, finding, result):
    """What an exported figure carries of the answer."""
    figure = FigureSpec(study, (), finding=finding, classification=result)
    return provenance_record(figure, 2)["classification"]


def check_doubted(result, study, finding, part):
    assert (result.in_scope, result.abstained) == (True, True)
    assert result.predicted
    assert words_of(result).standing is Standing.NOT_CONFIDENT
    for place, text in everywhere(result, study, finding).items():
        assert part in text, place


def test_a_plain_prediction_has_no_doubt(made):
    made(descriptors=True, ood_check=True, lesions=LESIONS)
    study = marker_study()
    result = classify(study, marker_finding(study), Engine(), age_years=45)
    assert (result.in_scope, result.abstained, result.reason) == (True, False, "")
    assert words_of(result).standing is Standing.CLASSIFIED


@pytest.mark.parametrize(("confidence", "said"), [(0.12, "0.12"), (0.0016, "< 0.01")])
@pytest.mark.parametrize("alone", [True, False], ids=["descriptors", "image"])
def test_a_prediction_past_an_unsure_finder_keeps_the_reason(made, alone, confidence, said):
    made(alone=alone)
    study = marker_study()
    unsure = replace(marker_finding(study), confidence=confidence)
    refused = classify(study, unsure, Engine())
    assert not refused.in_scope
    assert f"too uncertain where the tumour is (confidence {said})" in refused.reason
    classified = classify(study, unsure, Engine(), slice_index=unsure.index)
    doubt = f"too uncertain where the tumour is (confidence {said})"
    check_doubted(classified, study, unsure, doubt)


@pytest.mark.parametrize("alone", [True, False], ids=["descriptors", "image"])
def test_a_prediction_past_a_refusal_by_the_scope_keeps_the_reason(made, alone):
    made(alone=alone, ood_check=True)
    study = marker_study()
    finding = marker_finding(study)
    assert not classify(study, finding, Engine(3)).in_scope
    # The tumour's slices are strange, the one that is asked for is not.
    classified = classify(study, finding, Engine(3, 1), slice_index=finding.index + 1)
    check_doubted(classified, study, finding, "looks unlike every glioma")
    known = classify(study, finding, Engine(1, 1), slice_index=finding.index + 1)
    assert not known.abstained


@pytest.mark.parametrize("alone", [True, False], ids=["descriptors", "image"])
def test_a_sign_of_another_tumour_is_named_instead_of_a_type(made, alone):
    made(USUAL | {"separate_lesions": 3.0}, alone=alone)
    study = marker_study()
    finding = marker_finding(study)
    sign = "Three separate enhancing lesions: metastases look so."
    refused = classify(study, finding, Engine())
    assert (refused.in_scope, refused.predicted, refused.classes) == (False, "", {})
    assert words_of(refused).headline == "Out of scope"
    for place, text in everywhere(refused, study, finding).items():
        assert sign in text, place
    asked = classify(study, finding, Engine(), slice_index=finding.index)
    check_doubted(asked, study, finding, sign)


def test_what_no_slice_can_mend_is_refused_all_the_same(made):
    made()
    study = marker_study(modalities=(Modality.T1,))
    finding = marker_finding(study)
    assert not classify(study, finding, Engine(), slice_index=finding.index).in_scope


@pytest.mark.parametrize("alone", [True, False], ids=["descriptors", "image"])
def test_a_missing_sequence_is_a_doubt(made, alone):
    made(alone=alone)
    study = marker_study(modalities=(Modality.FLAIR, Modality.T2))
    finding = marker_finding(study)
    result = classify(study, finding, Engine())
    check_doubted(result, study, finding, "answered without T1 and T1ce")


def test_a_missing_descriptor_is_a_doubt(made):
    made({"size": 1.5, "solidity": float("nan")}, alone=True)
    study = marker_study()
    finding = marker_finding(study)
    check_doubted(
        classify(study, finding, Engine()), study, finding, "1 of 2 descriptors of the lesion"
    )


@pytest.mark.parametrize("alone", [True, False], ids=["descriptors", "image"])
def test_a_lesion_unlike_those_of_the_training_is_a_doubt(made, alone):
    made({"size": 4.0, "solidity": -4.0}, alone=alone, lesions=LESIONS)
    study = marker_study()
    finding = marker_finding(study)
    result = classify(study, finding, Engine())
    check_doubted(result, study, finding, "unlike those that the model was trained on")


@pytest.mark.parametrize(("age", "doubted"), [(5, True), (20, False), (75, False), (90, True)])
def test_a_patient_of_another_age_than_those_of_the_training_is_a_doubt(made, age, doubted):
    made(alone=True, lesions=LESIONS)
    study = marker_study()
    result = classify(study, marker_finding(study), Engine(), age_years=age)
    assert result.abstained is doubted
    assert ("patients of 20 to 75 years" in result.reason) is doubted


def test_what_the_finder_doubts_is_a_doubt(made):
    made(alone=True)
    study = marker_study()
    finding = replace(marker_finding(study), notices=("The lesion reaches the edge.",))
    check_doubted(classify(study, finding, Engine()), study, finding, "reaches the edge")


def test_a_slice_without_the_lesion_is_a_doubt(made):
    made()
    study = marker_study()
    finding = marker_finding(study)
    last = int(np.flatnonzero(finding.area_mm2)[-1])
    outside = classify(study, finding, Engine(), slice_index=last + 4)
    check_doubted(outside, study, finding, "No lesion was found on slice")
    nothing = TumourFinding("lesion", False)
    check_doubted(classify(study, nothing, Engine(), slice_index=16), study, nothing, "whole head")


def test_unknown_sides_are_a_doubt(made):
    made(alone=True)
    plain = marker_study()
    grid = Grid(plain.grid.shape, np.diag([1.5, 1.0, 2.0, 1.0]), oriented=False)
    study = marker_study(grid)
    finding = marker_finding(study)
    check_doubted(classify(study, finding, Engine()), study, finding, "how the patient lay")


def test_several_doubts_are_all_told_once(made):
    made({"size": 4.0, "solidity": -4.0}, alone=True, lesions=LESIONS)
    study = marker_study(modalities=(Modality.FLAIR,))
    unsure = replace(marker_finding(study), confidence=0.1)
    result = classify(study, unsure, Engine(), age_years=5, slice_index=unsure.index)
    for place, text in everywhere(result, study, unsure).items():
        for part in ("uncertain", "unlike those", "20 to 75", "without T1 and T1ce"):
            assert text.count(part) == 1, (place, part)
    assert not set(words_of(result).notes) & set(result.reason.split(". "))


# -- every field names what was used ---------------------------------------------------------------


def test_a_network_without_part_in_the_prediction_is_named_as_that(made):
    made(alone=True, ood_check=True)
    study = marker_study()
    finding = marker_finding(study)
    result = classify(study, finding, Engine())
    record = classification_record(result)
    for name in ("slice", "weights_sha256", "engine", "device"):
        assert record[name] is None, name
    assert record["seconds"] == {"load": None, "predict": None}
    network = record["network"]
    assert network["used_for"] == ["scope", "heatmap"]
    assert network["slices"] == {"scope": finding.index, "heatmap": finding.index}
    assert (network["id"], network["version"]) == ("toy", "7")
    assert network["sha256"] == result.network.identity.sha256
    assert (network["engine"], network["seconds"]["predict"]) == ("toy", 0.01)
    assert set(record["descriptors"]) == {"size", "solidity"}
    told = classification_text(record)
    assert "the whole lesion" in told
    assert "Only for scope and heatmap: toy 7" in told
    assert "slice" not in words_of(result).source
    assert words_of(result).beside.startswith("Scope and heatmap only: toy 7")
    written = written_of(study, finding, result)
    assert (written["slice"], written["weights_sha256"], written["engine"]) == (None, None, None)
    assert written["network"]["slices"] == {"scope": finding.index, "heatmap": finding.index}


def test_a_slice_that_is_asked_for_in_vain_is_said_in_one_notice(made):
    made(alone=True, ood_check=True)
    study = marker_study()
    finding = marker_finding(study)
    plain = classify(study, finding, Engine())
    asked = classify(study, finding, Engine(), slice_index=finding.index + 2)
    assert asked.classes == plain.classes
    assert asked.slice_index is None
    assert asked.heatmap.index == finding.index + 2
    assert asked.network.used_for == {"scope": finding.index, "heatmap": finding.index + 2}
    (notice,) = asked.notices
    assert f"Slice {finding.index + 3} has no influence on the answer" in notice
    assert not plain.notices


def test_a_network_that_predictions_is_named_with_its_slice(made):
    made(ood_check=True)
    study = marker_study()
    finding = marker_finding(study)
    record = classification_record(classify(study, finding, Engine()))
    assert record["slice"] == finding.index
    assert (record["engine"], record["device"]) == ("toy", "CPU")
    assert record["seconds"] == {"load": 0.5, "predict": 0.01}
    assert record["weights_sha256"] == record["network"]["sha256"]
    assert set(record["network"]["used_for"]) == {"answer", "scope", "heatmap"}


def test_a_study_that_is_refused_unseen_names_no_network(made):
    made(ood_check=True)
    study = marker_study()
    unsure = replace(marker_finding(study), confidence=0.1)
    engine = Engine()
    record = classification_record(classify(study, unsure, engine))
    assert engine.asked == 0
    for name in ("network", "slice", "weights_sha256", "engine", "device"):
        assert record[name] is None, name


def test_a_study_that_the_network_refused_names_it(made):
    made(alone=True, ood_check=True)
    study = marker_study()
    record = classification_record(classify(study, marker_finding(study), Engine(3)))
    assert record["in_scope"] is False
    assert (record["slice"], record["engine"]) == (None, None)
    assert record["network"]["used_for"] == ["scope"]
