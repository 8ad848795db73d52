"""A single image is answered through the same code as a study, and refused where it must be."""

from dataclasses import replace

import numpy as np
import pytest
from toy_images import mr_head, write_model

from brainviewer.core.errors import Cancelled, ModelError
from brainviewer.core.findings.classification import tumour_probability
from brainviewer.core.slices import Plane
from brainviewer.models.engine.engine import Engine
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.feature_ood import fit_ood, save_ood
from brainviewer.models.image_classification import prediction as image_classifying
from brainviewer.models.image_classification.prediction import classify_image
from brainviewer.models.registry import image_model, study_model


class StillEngine:
    """Answers at once, in this process, from logits; it saw the answer in the upper left."""

    def __init__(self, *logits: float) -> None:
        self.logits, self.tensor = logits, None

    def predict(self, network, tensor, report):
        self.tensor = tensor
        report(0.8, "Classifying")
        features = np.zeros((2, 4, 4, 5), np.float32)
        features[0, 0, 0] = 1
        logits = np.array([self.logits] * 2, np.float32)
        return EngineOutput(logits, features, np.ones((5, 4), np.float32), "toy", "CPU", 0.5, 0.01)


@pytest.fixture
def card(tmp_path, monkeypatch):
    made = write_model(tmp_path / "toy-pictures")
    monkeypatch.setattr(image_classifying, "image_model", lambda model_id: made)
    return made


def test_the_prediction_says_where_it_comes_from(card):
    seen = []
    engine = StillEngine(0, 6, 0, 0)
    result = classify_image(
        mr_head(), engine, image_hash="ab", report=lambda fraction, text: seen.append(fraction)
    )
    assert result.predicted == "meningioma"
    assert sum(result.classes.values()) == pytest.approx(1)
    assert (result.study_hash, result.model_id) == ("ab", "toy-pictures")
    assert result.weights_sha256 == card.weights_sha256
    assert (result.in_scope, result.abstained, result.calibrated) == (True, False, True)
    assert (result.engine, result.device, result.prevalence) == ("toy", "CPU", "equal")
    assert (
        result.quality
        == "accuracy 0.95 (0.94–0.96), 2832 images, cross-validated by patient, as far as known"
    )
    assert engine.tensor.shape == (2, 32, 32, 1)  # and its mirror image
    np.testing.assert_array_equal(engine.tensor[0], engine.tensor[1, :, ::-1])
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 1)


def test_the_heatmap_lies_over_the_whole_image(card):
    image = mr_head()[:, 10:140]
    heatmap = classify_image(image, StillEngine(5, 0, 0, 0)).heatmap
    assert (heatmap.plane, heatmap.index) == (Plane.AXIAL, 0)
    assert heatmap.values.shape == image.shape
    row, column = np.unravel_index(heatmap.values.argmax(), image.shape)
    assert row < 60
    assert column < 60


def test_colour_that_is_hardly_any_and_any_unit_make_no_difference(card):
    grey = mr_head()
    tensors = []
    for image in (grey, grey.astype(np.float32) / 255, np.repeat(grey[..., None], 3, axis=2)):
        engine = StillEngine(5, 0, 0, 0)
        classify_image(image, engine)
        tensors.append(engine.tensor)
    np.testing.assert_allclose(tensors[1], tensors[0], atol=1e-3)
    np.testing.assert_allclose(tensors[2], tensors[0], atol=1e-3)


def test_a_doubtful_prediction_is_counted_in_images(card):
    result = classify_image(mr_head(), StillEngine(0.2, 0, 0, 0))
    assert result.abstained
    assert result.reason == (
        "No class reaches 50\u00a0%: of 40 images answered so, 20 were answered wrongly."
    )


def test_how_frequent_the_classes_are_can_be_chosen(card):
    engine = StillEngine(1, 0, 0, 0)
    assert classify_image(mr_head(), engine).predicted == "glioma"
    clinic = classify_image(mr_head(), engine, prevalence="clinic")
    assert clinic.predicted == "none"
    assert "no figure is known" in clinic.notices[0]
    with pytest.raises(ModelError, match="no prevalence called village"):
        classify_image(mr_head(), engine, prevalence="village")


def test_what_is_no_head_by_mr_never_reaches_the_network(card):
    engine = StillEngine(5, 0, 0, 0)
    result = classify_image(np.full((90, 90), 7, np.uint8), engine)
    assert not result.in_scope
    assert (result.predicted, result.classes, result.heatmap) == ("", {}, None)
    assert "uniform" in result.reason
    assert engine.tensor is None


def test_features_far_from_the_training_are_out_of_scope(card, tmp_path, monkeypatch):
    random = np.random.default_rng(1)
    usual = np.full(5, 0.4) + random.normal(0, 0.05, (40, 5))
    for limit, in_scope in ((1e6, True), (1e-6, False)):
        path = tmp_path / f"{in_scope}.npz"
        save_ood(fit_ood(usual.astype(np.float32), 2, limit), path)
        known = replace(card, ood_check=path)
        monkeypatch.setattr(image_classifying, "image_model", lambda _, known=known: known)
        result = classify_image(mr_head(), StillEngine(5, 0, 0, 0))
        assert result.in_scope == in_scope
    assert "unlike every image" in result.reason


def test_the_whole_way_with_a_network_in_its_child_process(card):
    with Engine("onnx") as engine:
        seen = classify_image(mr_head(lesion=True), engine)
        plain = classify_image(mr_head(), engine)
    assert (seen.predicted, plain.predicted) == ("glioma", "none")
    assert (seen.engine, seen.device) == ("onnx", "CPU")
    row, column = np.unravel_index(seen.heatmap.values.argmax(), seen.heatmap.values.shape)
    assert abs(row - 64) < 20  # the lesion's place
    assert abs(column - 58) < 20


def test_cancelling_goes_through(card):
    def cancel(fraction, text):
        raise Cancelled

    with pytest.raises(Cancelled):
        classify_image(mr_head(), StillEngine(5, 0, 0, 0), report=cancel)


def test_any_tumour_is_what_is_not_none():
    assert tumour_probability({"glioma": 0.5, "pituitary": 0.2, "none": 0.3}) == pytest.approx(0.7)
    assert tumour_probability({"A": 1.0}) is None
    assert tumour_probability({}) is None


def test_models_of_studies_and_of_images_are_kept_apart(tmp_path, monkeypatch):
    made = write_model(tmp_path / "toy-pictures")
    with pytest.raises(ModelError, match="resnet50-glioma answers for studies") as refused:
        image_model("resnet50-glioma")
    assert "model of images" in refused.value.advice
    monkeypatch.setattr("brainviewer.models.registry.model", lambda model_id: made)
    with pytest.raises(ModelError, match="toy-pictures answers for single images"):
        study_model("toy-pictures")
