"""The measured part of a card: cross-validated metrics, and tests on other data.

What reads raises KeyError, TypeError or ValueError if the content is not what it must be.
"""

from dataclasses import dataclass
from typing import Any

from brainviewer.models.plain_data import number, only, require, text

DOUBT = "error below the threshold"
"""Name of the figure that says how often answers that are not confident are wrong."""
# What an answer may rest on; figures are measured for each of these apart.
SITUATIONS = (
    "image",
    "image and age",
    "descriptors",
    "descriptors and age",
    "image and descriptors",
    "image, descriptors and age",
)
_EXTERNAL = frozenset({"name", "date", "version", "cases", "answered", "figures"})
_MAY_BE_THERE = frozenset({"note"})


@dataclass(frozen=True)
class Metric:
    """A measured figure with its 95 % interval and the number of patients behind it.

    low, high : None where no interval is known.
    patients : images, where the model is one of single images.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    patients: int


@dataclass(frozen=True)
class ExternalTest:
    """A model measured on data that it was not made from.

    name : of the data. date : ISO 8601. version : of BrainViewer that measured it.
    cases, answered : how many there were, and how many have an answer.
    metrics : of those with an answer.
    note : what must be read with it; empty if nothing.
    """

    name: str
    date: str
    version: str
    cases: int
    answered: int
    metrics: tuple[Metric, ...]
    note: str = ""


def parse_situations(content: Any) -> dict[str, tuple[Metric, ...]]:
    """Metrics by what the answers rest on."""
    if unknown := content.keys() - set(SITUATIONS):
        raise ValueError(f"there is no situation {sorted(unknown)[0]!r}")
    return {name: parse_metrics(content[name]) for name in SITUATIONS if name in content}


def parse_metrics(entries: Any) -> tuple[Metric, ...]:
    """Metrics from a list of entries."""
    return tuple(
        Metric(
            text(entry["name"]),
            number(entry["value"]),
            None if entry["low"] is None else number(entry["low"]),
            None if entry["high"] is None else number(entry["high"]),
            int(number(entry["images" if "images" in entry else "patients"])),
        )
        for entry in entries
    )


def parse_external(entries: Any) -> tuple[ExternalTest, ...]:
    """Tests on other data, in their order; names are different."""
    if not isinstance(entries, list):
        raise TypeError(f"a list was expected, not {entries!r}")
    tests = []
    for entry in entries:
        only(entry, _EXTERNAL | _MAY_BE_THERE, _EXTERNAL)
        cases, answered = int(number(entry["cases"])), int(number(entry["answered"]))
        require(0 <= answered <= cases, "an external test answered more cases than it has")
        tests.append(
            ExternalTest(
                text(entry["name"]),
                text(entry["date"]),
                text(entry["version"]),
                cases,
                answered,
                parse_metrics(entry["figures"]),
                text(entry["note"]) if "note" in entry else "",
            )
        )
    names = [test.name for test in tests]
    require(len(set(names)) == len(names), "two external tests have the same name")
    return tuple(tests)
