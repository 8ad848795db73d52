"""Mean and spread over seeds, of runs of every kind."""

from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.errors import FileError, silent
from brainviewer.training.image_classification.recipes.options import Options
from brainviewer.training.runs import repeated
from brainviewer.training.runs.repeated import (
    figures_of,
    measure_seeds,
    runs_by_seed,
    spread,
    train_seeds,
    with_spread,
)
from brainviewer.training.training_runs import shipped_recipes


def figure(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "value": value, "low": value - 0.1, "high": value + 0.2}


def test_mean_deviation_and_range() -> None:
    runs = [
        [figure("accuracy", value), {"name": "distance", "value": 2 * value}]
        for value in (0.5, 0.6, 0.7)
    ]
    runs[0].append(figure("of one seed", 0.5))
    accuracy, distance = spread(runs)
    assert accuracy == {
        "name": "accuracy", "mean": 0.6, "sd": 0.1, "least": 0.5, "most": 0.7,
        "values": [0.5, 0.6, 0.7], "low": 0.5, "high": 0.8,
    }  # fmt: skip
    assert (distance["sd"], distance["low"]) == (0.2, None)


def test_figures_of_every_kind_of_record() -> None:
    some = [figure("accuracy", 0.5)]
    assert figures_of({"results": [{"network": "a", "figures": some}]}) == {"a": some}
    assert figures_of({"figures": some}) == {"network": some}
    assert figures_of({"figures": {"image": {"figures": some}}}) == {"image": some}
    methods = {"network": {"mean_dice": [0.8, 0.7, 0.9], "not_found": 2, "none": None}}
    assert figures_of({"collections": {"lgg": {"methods": methods}}}) == {
        "lgg, network": [
            {"name": "mean_dice", "value": 0.8, "low": 0.7, "high": 0.9},
            {"name": "not_found", "value": 2},
        ]
    }


def test_a_run_of_several_seeds_tells_how_far_they_vary() -> None:
    seeds = {"1": {"accuracy": 1.0, "AUROC": 0.5}, "2": {"accuracy": 0.5, "AUROC": float("nan")}}
    record = {"figures": {"image": {"per_seed": seeds}, "one": {"per_seed": {"1": {}}}, "no": {}}}
    figures: Any = with_spread(record)["figures"]
    (accuracy,) = figures["image"]["spread"]
    assert accuracy["values"] == [1.0, 0.5]
    assert accuracy["sd"] == pytest.approx(0.3536)
    assert "spread" not in figures["one"]
    assert figures["no"] == {}


def test_each_seed_is_a_run_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, str, str]] = []

    def train(recipe: Path, data: Path, out: Path, report: Any, options: Options, *_: Any) -> str:
        first = recipe.read_text(encoding="utf-8").splitlines()[0]
        asked.append((out.relative_to(tmp_path).as_posix(), first, options.settings[-1]))
        out.mkdir(parents=True)
        (out / "run.json").write_text("{}")
        return "Trained.\n"

    monkeypatch.setattr(repeated, "train", train)
    many = (tmp_path, tmp_path / "out", silent, Options(settings=("training.batch=4",)), print)
    train_seeds((3, 11), shipped_recipes()["cnn-128-flip"], *many)
    assert asked == [
        (
            f"out/seed-{seed}",
            f"# cnn-128-flip with seed = {seed}, training.batch = 4",
            f"seed={seed}",
        )
        for seed in (3, 11)
    ]
    assert list(runs_by_seed(tmp_path / "out")) == [3, 11]
    # A cross-validation that is repeated by itself stays one run: what it starts from is shared.
    asked.clear()
    one = (tmp_path, tmp_path / "one", silent, Options(settings=("seed=4",)), print)
    train_seeds((3, 11), shipped_recipes()["resnet50-glioma"], *one)
    said = "# resnet50-glioma with evaluation.seeds = [3, 11], seed = 4"
    assert asked == [("one", said, "seed=4")]
    assert runs_by_seed(tmp_path / "one") == {}
    with pytest.raises(FileError, match="a training run of one seed"):
        train_seeds((3, 11), shipped_recipes()["cnn-128-flip"], *one)


def test_the_figures_of_all_seeds_in_one_record_and_page(tmp_path: Path) -> None:
    for seed in (2, 10):
        (tmp_path / f"seed-{seed}").mkdir()
        (tmp_path / f"seed-{seed}" / "run.json").write_text("{}")

    def measure(run: Path) -> dict[str, Any]:
        return {"figures": [figure("accuracy", 0.5 if run.name == "seed-2" else 0.6)]}

    record = measure_seeds(tmp_path, tmp_path / "evaluation.json", measure)
    assert record["seeds"] == [2, 10]
    assert record["results"]["network"][0]["mean"] == 0.55
    page = (tmp_path / "evaluation.html").read_text(encoding="utf-8")
    assert "<td>0.550<td>0.071<td>0.500–0.600<td>0.450–0.750" in page
    assert (tmp_path / "evaluation.json").is_file()
