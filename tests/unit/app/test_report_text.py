"""Answers in words: how far they can be taken comes first."""

from typing import Any

from brainviewer.app.report.records import classification_record
from brainviewer.app.report.text import classification_text
from brainviewer.core.findings.classification import Classification


def record(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "model_id": "toy",
        "model_version": "1",
        "model_name": "Toy",
        "weights_sha256": "0" * 64,
        "classes": {"A": 0.5, "G": 0.5},
        "names": {"A": "Astrocytoma", "G": "Glioblastoma"},
        "predicted": "A",
        "slice_index": 20,
        "engine": "onnx",
        "device": "CPU",
        "load_seconds": 0.2,
        "predict_seconds": 0.02,
        "prevalence": "clinic",
        "priors": {"A": 0.25, "G": 0.75},
    }
    return classification_record(Classification(**{**made, **changes}))


def test_how_frequent_the_types_are_taken_to_be_is_said() -> None:
    lines = classification_text(record()).splitlines()
    assert lines[0] == "Astrocytoma (A), 50 %"
    assert "Taken to be this frequent (clinic): A 25 %, G 75 %" in lines


def test_a_doubtful_prediction_is_called_so_first() -> None:
    text = classification_text(record(abstained=True, reason="No type reaches 55 %."))
    assert text.startswith("Not confident; perhaps Astrocytoma (A), 50 %. No type reaches 55 %.")


def test_out_of_scope_names_no_type() -> None:
    refused = record(in_scope=False, predicted="", classes={}, reason="FLAIR is a CT.", priors={})
    assert (refused["predicted"], refused["classes"]) == (None, {})
    text = classification_text(refused)
    assert text.startswith("Out of scope. FLAIR is a CT.")
    assert "Astrocytoma" not in text
