"""The search of a session: its network runs in the engine's child process."""

import os
import signal
import sys
import threading

import numpy as np
import pytest

from brainviewer.app.opening.study import demo_paths
from brainviewer.app.status import Status
from brainviewer.models.engine.engine import Engine
from tests.searching import find_tumour
from tests.unit.app.desk import Desk


@pytest.fixture
def searching(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The demo study is open, and a search has come to its network, which waits for the event."""
    go_on, reached = threading.Event(), threading.Event()
    segment = Engine.segment

    def wait(self, network, slices, report):
        reached.set()
        assert go_on.wait(60)
        return segment(self, network, slices, report)

    monkeypatch.setattr(Engine, "segment", wait)
    desk.session.settings.engine = "onnx"
    desk.session.documents.open(demo_paths())
    desk.until(reached.is_set)
    return go_on


def test_it_finds_what_a_command_finds(desk: Desk, searching: threading.Event) -> None:
    searching.set()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    found, study = desk.state.finding, desk.state.study
    assert found is not None and found.mask is not None and study is not None
    expected = find_tumour(study)
    assert expected.mask is not None
    np.testing.assert_array_equal(found.mask, expected.mask)
    assert found.confidence == pytest.approx(expected.confidence, abs=1e-6)
    assert found.network == expected.network


def test_an_engine_that_dies_is_a_sentence(desk: Desk, searching: threading.Event) -> None:
    engine = desk.session.engine.ready()
    engine.start()
    child = engine._process
    assert child is not None
    # Whoever asks it next finds it dead, and asks another; the other dies while it is asked.
    segment, killed = Engine._exchange, []

    def kill(self, child, *asked):
        killed.append(child.kill())
        return segment(self, child, *asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engine, "_exchange", kill)
        searching.set()
        desk.until(lambda: desk.state.finding_status is not Status.RUNNING)
    assert desk.state.finding_status is Status.FAILED
    assert [s for s in desk.sentences("error") if s.startswith("The engine stopped unexpectedly.")]
    desk.session.segmentation.find()
    desk.until(lambda: desk.state.finding_status is not Status.RUNNING)
    assert desk.state.finding is not None and desk.state.finding.found


def test_another_engine_goes_on_with_the_search(desk: Desk, searching: threading.Event) -> None:
    desk.session.engine.choose("onnx")
    searching.set()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    assert desk.state.finding is not None and desk.state.finding.found
    assert desk.sentences("error") == []


def test_it_can_be_cancelled_while_the_network_runs(desk: Desk, searching: threading.Event) -> None:
    desk.session.segmentation.stop()
    assert desk.state.finding_status is Status.NOT_RUN
    searching.set()
    desk.settle()
    assert desk.state.finding is None


@pytest.fixture
def hanging(desk: Desk, searching: threading.Event, monkeypatch: pytest.MonkeyPatch) -> int:
    """The child that is asked to segment takes and says nothing; its process id."""
    if sys.platform == "win32":
        pytest.skip("stops with POSIX signals")
    engine = desk.session.engine.ready()
    monkeypatch.setattr(engine, "_patience", 0.3)
    engine.start()
    child = engine.process_id
    assert child is not None
    os.kill(child, signal.SIGSTOP)
    searching.set()
    desk.until(lambda: "The engine has not answered for a while." in desk.sentences())
    assert desk.state.finding_status is Status.RUNNING
    assert desk.state.engine_text == "Engine does not answer"
    return child


def test_a_search_whose_engine_hangs_goes_on_in_another(desk: Desk, hanging: int) -> None:
    engine = desk.session.engine.ready()
    engine._patience = 30.0
    (offer,) = (one for n in desk.notices for one in n.offers)
    assert offer.words == "Restart the engine"
    offer.act()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    assert desk.state.finding is not None and desk.state.finding.found
    assert engine.process_id not in (None, hanging)
    assert desk.sentences("error") == []


def test_a_search_whose_engine_hangs_can_be_cancelled_and_begun_again(
    desk: Desk, hanging: int
) -> None:
    engine = desk.session.engine.ready()
    engine._patience = 30.0
    desk.session.segmentation.stop()
    assert desk.state.finding_status is Status.NOT_RUN
    desk.session.segmentation.find()
    desk.until(lambda: desk.state.finding_status is Status.DONE)
    assert desk.state.finding is not None and desk.state.finding.found
    assert engine.process_id != hanging


def test_a_session_ends_while_the_engine_of_its_search_hangs(desk: Desk, hanging: int) -> None:
    closing = threading.Thread(target=desk.session.close, daemon=True)
    closing.start()
    closing.join(20)
    assert not closing.is_alive(), "it hangs"
    assert not desk.session.engine.made
