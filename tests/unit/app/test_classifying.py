"""The tumour slice reaches the network the right way round, and the answer comes back to it."""

from dataclasses import replace

import numpy as np
import pytest
import toy_runtime as toy
from phantoms import (
    AXIS_CASES,
    case_name,
    grid_of,
    marker_finding,
    marker_mask,
    marker_study,
    oblique_grid,
)

from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import Modality, Study, Volume
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.subtype import prediction as classifying
from brainviewer.models.subtype.prediction import NotClassified, classify, tumour_slices

NOTHING = TumourFinding("lesion", False)


class StillEngine:
    """Answers at once, in this process, that it saw class O in the crop's upper left corner."""

    def __init__(self, notices=()):
        self.tensor, self.notices = None, notices

    def predict(self, network, tensor, report):
        self.tensor = tensor
        report(0.8, "Classifying")
        features = np.zeros((1, 4, 4, 5), np.float32)
        features[0, 0, 0, 1] = 1
        logits = np.array([[0, 3, 0]], np.float32)
        return EngineOutput(
            logits, features, np.eye(5, 3, dtype=np.float32), "toy", "CPU", 0.5, 0.01, self.notices
        )


@pytest.fixture
def card(tmp_path, monkeypatch):
    made = toy.card(tmp_path)
    monkeypatch.setattr(classifying, "study_model", lambda model_id: made)
    return made


def test_the_result_says_where_it_comes_from(card):
    study = marker_study()
    finding, seen = marker_finding(study), []
    engine = StillEngine(notices=("The other engine was used.",))
    result = classify(
        study, finding, engine, age_years=45, report=lambda fraction, text: seen.append(fraction)
    )
    assert result.predicted == "O"
    assert sum(result.classes.values()) == pytest.approx(1)
    assert tuple(result.classes) == tuple(result.names) == ("A", "O", "G")
    assert result.slice_index == finding.index == result.heatmap.index
    assert (result.model_id, result.model_version) == ("toy", "1")
    assert result.weights_sha256 == card.files["toy.weights.h5"]
    assert (result.in_scope, result.abstained, result.reason) == (True, False, "")
    assert result.calibrated
    assert (result.prevalence, result.priors) == ("training", {"A": 0.5, "O": 0.3, "G": 0.2})
    assert (result.engine, result.device) == ("toy", "CPU")
    assert (result.load_seconds, result.predict_seconds) == (0.5, 0.01)
    assert result.study_hash == study.content_hash
    assert result.sequences_used == ("FLAIR", "T1", "T1ce")
    assert result.age_years == 45
    assert result.quality.startswith("balanced accuracy 0.65 (0.55–0.74), 93 patients")
    assert result.notices == ("The other engine was used.",)
    assert engine.tensor.shape == (1, 32, 32, 3)
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 1)


@pytest.mark.parametrize("case", AXIS_CASES, ids=case_name)
def test_the_network_sees_the_same_slice_however_the_file_is_stored(card, case):
    study, straight = marker_study(grid_of(*case)), marker_study(grid_of())
    turned = tumour_slices(study, marker_finding(study), card)
    # The marker's middle lies between two slices, so the index is taken from the place.
    place = study.grid.centre.copy()
    place[2] = SliceView.of(study.grid, Plane.AXIAL).position_mm(turned.index)
    same = SliceView.of(straight.grid, Plane.AXIAL).index_of(
        place - study.grid.centre + straight.grid.centre
    )
    plain = tumour_slices(straight, marker_finding(straight), card, same)
    assert turned.notices == ()
    for name, image in plain.slices.channels.items():
        np.testing.assert_allclose(turned.slices.channels[name], image, atol=1)
    assert (turned.slices.lesion == plain.slices.lesion).all()
    _, rows, columns = np.nonzero(plain.slices.lesion)
    # The marker is at the patient's left and in front: right and above on the screen.
    assert rows.mean() < plain.slices.lesion.shape[1] / 2
    assert columns.mean() > plain.slices.lesion.shape[2] / 2


def test_pixels_become_square_and_the_heatmap_fits_the_slice_of_the_study(card):
    study = marker_study()  # pixels of 1 mm by 1.5 mm
    view = SliceView.of(study.grid, Plane.AXIAL)
    lesion = tumour_slices(study, marker_finding(study), card).slices.lesion
    rows, columns = view.shape
    assert lesion.shape == (1, rows, round(columns * 1.5))
    _, box_rows, box_columns = np.nonzero(lesion)
    assert abs(np.ptp(box_rows) - np.ptp(box_columns)) <= 1  # the marker is a ball
    result = classify(study, marker_finding(study), StillEngine())
    heat = result.heatmap.values
    assert (heat.shape, heat.dtype) == (view.shape, np.float32)
    assert heat.min() >= 0
    assert heat.max() <= 1
    # The network saw it in the upper left of the crop around the marker.
    lesion_rows, lesion_columns = np.nonzero(view.cut(marker_mask(study.grid), result.slice_index))
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    assert row < lesion_rows.mean()
    assert column < lesion_columns.mean()


def test_an_oblique_study_is_classified(card):
    study = marker_study(oblique_grid())
    assert classify(study, marker_finding(study), StillEngine()).predicted == "O"


def test_another_slice_uses_the_outline_of_the_nearest_one(card):
    study = marker_study()
    finding = marker_finding(study)
    last = int(np.flatnonzero(finding.area_mm2)[-1])
    result = classify(study, finding, StillEngine(), slice_index=last + 4)
    assert result.slice_index == result.heatmap.index == last + 4
    assert result.notices == (
        f"No lesion was found on slice {last + 5}; the segmentation of slice {last + 1} was used.",
    )


def test_no_lesion_is_an_outcome_not_a_failure(card):
    engine = StillEngine()
    with pytest.raises(NotClassified, match="No lesion was found"):
        classify(marker_study(), NOTHING, engine)
    assert engine.tensor is None
    result = classify(marker_study(), NOTHING, engine, slice_index=16)
    assert "whole head" in result.notices[0]


def test_missing_sequences_are_named(card):
    study = marker_study(modalities=(Modality.FLAIR, Modality.T2))
    result = classify(study, marker_finding(study), StillEngine())
    assert result.sequences_used == ("FLAIR",)
    assert result.notices == ("The model answered without T1 and T1ce and is less reliable.",)


def test_a_sequence_that_is_empty_on_the_slice_is_named(card):
    study = marker_study()
    finding = marker_finding(study)
    data = study.volumes[Modality.T1].data.copy()
    data[:, :, finding.index] = 0
    half = Volume(Modality.T1, data, study.grid)
    study = replace(study, volumes={**study.volumes, Modality.T1: half})
    result = classify(study, finding, StillEngine())
    assert result.sequences_used == ("FLAIR", "T1ce")
    assert result.notices == (f"Slice {finding.index + 1} of T1 is empty and was left out.",)


def test_a_study_without_any_sequence_of_the_model_is_not_classified(card):
    study = marker_study(modalities=(Modality.T2,))
    with pytest.raises(NotClassified, match="none of the sequences"):
        classify(study, marker_finding(study), StillEngine())


def test_a_constant_volume_is_not_classified(card):
    study = marker_study()
    flat = Volume(Modality.T1, np.full(study.grid.shape, 7, np.int16), study.grid)
    constant = replace(study, volumes={**study.volumes, Modality.T1: flat})
    with pytest.raises(NotClassified, match="T1 has the same value everywhere"):
        classify(constant, marker_finding(study), StillEngine())


def test_an_empty_slice_is_not_classified(card):
    study = marker_study()
    with pytest.raises(NotClassified, match="Slice 1 is empty"):
        classify(study, marker_finding(study), StillEngine(), slice_index=0)


@pytest.mark.parametrize("age", [-1, 121, float("nan")])
def test_an_impossible_age_is_refused(card, age):
    with pytest.raises(BrainViewerError, match="cannot be right") as refused:
        classify(marker_study(), NOTHING, StillEngine(), age_years=age)
    assert "0 to 120" in refused.value.advice


@pytest.mark.parametrize("index", [-1, 32])
def test_a_slice_outside_the_study_is_refused(card, index):
    with pytest.raises(BrainViewerError, match="slices 0 to 31"):
        classify(marker_study(), NOTHING, StillEngine(), slice_index=index)


def test_unknown_orientation_is_said(card):
    grid = grid_of()
    study = marker_study(Grid(grid.shape, np.diag([1.5, 1.0, 2.0, 1.0]), oriented=False))
    result = classify(study, marker_finding(study), StillEngine())
    assert "how the patient lay" in result.notices[0]


def test_age_is_left_out_where_the_model_takes_none(card, monkeypatch):
    ageless = replace(card, fusion_head=replace(card.fusion_head, age=None))
    monkeypatch.setattr(classifying, "study_model", lambda model_id: ageless)
    study = marker_study()
    result = classify(study, marker_finding(study), StillEngine(), age_years=45)
    assert result.age_years is None
    assert "takes no age" in result.notices[0]
    assert result.quality.startswith("balanced accuracy 0.61")


def test_a_segmentation_in_the_folder_is_no_input(card):
    study = marker_study()
    bare = replace(study, segmentation=None)
    with_file, without = StillEngine(), StillEngine()
    classify(study, marker_finding(study), with_file)
    classify(bare, marker_finding(study), without)
    assert (with_file.tensor == without.tensor).all()


def test_it_can_be_cancelled(card):
    def cancel(fraction, text):
        raise Cancelled

    study = marker_study()
    assert isinstance(study, Study)
    with pytest.raises(Cancelled):
        classify(study, marker_finding(study), StillEngine(), report=cancel)


def with_volume(study, modality, data):
    """The study with other values in one sequence."""
    volume = Volume(modality, data, study.grid)
    return replace(study, volumes={**study.volumes, modality: volume})


def test_another_prevalence_is_a_setting_that_is_shown(card):
    study = marker_study()
    usual = classify(study, marker_finding(study), StillEngine())
    clinic = classify(study, marker_finding(study), StillEngine(), prevalence="clinic")
    assert clinic.prevalence == "clinic"
    assert clinic.priors == {"A": 0.1, "O": 0.05, "G": 0.85}
    assert clinic.classes["G"] > usual.classes["G"]
    engine = StillEngine()
    with pytest.raises(BrainViewerError, match="no prevalence called village") as refused:
        classify(study, marker_finding(study), engine, prevalence="village")
    assert "training, clinic" in refused.value.advice
    assert engine.tensor is None


def test_a_prediction_below_the_threshold_is_shown_but_called_not_confident(card, monkeypatch):
    strict = replace(card, fusion_head=replace(card.fusion_head, least_confident=0.99))
    monkeypatch.setattr(classifying, "study_model", lambda model_id: strict)
    study = marker_study()
    result = classify(study, marker_finding(study), StillEngine())
    assert result.abstained
    assert result.in_scope
    assert result.predicted == "O"
    assert result.heatmap is not None
    assert "12 patients answered so, 6 were answered wrongly" in result.reason


def refused(result):
    """Whether a result is one of a model that does not answer."""
    return (result.in_scope, result.predicted, result.classes, result.heatmap) == (
        False, "", {}, None,
    )  # fmt: skip


def test_without_a_sequence_that_it_needs_the_model_does_not_prediction(card):
    study, engine = marker_study(modalities=(Modality.T1,)), StillEngine()
    result = classify(study, marker_finding(study), engine, age_years=45)
    assert refused(result)
    assert result.reason == "The model needs FLAIR, which the study does not have."
    assert result.notices == ()  # nothing was answered without T1ce or an age
    assert engine.tensor is None


def test_features_far_from_those_of_the_training_are_refused(card, monkeypatch, tmp_path):
    from brainviewer.models.feature_ood import fit_ood, save_ood

    random = np.random.default_rng(1)
    usual = np.array([0.0, 1.0, 0.0, 0.0, 0.0]) + random.normal(0, 0.05, (40, 5))
    for name, limit in (("near", 1e6), ("far", 1e-6)):
        save_ood(fit_ood(usual.astype(np.float32), 2, limit), tmp_path / f"{name}.npz")
    study = marker_study(modalities=(Modality.FLAIR,))
    for name in ("near", "far"):
        known = replace(card, ood_check=tmp_path / f"{name}.npz")
        monkeypatch.setattr(classifying, "study_model", lambda model_id, known=known: known)
        result = classify(study, marker_finding(study), StillEngine(("The CPU was used.",)))
        assert refused(result) == (name == "far")
        assert any("answered" in notice for notice in result.notices) == (name == "near")
    assert result.notices == ("The CPU was used.",)
    assert "unlike every glioma" in result.reason
    assert result.engine == "toy"


def test_a_model_without_a_network_predictions_from_descriptors(card, monkeypatch):
    from brainviewer.models.subtype.fusion_head import DescriptorPart, Source, Term

    term = Term("size", 0.0, 1.0, (-2.0, 0.0, 2.0))
    part = DescriptorPart(Source(1.0, 1.0), (0.0, 0.0, 0.0), (term,))
    bare = replace(
        card, network=None, fusion_head=replace(card.fusion_head, network=None, descriptors=part)
    )
    monkeypatch.setattr(classifying, "study_model", lambda model_id: bare)
    monkeypatch.setattr(classifying, "describe", lambda study, finding: {"size": 2.0})
    study, engine = marker_study(), StillEngine()
    result = classify(study, marker_finding(study), engine)
    assert engine.tensor is None
    assert result.predicted == "G"
    assert result.descriptors == {"size": 2.0}
    assert (result.heatmap, result.weights_sha256, result.engine) == (None, "", "")


def test_a_slice_that_is_asked_for_does_not_judge_descriptors_of_the_lesion(
    card, monkeypatch, tmp_path
):
    from brainviewer.models.feature_ood import fit_ood, save_ood
    from brainviewer.models.subtype.fusion_head import DescriptorPart, Source, Term

    usual = np.eye(5, dtype=np.float32)[[0, 1, 2, 3, 4] * 4]
    save_ood(fit_ood(usual, 2, 1e-6), tmp_path / "scope.npz")
    part = DescriptorPart(
        Source(1.0, 1.0), (0.0, 0.0, 0.0), (Term("size", 0.0, 1.0, (-2.0, 0.0, 2.0)),)
    )
    head = replace(card.fusion_head, network=None, descriptors=part)
    described = replace(card, fusion_head=head, ood_check=tmp_path / "scope.npz")
    monkeypatch.setattr(classifying, "study_model", lambda model_id: described)
    monkeypatch.setattr(classifying, "describe", lambda study, finding: {"size": 2.0})
    study = marker_study()
    finding = marker_finding(study)
    assert refused(classify(study, finding, StillEngine()))
    asked = classify(study, finding, StillEngine(), slice_index=finding.index)
    assert (asked.predicted, asked.in_scope) == ("G", True)
    assert "rests on the whole lesion" in asked.notices[-1]
    for nothing in (NOTHING, replace(finding, brain=None)):
        monkeypatch.setattr(classifying, "describe", lambda study, finding: {"size": np.nan})
        with pytest.raises(NotClassified, match="no lesion to describe"):
            classify(study, nothing, StillEngine(), slice_index=finding.index)
