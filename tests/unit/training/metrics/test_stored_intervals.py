"""Every interval that ships: in the JSON of models and results, in READMEs and documents."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from brainviewer.core.wilson import wilson
from brainviewer.training.metrics.intervals import against_bar, bar_words

ROOT = Path(__file__).resolve().parents[4]
FILES = [
    file
    for file in sorted((ROOT / "resources").rglob("*.json"))
    if file.parts[-2] != "demo" and "architecture" not in file.name
]
PAGES = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "resources").rglob("*.md")]
FRACTIONS = re.compile(
    r"accuracy|recall .+|sensitivity|specificity|accuracy on .+|tumour or none, accuracy|error .+"
)


def read(file: Path) -> Any:
    return json.loads(file.read_text(encoding="utf-8"))


def figures(content: Any) -> Iterator[dict[str, Any]]:
    """All that has a value and an interval, at any depth."""
    if isinstance(content, dict):
        if {"value", "low", "high"} <= content.keys() and content["low"] is not None:
            yield content
        for inner in content.values():
            yield from figures(inner)
    elif isinstance(content, list):
        for inner in content:
            yield from figures(inner)


def test_there_are_many() -> None:
    assert sum(1 for file in FILES for _ in figures(read(file))) > 3000


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-3:]))
def test_every_interval_holds_its_value_and_has_a_width(file: Path) -> None:
    for one in figures(read(file)):
        assert one["low"] <= one["value"] <= one["high"], one
        assert one["low"] < one["high"], one


@pytest.mark.parametrize("file", FILES, ids=lambda file: "/".join(file.parts[-3:]))
def test_every_fraction_has_the_interval_of_wilson(file: Path) -> None:
    for one in figures(read(file)):
        if "name" not in one or not FRACTIONS.fullmatch(one["name"]):
            continue
        count = one.get("effective") or one.get("images") or one["patients"]
        if one["name"].endswith("confident half"):
            count //= 2
        if file.name == "card.json":
            continue  # says the number of images, not what it is worth; compared elsewhere
        low, high = wilson(one["value"], count)
        # The value is rounded to four digits, the effective number to one.
        assert one["low"] == pytest.approx(low, abs=4e-4), one
        assert one["high"] == pytest.approx(high, abs=4e-4), one


def test_a_bar_is_met_where_the_whole_interval_is_beyond_it() -> None:
    seen = set()
    for file in (ROOT / "resources" / "models").glob("*/evaluation.json"):
        if file.parent.name == "lesion-outline":
            continue  # no bar was declared for it
        bars = read(file)["bars"]
        for one in (
            bars.values() if "accuracy" in bars else [b for k in bars.values() for b in k.values()]
        ):
            sign, bar = one["bar"].split()
            assert one == against_bar(one, sign, float(bar))
            end = one["low"] if sign == ">=" else one["high"]
            assert one["met"] == (end >= float(bar) if sign == ">=" else end <= float(bar))
            assert one["reached"] or not one["met"]
            seen.add(bar_words(one))
    assert seen == {"met", "reached on average", "not reached"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: "/".join(page.parts[-2:]))
def test_every_interval_in_words_holds_its_value(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for value, low, high in re.findall(r"(-?[\d.]+)(?: %)? \((-?[\d.]+)–([\d.]+)\)", text):
        if "." in value:
            assert float(low) <= float(value) <= float(high), f"{value} ({low}–{high})"
