"""A session with an engine that hangs: it offers to restart it, and ends all the same."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import toy_runtime as toy

from brainviewer.app.notices import Notice
from brainviewer.core.errors import Report
from brainviewer.models.engine.engine import Engine
from tests.unit.app.desk import Desk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops with POSIX signals")


@pytest.fixture
def ask(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Any]]:
    """Asks something of the session's engine, whose child hangs, in a job; gives the answers."""
    toys = {"onnx": toy.ToyRuntime}
    made = partial(Engine, runtimes=toys, patience=0.3)
    monkeypatch.setattr("brainviewer.models.engine.engine.Engine", made)
    desk.session.settings.engine = "onnx"
    engine, network = desk.session.engine.ready(), toy.network(tmp_path)
    engine.warm(network)
    assert engine.process_id is not None
    os.kill(engine.process_id, signal.SIGSTOP)
    while not desk.posted.empty():  # starting may have taken longer than this short patience
        desk.posted.get()()
    desk.notices.clear()

    def ask() -> list[Any]:
        predictions: list[Any] = []

        def work(report: Report) -> Any:
            return engine.predict(network, toy.tensor(size=1024), report)

        desk.session.jobs.start("classify", work, predictions.append, predictions.append)
        return predictions

    return ask


def test_an_engine_that_is_silent_can_be_restarted(
    desk: Desk, ask: Callable[[], list[Any]]
) -> None:
    settled: list[Notice] = []
    desk.state.notice_settled.connect(settled.append)
    predictions = ask()
    desk.until(lambda: desk.notices)
    notice = desk.notices[0]
    (offer,) = notice.offers
    assert offer.words == "Restart the engine"
    assert desk.state.engine_text == "Engine does not answer"
    offer.act()
    desk.until(lambda: predictions)
    assert predictions[0].engine == "toy"
    assert settled[0] == notice
    desk.settle()


def test_work_for_an_engine_that_hangs_can_be_cancelled(
    desk: Desk, ask: Callable[[], list[Any]]
) -> None:
    for _ in range(3):
        predictions = ask()
        time.sleep(0.1)
        desk.session.jobs.cancel("classify")
        desk.settle()
        assert predictions == []


def test_a_session_ends_with_an_engine_that_hangs(desk: Desk, ask: Callable[[], list[Any]]) -> None:
    ask()
    time.sleep(0.2)
    closing = threading.Thread(target=desk.session.close, daemon=True)
    closing.start()
    closing.join(20)
    assert not closing.is_alive(), "it hangs"
    assert desk.session.engine._engine is None
