"""Which results stand in one row and one table, and what a row says about how it was made."""

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from board_results import FOUR, result, write
from labelled_images import head, write_images

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.labelled_images import (
    find_images,
)
from brainviewer.training.image_classification.evaluation.duplicate_leak import (
    accuracy_by_copies,
    images_with_copies,
    inflation,
    leak_of,
)
from brainviewer.training.image_classification.evaluation.results import SHIPPED, Predictions
from brainviewer.training.leaderboard.entries import read_tables
from brainviewer.training.leaderboard.record import as_record, conditions


def networks(folder: Path) -> list[list[tuple[str, bool, bool]]]:
    """For each table and row: the network, and whether it has each of the two results."""
    return [
        [(str(e.known["network"]), e.apart is not None, e.tutorial is not None) for e in t.entries]
        for t in read_tables(folder)
    ]


def test_a_network_and_its_twin_under_the_tutorial_split_fraction_a_row(tmp_path: Path) -> None:
    write(
        tmp_path,
        result("weak", 0.6),
        result("strong", 0.9),
        result("strong", 0.95, apart=False),
        result("only-tutorial", 0.99, apart=False),
    )
    assert networks(tmp_path) == [
        [("strong", True, True), ("weak", True, False)],
        [("only-tutorial", False, True)],
    ]


def test_another_size_is_another_row(tmp_path: Path) -> None:
    write(tmp_path, result(), result(apart=False, input_size=64))
    assert networks(tmp_path) == [
        [("cnn-128-flip", True, False)], [("cnn-128-flip", False, True)]
    ]  # fmt: skip


def test_networks_of_two_grids_may_have_one_name(tmp_path: Path) -> None:
    write(tmp_path, result("a", recipe="cnn-grid"), result("a", recipe="cnn-grid-augmented"))
    assert len(networks(tmp_path)[0]) == 2


def test_each_set_of_test_images_has_a_table_of_its_own(tmp_path: Path) -> None:
    write(
        tmp_path,
        result("best", 0.95, tested=("4",), images=20),
        result("good", 0.9, tested=("4",), images=40),
        result("fair", 0.8),
        result("poor", 0.6, tested=("4",), images=40),
    )
    tables = read_tables(tmp_path)
    assert [[row[0] for row in table] for table in networks(tmp_path)] == [
        ["fair"], ["good", "poor"], ["best"]
    ]  # fmt: skip
    told = as_record(tables)
    assert [table["patient_wise"]["test"] for table in told["tables"]] == [60, 40, 20]
    for table in told["tables"]:
        for row in table["rows"]:
            assert row["patient_wise"]["images"]["test"] == table["patient_wise"]["test"]
    assert any("do not rank across tables" in notice for notice in told["notices"])


def test_as_many_images_can_be_other_images(tmp_path: Path) -> None:
    some, others, older = result("some"), result("others"), result("older")
    some["data"]["test_sha256"], others["data"]["test_sha256"] = "1", "2"
    write(tmp_path / "two", some, others)
    assert len(read_tables(tmp_path / "two")) == 2
    write(tmp_path / "one", some, older)
    assert len(read_tables(tmp_path / "one")) == 1


def test_twins_under_another_tutorial_split_stand_apart(tmp_path: Path) -> None:
    others = [result(name, apart=False, images=20) for name in ("c",)]
    write(
        tmp_path, *(result(name) for name in "abc"), *others,
        *(result(name, apart=False) for name in "ab"),
    )  # fmt: skip
    assert networks(tmp_path) == [
        [("a", True, True), ("b", True, True), ("c", True, False)], [("c", False, True)]
    ]  # fmt: skip


def test_other_questions_and_other_data_have_tables_of_their_own(tmp_path: Path) -> None:
    elsewhere = result("elsewhere")
    elsewhere["data"]["images_sha256"] = "c"
    binary = result("binary", classes=("tumour", "none"))
    other = result("other", classes=("meningioma", "none"))
    write(tmp_path, binary, other, elsewhere, result(), result("weak", 0.5))
    tables = read_tables(tmp_path)
    assert [len(t.entries) for t in tables] == [2, 1, 1, 1]
    assert [t.classes for t in tables] == [FOUR, FOUR, ("meningioma", "none"), ("tumour", "none")]


def test_three_classes_are_another_question_than_four(tmp_path: Path) -> None:
    write(
        tmp_path,
        result(),
        result("three", classes=FOUR[:3]),
        result("back", 0.5, classes=FOUR[::-1]),
    )
    assert [[row[0] for row in table] for table in networks(tmp_path)] == [
        ["cnn-128-flip", "back"], ["three"],
    ]  # fmt: skip


def test_a_split_from_a_list_counts_as_kept_apart(tmp_path: Path) -> None:
    listed = result(apart=False)
    listed["protocol"]["split"] = "split list"
    write(tmp_path, listed)
    assert networks(tmp_path) == [[("cnn-128-flip", True, False)]]


def test_what_is_no_result_is_passed_over(tmp_path: Path) -> None:
    write(tmp_path, result())
    (tmp_path / "card.json").write_text('{"id": "x"}')
    (tmp_path / "list.json").write_text("[1]")
    (tmp_path / "broken.json").write_text("{")
    other = result() | {"kind": "glioma-type"}
    (tmp_path / "other.json").write_text(json.dumps(other))
    assert len(networks(tmp_path)[0]) == 1


@pytest.mark.parametrize("missing", ["figures", "settings", "protocol", "data", "classes"])
def test_a_result_that_lacks_something_is_refused(missing: str, tmp_path: Path) -> None:
    spoilt = result()
    del spoilt[missing]
    write(tmp_path, spoilt)
    with pytest.raises(FileError, match="not complete"):
        read_tables(tmp_path)


def by_class(*rows: tuple[int, int, int, int]) -> dict[str, Any]:
    """A leak: of each class copies, those answered rightly, others, and rightly of these."""
    names = ("copies", "right_on_copies", "others", "right_on_others")
    return {"by_class": [dict(zip(names, row, strict=True)) for row in rows]}


def test_inflation_compares_copies_with_others_of_their_class() -> None:
    # In each class copies are right in 80 %, others in 50 %: more of the easy class are copies.
    found = inflation(by_class((80, 64, 40, 20), (20, 16, 60, 30)))
    assert found is not None
    assert found["value"] == pytest.approx(0.3)
    assert 0 < found["low"] < 0.3 < found["high"] < 0.5


def test_inflation_is_left_out_where_the_classes_explain_it() -> None:
    # 90 of 100 copies are right and 34 of 100 others, but no class knows its copies better.
    assert inflation(by_class((95, 86, 10, 9), (20, 4, 90, 18))) is None


def test_inflation_is_left_out_where_copies_have_nothing_to_be_compared_with() -> None:
    # As in sartaj: two classes of copies, one of others.
    assert (
        inflation(by_class((20, 15, 80, 8), (109, 90, 6, 3), (21, 18, 46, 29), (92, 85, 0, 0)))
        is None
    )
    assert inflation({"copies": 40, "others": 20, "figures": []}) is None
    assert inflation(None) is None


def test_training_time_is_that_of_one_network(tmp_path: Path) -> None:
    write(tmp_path, result())
    (row,) = as_record(read_tables(tmp_path))["tables"][0]["rows"]
    assert row["training_seconds"] == 10.0
    assert row["inflation"] is None


def test_a_row_says_what_was_done_otherwise() -> None:
    assert conditions(result()) == []
    one = result(tested=("4",)) | {"changes": ["4 epochs instead of 20"]}
    assert conditions(one) == ["4 epochs instead of 20", "tested on fold 4 only"]


def test_a_vote_names_its_members() -> None:
    vote = result("majority") | {"kind": "image-vote", "members": [{"network": "a"}]}
    assert conditions(vote) == ["votes of a"]


def test_a_model_that_ships_joins_the_rows_of_its_data(tmp_path: Path) -> None:
    bare = {"kind": SHIPPED, "parameters": 5, "ms_per_image": None, "training_seconds": None}
    write(tmp_path, result("best", 1.0, recipe="best") | bare, result("other"))
    (table,) = read_tables(tmp_path)
    assert [entry.known["kind"] for entry in table.entries] == [SHIPPED, "image-classes"]
    row = as_record([table])["tables"][0]["rows"][0]
    assert row["patient_wise"]["figures"]["accuracy"]["value"] == 1.0
    assert row["parameters"] == 5 and row["ms_per_image"] is None
    assert row["training_seconds"] is None and row["conditions"] == []


def test_copies_are_found_and_counted_apart(tmp_path: Path) -> None:
    write_images(tmp_path / "Training", 3)
    write_images(tmp_path / "Testing", 1)
    unlike = tmp_path / "Testing" / "glioma" / "unlike.png"
    assert cv2.imwrite(str(unlike), cv2.flip(head("glioma", 50), 1))
    source = find_images(tmp_path)
    found = images_with_copies(source)
    files = [p.file for p in source.images if p.testing]
    assert found == set(files) - {"Testing/glioma/unlike.png"}
    truth = np.zeros(len(files), np.int64)
    said = np.array([file in found for file in files])
    classified = Predictions(tuple(files), ("test",) * len(files), truth, np.eye(2)[1 - said])
    told = accuracy_by_copies(classified, found)
    assert told is not None
    assert (told["copies"], told["others"]) == (4, 1)
    assert [one["value"] for one in told["figures"]] == [1.0, 0.0]
    assert told["by_class"][0] == {
        "copies": 4, "right_on_copies": 4, "others": 1, "right_on_others": 0
    }  # fmt: skip
    assert accuracy_by_copies(classified, files) is None
    assert leak_of(source, classified) == told
    assert leak_of(replace(source, layout="class folders"), classified) is None


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("about", None, "'about'"),
        ("network", ["a"], "'network'"),
        ("classes", [], "'classes'"),
        ("confusion", [[1, 2]], "'confusion'"),
        ("confusion", [["many"]], "'confusion'"),
        ("parameters", "many", "'parameters'"),
        ("training_seconds", float("nan"), "'training_seconds'"),
        ("notices", None, "'notices'"),
        ("history", [{"fold": "1"}], "'history.phase'"),
        ("operating_point", {}, "'operating_point.positive'"),
        ("settings", {}, "'settings.training'"),
        ("leak", "none", "'leak'"),
    ],
)
def test_an_entry_of_another_kind_is_named(
    place: str, value: object, said: str, tmp_path: Path
) -> None:
    write(tmp_path, result() | {place: value})
    with pytest.raises(FileError, match=f"{said} is missing or wrong"):
        networks(tmp_path)


def test_links_that_lead_nowhere_and_pipes_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, result())
    (tmp_path / "link.json").symlink_to(tmp_path / "gone.json")
    os.mkfifo(tmp_path / "pipe.json")
    assert len(networks(tmp_path)[0]) == 1
