"""Predictions are kept by both doors, without names, and never at the cost of an answer."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from brainviewer.app.monitoring.prediction_log import PredictionLog, kept_classification
from brainviewer.app.stores.feedback import feedback_on
from brainviewer.core.findings.networks import (
    OOD_CHECK,
    PREDICTION,
    NetworkIdentity,
    NetworkUse,
)
from brainviewer.core.findings.ood_score import OodScore
from brainviewer.core.monitoring.prediction import Decision, Kind
from brainviewer.files.predictions.database import PredictionDatabase
from tests.phantoms import marker_finding, marker_study
from tests.unit.app.desk import Desk, Verbs, a_result

NETWORK = NetworkIdentity("finder", "2", "cd" * 32)


@pytest.fixture
def database(tmp_path: Path):
    made = PredictionDatabase(tmp_path / "predictions.sqlite")
    yield made
    made.close()


def a_log(database, told=None, **settings) -> PredictionLog:
    wanted, months = settings.get("wanted", True), settings.get("months", 0)
    return PredictionLog(
        lambda: wanted, lambda: months, (told if told is not None else []).append, database
    )


def test_an_answer_is_kept_with_what_it_rests_on(database) -> None:
    study = marker_study()
    use = NetworkUse(NETWORK, "onnx", "CPU", 0.1, 0.2, {PREDICTION: 4, OOD_CHECK: 4})
    result = a_result(
        study, network=use, age_years=50.0, descriptors={"size": 1.0},
        ood=OodScore(1.5, 2.0, (0.25, 0.5)), prevalence="equal",
    )  # fmt: skip
    finding = replace(marker_finding(study), confidence=0.9)
    a_log(database).classification(result, study, seconds=1.5, finding=finding)
    (kept,) = database.predictions()
    assert kept.kind is Kind.SUBTYPE and kept.decision is Decision.ANSWERED and kept.usual
    assert kept.input == study.content_hash and kept.frame is None
    assert kept.rests_on == "image, descriptors and age"
    assert (kept.predicted, kept.confidence, kept.mask_confidence) == ("G", 0.7, 0.9)
    assert (kept.ood_score, kept.ood_limit, kept.embedding) == (1.5, 2.0, (0.25, 0.5))
    assert (kept.seconds == 1.5 and kept.memory_mb is None) or kept.memory_mb > 10


@pytest.mark.parametrize(
    ("changes", "decision"),
    [
        ({"abstained": True}, Decision.NOT_CONFIDENT),
        ({"in_scope": False, "classes": {}, "predicted": ""}, Decision.REFUSED),
    ],
)
def test_doubts_and_refusals_are_told_apart(changes, decision) -> None:
    kept = kept_classification(a_result(marker_study(), **changes), 0.1, None, None)
    assert kept.decision is decision
    assert (kept.confidence is None) == (decision is Decision.REFUSED)


def test_an_answer_for_a_slice_that_was_asked_for_is_not_the_usual_one() -> None:
    kept = kept_classification(a_result(marker_study()), 0.1, None, 7)
    assert kept.frame == 7 and not kept.usual


def test_a_search_by_a_network_is_kept_and_one_without_is_not(database) -> None:
    study, log = marker_study(), a_log(database)
    log.finding(marker_finding(study), study)
    assert database.predictions() == []
    log.finding(replace(marker_finding(study), network=NETWORK, confidence=0.8), study)
    log.finding(replace(marker_finding(study), network=NETWORK, found=False), study)
    found, none = database.predictions()
    assert (found.kind, found.predicted, found.confidence) == (Kind.LESION, "lesion", 0.8)
    assert (none.predicted, none.confidence) == ("none", None)


def test_demo_and_tests_of_what_if_are_not_kept(database) -> None:
    study, log = marker_study(), a_log(database)
    for one in (replace(study, synthetic=True), replace(study, edited=True)):
        log.classification(a_result(one), one, seconds=0.1)
    assert database.predictions() == []


def test_nothing_is_kept_where_it_is_not_wanted(tmp_path: Path) -> None:
    study, file = marker_study(), tmp_path / "predictions.sqlite"
    a_log(PredictionDatabase(file), wanted=False).classification(a_result(study), study, seconds=1)
    assert not file.exists()


def test_what_is_old_goes(database) -> None:
    study = marker_study()
    old = kept_classification(a_result(study), 0.1, None, None)
    database.keep(replace(old, time="2020-01-01T00:00:00+00:00"))
    a_log(database, months=12).classification(a_result(study), study, seconds=0.1)
    assert [one.time[:4] == "2020" for one in database.predictions()] == [False]


def test_trouble_is_told_once_and_costs_no_answer(tmp_path: Path) -> None:
    told, study = [], marker_study()
    (tmp_path / "file").write_text("")
    log = a_log(PredictionDatabase(tmp_path / "file" / "predictions.sqlite"), told)
    log.classification(a_result(study), study, seconds=0.1)
    log.classification(a_result(study), study, seconds=0.1)
    assert len(told) == 1 and "list of predictions" in str(told[0])


def test_feedback_is_linked_by_the_answer(database) -> None:
    study, log = marker_study(), a_log(database)
    result = a_result(study)
    log.feedback(feedback_on(result, "disagree", "A"), of_image=False)
    (said,) = database.opinions()
    assert said.case == (study.content_hash, None) and not said.agrees
    log.feedback(feedback_on(result, "withdrawn"), of_image=False)
    assert database.opinions() == []


def test_the_window_keeps_search_answer_and_feedback(
    monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    study = marker_study()
    verbs = Verbs(monkeypatch)
    verbs.predictions["open"] = study
    verbs.predictions["find"] = replace(
        marker_finding(study), network=NETWORK, location=None, confidence=0.7
    )
    desk.session.documents.open([Path("here")])
    desk.until(lambda: desk.state.classification is not None)
    desk.settle()
    desk.session.feedback.give("agree")
    desk.save()
    database = PredictionDatabase()
    kinds = [one.kind for one in database.predictions()]
    opinions = database.opinions()
    database.close()
    assert kinds == [Kind.LESION, Kind.SUBTYPE]
    assert [one.agrees for one in opinions] == [True]
    assert np.isfinite(desk.state.classification.classes["G"])
