"""Drift is told when it is there, since when, and hardly ever when it is not.

``tests/benchmarks/drift.py`` is the long form, with images and networks.
"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from monitored import FIRST, made_up_weeks

from brainviewer.app.monitoring.drift import FALSE_A_YEAR, LEVEL, WINDOWS, drift_of
from brainviewer.app.monitoring.warning_text import warning_text
from brainviewer.core.monitoring.prediction import Decision, Kind
from brainviewer.core.monitoring.reference import (
    Measure,
    MonitoringReference,
    ReferenceDistribution,
)
from brainviewer.core.monitoring.statistics import DRAWS

STABLE, DRIFTED = 10, 4
CARD = MonitoringReference(
    "100 images.",
    (
        ReferenceDistribution(
            Measure.CLASSES, (400, 300, 300), ("glioma", "meningioma", "none"), rests_on="image"
        ),
        ReferenceDistribution(Measure.UNFAMILIAR, (980, 20), ("within", "beyond")),
    ),
    "equal",
    "No embeddings.",
)


def monday(week: int) -> date:
    return FIRST + timedelta(days=7 * week)


def drifted(**changes):
    """Ten usual weeks, then four others."""
    random = np.random.default_rng(7)
    usual = made_up_weeks(random, STABLE)
    return usual + made_up_weeks(random, DRIFTED, first=monday(STABLE), **changes)


def test_a_year_of_comparisons_is_within_the_stated_rate() -> None:
    assert 52 * len(WINDOWS) * len(Measure) * LEVEL == pytest.approx(FALSE_A_YEAR)
    assert 1 / (DRAWS + 1) < LEVEL / 2  # the permutation can tell so small a chance


def test_since_counts_weeks_that_differ_in_the_same_way() -> None:
    """Less than the card says of gliomas for weeks, then more: more only since then."""
    random = np.random.default_rng(8)
    few = made_up_weeks(random, STABLE, mix={"glioma": 0.05, "meningioma": 0.3, "none": 0.65})
    mix = {"glioma": 0.65, "meningioma": 0.3, "none": 0.05}
    cases = few + made_up_weeks(random, 8, first=monday(STABLE), mix=mix)
    before = drift_of(few, CARD, monday(STABLE)).warnings
    assert Measure.CLASSES in {one.measure for one in before}
    found = {one.measure: one for one in drift_of(cases, CARD, monday(STABLE + 8)).warnings}
    assert found[Measure.CLASSES].now["glioma"] > found[Measure.CLASSES].before["glioma"]
    assert found[Measure.CLASSES].since >= monday(STABLE)


@pytest.mark.parametrize(
    ("changes", "measure"),
    [
        ({"mix": {"glioma": 0.1, "meningioma": 0.1, "none": 0.8}}, Measure.CLASSES),
        ({"confidence": (3, 3)}, Measure.CONFIDENCE),
        ({"shift": 2.0}, Measure.EMBEDDING),
        ({"shift": 3.0}, Measure.OOD),
        ({"refused": 0.5}, Measure.REFUSALS),
    ],
)
def test_a_drift_is_told_with_its_first_week(changes, measure) -> None:
    report = drift_of(drifted(**changes), None, monday(STABLE + DRIFTED))
    found = {one.measure: one for one in report.warnings}
    assert measure in found
    assert monday(STABLE) <= found[measure].since <= monday(STABLE + DRIFTED - 1)
    assert found[measure].chance <= LEVEL and not found[measure].of_card
    assert found[measure].reference_cases >= 90


def test_usual_weeks_raise_no_warning() -> None:
    report = drift_of(made_up_weeks(np.random.default_rng(1), 26), CARD, monday(26))
    assert report.warnings == ()
    assert report.compared == (Measure.CLASSES, Measure.UNFAMILIAR)
    assert set(report.here) == {
        Measure.CONFIDENCE, Measure.REFUSALS, Measure.OOD, Measure.EMBEDDING,
    }  # fmt: skip


def test_stable_weeks_are_quiet_as_often_as_said() -> None:
    # 60 stable weeks, each looked at as it ends: 0.06 false warnings at most are to be expected.
    alarms = 0
    for n in range(3):
        cases = made_up_weeks(np.random.default_rng(n), 32, 10)
        for week in range(13, 33):
            alarms += bool(drift_of(cases, None, monday(week), look_back=1).warnings)
    assert alarms <= 1


def test_every_measure_has_its_index_and_what_it_is_by_chance() -> None:
    usual = made_up_weeks(np.random.default_rng(8), STABLE)
    report = drift_of(usual, CARD, monday(STABLE))
    figures = {one.measure: one for one in report.figures}
    assert set(figures) == set(Measure)
    found = figures[Measure.CLASSES].found
    assert figures[Measure.CLASSES].of_card and found.index == found.difference.size
    bins, cases, before = 3, found.cases, found.reference_cases
    assert found.expected == pytest.approx((bins - 1) * (1 / cases + 1 / before))
    distance = figures[Measure.EMBEDDING].found
    assert distance.index**2 == pytest.approx(distance.difference.size)
    far = drift_of(drifted(shift=2.0), None, monday(STABLE + DRIFTED)).figures
    moved = next(one.found for one in far if one.measure is Measure.EMBEDDING)
    assert moved.index > 2 * moved.expected


def test_the_reference_from_here_grows_up_to_its_limit() -> None:
    cases = made_up_weeks(np.random.default_rng(9), 44)
    sizes = {}
    for weeks in (7, 9, 12, 44):
        report = drift_of(cases, None, monday(weeks), look_back=1)
        sizes[weeks] = {
            one.found.weeks: one.found.reference_cases
            for one in report.figures
            if one.measure is Measure.REFUSALS
        }
    for weeks, seen in sizes.items():
        for window, count in seen.items():
            assert count == min(max((weeks - window) * 20, 100), 600)
    assert max(sizes[44].values()) >= 360


def test_a_slight_change_that_lasts_is_told_where_much_came_before(monkeypatch) -> None:
    random, slight = np.random.default_rng(21), {"glioma": 0.29, "meningioma": 0.41, "none": 0.3}
    cases = made_up_weeks(random, 30) + made_up_weeks(random, 26, first=monday(30), mix=slight)

    def told() -> set[Measure]:
        report = drift_of(cases, None, monday(56), look_back=1)
        return {one.measure for one in report.warnings}

    assert drift_of(cases, None, monday(30), look_back=1).warnings == ()
    assert told() == {Measure.CLASSES}
    monkeypatch.setattr("brainviewer.app.monitoring.drift.MOST_OWN", 200)
    assert told() == set()


def test_the_week_that_is_running_is_not_judged() -> None:
    cases = drifted(mix={"glioma": 0.0, "meningioma": 0.0, "none": 1.0})
    assert drift_of(cases, None, monday(STABLE)).warnings == ()
    assert drift_of(cases, None, monday(STABLE + 1)).warnings != ()


def test_a_drift_that_is_over_is_no_warning() -> None:
    random = np.random.default_rng(3)
    odd = made_up_weeks(random, 1, first=monday(STABLE), confidence=(2, 6))
    after = made_up_weeks(random, 20, 30, first=monday(STABLE + 1))
    cases = made_up_weeks(random, STABLE) + odd + after
    assert drift_of(cases, None, monday(STABLE + 1)).warnings != ()
    assert drift_of(cases, None, monday(STABLE + 21)).warnings == ()


def test_opening_a_case_again_is_no_new_case() -> None:
    usual = made_up_weeks(np.random.default_rng(4), STABLE)
    again = [
        replace(one, time=f"{monday(STABLE)}T08:00:00+00:00")
        for one in usual if one.predicted == "none"
    ]  # fmt: skip
    assert drift_of(usual + again, None, monday(STABLE + 1)).warnings == ()


def test_the_card_is_compared_with_answers_that_rest_on_the_same() -> None:
    mix = {"glioma": 0.05, "meningioma": 0.9, "none": 0.05}
    other = [
        replace(one, prevalence="clinic")
        for one in made_up_weeks(np.random.default_rng(5), 6, mix=mix)
    ]
    assert drift_of(other, CARD, monday(6)).warnings == ()
    same = [replace(one, prevalence="equal") for one in other]
    (found,) = drift_of(same, CARD, monday(6)).warnings
    assert found.measure is Measure.CLASSES and found.of_card and found.since == monday(0)
    assert found.before["meningioma"] == 0.3 and found.now["meningioma"] > 0.8


def test_what_was_accepted_is_the_reference_from_then_on() -> None:
    mix = {"glioma": 0.05, "meningioma": 0.9, "none": 0.05}
    cases = made_up_weeks(np.random.default_rng(5), 12, mix=mix)
    accepted = f"{monday(6)}T00:00:00+00:00"
    report = drift_of(cases, CARD, monday(12), accepted)
    assert report.warnings == () and report.compared == ()
    assert report.own_cases == 120


def test_few_cases_are_no_reference_yet() -> None:
    report = drift_of(made_up_weeks(np.random.default_rng(6), 3), None, monday(3))
    assert report.warnings == () and report.own_cases == 60


def test_what_a_warning_says() -> None:
    report = drift_of(
        drifted(mix={"glioma": 0.1, "meningioma": 0.1, "none": 0.8}), None, monday(14)
    )
    (found,) = (one for one in report.warnings if one.measure is Measure.CLASSES)
    said = warning_text(found, Kind.IMAGE, {"none": "No tumour"})
    assert said.what.startswith("No tumour is the answer in ") and "here before" in said.what
    assert "since the week of " in said.sure and "2026" in said.sure
    assert "once in " in said.sure and "years or more rarely" in said.sure
    assert "Compare the latest answers" in said.to_do


def test_lesions_are_watched_by_what_is_found_and_how_sure() -> None:
    def as_search(one):
        lesion = one.predicted != "none"
        return replace(
            one, kind=Kind.LESION, frame=None, predicted="lesion" if lesion else "none",
            decision=Decision.ANSWERED, confidence=one.confidence if lesion else None,
        )  # fmt: skip

    cases = [as_search(one) for one in drifted(confidence=(2, 6))]
    report = drift_of(cases, None, monday(STABLE + DRIFTED))
    assert [one.measure for one in report.warnings] == [Measure.CONFIDENCE]
    assert "segmentations is lower" in warning_text(report.warnings[0], Kind.LESION, {}).what
