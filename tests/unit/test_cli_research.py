"""The commands for researchers: what they print, write and refuse."""

import json
import re
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from command_line import run
from labelled_folders import write_lgg

from brainviewer.assets import resources
from brainviewer.cli.tables.results import evaluation_tables
from brainviewer.core.errors import Report
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.training_runs import find_recipe

Tell = Callable[[str], None]


pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def lgg(tmp_path: Path) -> Path:
    write_lgg(tmp_path / "data" / "lgg")
    return tmp_path / "data"


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

    monkeypatch.setattr("brainviewer.training.training_runs.train", interrupted)
    assert run("train", "resnet50-glioma", "--data", lgg, "--out", tmp_path / "out") == 130
    assert refused(capfd) == "brainviewer: Stopped; run the same command again to go on.\n"


def test_training_is_told_what_was_asked_for(
    lgg: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    asked: list[object] = []

    def train(
        recipe: Path,
        data: Path,
        out: Path,
        report: Report,
        options: Options,
        tell: Tell,
        found: Path,
    ) -> str:
        asked.extend([recipe.name, data, out, options.threads, found])
        assert options.weights == ""
        tell("T2 is missing.")
        for step in range(100):
            report(step / 100, f"fold 1: loss {step}")
        return "Trained.\n"

    monkeypatch.setattr("brainviewer.training.training_runs.train", train)
    out = tmp_path / "out"
    options = ("--data", lgg, "--out", out, "--threads", 3, "--found", tmp_path)
    assert run("train", "resnet50-glioma", *options) == 0
    assert asked == ["resnet50-glioma.toml", lgg, out, 3, tmp_path]
    said = capfd.readouterr()
    assert said.out == "Trained.\n"
    lines = said.err.splitlines()
    assert lines[0] == "brainviewer: T2 is missing."
    assert lines[1:] == [f"fold 1: loss {step} {step} %" for step in range(0, 100, 10)]


@pytest.fixture
def evaluation() -> dict[str, Any]:
    """What an evaluation writes, in small."""

    def figures(value: float) -> dict[str, Any]:
        names = ("accuracy", "balanced accuracy", "macro F1", "Cohen's kappa")
        more = (
            "AUROC A against the rest",
            "AUROC G against the rest",
            "expected calibration error",
        )
        return {
            "figures": [
                {"name": name, "value": value, "low": value - 0.1, "high": value + 0.1}
                for name in (*names, *more)
            ]
        }

    return {
        "classes": ["A", "G"],
        "patients": {"A": 54, "G": 16},
        "seeds": [1, 2, 3],
        "folds": 5,
        "bootstrap_repeats": 2000,
        "winner": "image and age",
        "criterion": "log loss",
        "figures": {
            "image and age": figures(0.71),
            "image and age; expert segmentation": figures(0.72),
            "control: place only": figures(0.05),
        },
    }


def test_evaluate_prints_what_was_measured_of_a_model(
    evaluation: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "brainviewer.training.evaluation_runs.measured_before", lambda name: evaluation
    )
    assert run("evaluate", "resnet50-glioma") == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert "70 patients (54 A, 16 G), 5-fold cross-validation by patient, mean of 3 seeds" in out
    assert "image and age." in out
    lines = [[cell.strip() for cell in row.strip("│").split("│")] for row in out.splitlines()]
    at = next(n for n, cells in enumerate(lines) if cells[0] == "image and age")
    assert lines[at] == ["image and age", *["0.71"] * 7]
    assert lines[at + 1] == ["", *["0.61–0.81"] * 7]
    assert ["control: place only", *["0.05"] * 7] in lines
    assert "−0.05–0.15" in out
    titles = [out.index(t) for t in ("never saw", "other situations", "other ways to answer")]
    assert titles == sorted(titles)
    assert run("evaluate", "resnet50-glioma", "--json") == 0
    assert json.loads(capfd.readouterr().out) == evaluation


def test_a_narrow_terminal_gets_narrow_tables(evaluation: dict[str, Any]) -> None:
    from rich.console import Console

    for width, numbers in ((80, 4), (200, 7)):
        console = Console(width=width, file=StringIO())
        with console.capture() as captured:
            for part in evaluation_tables(evaluation, width):
                console.print(part)
        lines = captured.get().splitlines()
        assert max(map(len, lines)) <= width
        assert max(line.count("0.61–0.81") for line in lines) == numbers
        assert sum(line.count("0.61–0.81") for line in lines) == 7


def test_evaluate_measures_a_folder_and_prints_progress(
    evaluation: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    asked: list[object] = []

    def measure(
        folder: Path,
        recipe: str | None,
        data: Path | None,
        out: Path | None,
        report: Report,
        ood_images: Path | None,
    ) -> Any:
        asked.extend([folder, recipe, data, out])
        assert ood_images is None
        report(0.5, "bootstrapping")
        return evaluation

    monkeypatch.setattr("brainviewer.training.evaluation_runs.measure", measure)
    out = tmp_path / "figures.json"
    assert run("evaluate", tmp_path, "--recipe", "mine.toml", "--out", out) == 0
    assert asked == [tmp_path, "mine.toml", None, out]
    said = capfd.readouterr()
    assert "0.71" in said.out
    assert said.err == "bootstrapping 50 %\n"


def test_outlines_have_a_table_of_their_own(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    figures = {
        "mean_share": [0.98, 0.97, 0.99], "share_at_least_0.9": [0.96, None, None],
        "mean_dice": [0.87, 0.85, 0.89], "median_dice": 0.9,
        "median_distance_slices": 0.0, "not_found": 2,
    }  # fmt: skip
    record = {
        "folds": 5,
        "collections": {"lgg": {"patients": 98, "methods": {"network": figures}}},
        "healthy": {"heads": 90, "called_sick": 1},
    }
    monkeypatch.setattr("brainviewer.training.evaluation_runs.measured_before", lambda name: record)
    assert run("evaluate", "lesion-outline") == 0
    out = capfd.readouterr().out
    row = next(line for line in out.splitlines() if line.startswith("│ network"))
    assert [cell.strip() for cell in row.strip("│").split("│")] == [
        "network", "0.98", "0.96", "0.87", "0.9", "0", "2"
    ]  # fmt: skip


def test_evaluate_says_what_there_is(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "nothing") == 2
    assert "resnet50-glioma" in refused(capfd)
    assert run("evaluate", tmp_path) == 2
    assert "brainviewer train" in refused(capfd)
    begun = tmp_path / "begun"
    begun.mkdir()
    (begun / "run.json").write_text("{}")
    (begun / "recipe.toml").write_bytes(find_recipe("resnet50-glioma").read_bytes())
    assert run("evaluate", begun) == 2
    assert "not finished" in refused(capfd)
    assert run("evaluate", begun, "--out", tmp_path / "figures.txt") == 2
    assert ".json" in refused(capfd)
    assert sorted(file.name for file in begun.iterdir()) == ["recipe.toml", "run.json"]


def test_evaluate_shows_what_was_measured_of_the_image_model(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert run("evaluate", "xception-tumour") == 0
    said = capfd.readouterr().out
    for text in ("macro F1", "recall meningioma", "JPEG of quality 30", "CT of the head"):
        assert text in said


def test_what_was_measured_of_the_outlines_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", "lesion-outline", "--json") == 0
    found = json.loads(capfd.readouterr().out)
    own = resources() / "models" / "lesion-outline" / "evaluation.json"
    assert found == json.loads(own.read_text(encoding="utf-8"))
    assert run("evaluate", "lesion-outline") == 0
    assert "network (what ships)" in capfd.readouterr().out
    assert run("evaluate", "no-such-model") == 2
    assert "lesion-outline" in capfd.readouterr().err


def test_the_recipes_stand_in_the_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert run("train", "--help") == 0
    said = re.sub(r"\s+", "", capfd.readouterr().out)
    for file in (resources() / "recipes").rglob("*.toml"):
        assert file.stem in said
