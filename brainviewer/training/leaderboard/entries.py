"""Which results belong into one row, and which rows into one table."""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.training.images.keeping import read_result
from brainviewer.training.images.recipe import IMAGE_CLASSES, IMAGE_VOTE
from brainviewer.training.images.split_list import LISTED
from brainviewer.training.intervals import value_of
from brainviewer.training.leaderboard.complete import what_is_wrong

Result = dict[str, Any]
Rows = dict[Hashable, Result]
Question = tuple[str, ...]
SHIPPED = "shipped-model"
KINDS = (IMAGE_CLASSES, IMAGE_VOTE, SHIPPED)
RANKED_BY = "macro F1"
_MOST_BYTES = 4_000_000  # of a result; the architecture beside it can be larger


@dataclass(frozen=True, eq=False)
class Entry:
    """One network; at least one of the two is there.

    apart : its result on patients that were kept apart from those that it learned from.
    tutorial : its result under a split that nobody made by patient.
    """

    apart: Result | None
    tutorial: Result | None

    @property
    def known(self) -> Result:
        """The result that tells what the network is."""
        known = self.apart or self.tutorial
        assert known is not None
        return known


@dataclass(frozen=True, eq=False)
class Table:
    """Rows that can be compared: the same question, asked of the same images.

    classes : the answers; empty where each row has two of its own.
    entries : the best first.
    """

    classes: tuple[str, ...]
    entries: tuple[Entry, ...]


def read_tables(folder: Path) -> list[Table]:
    """All results below a folder, those with more than two classes first.

    Raises FileError if there is no such folder, or no result in it.
    """
    if not folder.is_dir():
        raise FileError(
            f"There is no folder '{folder.name}'.",
            "Name one with results, as 'brainviewer train' writes them.",
        )
    found = list(_results(folder))
    if not found:
        raise FileError(
            f"There are no results of networks for single images in {folder.name}.",
            "Train some first: brainviewer train cnn-128-flip --data DIR --out "
            f"{folder.name}/cnn-128-flip",
        )
    apart: dict[tuple[Question, str], Rows] = defaultdict(dict)
    tutorial: dict[Question, Rows] = defaultdict(dict)
    for result in found:
        question = _question(result)
        if is_apart(result):
            _keep(apart[question, result["data"]["images_sha256"]], result)
        else:
            _keep(tutorial[question], result)
    tables = []
    for question in sorted({_question(result) for result in found}, key=len, reverse=True):
        own = [rows for (asked, _), rows in apart.items() if asked == question] or [{}]
        own.sort(key=len, reverse=True)
        told = tutorial[question]
        alone = [key for key in told if not any(key in rows for rows in own)]
        for rows in own:
            keys = [*rows, *(alone if rows is own[0] else ())]
            entries = [Entry(rows.get(key), told.get(key)) for key in keys]
            classes = tuple(entries[0].known["classes"]) if question else ()
            tables.append(Table(classes, tuple(sorted(entries, key=_rank))))
    return tables


def is_apart(result: Mapping[str, Any]) -> bool:
    """Whether the split of a result keeps patients, or at least copies, apart."""
    protocol = result["protocol"]
    return bool(protocol["grouped"]) or protocol["split"] == LISTED


def _results(folder: Path) -> Iterator[Result]:
    for file in sorted(folder.rglob("*.json")):
        if not file.is_file() or file.stat().st_size > _MOST_BYTES:
            continue
        result = read_result(file)
        if result is None or result.get("kind") not in KINDS:
            continue
        if wrong := what_is_wrong(result):
            raise FileError(
                f"The result {file.name} in {file.parent.name} is not complete: '{wrong}' is "
                "missing or wrong.",
                "Train it again, or put it right: docs/image-results.md says what it must hold.",
            )
        yield result


def _same_network(result: Mapping[str, Any]) -> Hashable:
    """The same for two results of one network that was trained in the same way on other data."""
    how = result["settings"]
    training, tuning = how.get("training") or {}, how.get("fine_tuning") or {}
    return (
        result["kind"],
        result.get("recipe"),
        result["network"],
        tuple(result["classes"]),
        how.get("input_size"),
        how.get("weights"),
        json.dumps([training, tuning], sort_keys=True),
    )


def _keep(rows: Rows, result: Result) -> None:
    """Of two results of the same network the one that rests on more test images counts."""
    key = _same_network(result)
    if key not in rows or rows[key]["protocol"]["test"] < result["protocol"]["test"]:
        rows[key] = result


def _question(result: Mapping[str, Any]) -> Question:
    """The classes, in whatever order; empty for two, which have one table together."""
    return tuple(sorted(result["classes"])) if len(result["classes"]) > 2 else ()


def _rank(entry: Entry) -> tuple[bool, float, str]:
    value = value_of(entry.known, RANKED_BY)
    return entry.apart is None, -value, str(entry.known["network"])
