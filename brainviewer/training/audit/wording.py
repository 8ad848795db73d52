"""What the figures of an audit mean, in sentences; the terminal and the page show the same."""

from collections.abc import Iterator, Mapping
from typing import Any

from brainviewer.core.counting import counted
from brainviewer.training.audit.image_signature import CONSPICUOUS

STRONG, WEAK = 0.9, 0.7
"""AUROC from which trivial features tell a class well, or somewhat."""


def findings(record: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a user should know first, the worst first: ``level`` (bad, caution, good), ``text``."""
    found = [*_leaks(record), *_shortcuts(record), *_rest(record)]
    found.sort(key=lambda one: ("bad", "caution", "good").index(one[0]))
    return [{"level": level, "text": text} for level, text in found]


def _leaks(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    leaks = [row for row in record["copies"]["across_splits"] if row["with_copy"]]
    for row in leaks:
        yield (
            "bad",
            f"{row['with_copy']} of the {counted(row['pictures'], 'image')} of {row['split']} "
            f"({row['share']:.0%}) {'has' if row['with_copy'] == 1 else 'have'} a copy in "
            f"{row['other']}, {row['with_identical']} of them "
            "identical pixel for pixel. Accuracy on this split measures memory.",
        )
    if record["copies"]["across_splits"] and not leaks:
        yield ("good", "No image of one split has a copy in another.")
    more = record["copies"]["superfluous"]
    if more:
        yield (
            "caution",
            f"{record['copies']['pictures']} images lie in "
            f"{counted(record['copies']['groups'], 'group')} of copies; {more} could be left out "
            "without losing anything.",
        )
    elif not leaks:
        yield ("good", "No two images are copies of each other.")
    count = record["copies"]["contradicting_groups"]
    if count:
        said = "group of copies has" if count == 1 else "groups of copies have"
        yield ("bad", f"{count} {said} labels that contradict each other.")


def _shortcuts(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
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
            yield (
                level,
                f"What has nothing to do with the disease tells a class {well}: "
                f"{', '.join(some)}; AUROC, 0.5 is chance. A network can learn where images "
                "come from instead of what they show.",
            )
    if families and max(value for _, value in families.values()) < WEAK:
        yield ("good", "Size, file, border and background do not tell the classes.")


def _rest(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if record["unreadable"]:
        yield ("bad", f"{counted(len(record['unreadable']), 'image')} cannot be read.")
    odd = {kind: len(some) for kind, some in record["odd"].items() if some}
    if odd:
        kinds = ", ".join(f"{CONSPICUOUS[kind]} ({count})" for kind, count in odd.items())
        yield ("caution", f"Some images look unusual: {kinds}.")
    if record["imbalance"] >= 1.5:
        yield (
            "caution",
            f"The largest class has {record['imbalance']:.1f} times as many images as the "
            "smallest.",
        )
