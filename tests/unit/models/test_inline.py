"""A network that is run in this very process."""

import os

import pytest
import toy_runtime as toy

from brainviewer.core.errors import ModelError
from brainviewer.models.engine.inline import InlineEngine


def test_it_predictions_as_a_child_would_from_this_process(tmp_path):
    network = toy.network(tmp_path)
    with InlineEngine(network, make_runtime=toy.ToyRuntime) as engine:
        first = engine.predict(network, toy.tensor(fill=0.25))
        second = engine.predict(network, toy.tensor())
    assert first.logits[0, 0] == pytest.approx(0.25, abs=1e-3)
    assert first.logits[0, 2] == os.getpid()
    assert second.logits[0, 1] == 1  # loaded once
    assert (first.engine, first.device) == ("toy", "CPU")
    assert first.load_seconds > 0


def test_the_others_are_loaded_when_the_first_is_not_waited_for_any_more(tmp_path):
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    first, second, third = map(toy.network, folders)
    made = []

    class Counted(toy.ToyRuntime):
        def load(self, network):
            made.append(network)
            super().load(network)

    with InlineEngine(first, second, third, make_runtime=Counted) as engine:
        engine.predict(first, toy.tensor())
        assert made == [first]
        engine.load_rest()
        engine.predict(third, toy.tensor())
        engine.load_rest()
        assert made == [first, second, third]
    with InlineEngine(first, second, make_runtime=Counted) as engine:
        assert engine.predict(second, toy.tensor(fill=0.5)).logits[0, 0] == pytest.approx(0.5, 1e-3)


def test_files_that_the_card_does_not_know_are_not_run(tmp_path):
    network = toy.network(tmp_path)
    network.path("weights").write_bytes(b"others")
    with InlineEngine(network, make_runtime=toy.ToyRuntime) as engine, pytest.raises(ModelError):
        engine.predict(network, toy.tensor())


@pytest.mark.parametrize(
    ("make", "order", "said"),
    [
        (toy.ToyTensorflow, toy.PREDICTION, "engine cannot be started .ImportError"),
        (toy.ToyRuntime, toy.FAIL, "network could not be run .ValueError"),
    ],
)
def test_what_goes_wrong_is_one_sentence(tmp_path, make, order, said):
    network = toy.network(tmp_path)
    with InlineEngine(network, make_runtime=make) as engine, pytest.raises(ModelError, match=said):
        engine.predict(network, toy.tensor(order))
