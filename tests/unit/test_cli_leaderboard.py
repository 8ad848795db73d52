"""``brainviewer leaderboard``: what it prints, writes and refuses, and the results that ship."""

import json
from pathlib import Path

import numpy as np
import pytest
from board_results import leak, result, write
from command_line import refused, run

from brainviewer.training.metrics.intervals import value_of

pytestmark = pytest.mark.usefixtures("home")

SHIPPED = Path(__file__).resolve().parents[2] / "resources" / "leaderboard"
FILES = sorted(SHIPPED.rglob("*.json"))


def test_json_html_and_tables(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    leaky = result(right=0.9, apart=False)
    counts = {"copies": 15, "right_on_copies": 14, "others": 15, "right_on_others": 4}
    leaky["leak"] = leak(0.93, 0.27) | {"by_class": [counts] * 4}
    runs = write(tmp_path / "runs", result(right=0.5), leaky)
    page = tmp_path / "page.html"
    assert run("leaderboard", runs, "--html", page, "--json") == 0
    found = json.loads(capfd.readouterr().out)
    assert found["schema"] == "brainviewer-leaderboard/2"
    (table,) = found["tables"]
    assert table["patient_wise"] == {
        "folder": "apart", "layout": "patient-wise folds", "tested": list("1234"), "test": 60
    }  # fmt: skip
    (row,) = table["rows"]
    assert row["inflation"]["value"] == pytest.approx(2 / 3, abs=0.01)
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert run("leaderboard", runs) == 0
    said = capfd.readouterr().out
    assert "cnn-128-flip" in said and "+0.6" in said and "parameters" in said


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
    tables = json.loads(capfd.readouterr().out)["tables"]
    rows = [row for table in tables for row in table["rows"]]
    results = [json.loads(file.read_text(encoding="utf-8")) for file in FILES]
    assert {(row["recipe"], row["network"]) for row in rows} == {
        (one["recipe"], one["network"]) for one in results
    }
    text = page.read_text(encoding="utf-8")
    assert all(f"<b>{row['network']}</b>" in text for row in rows)
    assert [table["patient_wise"]["test"] for table in tables] == [
        2832,
        721,
        312,
        240,
        160,
        246,
        721,
    ]
    for table in tables:
        assert table["patient_wise"]["folder"] == "cheng"
        for side in ("patient_wise", "tutorial"):
            sides = [row[side] for row in table["rows"] if row[side] is not None]
            assert {one["images"]["test"] for one in sides} == {table[side]["test"]}
        figures = [row["patient_wise"]["figures"]["macro F1"]["value"] for row in table["rows"]]
        assert figures == sorted(figures, reverse=True)
    # Of sartaj 201 of 242 copies are in classes with hardly an image that has none.
    assert all(row["inflation"] is None for row in rows)
    leaks = [row["tutorial"]["leak"] for row in rows if row["tutorial"] is not None]
    assert {leak["copies"] for leak in leaks if leak} >= {242}


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
