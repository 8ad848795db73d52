"""The audit of a data set as sentences and tables."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from brainviewer.cli.tables.results import notes, number_table
from brainviewer.core.counting import counted

if TYPE_CHECKING:
    from rich.console import RenderableType

_WORDS = {"bad": "Problem", "caution": "Look", "good": "Good"}
_MOST_NAMED = 5


def audit_tables(record: Mapping[str, Any]) -> "list[RenderableType]":
    """What ``data audit`` found: what it means first, then the figures."""
    splits = ", ".join(f"{name} {count}" for name, count in record["splits"].items())
    parts: list[RenderableType] = [
        f"{record['folder']}: {counted(record['pictures'], 'image')} ({splits}), "
        f"{record['readable']} of them readable.",
        *(f"{_WORDS[finding['level']]}: {finding['text']}" for finding in record["findings"]),
    ]
    classes = number_table("class", ("images", "fraction", *record["splits"]), "Classes")
    for label, entry in record["classes"].items():
        counts = [str(entry["splits"][split]) for split in record["splits"]]
        classes.add_row(label, str(entry["pictures"]), f"{100 * entry['share']:.0f} %", *counts)
    parts.append(classes)
    if record["shortcuts"]:
        columns = (*record["classes"], "mean")
        shortcuts = number_table("AUROC from", columns, "Shortcuts (0.5 is chance)")
        for name, family in record["shortcuts"].items():
            values = [*family["auroc"].values(), family["mean_auroc"]]
            shortcuts.add_row(name, *(f"{value:.2f}" for value in values))
        parts.append(shortcuts)
    unreadable = record["unreadable"]
    parts += [f"Not read: {one['file']}: {one['reason']}" for one in unreadable[:_MOST_NAMED]]
    if len(unreadable) > _MOST_NAMED:
        parts.append(f"Not read: {len(unreadable) - _MOST_NAMED} more; --json lists all.")
    clean = record["clean"]
    parts.append(
        "Without copies and contradictions "
        f"{counted(clean['kept'], 'image stays', 'images stay')}: {clean['train']} for "
        f"training, {clean['test']} for testing."
    )
    return [*parts, *notes(record)]
