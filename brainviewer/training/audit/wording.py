"""What the figures of an audit mean, in sentences; the terminal and the page show the same."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.training.audit.conspicuous import CONSPICUOUS

STRONG, WEAK = 0.9, 0.7
"""AUROC from which trivial features tell a class well, or somewhat."""


@dataclass(frozen=True)
class Finding:
    """level : bad, caution or good"""

    level: str
    text: str


def findings(record: Mapping[str, Any]) -> list[Finding]:
    """What a user should know first, the worst first."""
    found = [*_leaks(record), *_contradictions(record), *_shortcuts(record), *_rest(record)]
    return sorted(found, key=lambda f: ("bad", "caution", "good").index(f.level))


def _leaks(record: Mapping[str, Any]) -> Iterator[Finding]:
    leaks = [row for row in record["copies"]["across_splits"] if row["with_copy"]]
    for row in leaks:
        yield Finding(
            "bad",
            f"{row['with_copy']} of the {counted(row['pictures'], 'image')} of {row['split']} "
            f"({row['share']:.0%}) {'has' if row['with_copy'] == 1 else 'have'} a copy in "
            f"{row['other']}, {row['with_identical']} of them "
            "identical pixel for pixel. Accuracy on this split measures memory.",
        )
    if record["copies"]["across_splits"] and not leaks:
        yield Finding("good", "No image of one split has a copy in another.")
    more = record["copies"]["superfluous"]
    if more:
        yield Finding(
            "caution",
            f"{record['copies']['pictures']} images lie in "
            f"{counted(record['copies']['groups'], 'group')} of copies; {more} could be left out "
            "without losing anything.",
        )
    elif not leaks:
        yield Finding("good", "No two images are copies of each other.")


def _contradictions(record: Mapping[str, Any]) -> Iterator[Finding]:
    count = record["copies"]["contradicting_groups"]
    if count:
        said = "group of copies has" if count == 1 else "groups of copies have"
        yield Finding("bad", f"{count} {said} labels that contradict each other.")


def _shortcuts(record: Mapping[str, Any]) -> Iterator[Finding]:
    families = {
        name: max(family["auroc"].items(), key=lambda item: float(item[1]))
        for name, family in record["shortcuts"].items()
    }
    for level, low, high in (("bad", STRONG, 2.0), ("caution", WEAK, STRONG)):
        some = [
            f"{name} ({code} {value:.2f})"
            for name, (code, value) in families.items()
            if low <= value < high
        ]
        if some:
            well = "well" if level == "bad" else "somewhat"
            yield Finding(
                level,
                f"What has nothing to do with the disease tells a class {well}: "
                f"{', '.join(some)}; AUROC, 0.5 is chance. A network can learn where images "
                "come from instead of what they show.",
            )
    if families and max(value for _, value in families.values()) < WEAK:
        yield Finding("good", "Size, file, border and background do not tell the classes.")


def _rest(record: Mapping[str, Any]) -> Iterator[Finding]:
    if record["unreadable"]:
        yield Finding("bad", f"{counted(len(record['unreadable']), 'image')} cannot be read.")
    odd = {kind: len(some) for kind, some in record["odd"].items() if some}
    if odd:
        kinds = ", ".join(f"{CONSPICUOUS[kind]} ({count})" for kind, count in odd.items())
        yield Finding("caution", f"Some images look unusual: {kinds}.")
    if record["imbalance"] >= 1.5:
        yield Finding(
            "caution",
            f"The largest class has {record['imbalance']:.1f} times as many images as the "
            "smallest.",
        )
