"""What is painted over disappears, can be had back, and the change of the answer is told."""

from dataclasses import replace

import numpy as np
import pytest
from toy_images import mr_head, write_model

from brainviewer.app.prediction.occlusion_edit import Fill, compare, paint_over, what_if
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.findings.classification import Classification
from brainviewer.models.engine.runtimes import EngineOutput
from brainviewer.models.image_classification import prediction as image_classifying

LESION = mr_head(lesion=True) > 235


def wide(mask, by=3):
    import cv2

    return cv2.dilate(mask.astype(np.uint8), np.ones((2 * by + 1,) * 2)) > 0


@pytest.mark.parametrize("fill", list(Fill))
@pytest.mark.parametrize("kind", ["grey", "deep", "colour"])
def test_a_lesion_that_is_painted_over_is_gone_and_the_rest_stays(fill, kind):
    pixels = mr_head(lesion=True)
    if kind == "deep":
        pixels = pixels.astype(np.uint16) * 257
    elif kind == "colour":
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    region, before = wide(LESION), pixels.copy()
    painted = paint_over(pixels, region, fill)
    assert (painted.dtype, painted.shape) == (pixels.dtype, pixels.shape)
    np.testing.assert_array_equal(pixels, before)
    np.testing.assert_array_equal(painted[~region], pixels[~region])
    scale = 257 if kind == "deep" else 1
    plain = mr_head() if kind != "colour" else np.repeat(mr_head()[..., None], 3, axis=2)
    off = np.abs(painted[region].astype(float) / scale - plain[region])
    assert off.mean() < 30  # the lesion is 110 brighter than the tissue


def test_what_cannot_be_painted_is_refused():
    for region in (np.zeros((160, 160), bool), np.ones((160, 160), bool), np.ones((9, 9), bool)):
        with pytest.raises(BrainViewerError):
            paint_over(mr_head(), region)


def prediction(**changes):
    made = Classification(
        "toy", "1", "Toy", "ab", {"glioma": 0.9, "none": 0.1},
        {"glioma": "Glioma", "none": "No tumour"}, "glioma", 0, "onnx", "CPU", 0, 0,
        prevalence="equal",
    )  # fmt: skip
    return replace(made, **changes)


def test_the_change_of_every_class_is_told():
    after = prediction(classes={"glioma": 0.2, "none": 0.8}, predicted="none")
    told = compare(prediction(), after)
    assert told.sentence == "Glioma (90\u00a0%) became No tumour (80\u00a0%)."
    assert {c.code: round(c.difference, 3) for c in told.changes} == {"glioma": -0.7, "none": 0.7}
    same = compare(prediction(), prediction(classes={"glioma": 0.8, "none": 0.2}))
    assert same.sentence == "Still Glioma: 90\u00a0% before, 80\u00a0% after."


def test_out_of_scope_has_no_numbers_and_other_models_no_comparison():
    lost = prediction(in_scope=False, classes={}, predicted="", reason="Nothing is left.")
    assert compare(prediction(), lost).changes == ()
    assert "Nothing is left." in compare(prediction(), lost).sentence
    assert compare(lost, prediction()).sentence.endswith("it is answered: Glioma, 90\u00a0%.")
    with pytest.raises(BrainViewerError, match="different models"):
        compare(prediction(), prediction(model_id="other"))
    with pytest.raises(BrainViewerError, match="prevalences"):
        compare(prediction(), prediction(prevalence="clinic"))


def test_what_if_asks_the_same_model_about_the_edited_image(tmp_path, monkeypatch):
    card = write_model(tmp_path / "toy-pictures")
    asked = []
    monkeypatch.setattr(image_classifying, "image_model", lambda name: asked.append(name) or card)

    class Engine:
        def predict(self, network, tensor, report):
            bright = float((tensor > 3).mean())
            logits = np.array([[200 * bright, 0, 0, 3]] * 2, np.float32)
            features = np.ones((2, 4, 4, 2), np.float32)
            return EngineOutput(logits, features, np.ones((2, 4), np.float32), "toy", "CPU", 0, 0)

    engine = Engine()
    pixels = mr_head(lesion=True)
    before = image_classifying.classify_image(pixels, engine)
    after, told = what_if(paint_over(pixels, wide(LESION)), before, engine)
    assert asked == [None, "toy-pictures"]
    assert (before.predicted, after.predicted) == ("glioma", "none")
    assert told.sentence.startswith("Glioma")
    # The image is edited: its answer is never confident, however probable it is.
    assert (before.abstained, after.abstained) == (False, True)
    assert "painted over" in after.reason
    blank = image_classifying.classify_image(np.zeros_like(pixels), engine)
    assert not blank.in_scope
    past, told = what_if(pixels, blank, engine)
    assert past.abstained
    assert blank.reason in past.reason
    assert blank.reason in told.sentence
