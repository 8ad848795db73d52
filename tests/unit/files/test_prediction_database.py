"""What is kept of predictions comes back, and a file that cannot be used is never overwritten."""

import sqlite3
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from brainviewer.core.monitoring.prediction import (
    Decision,
    KeptHistology,
    KeptOpinion,
    KeptPrediction,
    Kind,
    ModelVersion,
)
from brainviewer.files.database.schema import DatabaseError
from brainviewer.files.predictions.database import PredictionDatabase

TOY = ModelVersion("toy", "1", "ab" * 32)
IMAGE = KeptPrediction(
    time="2026-03-02T08:00:00+00:00",
    kind=Kind.IMAGE,
    model=TOY,
    input="c0ffee",
    frame=3,
    sequences=("picture",),
    rests_on="image",
    prevalence="equal",
    probabilities={"glioma": 0.75, "none": 0.25},
    predicted="glioma",
    decision=Decision.NOT_CONFIDENT,
    ood_score=1.25,
    ood_limit=2.5,
    confidence=0.75,
    seconds=0.5,
    memory_mb=300.0,
    engine="onnx",
    embedding=(0.5, -1.25),
)
REFUSED = KeptPrediction(
    time="2026-03-01T08:00:00+00:00", kind=Kind.SUBTYPE, model=TOY, input="beef",
    decision=Decision.REFUSED,
)  # fmt: skip


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "predictions.sqlite"


@pytest.fixture
def database(path: Path):
    made = PredictionDatabase(path)
    yield made
    made.close()


def test_predictions_come_back_in_the_order_of_their_time(database) -> None:
    database.keep(IMAGE)
    database.keep(REFUSED)
    assert database.predictions() == [REFUSED, IMAGE]
    assert database.predictions(since="2026-03-02") == [IMAGE]
    assert database.predictions(model_id="other") == []


def test_the_file_is_for_its_owner_alone(database, path) -> None:
    database.keep(IMAGE)
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_embedding_far_away_stays_a_number(database) -> None:
    database.keep(replace(IMAGE, embedding=(1e9, -1e9)))
    (found,) = database.predictions()
    assert found.embedding[0] > 5e4 and found.embedding[1] < -5e4


def test_the_last_opinion_and_histology_count(database) -> None:
    opinion = KeptOpinion(("c0ffee", 3), "toy", "1", "glioma", True)
    study = KeptOpinion(("beef", None), "toy", "1", "out of scope", False)
    database.keep_opinion(opinion)
    database.keep_opinion(replace(opinion, agrees=False))
    database.keep_opinion(study)
    assert set(database.opinions()) == {replace(opinion, agrees=False), study}
    database.withdraw_opinion(opinion)
    assert database.opinions() == [study]
    database.keep_histology(KeptHistology("beef", "G", "t1"))
    database.keep_histology(KeptHistology("beef", "A", "t2"))
    assert database.histology() == {"beef": KeptHistology("beef", "A", "t2")}
    assert database.withdraw_histology("beef") and not database.withdraw_histology("beef")


def test_what_is_usual_here_is_accepted_and_taken_back(database) -> None:
    database.accept(TOY, "2026-05-01T00:00:00+00:00")
    assert database.accepted() == {TOY: "2026-05-01T00:00:00+00:00"}
    database.accept(TOY, "")
    assert database.accepted() == {}


def test_deletion_takes_what_belongs_to_a_prediction_with_it(database, path) -> None:
    database.keep(IMAGE)
    database.keep(REFUSED)
    database.keep_opinion(KeptOpinion(("beef", None), "toy", "1", "out of scope", False))
    database.keep_histology(KeptHistology("beef", "G", "2026-03-01T09:00:00+00:00"))
    database.keep_histology(KeptHistology("cafe", "G", "2026-03-02T09:00:00+00:00"))
    assert database.delete("2026-03-02") == 1
    assert database.predictions() == [IMAGE]
    assert database.opinions() == [] and set(database.histology()) == {"cafe"}
    assert database.delete() == 1
    assert database.predictions() == [] and database.histology() == {}
    database.close()
    assert b"c0ffee" not in path.read_bytes()


def test_a_row_that_makes_no_sense_is_left_out(database, path) -> None:
    database.keep(IMAGE)
    database.keep(REFUSED)
    database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE predictions SET decision = 'perhaps' WHERE input = 'beef'")
    connection.close()
    assert database.predictions() == [IMAGE]


def test_a_damaged_file_is_set_aside_and_that_is_told(database, path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"no database at all" * 100)
    database.keep(IMAGE)
    assert "begun anew" in str(database.trouble)
    assert path.with_suffix(".damaged").exists()
    assert database.predictions() == [IMAGE]


def test_a_file_of_a_newer_version_is_left_as_it_is(database, path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseError, match="newer version"):
        database.keep(IMAGE)
    assert path.read_bytes() == before
