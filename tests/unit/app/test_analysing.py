"""The whole job without a window leaves whole files, whatever is missing."""

import json
from dataclasses import replace

import numpy as np
import pytest
from phantoms import marker_finding, marker_study

from brainviewer.app.prediction import whole_study as analysing
from brainviewer.app.prediction.whole_study import FIGURE, RESULT, VOLUME, AnalysisOptions, analyze
from brainviewer.core.errors import BrainViewerError, Cancelled, FileError
from brainviewer.core.findings.classification import Classification, Heatmap
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane
from brainviewer.models.subtype.prediction import NotClassified
from tests.provenance import read_provenance


@pytest.fixture(autouse=True)
def parts(monkeypatch):
    """The marker is found, typed as G and drawn in 3D as a grey image."""

    def classify(study, finding, engine, **wanted):
        if not finding.found:
            raise NotClassified("No lesion was found.")
        heat = Heatmap(Plane.AXIAL, finding.index, np.full((48, 40), 0.5, np.float32))
        return Classification(
            "toy", "1", "Toy", "ab" * 32, {"A": 0.3, "G": 0.7}, {"A": "a", "G": "g"}, "G",
            finding.index, "onnx", "CPU", 0.1, 0.1, study_hash=study.content_hash,
            age_years=wanted["age_years"], heatmap=heat, notices=("T1 is missing.",),
        )  # fmt: skip

    monkeypatch.setattr(analysing, "find_tumour", lambda study, *a, **k: marker_finding(study))
    monkeypatch.setattr(analysing, "classify", classify)
    monkeypatch.setattr(analysing, "_volume_image", lambda *a: np.full((480, 640, 3), 99, np.uint8))


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_three_files_that_agree(tmp_path):
    study = marker_study(synthetic=True)
    fractions = []
    record = analyze(
        study,
        tmp_path / "a" / "b",
        None,
        AnalysisOptions(age_years=50),
        lambda fraction, text: fractions.append(fraction),
    ).record
    folder = tmp_path / "a" / "b"
    assert names(folder) == {RESULT, FIGURE, VOLUME} == set(record["files"])
    assert json.loads((folder / RESULT).read_text("utf-8")) == record
    assert record["classification"]["predicted"] == "G"
    assert record["classification"]["age_years"] == 50
    assert record["finding"]["index"] == marker_finding(study).index
    assert record["study"]["sha256"] == study.content_hash
    assert record["study"]["synthetic"] is True
    assert record["notices"] == ["T1 is missing."]
    assert "not for diagnosis" in record["notice"]
    provenance = read_provenance(folder / FIGURE)
    assert [pane["sequence"] for pane in provenance["panes"]] == ["FLAIR", "T1", "T1ce", "T2"]
    assert not any(pane["heatmap"] for pane in provenance["panes"])
    assert provenance["classification"]["predicted"] == "G"
    assert read_provenance(folder / VOLUME)["study"]["synthetic"] is True
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1


def test_the_heatmap_is_drawn_on_request(tmp_path):
    analyze(marker_study(), tmp_path, None, AnalysisOptions(heatmap=True))
    assert sum(p["heatmap"] for p in read_provenance(tmp_path / FIGURE)["panes"]) == 1


def test_without_a_tumour_there_is_still_a_figure(tmp_path, monkeypatch):
    nothing = TumourFinding("lesion", False, notices=("No lesion found.",))
    monkeypatch.setattr(analysing, "find_tumour", lambda *a, **k: nothing)
    record = analyze(marker_study(), tmp_path, None).record
    assert names(tmp_path) == {RESULT, FIGURE, VOLUME}
    assert record["finding"]["found"] is False
    assert record["classification"]["predicted"] is None
    assert record["notices"] == ["No lesion found.", "No lesion was found."]


def test_without_opengl_the_rest_is_written_and_the_old_3d_view_goes(tmp_path, monkeypatch):
    (tmp_path / VOLUME).write_bytes(b"of another study")

    def no_opengl(*args):
        raise BrainViewerError("OpenGL cannot start.", "Install libgl1.")

    monkeypatch.setattr(analysing, "_volume_image", no_opengl)
    record = analyze(marker_study(), tmp_path, None).record
    assert names(tmp_path) == {RESULT, FIGURE} == set(record["files"])
    assert record["notices"][-1] == "volume.png was not made: OpenGL cannot start. Install libgl1."


def test_nothing_is_touched_before_everything_is_ready(tmp_path):
    for name in (RESULT, FIGURE, VOLUME):
        (tmp_path / name).write_bytes(b"old")

    def cancel_late(fraction, text):
        if fraction >= 0.75:
            raise Cancelled

    with pytest.raises(Cancelled):
        analyze(marker_study(), tmp_path, None, report=cancel_late)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"old"}


def test_a_folder_that_cannot_be_made_is_said_first(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(analysing, "find_tumour", lambda *a, **k: pytest.fail("too early"))
    with pytest.raises(FileError, match="is a file, not a folder") as refused:
        analyze(marker_study(), tmp_path / "file", None)
    assert refused.value.advice


def test_notices_of_the_study_are_kept(tmp_path):
    study = replace(marker_study(), notices=("T2 was resampled.",))
    assert analyze(study, tmp_path, None).record["notices"][0] == "T2 was resampled."
