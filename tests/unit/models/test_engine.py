"""The engine outlives whatever its child process does."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import toy_runtime as toy

from brainviewer.core.errors import Cancelled, ModelError
from brainviewer.models.engine.engine import Engine
from tests.processes import running

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills with POSIX signals")
TOYS = {"onnx": toy.ToyRuntime, "tensorflow": toy.ToyTensorflow}


@pytest.fixture
def engine():
    with Engine("onnx", TOYS) as running:
        yield running
    assert multiprocessing.active_children() == []


@pytest.fixture
def network(tmp_path):
    return toy.network(tmp_path)


def cancel_when(text):
    """A report that cancels as soon as the work says ``text``."""

    def report(fraction, said):
        if said == text:
            raise Cancelled

    return report


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def test_it_predictions_with_what_the_network_said(engine, network):
    reply = engine.predict(network, toy.tensor(fill=0.25))
    assert reply.logits[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert reply.features.shape == (1, 2, 2, 5)
    assert (reply.engine, reply.device, reply.notices) == ("toy", "CPU", ())
    assert reply.load_seconds > 0
    assert reply.predict_seconds >= 0
    assert engine.state == "Engine ready · CPU"


def test_a_model_is_loaded_once_in_one_child(engine, network):
    engine.start()
    assert engine.warm(network) == "Engine ready · CPU"
    first, second = engine.predict(network, toy.tensor()), engine.predict(network, toy.tensor())
    assert first.logits[0, 1] == second.logits[0, 1] == 1
    assert first.logits[0, 2] == second.logits[0, 2] == engine.process_id != os.getpid()


def test_a_model_can_be_loaded_while_others_work(engine, network):
    engine.start(network)
    reply = engine.predict(network, toy.tensor(fill=0.25))
    assert reply.logits[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert reply.logits[0, 1] == 1


def test_what_goes_wrong_ahead_is_said_at_the_first_use(engine, tmp_path):
    bad = toy.network(tmp_path, "cannot be loaded")
    engine.start(bad)
    with pytest.raises(ModelError, match="does not fit"):
        engine.predict(bad, toy.tensor())


def test_it_reports_how_far_it_is(engine, network):
    said = []
    engine.predict(network, toy.tensor(), lambda fraction, text: said.append((fraction, text)))
    assert [text for n, (_, text) in enumerate(said) if n == 0 or text != said[n - 1][1]] == [
        "Starting the engine",
        "Loading the model",
        "Classifying",
    ]
    assert [f for f, _ in said] == sorted(f for f, _ in said)


def test_weights_with_another_fingerprint_are_refused(engine, network):
    weights = network.folder / "toy.weights.h5"
    sound = weights.read_bytes()
    weights.write_bytes(sound + b"!")
    with pytest.raises(ModelError, match="damaged") as refused:
        engine.predict(network, toy.tensor())
    assert refused.value.advice
    weights.write_bytes(sound)
    assert engine.predict(network, toy.tensor()).logits[0, 1] == 1  # never loaded before


def test_missing_weights_are_said(engine, network):
    (network.folder / "toy.weights.h5").unlink()
    with pytest.raises(ModelError, match="missing"):
        engine.predict(network, toy.tensor())


def test_an_error_in_the_network_leaves_the_child_running(engine, network):
    engine.warm(network)
    child = engine.process_id
    with pytest.raises(ModelError, match="what a tensor") as failed:
        engine.predict(network, toy.tensor(toy.FAIL))
    assert failed.value.advice
    engine.predict(network, toy.tensor())
    assert engine.process_id == child


def test_a_child_that_dies_in_mid_run_is_said_and_replaced(engine, network):
    engine.warm(network)
    child = engine.process_id

    def kill_while_it_runs(fraction, text):
        if text == "Classifying" and engine.process_id == child:
            os.kill(child, signal.SIGKILL)

    with pytest.raises(ModelError, match="stopped unexpectedly") as stopped:
        engine.predict(network, toy.tensor(toy.SLEEP), kill_while_it_runs)
    assert stopped.value.advice
    assert not running(child)
    assert engine.predict(network, toy.tensor()).logits[0, 2] == engine.process_id != child


def test_a_child_that_died_while_idle_is_replaced_without_a_word(engine, network):
    engine.warm(network)
    child = engine.process_id
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not running(child))
    assert engine.predict(network, toy.tensor()).logits[0, 2] != child


def test_so_is_one_whose_death_the_system_has_not_yet_told(engine, network, monkeypatch):
    engine.warm(network)
    child = engine.process_id
    os.kill(child, signal.SIGKILL)
    wait_until(lambda: not running(child))
    monkeypatch.setattr(engine._process, "is_alive", lambda: True)
    assert engine.predict(network, toy.tensor()).logits[0, 2] != child


def test_a_cancelled_run_is_dropped_and_the_next_one_gets_its_own_prediction(engine, tmp_path):
    slow = toy.network(tmp_path, "slow")
    with pytest.raises(Cancelled):
        engine.predict(slow, toy.tensor(fill=0.75), cancel_when("Loading the model"))
    child = engine.process_id
    reply = engine.predict(slow, toy.tensor(fill=0.25))
    assert reply.logits[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert (reply.logits[0, 1], engine.process_id) == (1, child)  # loading was not in vain


def test_a_run_that_hangs_is_ended_by_cancelling_again(engine, network):
    engine.warm(network)
    child = engine.process_id
    for text in ("Classifying", "Starting the engine"):
        with pytest.raises(Cancelled):
            engine.predict(network, toy.tensor(toy.SLEEP), cancel_when(text))
    assert not running(child)
    assert engine.predict(network, toy.tensor()).logits[0, 2] != child


@pytest.mark.parametrize(
    ("tensorflow", "choose", "reason"),
    [
        (toy.ToyTensorflow, toy.choose_tensorflow, "no such library"),
        (toy.DeadlyTensorflow, toy.choose_tensorflow, "stopped unexpectedly"),
        (toy.ToyRuntime, toy.choose_and_die, "stopped unexpectedly"),
    ],
    ids=["cannot be imported", "dies while loading", "dies while looking for the GPU"],
)
def test_auto_falls_back_where_tensorflow_fails(network, tensorflow, choose, reason):
    with Engine("auto", {**TOYS, "tensorflow": tensorflow}, choose) as engine:
        reply = engine.predict(network, toy.tensor())
        assert reply.engine == "toy"
        assert reason in reply.notices[0]
        assert engine.predict(network, toy.tensor()).notices == reply.notices
        assert engine.predict(network, toy.tensor()).logits[0, 1] == 1  # still the same child


def test_an_unknown_engine_is_refused():
    with pytest.raises(ModelError, match="no engine called torch"):
        Engine("torch")


def test_an_engine_that_was_asked_for_by_name_is_not_replaced(network):
    with Engine("tensorflow", TOYS) as engine:
        for _ in range(2):
            with pytest.raises(ModelError, match="no such library") as failed:
                engine.predict(network, toy.tensor())
            assert failed.value.advice


def test_a_model_that_cannot_be_loaded_is_said_each_time(engine, tmp_path):
    bad = toy.network(tmp_path, "cannot be loaded")
    for _ in range(2):
        with pytest.raises(ModelError, match="does not fit"):
            engine.predict(bad, toy.tensor())


def test_closing_ends_a_run_in_another_thread(network):
    engine, ends = Engine("onnx", TOYS), []
    engine.warm(network)
    child = engine.process_id
    under_way = threading.Event()

    def report(fraction, text):
        if text == "Classifying":
            under_way.set()

    def run():
        try:
            engine.predict(network, toy.tensor(toy.SLEEP), report)
        except Cancelled:
            ends.append("cancelled")

    thread = threading.Thread(target=run)
    thread.start()
    assert under_way.wait(30)
    engine.close()
    thread.join(30)
    assert ends == ["cancelled"]
    assert not running(child)
    engine.close()
    with pytest.raises(Cancelled):
        engine.predict(network, toy.tensor())


def test_requests_of_two_threads_wait_for_each_other(engine, network):
    fills, got = (0.2, 0.4, 0.6, 0.8), {}

    def run(fill):
        got[fill] = float(engine.predict(network, toy.tensor(fill=fill)).logits[0, 0])

    threads = [threading.Thread(target=run, args=(fill,)) for fill in fills]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert got == pytest.approx({fill: fill for fill in fills}, abs=1e-3)


PARENT = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import toy_runtime as toy
from brainviewer.models.engine.engine import Engine

if __name__ == "__main__":
    engine = Engine("onnx", {"onnx": toy.ToyRuntime})
    network = toy.network(Path(sys.argv[2]))
    engine.predict(network, toy.tensor(toy.PRINT))
    print("child", engine.process_id, flush=True)
    if sys.argv[3] == "hang":
        engine.predict(network, toy.tensor(toy.SLEEP))
"""


def start_parent(tmp_path, how):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    return subprocess.Popen(
        [sys.executable, script, Path(toy.__file__).parent, tmp_path, how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_child_ends_when_its_parent_is_killed_in_mid_run(tmp_path):
    with start_parent(tmp_path, "hang") as parent:
        child = int(parent.stdout.readline().split()[1])
        assert running(child)
        parent.kill()
        parent.communicate()
    wait_until(lambda: not running(child))


def test_chatter_of_libraries_does_not_reach_stdout_and_nothing_outlives_the_parent(tmp_path):
    with start_parent(tmp_path, "end") as parent:
        out, err = parent.communicate(timeout=60)
    assert parent.returncode == 0
    assert out.split()[0] == "child"
    assert out.count("\n") == 1
    assert "chatter of a library" in err
    wait_until(lambda: not running(int(out.split()[1])))


def test_what_is_sent_is_not_kept_waiting_by_a_busy_child(engine, tmp_path):
    # Larger than any pipe: a sender that had to wait for the reader could not be cancelled.
    slow = toy.network(tmp_path, "slow")
    with pytest.raises(Cancelled):
        engine.predict(slow, toy.tensor(size=512), cancel_when("Loading the model"))
    began = time.monotonic()
    with pytest.raises(Cancelled):
        engine.predict(slow, toy.tensor(size=512), cancel_when("Starting the engine"))
    assert time.monotonic() - began < 30
    assert np.isfinite(engine.predict(slow, toy.tensor()).logits).all()
