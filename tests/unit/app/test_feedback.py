"""Agree and disagree: kept line by line, found again, changed at will, nobody named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.app.stores.feedback import (
    OUT_OF_SCOPE,
    feedback_on,
    keep_feedback,
    kept_feedback,
    last_opinions,
)
from brainviewer.core.errors import FileError
from brainviewer.core.findings.classification import IMAGE, Classification
from brainviewer.core.findings.feedback import AGREE, DISAGREE, OTHER, WITHDRAWN
from brainviewer.files.user_folders import journal_folder
from tests.journal_entries import feedback_values
from tests.phantoms import marker_study
from tests.unit.app.desk import a_result


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def result() -> Classification:
    return a_result(marker_study(), age_years=61.0)


def test_without_a_file_there_is_no_feedback(result: Classification, home: Path) -> None:
    assert kept_feedback(result) is None
    assert not home.exists()


def test_feedback_is_kept_with_what_it_is_about_and_no_more(
    result: Classification, home: Path
) -> None:
    keep_feedback(feedback_on(result, DISAGREE, "A"))
    (record,) = feedback_values()
    assert record.pop("time").startswith("20")
    assert record == {
        "schema": 1,
        "study_sha256": result.study_hash,
        "model": "toy",
        "model_version": "1",
        "weights_sha256": "0" * 64,
        "slice": 20,
        "prevalence": "",
        "probabilities": {"A": 0.2, "O": 0.1, "G": 0.7},
        "answer": "G",
        "not_confident": False,
        "verdict": "disagree",
        "user_type": "A",
    }


def test_the_last_feedback_counts_and_can_be_withdrawn(result: Classification) -> None:
    keep_feedback(feedback_on(result, AGREE))
    kept = kept_feedback(result)
    assert kept is not None
    assert kept.agrees
    keep_feedback(feedback_on(result, DISAGREE, OTHER))
    kept = kept_feedback(result)
    assert kept is not None
    assert (kept.opinion, kept.user_type) == (DISAGREE, OTHER)
    keep_feedback(feedback_on(result, WITHDRAWN))
    assert kept_feedback(result) is None
    assert [r["verdict"] for r in feedback_values()] == [AGREE, DISAGREE, WITHDRAWN]


def test_feedback_belongs_to_one_prediction_of_one_model_for_one_study(
    result: Classification,
) -> None:
    keep_feedback(feedback_on(result, AGREE))
    for other in (
        replace(result, study_hash="f" * 64),
        replace(result, study_hash=""),
        replace(result, model_id="other"),
        replace(result, model_version="2"),
        replace(result, predicted="A"),
        replace(result, in_scope=False, predicted=""),
    ):
        assert kept_feedback(other) is None
    assert kept_feedback(replace(result, age_years=None, slice_index=3)) is not None


def test_another_frame_of_an_image_is_another_image(result: Classification) -> None:
    frame = replace(result, sequences_used=(IMAGE,), slice_index=3, frames=8)
    keep_feedback(feedback_on(frame, AGREE))
    keep_feedback(feedback_on(replace(frame, slice_index=4), DISAGREE))
    kept = kept_feedback(frame)
    assert kept is not None
    assert kept.opinion == AGREE
    assert kept_feedback(replace(frame, slice_index=5)) is None


def test_out_of_scope_is_a_prediction_too(result: Classification) -> None:
    refused = replace(result, in_scope=False, predicted="", classes={}, reason="Not a brain.")
    keep_feedback(feedback_on(refused, AGREE))
    kept = kept_feedback(refused)
    assert kept is not None
    assert kept.prediction == OUT_OF_SCOPE


def test_what_makes_no_sense_harms_no_other(result: Classification) -> None:
    keep_feedback(feedback_on(result, AGREE))
    (path,) = journal_folder().iterdir()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 3])  # cut off by a crash
    keep_feedback(feedback_on(result, DISAGREE))
    assert path.read_bytes().startswith(whole)
    kept = kept_feedback(result)
    assert kept is not None
    assert kept.opinion == DISAGREE
    unknown = replace(feedback_on(replace(result, model_version="2"), AGREE), opinion="maybe")
    keep_feedback(unknown)
    assert kept_feedback(result) == kept  # an unknown word is passed over
    assert last_opinions() == {result.study_hash: DISAGREE}


def test_feedback_that_older_versions_kept_in_one_file_is_taken_over(
    result: Classification, home: Path
) -> None:
    """Of every study, the last word about each answer; nothing of a later date is replaced."""
    other = replace(result, study_hash="f" * 64)
    keep_feedback(feedback_on(other, AGREE))
    newer = feedback_values()[0]
    old = [
        {**newer, "study_sha256": result.study_hash, "verdict": word} for word in (DISAGREE, AGREE)
    ]
    lines = [*map(json.dumps, old), json.dumps({**newer, "verdict": DISAGREE})]
    file = home / "verdicts.jsonl"
    file.write_bytes("\n".join(lines).encode() + b'\n\xff{}\nnull\n{"study')
    assert last_opinions() == {result.study_hash: AGREE, other.study_hash: AGREE}
    kept = kept_feedback(result)
    assert kept is not None
    assert kept.agrees
    # The lines that make no sense are not thrown away.
    assert not file.exists()
    assert file.with_name("verdicts.jsonl.damaged").exists()
    assert last_opinions() == {result.study_hash: AGREE, other.study_hash: AGREE}


@pytest.mark.parametrize(
    ("word", "user_type"), [("perhaps", ""), (AGREE, "A"), (DISAGREE, "X"), (WITHDRAWN, OTHER)]
)
def test_other_words_are_refused(result: Classification, word: str, user_type: str) -> None:
    with pytest.raises(ValueError, match=r"opinion|type"):
        feedback_on(result, word, user_type)


def test_a_folder_that_cannot_be_written_is_told(result: Classification, home: Path) -> None:
    home.parent.mkdir(exist_ok=True)
    home.write_text("a file where the folder should be")
    with pytest.raises(FileError, match="cannot be"):
        keep_feedback(feedback_on(result, AGREE))
    assert kept_feedback(result) is None
