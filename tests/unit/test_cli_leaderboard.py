"""``brainviewer leaderboard``: what it prints, writes and refuses, and the results that ship."""

import json
from pathlib import Path

import numpy as np
import pytest
from board_results import result, write
from command_line import refused, run

from brainviewer.training.intervals import value_of

pytestmark = pytest.mark.usefixtures("home")

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "leaderboard"
FILES = sorted(SHIPPED.rglob("*.json"))


def test_json_html_and_tables(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    runs = write(tmp_path / "runs", result(right=0.5), result(right=0.9, apart=False))
    page = tmp_path / "page.html"
    assert run("leaderboard", runs, "--html", page, "--json") == 0
    found = json.loads(capfd.readouterr().out)
    assert found["schema"] == "brainviewer-leaderboard/1"
    (table,) = found["tables"]
    assert table["patient_wise"] == {"folder": "apart", "layout": "patient-wise folds"}
    (row,) = table["rows"]
    assert row["inflation"]["accuracy"]["value"] == pytest.approx(0.4, abs=0.01)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run("leaderboard", runs) == 0
    said = capfd.readouterr().out
    assert "cnn-128-flip" in said and "+0.4" in said and "parameters" in said


@pytest.mark.parametrize(
    ("make", "options", "said"),
    [
        (lambda folder: None, (), "There is no folder 'runs'"),
        (lambda folder: folder.mkdir(), (), "no results of networks"),
        (lambda folder: write(folder, {**result(), "figures": []}), (), "is not complete"),
        (lambda folder: write(folder, result()), ("--html", "no/where.html"), "does not exist"),
    ],
)
def test_bad_input_is_one_sentence(
    make: object, options: tuple[str, ...], said: str, tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    assert callable(make)
    make(tmp_path / "runs")
    assert run("leaderboard", tmp_path / "runs", *options) == 2
    assert said in refused(capfd)


def test_the_page_is_rebuilt_from_the_results_that_ship(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "leaderboard.html"
    assert run("leaderboard", "--html", page, "--json") == 0
    four, two = json.loads(capfd.readouterr().out)["tables"]
    assert four["patient_wise"]["folder"] == "cheng" and four["tutorial"]["folder"] == "sartaj"
    rows = four["rows"] + two["rows"]
    results = [json.loads(file.read_text(encoding="utf-8")) for file in FILES]
    assert {(row["recipe"], row["network"]) for row in rows} == {
        (one["recipe"], one["network"]) for one in results
    }
    text = page.read_text(encoding="utf-8")
    assert all(f"<b>{row['network']}</b>" in text for row in rows)
    assert all(len(row["classes"]) == 2 for row in two["rows"])
    both = [row for row in rows if row["inflation"]["accuracy"] is not None]
    assert "cnn-128-flip" in {row["network"] for row in both}
    assert all(row["tutorial"]["leak"]["copies"] > 100 for row in both)
    apart = [row["patient_wise"] for row in four["rows"] if row["patient_wise"] is not None]
    figures = [side["figures"]["macro F1"]["value"] for side in apart]
    assert figures == sorted(figures, reverse=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SHIPPED)))
def test_a_result_that_ships_is_small_and_agrees_with_itself(file: Path) -> None:
    assert file.stat().st_size < 30_000
    found = json.loads(file.read_text(encoding="utf-8"))
    matrix = np.array(found["confusion"])
    assert value_of(found, "accuracy") == pytest.approx(np.trace(matrix) / matrix.sum(), abs=1e-4)
    recalls = np.diagonal(matrix) / matrix.sum(axis=1)
    assert value_of(found, "worst-class recall") == pytest.approx(recalls.min(), abs=1e-4)
    assert matrix.sum() == found["protocol"]["test"]
    assert found["data"]["folder"] == file.relative_to(SHIPPED).parts[0]
    assert found["protocol"]["grouped"] == (found["data"]["folder"] == "cheng")
    # Nothing learned from all of cheng may be measured on it.
    assert not found["settings"].get("weights", "").startswith("model ")
