"""A researcher's way: train on the challenge's layout, stop, go on, measure, pack.

Each step is a process of its own.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from labelled_folders import PATIENTS, write_challenge

from brainviewer.assets import resources
from brainviewer.models.card_file import load_card
from brainviewer.training.training_runs import shipped_recipes

pytestmark = [
    pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch (extra 'train') is not here"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals differ there"),
]
# A program that was started in the background may have been told to ignore Ctrl-C.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from brainviewer.__main__ import main; main()"
)
SMALL = {
    "size": "32", "draws": "2", "samples": "8", "batch": "4", "seeds": "[1]", "folds": "3",
    "bootstrap": "20",
}  # fmt: skip

MODEL = resources() / "models" / "resnet50-glioma"
TEXTS = ("about.toml", "README.md")


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The recipe for all four sequences, with next to nothing to learn."""
    text = shipped_recipes()["resnet50-glioma-four"].read_text(encoding="utf-8")
    for name, value in SMALL.items():
        text, count = re.subn(rf"(?m)^{name} = .*$", f"{name} = {value}", text)
        assert count
    file = tmp_path / "small.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Path]:
    """A folder for the run, which comes to half a gigabyte and is not left behind."""
    yield tmp_path / "run"
    shutil.rmtree(tmp_path / "run", ignore_errors=True)


@contextmanager
def started(*arguments: object, part: bool = False) -> Iterator["subprocess.Popen[str]"]:
    """A command in a process group of its own, as in a terminal; it never outlives the test.

    part : whether it is a part of the training, ``python -m brainviewer.training.PART``.
    """
    name, *rest = map(str, arguments)
    program = ["-m", f"brainviewer.training.{name}"] if part else ["-c", PROGRAM, name]
    with subprocess.Popen(
        [sys.executable, *program, *rest],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},  # threads that wait for each other cost more
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def ended(*arguments: object, part: bool = False) -> tuple[int, str, str]:
    """Exit code, output and messages of a command."""
    with started(*arguments, part=part) as process:
        out, err = process.communicate()
        return process.returncode, out, err


def pack(run: Path, models: Path) -> None:
    """Make a model of a measured run, and read its card."""
    shutil.copytree(MODEL, models / MODEL.name, ignore=lambda _, names: {*names} - set(TEXTS))
    about = models / MODEL.name / "about.toml"
    text = about.read_text(encoding="utf-8")
    three, four = '["T1", "FLAIR", "T1ce"]', '["FLAIR", "T1", "T1ce", "T2"]'
    assert f"sequences = {three}" in text
    about.write_text(text.replace(f"sequences = {three}", f"sequences = {four}"), encoding="utf-8")
    package = ("subtype.package", "--run", run, "--models", models)

    scope = (run / "scope.npz").rename(run / "elsewhere.npz")
    code, out, err = ended(*package, part=True)
    assert (code, out) == (2, "")
    assert err.startswith(f"brainviewer: The run {run.name} holds no scope.npz.")
    assert {file.name for file in (models / MODEL.name).iterdir()} == set(TEXTS)

    scope.rename(run / "scope.npz")
    code, out, err = ended(*package, part=True)
    assert (code, out) == (0, f"resnet50-glioma {load_card(MODEL).version}\n"), err
    card = load_card(models / MODEL.name)
    assert card.network is not None and card.network.input.channels == ("FLAIR", "T1ce", "T1", "T2")
    assert dict(card.metrics)["image"][0].patients == 9


@pytest.mark.timeout(900)  # half a minute of work, more on a busy machine
def test_train_stop_go_on_measure_and_pack(recipe: Path, tmp_path: Path, run: Path) -> None:
    from tests.gluon_arrays import write_gluon_arrays  # needs PyTorch

    data, weights = tmp_path / "data", tmp_path / "weights"
    write_challenge(data)
    weights.mkdir()
    write_gluon_arrays(weights, last=1)
    command = ("train", recipe, "--data", data, "--out", run, "--threads", 1, "--weights", weights)

    last = ""
    with started(*command) as stopped:
        assert stopped.stderr is not None
        for line in stopped.stderr:
            if line.startswith("seed 1, fold 2") and "fold 2" not in last:
                os.killpg(stopped.pid, signal.SIGINT)
            last = line
    assert stopped.returncode == 130, last
    assert last == "brainviewer: Stopped; run the same command again to go on.\n"
    first = run / "seed1-fold0.npz"
    finished = first.stat().st_mtime_ns
    assert not (run / "final.npz").exists()

    code, out, err = ended(*command)
    assert (code, out.startswith("Trained.")) == (0, True), err
    assert "seed 1, fold 1" not in err
    assert first.stat().st_mtime_ns == finished
    assert (run / "final.npz").exists()
    said = json.loads((run / "predictions.json").read_text())
    assert sorted(one["label"] for one in said["patients"]) == sorted(
        c for c, _ in PATIENTS.values()
    )
    assert not any(name in json.dumps(said) for name in PATIENTS)
    assert [one["seed"] for one in said["runs"]] == [1]
    assert {*said["runs"][0]["fold"]} == {0, 1, 2}

    code, out, err = ended("evaluate", run, "--json")
    assert code == 0, err
    record = json.loads(out)
    assert record["patients"] == {"A": 3, "O": 3, "G": 3}
    for key in ("image", "image and age", "image, descriptors and age"):
        figures = {figure["name"]: figure for figure in record["figures"][key]["figures"]}
        assert figures["accuracy"]["patients"] == 9
        assert 0 <= figures["accuracy"]["low"] <= figures["accuracy"]["high"] <= 1
    assert json.loads((run / "evaluation.json").read_text()) == record
    assert {"confusion.png", "discrimination.png"} <= {file.name for file in run.glob("*.png")}

    pack(run, tmp_path / "models")
