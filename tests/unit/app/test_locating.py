"""The lesion of the open study is located in the background, and again when its mask changes."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from brainviewer.app.location.lesion_location import LesionLocation
from brainviewer.app.report.records import finding_record, location_record
from brainviewer.app.status import Status
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.imaging.location import located as module
from tests.schemas import check_output
from tests.template_heads import template_head
from tests.unit.app.desk import Desk

HEAD = template_head()
RECORD = {"schema": "brainviewer-finding/1", "notice": RESEARCH_ONLY}
MOTOR, FRONTAL = (-42, -10, 48), (-38, 34, 24)


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    made.state.study = HEAD.study
    yield made
    made.session.close()
    assert made.crashes == []


def located(desk: Desk, finding: TumourFinding) -> LesionLocation:
    desk.state.show_finding(finding, Status.DONE)
    desk.until(lambda: desk.state.location.status is not Status.RUNNING)
    return desk.state.location


def test_a_lesion_is_located_once_and_looked_up_again_when_edited(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fits = []
    fit = module.fitted
    monkeypatch.setattr(module, "fitted", lambda *given: fits.append(1) or fit(*given))
    heard = []
    desk.state.location_changed.connect(lambda: heard.append(desk.state.location.status))
    first = HEAD.finding(HEAD.ball(MOTOR, 9))
    told = located(desk, first)
    assert heard == [Status.RUNNING, Status.DONE]
    assert told.location.lobes[0].sided == "left frontal"
    assert told.location.structures[0].sided == "left precentral gyrus"
    # The same mask again, as when a comparison is added, changes nothing.
    desk.state.show_finding(replace(first, confidence=0.5), Status.DONE)
    assert desk.state.location is told
    edited = replace(first, mask=HEAD.ball(FRONTAL, 9))
    desk.state.show_finding(edited, Status.DONE)
    running = desk.state.location
    assert (running.status, running.location) == (Status.RUNNING, told.location)
    # What is not of this mask is not told with it.
    assert running.told_with(edited).location is None
    after = located(desk, edited)
    assert "middle frontal gyrus" in after.location.structures[0].name
    assert after.told_with(edited).location is after.location
    assert after.told_with(first).location is None
    assert len(fits) == 1
    # A new search has found its brain anew.
    located(desk, HEAD.finding(HEAD.ball(MOTOR, 9), brain=HEAD.brain.copy()))
    assert len(fits) == 2


def test_a_lesion_that_is_edited_during_the_fit_waits_for_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, heard = [], threading.Event(), []
    fit = module.fitted

    def slow(*given: Any) -> Any:
        begun.append(1)
        assert go_on.wait(30)
        return fit(*given)

    monkeypatch.setattr(module, "fitted", slow)
    desk.state.location_changed.connect(lambda: heard.append(desk.state.location))
    first = HEAD.finding(HEAD.ball(MOTOR, 9))
    desk.state.show_finding(first, Status.DONE)
    desk.until(lambda: bool(begun))
    edited = replace(first, mask=HEAD.ball(FRONTAL, 9))
    desk.state.show_finding(edited, Status.DONE)
    assert (desk.state.location.of, desk.state.location.status) == (edited, Status.RUNNING)
    go_on.set()
    desk.until(lambda: desk.state.location.status is not Status.RUNNING)
    assert "middle frontal gyrus" in desk.state.location.location.structures[0].name
    assert len(begun) == 1, "a fit that served was made again"
    assert {one.of for one in heard if one.location} == {edited}, "the mask before was told of"


def test_a_fit_that_was_stopped_is_made_anew(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, fit = [], module.fitted
    monkeypatch.setattr(module, "fitted", lambda *given: begun.append(1) or fit(*given))
    finding = HEAD.finding(HEAD.ball(MOTOR, 9))
    desk.state.show_finding(finding, Status.DONE)
    desk.state.show_finding(None, Status.NOT_RUN)
    assert located(desk, finding).location.lobes
    assert begun


def test_a_location_goes_with_its_lesion(desk: Desk) -> None:
    located(desk, HEAD.finding(HEAD.ball(MOTOR, 9)))
    desk.state.show_finding(None, Status.NOT_RUN)
    assert desk.state.location.location is None
    assert desk.state.location.status is Status.NOT_RUN
    assert desk.state.location.told_with(None) is None


def test_a_search_that_runs_leaves_the_location_of_what_is_shown(desk: Desk) -> None:
    finding = HEAD.finding(HEAD.ball(MOTOR, 9))
    told = located(desk, finding)
    desk.state.show_finding(finding, Status.RUNNING)
    assert desk.state.location is told


def test_without_sides_the_window_tells_none(desk: Desk) -> None:
    told = located(desk, HEAD.finding(HEAD.ball(MOTOR, 9), oriented=False))
    assert told.location.left_out == module.NO_ORIENTATION
    assert told.location.lobes == ()


def test_the_record_holds_what_is_told_and_keeps_to_its_schema(desk: Desk) -> None:
    finding = HEAD.finding(HEAD.ball(MOTOR, 9))
    told = located(desk, finding).told_with(finding)
    record = json.loads(
        json.dumps(
            {**RECORD, **finding_record(told)},
            allow_nan=False,
        )
    )
    check_output(record)
    place = record["location"]
    assert place["lobes"][0]["name"] == "frontal"
    assert place["left_out"] is None
    assert place["fit"]["poor"] is None
    assert place["centre_mni_mm"] == pytest.approx(MOTOR, abs=6)
    assert place["eloquent"][0] == {
        "name": "primary motor cortex",
        "side": "left",
        "distance_mm": 0.0,
    }
    assert finding_record(finding)["location"] is None
    assert location_record(None) is None
    poor = replace(told, location=replace(told.location, left_out="Why.", hemispheres=None))
    check_output(
        {
            **RECORD,
            **json.loads(json.dumps(finding_record(poor))),
        }
    )
