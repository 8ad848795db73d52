"""Which results belong into one row, and which rows into one table."""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.training.image_classification.data.split_list import LISTED
from brainviewer.training.image_classification.evaluation.result_files import read_result
from brainviewer.training.image_classification.recipes.recipe import IMAGE_CLASSES, IMAGE_VOTE
from brainviewer.training.leaderboard.result_check import first_error
from brainviewer.training.metrics.intervals import value_of

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
        told = _same_networks(
            rows, [own for (asked, _), own in tutorial.items() if asked == question]
        )
        tables.append(_table([Entry(rows[key], told.get(key)) for key in rows]))
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
        coarse[_question(result), images].append(result)
    found: dict[tuple[Question, Hashable], Rows] = defaultdict(dict)
    for (question, asked), members in coarse.items():
        # Older results do not say which images exactly; as many of the same folds are the same.
        known = {one["data"].get("test_sha256") for one in members} - {None}
        for one in members:
            exact: Hashable = one["data"].get("test_sha256") if len(known) > 1 else None
            _keep(found[question, (asked, exact)], one)
    return found


def _same_networks(rows: Rows, told: Sequence[Rows]) -> Rows:
    """The results of the same networks under one tutorial split, that of most of them."""
    own = [{key: one[key] for key in rows if key in one} for one in told]
    return max(own, key=len, default={})


def _table(entries: Sequence[Entry]) -> Table:
    classes = tuple(entries[0].known["classes"])
    return Table(classes, tuple(sorted(entries, key=_rank)))


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


def _question(result: Mapping[str, Any]) -> Question:
    """The classes, in whatever order."""
    return tuple(sorted(result["classes"]))


def _rank(entry: Entry) -> tuple[float, str]:
    return -value_of(entry.known, RANKED_BY), str(entry.known["network"])
