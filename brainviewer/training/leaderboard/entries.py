"""Which results belong into one row, which rows into one table, and what a result must hold."""

import json
import math
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.split_list import LISTED
from brainviewer.training.image_classification.evaluation.result_files import read_result
from brainviewer.training.image_classification.evaluation.results import (
    AUROC,
    ECE,
    RESULT_FILE,
    SHIPPED,
    WORST,
)
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES, IMAGE_VOTE
from brainviewer.training.metrics.intervals import value_of

Result = dict[str, Any]
Rows = dict[Hashable, Result]
Question = tuple[str, ...]
KINDS = (IMAGE_CLASSES, IMAGE_VOTE, SHIPPED)
RANKED_BY = "macro F1"
_MOST_BYTES = 4_000_000  # of a result; the architecture beside it can be larger
FIGURES = ("macro F1", "accuracy", WORST, AUROC, ECE)
"""The figures that every result has and every row shows."""


@dataclass(frozen=True)
class _Maybe:
    """An entry that may be null, or not there."""

    shape: Any


_FIGURE = {"name": str, "value": float, "low": float, "high": float}
_SPLIT = {"split": str, "tested": [str], "train": int, "validation": int, "test": int}
_PHASE = {"epochs": int, "batch": int}
_TRAINED = {"training": _PHASE, "fine_tuning": _Maybe(_PHASE)}  # by a recipe for single images
_COPIES = dict.fromkeys(("copies", "right_on_copies", "others", "right_on_others"), int)
_EPOCH = {"fold": str, "phase": str, "epoch": int}
_CURVES = dict.fromkeys(("loss", "accuracy", "val_loss", "val_accuracy"), float)
_COSTS = ("parameters", "size_bytes", "ms_per_image", "training_seconds")
# Types as JSON has them, where a float is any finite number; a list holds one shape.
_SHAPE: Mapping[str, Any] = {
    "network": str,
    "about": str,
    "recipe": _Maybe(str),
    "reported": _Maybe(str),
    "classes": [str],
    "data": {"images_sha256": str, "layout": str, "folder": _Maybe(str)},
    "protocol": {**_SPLIT, "grouped": bool, "limit": _Maybe(int)},
    "settings": {"training": _Maybe({}), "fine_tuning": _Maybe({})},
    "figures": [_FIGURE],
    "confusion": [[float]],
    "notices": [str],
    "changes": _Maybe([str]),
    "epochs": _Maybe([int]),
    "history": _Maybe([{**_EPOCH, **_CURVES}]),
    "operating_point": _Maybe(
        {"positive": str, "wanted_sensitivity": float, "threshold": float, "figures": [_FIGURE]}
    ),
    "leak": _Maybe(
        {"copies": int, "others": int, "figures": [_FIGURE], "by_class": _Maybe([_COPIES])}
    ),
    "members": _Maybe([{"network": str}]),
    **{key: _Maybe(float) for key in _COSTS},
}


@dataclass(frozen=True, eq=False)
class Entry:
    """One network; at least one of the two is there.

    apart : its result on patients that were kept apart from those that it learned from.
    tutorial : its result under a split that is not by patient.
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
    """Rows that can be compared: the same question, asked of the same test images.

    entries : the best first; where one has a result of a side, all have it of the same images, or
        none.
    """

    classes: tuple[str, ...]
    entries: tuple[Entry, ...]

    @property
    def apart(self) -> Result | None:
        """One of the results on patients kept apart; None if the table has none."""
        return next((e.apart for e in self.entries if e.apart), None)

    @property
    def tutorial(self) -> Result | None:
        """One of the results under a tutorial split; None if the table has none."""
        return next((e.tutorial for e in self.entries if e.tutorial), None)


def read_tables(folder: Path) -> list[Table]:
    """All results below a folder; tables with more classes first, then with more test images.

    Raises FileError if there is no such folder, or no result in it.
    """
    if not folder.is_dir():
        raise FileError(
            f"There is no folder '{folder.name}'.",
            "Name one with results, as 'brainviewer train' writes them.",
        )
    found = list(_results(folder))
    if not found and any(folder.glob(f"**/{RESULT_FILE}")):
        said = f"No {RESULT_FILE} below {folder.name} can be read."
        raise FileError(said, "Train again, or name another folder.")
    if not found:
        raise FileError(
            f"There are no results of networks for single images in {folder.name}.",
            "Train some first: brainviewer train cnn-128-flip --data DIR --out "
            f"{folder.name}/cnn-128-flip",
        )
    apart = _by_protocol([result for result in found if is_apart(result)])
    tutorial = _by_protocol([result for result in found if not is_apart(result)])
    tables = []
    for (question, _), rows in apart.items():
        told = [own for (asked, _), own in tutorial.items() if asked == question]
        # The results of the same networks under one tutorial split, that of most of them.
        most = max(told, key=lambda own: len(rows.keys() & own.keys()), default=Rows())
        tables.append(_table([Entry(one, most.get(key)) for key, one in rows.items()]))
    shown = {id(e.tutorial) for table in tables for e in table.entries}
    for rows in tutorial.values():
        alone = [Entry(None, result) for result in rows.values() if id(result) not in shown]
        if alone:
            tables.append(_table(alone))
    return sorted(tables, key=_first)


def _by_protocol(results: Sequence[Result]) -> dict[tuple[Question, Hashable], Rows]:
    """Results with the same classes and test images; of one network the one with more training."""
    coarse: dict[tuple[Question, Hashable], list[Result]] = defaultdict(list)
    for result in results:
        protocol = result["protocol"]
        images = (result["data"]["images_sha256"], *protocol["tested"], protocol["test"])
        coarse[tuple(sorted(result["classes"])), images].append(result)
    found: dict[tuple[Question, Hashable], Rows] = defaultdict(dict)
    for (question, asked), members in coarse.items():
        # Older results do not say which images exactly; as many of the same folds are the same.
        known = {one["data"].get("test_sha256") for one in members} - {None}
        for one in members:
            exact: Hashable = one["data"].get("test_sha256") if len(known) > 1 else None
            _keep(found[question, (asked, exact)], one)
    return found


def _table(entries: Sequence[Entry]) -> Table:
    def rank(entry: Entry) -> tuple[float, str]:
        return -value_of(entry.known, RANKED_BY), str(entry.known["network"])

    return Table(tuple(entries[0].known["classes"]), tuple(sorted(entries, key=rank)))


def _first(table: Table) -> tuple[Any, ...]:
    """By the answers, then by the test images, those of patients kept apart before others."""
    known = table.entries[0].known
    images, rows = known["protocol"]["test"], len(table.entries)
    return (-len(table.classes), table.classes, table.apart is None, -images, -rows)


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
        if wrong := first_error(result):
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
    """Of two results of the same network the one that learned from more images counts."""
    key = _same_network(result)
    if key not in rows or rows[key]["protocol"]["train"] < result["protocol"]["train"]:
        rows[key] = result


def first_error(result: Mapping[str, Any]) -> str:
    """The first entry that is missing or is not what it must be; empty if all is well."""
    if wrong := _misfit(result, _SHAPE, ""):
        return wrong
    if result["kind"] == IMAGE_CLASSES and (wrong := _misfit(result["settings"], _TRAINED, "")):
        return f"settings.{wrong}"
    if missing := [name for name in FIGURES if name not in {f["name"] for f in result["figures"]}]:
        return f"figures, {missing[0]}"
    count = len(result["classes"])
    matrix = result["confusion"]
    if count < 2:
        return "classes"
    return "" if [len(row) for row in matrix] == [count] * count else "confusion"


def _misfit(value: Any, shape: Any, where: str) -> str:
    if isinstance(shape, _Maybe):
        return "" if value is None else _misfit(value, shape.shape, where)
    if isinstance(shape, Mapping):
        if not isinstance(value, Mapping):
            return where
        return next(filter(None, (
            _misfit(value.get(key), inner, f"{where}.{key}" if where else key)
            for key, inner in shape.items()
        )), "")  # fmt: skip
    if isinstance(shape, list):
        if not isinstance(value, list):
            return where
        return next(filter(None, (_misfit(one, shape[0], where) for one in value)), "")
    if shape is float:
        fits = isinstance(value, int | float) and math.isfinite(value)
    else:
        fits = isinstance(value, shape)
    return "" if fits else where
