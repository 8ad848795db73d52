"""The main job on real studies: the tumour is found and typed."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from brainviewer.app.report.formats import Schema
from brainviewer.app.report.records import classification_record, location_record
from brainviewer.core.errors import BrainViewerError, ModelError
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.imaging.location.located import located
from brainviewer.models.engine.engine import Engine
from brainviewer.models.registry import model
from brainviewer.models.subtype.prediction import classify
from tests.studies import STUDIES, found, needs_studies, opened

SURE = "BraTS2021_01476"
REGISTERED = (
    SURE,
    "BraTS2021_01480",
    "BraTS2021_01659",
    "TCGA-DU-7294",
    "TCGA-FG-6692",
    "BraTS-GLI-00027-000",
)


@pytest.fixture(scope="module")
def engine():
    with Engine("onnx") as engine:
        yield engine


@pytest.fixture
def classified(engine):
    """What ``classify`` answers for a study, which is opened and searched once."""

    def classified(name, **wanted):
        return classification_record(classify(opened(name), found(name), engine, **wanted))

    return classified


@pytest.mark.data
@needs_studies
def test_the_command_says_what_is_found_here(classified, tmp_path):
    wanted = ("--engine", "onnx", "--model", "glioma-fused", "--age", "25", "--slice", "70")
    ended = subprocess.run(
        [sys.executable, "-m", "brainviewer", "classify", STUDIES / SURE, *wanted, "--json"],
        env=os.environ | {"BRAINVIEWER_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    said = json.loads(ended.stdout)
    here = classified(SURE, model_id="glioma-fused", age_years=25, slice_index=70)
    here["notices"] = [*opened(SURE).notices, *found(SURE).notices, *here["notices"]]
    here["location"] = location_record(located(opened(SURE), found(SURE)).location)
    assert said.pop("classes") == pytest.approx(here.pop("classes"), abs=1e-4)
    for record in (said, here):
        del record["seconds"], record["network"]["seconds"]
    assert said == {"schema": Schema.CLASSIFICATION, "notice": RESEARCH_ONLY, **here}


@pytest.mark.parametrize("name", REGISTERED)
@pytest.mark.data
@needs_studies
def test_a_glioma_is_found_and_typed(classified, name):
    record = classified(name)
    assert set(record["classes"]) == {"A", "O", "G"}
    assert sum(record["classes"].values()) == pytest.approx(1, abs=1e-4)
    assert record["predicted"] == max(record["classes"], key=record["classes"].get)
    network = record["network"]
    assert network["id"] == "resnet50-glioma"
    assert network["used_for"] == ["scope", "answer", "heatmap"]
    assert (network["engine"], network["device"]) == ("onnx", "CPU")
    assert network["seconds"]["load"] > 0
    assert network["seconds"]["predict"] > 0
    assert record["engine"] == "onnx"  # the network takes part in the answer


@pytest.mark.data
@needs_studies
def test_it_is_the_slice_that_was_picked_that_is_typed(classified):
    name = "BraTS2021_01659"
    index = found(name).index
    assert classified(name)["slice"] == index
    bystander = classified(name, model_id="glioma-descriptors")["network"]["slices"]
    assert bystander == {"scope": index, "heatmap": index}


@pytest.mark.data
@needs_studies
def test_the_raw_scan_on_four_grids_is_typed_as_well(classified):
    assert classified("native_TCGA-FG-6692")["predicted"] in ("A", "O", "G")
    assert opened("native_TCGA-FG-6692").notices  # that the grids differ


@pytest.mark.data
@needs_studies
def test_age_and_slice_are_used(classified):
    image = {"model_id": "resnet50-glioma"}
    without = classified(SURE, slice_index=70, **image)
    young = classified(SURE, slice_index=70, age_years=25, **image)
    old = classified(SURE, slice_index=70, age_years=70, **image)
    other = classified(SURE, slice_index=85, **image)
    assert without["slice"] == young["slice"] == 70
    assert (without["age_years"], old["age_years"]) == (None, 70)
    assert old["classes"]["G"] > young["classes"]["G"]
    assert without["classes"] != other["classes"]


@pytest.mark.data
@needs_studies
def test_a_slice_that_the_model_does_not_look_at_is_said_to_have_no_influence(classified):
    name = "BraTS2021_01480"
    plain = classified(name, model_id="glioma-descriptors")
    for index in (60, 90):
        asked = classified(name, model_id="glioma-descriptors", slice_index=index)
        assert asked["classes"] == plain["classes"]
        assert (asked["slice"], asked["weights_sha256"], asked["engine"]) == (None, None, None)
        (said,) = [notice for notice in asked["notices"] if "no influence" in notice]
        assert f"Slice {index + 1} " in said


@pytest.mark.data
@needs_studies
@pytest.mark.parametrize("model_id", [None, "resnet50-glioma", "glioma-descriptors"])
def test_a_prediction_past_a_refusal_is_not_confident(classified, model_id):
    name = "BraTS2024-GLI-00009-000"  # the detector is at a loss after the treatment
    refused = classified(name, model_id=model_id)
    assert (refused["in_scope"], refused["predicted"]) == (False, None)
    reason = refused["reason"].split(" Classify")[0]
    for index in (60, 90, 110):
        asked = classified(name, model_id=model_id, slice_index=index)
        assert reason in asked["reason"] or asked["in_scope"] is False
        assert asked["abstained"] or asked["in_scope"] is False


@pytest.mark.data
@needs_studies
@pytest.mark.parametrize("model_id", [None, "resnet50-glioma", "glioma-descriptors"])
def test_a_metastasis_is_not_given_a_type(classified, model_id):
    record = classified("BraTS-MET-00110-000", model_id=model_id)
    assert (record["in_scope"], record["predicted"], record["classes"]) == (False, None, {})
    sign = "has a thin wall: metastases and abscesses look so."
    assert sign in record["reason"]
    asked = classified("BraTS-MET-00110-000", model_id=model_id, slice_index=71)
    # Past the sign, the network does not know such a lesion either.
    assert not asked["in_scope"] or (asked["abstained"] and sign in asked["reason"])


@pytest.mark.data
@needs_studies
def test_days_are_no_years(classified):
    with pytest.raises(BrainViewerError, match=r"3000 days are 8\.2 years"):
        classified("TCGA-DU-7294", age_years=3000)


def test_changed_weights_are_never_loaded(tmp_path):
    card = model("resnet50-glioma")
    for name in ("card.json", *card.files):
        content = (card.folder / name).read_bytes()
        (tmp_path / name).write_bytes(content)
    weights = tmp_path / card.network.roles["weights"]
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    from brainviewer.models.card_file import load_card

    size = card.input.size
    with Engine("onnx") as engine, pytest.raises(ModelError, match="damaged or was changed"):
        engine.predict(
            load_card(tmp_path).network, np.zeros((1, size, size, card.input.depth), np.float32)
        )
