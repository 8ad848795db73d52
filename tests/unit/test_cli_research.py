"""The commands for researchers: what they print, write and refuse."""

import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from labelled_folders import write_lgg

from brainviewer import cli
from brainviewer.core.errors import Report

Tell = Callable[[str], None]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    logger = logging.getLogger("brainviewer")
    monkeypatch.setattr(logger, "handlers", [])
    yield
    for handler in logger.handlers:
        handler.close()


@pytest.fixture
def lgg(tmp_path: Path) -> Path:
    write_lgg(tmp_path / "data" / "lgg")
    return tmp_path / "data"


def run(*arguments: object) -> int:
    def window(paths: list[Path], demo: bool) -> int:
        raise AssertionError("A research command opened the window.")

    return cli.run([str(a) for a in arguments], window)


def refused(capfd: pytest.CaptureFixture[str]) -> str:
    """The one sentence that a command ended with."""
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("brainviewer: ")
    assert err.count("\n") == 1
    return err


def test_summary_prints_tables(lgg: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("data", "summary", lgg) == 0
    out, err = capfd.readouterr()
    assert err == ""
    row = next(line for line in out.splitlines() if line.startswith("│ G"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "G", "1", "50 %", "1", "61", "61–61", "61–61"
    ]  # fmt: skip
    assert "T2 present" in out


def test_summary_as_json_and_as_files(
    lgg: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run("data", "summary", lgg, "--out", tmp_path / "out", "--json") == 0
    out, err = capfd.readouterr()
    assert err == ""
    record = json.loads(out)
    assert record["classes"]["A"]["cases"] == 1
    assert json.loads((tmp_path / "out" / "summary.json").read_text()) == record
    assert len(list((tmp_path / "out").glob("*.png"))) == 3


def test_a_folder_that_is_not_right_writes_nothing(
    lgg: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    table = lgg / "lgg" / "labels.csv"
    table.write_text(table.read_text().replace(",G,", ",GBM,"))
    assert run("data", "summary", lgg, "--out", tmp_path / "out") == 2
    assert "'GBM'" in refused(capfd)
    assert not (tmp_path / "out").exists()


def test_a_misspelt_word_after_data(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("data", "sumary", "x") == 2
    assert "summary" in refused(capfd)


def test_an_unknown_recipe_lists_the_names(
    lgg: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("resnet50-gliom", "nowhere.toml"):
        assert run("train", name, "--data", lgg, "--out", tmp_path / "out") == 2
        assert "resnet50-glioma" in refused(capfd)
    assert not (tmp_path / "out").exists()


def test_without_pytorch_training_says_how_to_get_it(
    lgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run("train", "resnet50-glioma", "--data", lgg, "--out", tmp_path / "out") == 2
    said = "brainviewer: Training needs PyTorch: pip install 'brainviewer[train]'.\n"
    assert refused(capfd) == said
    assert not (tmp_path / "out").exists()


def test_ctrl_c_ends_training_with_a_sentence(
    lgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("brainviewer.training.running.train", interrupted)
    assert run("train", "resnet50-glioma", "--data", lgg, "--out", tmp_path / "out") == 130
    assert refused(capfd) == "brainviewer: Stopped; run the same command again to go on.\n"


def test_training_is_told_what_was_asked_for(
    lgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def train(
        recipe: Path, data: Path, out: Path, report: Report, threads: int, tell: Tell
    ) -> None:
        asked.extend([recipe.name, data, out, threads])
        tell("T2 is missing.")
        for step in range(100):
            report(step / 100, f"fold 1: loss {step}")

    monkeypatch.setattr("brainviewer.training.running.train", train)
    out = tmp_path / "out"
    assert run("train", "resnet50-glioma", "--data", lgg, "--out", out, "--threads", 3) == 0
    assert asked == ["resnet50-glioma.toml", lgg, out, 3]
    said = capfd.readouterr()
    assert said.out == f"Trained. 'brainviewer evaluate {out}' measures it.\n"
    lines = said.err.splitlines()
    assert lines[0] == "brainviewer: T2 is missing."
    assert lines[1:] == [f"fold 1: loss {step} {step} %" for step in range(0, 100, 10)]
