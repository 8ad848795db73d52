"""Nobody waits for an engine that hangs: its child is stopped here, and takes and says nothing."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import toy_runtime as toy

from brainviewer.core.errors import Cancelled
from brainviewer.models.card import Network
from brainviewer.models.engine.engine import Engine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="stops with POSIX signals")
TOYS = {"onnx": toy.ToyRuntime}
SOON = 30.0
LARGE = 1024  # a tensor of this side (12 MB) fills every pipe


@pytest.fixture
def network(tmp_path: Path) -> Network:
    return toy.network(tmp_path)


@pytest.fixture
def told() -> list[bool]:
    return []


@pytest.fixture
def engine(network: Network, told: list[bool]) -> Iterator[Engine]:
    """An engine whose child hangs."""
    engine = Engine("onnx", TOYS, patience=0.3, on_silence=told.append)
    engine.warm(network)
    assert engine.process_id is not None
    os.kill(engine.process_id, signal.SIGSTOP)
    told.clear()  # starting may have taken longer than this short patience
    yield engine
    in_time(engine.close)


def in_time(work: Callable[[], object], seconds: float = SOON) -> object:
    """What ``work`` gives or raises; fails if it does not end."""
    ends: list[object] = []

    def run() -> None:
        try:
            ends.append(work())
        except BaseException as error:
            ends.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert ends, "it hangs"
    return ends[0]


def cancel_after(looks: int) -> Callable[[float, str], None]:
    """A report that cancels when it is asked for the n-th time."""
    left = iter(range(looks))

    def report(fraction: float, text: str) -> None:
        if next(left, None) is None:
            raise Cancelled

    return report


@pytest.mark.parametrize("size", [32, LARGE])
def test_requests_can_be_cancelled_again_and_again(
    engine: Engine, network: Network, size: int
) -> None:
    hung = engine.process_id
    for _ in range(3):
        ask = toy.tensor(size=size)
        assert isinstance(
            in_time(lambda ask=ask: engine.predict(network, ask, cancel_after(3))), Cancelled
        )
    # By then it was ended, and another answers.
    reply = engine.predict(network, toy.tensor(fill=0.25))
    assert reply.logits[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert engine.process_id != hung


def test_a_second_thread_waits_cancellably(engine: Engine, network: Network) -> None:
    stop = threading.Event()

    def until_stopped(fraction: float, text: str) -> None:
        if stop.is_set():
            raise Cancelled

    first = threading.Thread(
        target=in_time,
        args=(lambda: engine.predict(network, toy.tensor(size=LARGE), until_stopped),),
    )
    first.start()
    second = in_time(lambda: engine.predict(network, toy.tensor(), cancel_after(3)))
    assert isinstance(second, Cancelled)
    stop.set()
    first.join(SOON)
    assert not first.is_alive()


def test_closing_kills_first_and_does_not_wait(engine: Engine, network: Network) -> None:
    ends: list[object] = []

    def ask() -> None:
        ends.append(in_time(lambda: engine.predict(network, toy.tensor(size=LARGE))))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    began = time.monotonic()
    in_time(engine.close)
    # 2 s are promised; another process may have the processor meanwhile.
    assert time.monotonic() - began < 10
    for thread in threads:
        thread.join(SOON)
    assert [type(end) for end in ends] == [Cancelled, Cancelled]


def test_half_a_message_keeps_nobody_waiting(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("brainviewer.models.engine.child.serve", toy.say_half)
    engine = Engine("onnx", TOYS)
    engine.start()
    time.sleep(2)
    asked = in_time(lambda: engine.predict(network, toy.tensor(), cancel_after(5)))
    assert isinstance(asked, Cancelled)
    in_time(engine.close)


def test_it_tells_of_the_silence_and_can_be_restarted(
    engine: Engine, network: Network, told: list[bool]
) -> None:
    hung, replies = engine.process_id, []
    ask = threading.Thread(
        target=lambda: replies.append(
            in_time(lambda: engine.predict(network, toy.tensor(fill=0.25)))
        )
    )
    ask.start()
    late = time.monotonic() + SOON
    while True not in told:
        assert time.monotonic() < late, "nobody was told"
        time.sleep(0.02)
    assert engine.state == "Engine does not answer"
    engine.restart()
    ask.join(SOON)
    # What was asked of the first is asked of the second.
    assert replies[0].logits[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert replies[0].logits[0, 2] == engine.process_id != hung
    assert told[:2] == [True, False]


def test_it_tells_when_the_child_speaks_again(
    engine: Engine, network: Network, told: list[bool]
) -> None:
    child = engine.process_id
    assert child is not None

    def wake(fraction: float, text: str) -> None:
        if told == [True]:
            os.kill(child, signal.SIGCONT)

    in_time(lambda: engine.predict(network, toy.tensor(), wake))
    assert told == [True, False]
    assert engine.process_id == child


def test_a_silent_child_is_ended_with_the_first_cancelled_request(
    engine: Engine, network: Network, told: list[bool]
) -> None:
    hung = engine.process_id

    def give_up(fraction: float, text: str) -> None:
        if True in told:
            raise Cancelled

    assert isinstance(in_time(lambda: engine.predict(network, toy.tensor(), give_up)), Cancelled)
    assert told == [True, False]
    assert engine.process_id is None
    assert engine.predict(network, toy.tensor()).logits[0, 2] != hung


def test_restarting_an_idle_engine_starts_it_anew(engine: Engine, network: Network) -> None:
    hung = engine.process_id
    engine.restart()
    assert engine.process_id not in (None, hung)
    assert engine.predict(network, toy.tensor()).logits[0, 2] == engine.process_id


LEFT_ALONE = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import toy_runtime as toy
from brainviewer.models.engine.engine import Engine

if __name__ == "__main__":
    engine = Engine("onnx", {"onnx": toy.ToyRuntime})
    engine.warm(toy.network(Path(sys.argv[2])))
    os.kill(engine.process_id, signal.SIGSTOP)
    print("done", flush=True)
"""


def test_a_program_that_forgets_to_close_ends_all_the_same(tmp_path: Path) -> None:
    script = tmp_path / "left_alone.py"
    script.write_text(LEFT_ALONE)
    done = subprocess.run(
        [sys.executable, script, Path(toy.__file__).parent, tmp_path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
