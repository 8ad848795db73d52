"""A comparison that is asked for while the study is searched uses what is found, once."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from brainviewer.app.opening.opened import Opened
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from tests.phantoms import marker_study
from tests.unit.app.desk import Desk, Verbs, nothing_found

BEFORE = Path("/nowhere/before")


@pytest.fixture
def verbs(monkeypatch: pytest.MonkeyPatch) -> Verbs:
    return Verbs(monkeypatch)


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The findings that comparisons were asked for with."""
    asked: list[Any] = []

    def read(*_: object) -> Opened:
        return Opened.of(replace(marker_study(), content_hash="before"))

    def compare(now: object, priors: object, find: object, report: object, finding: Any) -> None:
        asked.append(finding)
        raise BrainViewerError("Compared.")

    monkeypatch.setattr("brainviewer.app.prior.others.read_prior", read)
    monkeypatch.setattr("brainviewer.app.prior.comparison.compare", compare)
    return asked


@pytest.fixture
def searching(desk: Desk, verbs: Verbs) -> Desk:
    """A study is open, and is searched until the gate is opened."""
    verbs.gates["find"].clear()
    desk.session.documents.open([Path("/nowhere/now")])
    desk.until(lambda: desk.state.finding_status is Status.RUNNING)
    return desk


def finish(desk: Desk, verbs: Verbs) -> None:
    verbs.gates["find"].set()
    desk.settle()


def searches(verbs: Verbs) -> int:
    return [name for name, _ in verbs.threads].count("find")


def test_it_waits_for_the_search_and_uses_what_it_finds(
    searching: Desk, verbs: Verbs, compared: list[Any]
) -> None:
    searching.session.prior.compare([BEFORE])
    assert any("once the lesion of the study is found" in one for one in searching.sentences())
    assert not compared
    finish(searching, verbs)
    assert compared == [searching.state.finding]
    assert searches(verbs) == 1
    # Asked for once, it follows no other search.
    searching.session.segmentation.find()
    searching.settle()
    assert len(compared) == 1


def test_it_waits_for_the_search_that_takes_the_place(
    searching: Desk, verbs: Verbs, compared: list[Any]
) -> None:
    searching.session.prior.compare([BEFORE])
    verbs.predictions["find"] = nothing_found()
    searching.session.segmentation.find("model-free")
    finish(searching, verbs)
    assert len(compared) == 1
    assert compared[0] is searching.state.finding


@pytest.mark.parametrize("end", ["stopped", "failed", "left"])
def test_nothing_follows_a_search_without_an_end(
    searching: Desk, verbs: Verbs, compared: list[Any], end: str
) -> None:
    if end == "failed":
        verbs.predictions["find"] = BrainViewerError("No.")
        searching.session.segmentation.find("model-free")
    searching.session.prior.compare([BEFORE])
    if end == "stopped":
        searching.session.segmentation.stop()
    elif end == "left":
        before = searching.state.study
        searching.session.documents.open([Path("/nowhere/other")])
        searching.until(lambda: searching.state.study is not before)
    finish(searching, verbs)
    searching.session.segmentation.find()
    verbs.predictions.clear()
    searching.settle()
    assert not compared
