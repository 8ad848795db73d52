"""Which results stand in one row and one table, and what a row says about how it was made."""

import json
import os
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from board_results import FOUR, epoch, result, write
from labelled_pictures import head, write_pictures

from brainviewer.core.errors import FileError
from brainviewer.training.images.folders import Picture, Pictures, find_pictures
from brainviewer.training.images.results import Answered
from brainviewer.training.leaderboard.collect import collect, thinned
from brainviewer.training.leaderboard.conditions import conditions
from brainviewer.training.leaderboard.entries import SHIPPED, Entry, read_tables
from brainviewer.training.leaderboard.leak import by_copies, copied
from brainviewer.training.leaderboard.record import as_record, figure, inflation
from brainviewer.training.leaderboard.shipped import shipped_result


def networks(folder: Path) -> list[list[tuple[str, bool, bool]]]:
    """For each table and row: the network, and whether it has each of the two results."""
    return [
        [(str(e.known["network"]), e.apart is not None, e.tutorial is not None) for e in t.entries]
        for t in read_tables(folder)
    ]


def test_a_network_and_its_twin_under_the_tutorial_split_share_a_row(tmp_path: Path) -> None:
    write(
        tmp_path,
        result("weak", 0.6),
        result("strong", 0.9),
        result("strong", 0.95, apart=False),
        result("only-tutorial", 0.99, apart=False),
    )
    assert networks(tmp_path) == [
        [("strong", True, True), ("weak", True, False), ("only-tutorial", False, True)]
    ]


def test_another_size_is_another_row(tmp_path: Path) -> None:
    write(tmp_path, result(), result(apart=False, input_size=64))
    assert networks(tmp_path) == [[("cnn-128-flip", True, False), ("cnn-128-flip", False, True)]]


def test_networks_of_two_grids_may_have_one_name(tmp_path: Path) -> None:
    write(tmp_path, result("a", recipe="cnn-grid"), result("a", recipe="cnn-grid-augmented"))
    assert len(networks(tmp_path)[0]) == 2


def test_more_test_images_count_more_than_one_fold(tmp_path: Path) -> None:
    write(tmp_path, result(), result(tested=("4",), images=20))
    (table,) = read_tables(tmp_path)
    (entry,) = table.entries
    assert entry.known["protocol"]["tested"] == ["1", "2", "3", "4"]


def test_other_questions_and_other_data_have_tables_of_their_own(tmp_path: Path) -> None:
    elsewhere = result("elsewhere")
    elsewhere["data"]["images_sha256"] = "c"
    binary = result("binary", classes=("tumour", "none"))
    write(tmp_path, binary, elsewhere, result(), result("twin", apart=False))
    tables = read_tables(tmp_path)
    assert [len(t.entries) for t in tables] == [2, 1, 1]
    assert [t.classes for t in tables] == [FOUR, FOUR, ()]
    assert tables[2].entries[0].known["network"] == "binary"


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


def test_inflation_has_the_interval_of_a_difference() -> None:
    entry = Entry(result(right=0.5), result(right=0.9, apart=False))
    true, told = result(right=0.5), result(right=0.9, apart=False)
    found = inflation(entry, "accuracy")
    assert found is not None
    a, b = figure(true, "accuracy"), figure(told, "accuracy")
    assert found["value"] == pytest.approx(0.4, abs=1e-3)
    down = ((b["value"] - b["low"]) ** 2 + (a["high"] - a["value"]) ** 2) ** 0.5
    assert found["low"] == pytest.approx(found["value"] - down, abs=1e-3)
    assert found["low"] < found["value"] < found["high"]
    assert inflation(Entry(true, None), "accuracy") is None


def test_training_time_is_that_of_one_network(tmp_path: Path) -> None:
    write(tmp_path, result())
    (row,) = as_record(read_tables(tmp_path))["tables"][0]["rows"]
    assert row["training_seconds"] == 10.0
    assert row["inflation"] == {"accuracy": None, "macro F1": None}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, []),
        ({"input_size": 64}, ["64 of 128 px"]),
        ({"training": {"epochs": 4, "batch": 8}}, ["4 of 20 epochs", "batches of 8, not 20"]),
    ],
)
def test_a_row_says_what_was_done_with_less(changes: dict[str, Any], said: list[str]) -> None:
    assert conditions(result(**changes)) == said


def test_a_row_says_what_was_not_pretrained_tuned_or_varied() -> None:
    one = result(
        "transfer-vgg16",
        tested=("4",),
        input_size=224,
        base="VGG16",
        training={"epochs": 30, "batch": 32},
    )
    one["protocol"]["limit"] = 20
    assert conditions(one) == [
        "without pretraining, all of it trained at once",
        "no varied copies, not 3",
        "on 30 training images only",
        "tested on fold 4 only",
    ]
    one["settings"] |= {"pretrained": True}
    assert conditions(one)[0] == "not fine-tuned"
    one["settings"]["fine_tuning"] = {"epochs": 1, "batch": 16}
    assert conditions(one)[0] == "fine-tuned for 1 of 10 epochs"


def test_own_recipes_have_nothing_to_be_compared_with() -> None:
    assert conditions(result("mine", input_size=64)) == []


def test_a_vote_names_its_members() -> None:
    vote = result("majority") | {"kind": "image-vote", "members": [{"network": "a"}]}
    assert conditions(vote) == ["votes of a"]


def test_a_model_that_ships_joins_the_rows_of_its_data(tmp_path: Path) -> None:
    pictures = tuple(Picture(f"glioma/{n}.jpg", "glioma", str(n), "1") for n in range(8))
    source = Pictures(tmp_path, "patient-wise folds", pictures, True, ("Told.",))
    truth = np.arange(8) % 4
    answered = Answered(tuple(p.file for p in pictures), ("1", "2") * 4, truth, np.eye(4)[truth])
    made = shipped_result(
        "best", "The model", source, FOUR, answered, {"input_size": 224},
        {"parameters": 5}, {"train": 6, "validation": 0},
    )  # fmt: skip
    trained = result()
    trained["data"]["images_sha256"] = source.sha256
    write(tmp_path / "in", json.loads(json.dumps(made)), trained)
    (table,) = read_tables(tmp_path / "in")
    assert [entry.known["kind"] for entry in table.entries] == [SHIPPED, "image-classes"]
    row = as_record([table])["tables"][0]["rows"][0]
    assert row["patient_wise"]["figures"]["accuracy"]["value"] == 1.0
    assert row["patient_wise"]["tested"] == ["1", "2"]
    assert row["parameters"] == 5 and row["ms_per_image"] is None
    assert row["training_seconds"] is None and row["conditions"] == []


def test_histories_become_thin_and_keep_their_ends() -> None:
    one = result()
    one["history"] = [epoch("1", "frozen", n) for n in range(1, 101)]
    one["history"] += [epoch("1", "fine-tuning", n) for n in (1, 2)]
    kept = thinned(one)["history"]
    frozen = [entry["epoch"] for entry in kept if entry["phase"] == "frozen"]
    assert frozen[0] == 1 and frozen[-1] == 100 and len(frozen) <= 25
    assert [entry["epoch"] for entry in kept if entry["phase"] == "fine-tuning"] == [1, 2]
    assert "seconds" not in kept[0]


def test_runs_are_collected_where_they_were(tmp_path: Path) -> None:
    runs = write(tmp_path / "runs" / "set", result())
    spoken = json.loads((runs / "0" / "result.json").read_text())
    del spoken["data"]["folder"]
    (runs / "0" / "result.json").write_text(json.dumps(spoken))
    (runs / "0" / "run.json").write_text('{"data": "/somewhere/cheng"}')
    (written,) = collect(tmp_path / "runs", tmp_path / "out")
    assert written == tmp_path / "out" / "set" / "0.json"
    assert json.loads(written.read_text())["data"]["folder"] == "cheng"
    with pytest.raises(FileError, match="no results"):
        collect(tmp_path / "out" / "set", tmp_path / "again")


def test_copies_are_found_and_counted_apart(tmp_path: Path) -> None:
    write_pictures(tmp_path / "Training", 3)
    write_pictures(tmp_path / "Testing", 1)
    unlike = tmp_path / "Testing" / "glioma" / "unlike.png"
    assert cv2.imwrite(str(unlike), cv2.flip(head("glioma", 50), 1))
    source = find_pictures(tmp_path)
    found = copied(source)
    files = [p.file for p in source.pictures if p.testing]
    assert found == set(files) - {"Testing/glioma/unlike.png"}
    truth = np.zeros(len(files), np.int64)
    said = np.array([file in found for file in files])
    answered = Answered(tuple(files), ("test",) * len(files), truth, np.eye(2)[1 - said])
    told = by_copies(answered, found, 1)
    assert told is not None
    assert (told["copies"], told["others"]) == (4, 1)
    assert [one["value"] for one in told["figures"]] == [1.0, 0.0]
    assert by_copies(answered, files, 1) is None


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
