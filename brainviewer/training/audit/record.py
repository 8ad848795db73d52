"""The audit as a whole: read, compare, measure, and say it as plain data."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.training.audit.clean_split import Clean, clean_split, related_groups
from brainviewer.training.audit.conspicuous import CONSPICUOUS
from brainviewer.training.audit.duplicates import DUPLICATE, Duplicates, find_duplicates
from brainviewer.training.audit.image_signature import ImageSignature
from brainviewer.training.audit.reading import measure_images
from brainviewer.training.audit.shortcuts import FOLDS, Shortcut, measure_shortcuts
from brainviewer.training.audit.wording import findings
from brainviewer.training.labelled_data.image_lists import Entry, Listing, list_pictures

SCHEMA = "brainviewer-data-audit/1"


@dataclass(frozen=True, eq=False)
class Audit:
    """What was found; ``entries``, ``signatures`` and numbers in ``duplicates`` belong together."""

    listing: Listing
    entries: tuple[Entry, ...]
    signatures: tuple[ImageSignature, ...]
    unreadable: tuple[tuple[Entry, FileError], ...]
    duplicates: Duplicates
    shortcuts: tuple[Shortcut, ...]
    clean: Clean
    seconds: float


def audit(
    train: Path,
    test: Path | None = None,
    processes: int | None = None,
    report: Report = silent,
    group_by: str = "",
) -> Audit:
    """Audit a data set of single images; see ``list_pictures`` for its layout.

    Raises FileError if the folders are not right, or if no image can be read.
    """
    start = time.perf_counter()
    listing = list_pictures(train, test, group_by)
    entries: list[Entry] = []
    signatures: list[ImageSignature] = []
    unreadable: list[tuple[Entry, FileError]] = []
    found = measure_images([entry.path for entry in listing.entries], processes, report)
    for entry, signature in zip(listing.entries, found, strict=True):
        if isinstance(signature, FileError):
            unreadable.append((entry, signature))
        else:
            entries.append(entry)
            signatures.append(signature)
    if not signatures:
        raise FileError(
            f"None of the {counted(len(unreadable), 'image')} can be read; the first: "
            f"{unreadable[0][1].message}",
            "Check the folder.",
        )
    duplicates = find_duplicates(signatures, report)
    related = related_groups(entries, duplicates)
    shortcuts = measure_shortcuts(
        _families(entries, signatures),
        [entry.label for entry in entries],
        np.array(related),
        report,
    )
    clean = clean_split(entries, signatures, duplicates, related)
    return Audit(
        listing,
        tuple(entries),
        tuple(signatures),
        tuple(unreadable),
        duplicates,
        tuple(shortcuts),
        clean,
        time.perf_counter() - start,
    )


def as_record(done: Audit) -> dict[str, Any]:
    """The audit as plain data; the user guide describes the fields."""
    listing, entries = done.listing, done.entries
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "folder": listing.root.name,
        "pictures": len(listing.entries),
        "readable": len(entries),
        "splits": {
            split: sum(entry.split == split for entry in listing.entries)
            for split in listing.splits
        },
        "classes": {
            label: {
                "pictures": sum(counts.values()),
                "share": round(sum(counts.values()) / len(listing.entries), 4),
                "splits": {split: counts[split] for split in listing.splits},
            }
            for label in listing.classes
            for counts in (Counter(e.split for e in listing.entries if e.label == label),)
        },
        "imbalance": round(_imbalance(listing), 2),
        "copies": _copies(done),
        "shortcuts": {
            shortcut.name: {
                "features": list(shortcut.features),
                "mean_auroc": round(shortcut.mean, 3),
                "auroc": {code: round(value, 3) for code, value in shortcut.auroc.items()},
            }
            for shortcut in done.shortcuts
        },
        "shortcut_folds": FOLDS,
        "odd": {
            kind: [
                {"file": entry.name, "reason": signature.odd[kind]}
                for entry, signature in zip(entries, done.signatures, strict=True)
                if kind in signature.odd
            ]
            for kind in CONSPICUOUS
        },
        "unreadable": [
            {"file": entry.name, "reason": error.message} for entry, error in done.unreadable
        ],
        "other_files": list(listing.others),
        "clean": {
            "kept": len(done.clean.kept),
            "train": sum(kept.split != "test" for kept in done.clean.kept),
            "test": sum(kept.split == "test" for kept in done.clean.kept),
            "left_out": {
                "unreadable": len(done.unreadable),
                "contradicted": done.clean.contradicted,
                "copies": done.clean.copies,
                "alike_to_training": done.clean.moved,
            },
        },
        "notices": list(listing.notices),
        "seconds": round(done.seconds, 1),
    }
    return record | {"findings": [asdict(finding) for finding in findings(record)]}


def duplicate_groups(done: Audit) -> list[dict[str, Any]]:
    """Groups of copies, the worst first: those of several classes, of several splits, large."""
    members: dict[int, list[int]] = {}
    for number, group in enumerate(done.duplicates.copies):
        members.setdefault(int(group), []).append(number)
    pairs: dict[int, list[Any]] = {}
    for pair in done.duplicates.pairs:
        pairs.setdefault(int(done.duplicates.copies[pair.first]), []).append(pair)
    found = []
    for group, numbers in members.items():
        if len(numbers) < 2:
            continue
        some = [done.entries[n] for n in numbers]
        found.append(
            {
                "files": [entry.name for entry in some],
                "classes": sorted({entry.label for entry in some}),
                "splits": sorted({entry.split for entry in some}),
                "identical": len({done.signatures[n].digest for n in numbers}) == 1,
                "mirrored": any(pair.mirrored for pair in pairs[group]),
                "least_correlation": round(min(pair.correlation for pair in pairs[group]), 4),
            }
        )
    found.sort(key=lambda g: (-len(g["classes"]), -len(g["splits"]), -len(g["files"])))
    return found


def _copies(done: Audit) -> dict[str, Any]:
    found = duplicate_groups(done)
    return {
        "correlation_at_least": DUPLICATE,
        "groups": len(found),
        "pictures": sum(len(group["files"]) for group in found),
        "superfluous": sum(len(group["files"]) - 1 for group in found),
        "identical_groups": sum(group["identical"] for group in found),
        "contradicting_groups": sum(len(group["classes"]) > 1 for group in found),
        "across_splits": _across(done),
        "list": found,
    }


def _across(done: Audit) -> list[dict[str, Any]]:
    """How many images of one split have a copy in another, for every two splits."""
    entries, copies = done.entries, done.duplicates.copies
    holds: dict[tuple[str, int], bool] = {}
    exact: dict[tuple[str, bytes], bool] = {}
    for entry, group, signature in zip(entries, copies, done.signatures, strict=True):
        holds[entry.split, int(group)] = exact[entry.split, signature.digest] = True
    rows = []
    splits = done.listing.splits
    for place, other in enumerate(splits):
        for split in splits[place + 1 :]:
            own = [n for n, entry in enumerate(entries) if entry.split == split]
            near = [n for n in own if (other, int(copies[n])) in holds]
            same = [n for n in near if (other, done.signatures[n].digest) in exact]
            rows.append(
                {
                    "split": split,
                    "other": other,
                    "pictures": len(own),
                    "with_copy": len(near),
                    "with_identical": len(same),
                    "share": round(len(near) / max(len(own), 1), 4),
                }
            )
    return rows


def _families(
    entries: Sequence[Entry], signatures: Sequence[ImageSignature]
) -> dict[str, tuple[list[str], NDArray[np.float64]]]:
    """Trivial features of all images by family: their names, and (n, features)."""
    families = {
        family: (
            list(names),
            np.array([list(signature.trivial[family].values()) for signature in signatures]),
        )
        for family, names in signatures[0].trivial.items()
    }
    sizes = [entry.source_size for entry in entries]
    if all(size is not None for size in sizes):
        known = np.array(sizes, np.float64)
        source = np.column_stack([known, known[:, 0] / known[:, 1]])
        families["source size"] = (["width", "height", "aspect"], source)
    return families


def _imbalance(listing: Listing) -> float:
    counts: Mapping[str, int] = Counter(entry.label for entry in listing.entries)
    return max(counts.values()) / min(counts.values())
