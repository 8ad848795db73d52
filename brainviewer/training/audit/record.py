"""The audit as a whole: read, compare, measure, and say it as plain data."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.research_use import RESEARCH_ONLY
from brainviewer.training.audit.clean_split import Clean, clean_split, related_groups
from brainviewer.training.audit.duplicates import DUPLICATE, Duplicates, Pair, find_duplicates
from brainviewer.training.audit.image_signature import CONSPICUOUS, ImageSignature, measure_images
from brainviewer.training.audit.shortcuts import FOLDS, Shortcut, measure_shortcuts
from brainviewer.training.audit.wording import findings
from brainviewer.training.labelled_data.image_lists import TEST, Entry, Listing, list_images

SCHEMA = "brainviewer-data-audit/1"


@dataclass(frozen=True, eq=False)
class Audit:
    """What was found; ``entries``, ``signatures`` and numbers in ``duplicates`` belong together."""

    listing: Listing
    entries: Sequence[Entry]
    signatures: Sequence[ImageSignature]
    unreadable: Sequence[tuple[Entry, FileError]]
    duplicates: Duplicates
    shortcuts: Sequence[Shortcut]
    clean: Clean
    seconds: float


def audit(
    train: Path,
    test: Path | None = None,
    processes: int | None = None,
    report: Report = silent,
    group_by: str = "",
) -> Audit:
    """Audit a data set of single images; see ``list_images`` for its layout.

    Raises FileError if the folders are not right, or if no image can be read.
    """
    start = time.perf_counter()
    listing = list_images(train, test, group_by)
    found = list(measure_images([entry.path for entry in listing.entries], processes, report))
    both = list(zip(listing.entries, found, strict=True))
    unreadable = [(entry, one) for entry, one in both if isinstance(one, FileError)]
    entries = [entry for entry, one in both if not isinstance(one, FileError)]
    signatures = [one for one in found if not isinstance(one, FileError)]
    if not signatures:
        raise FileError(
            f"None of the {counted(len(unreadable), 'image')} can be read; the first: "
            f"{unreadable[0][1].message}",
            "Check the folder.",
        )
    duplicates = find_duplicates(signatures, report)
    related = related_groups(entries, duplicates)
    labels = [entry.label for entry in entries]
    shortcuts = measure_shortcuts(_families(entries, signatures), labels, related, report)
    clean = clean_split(entries, signatures, duplicates, related)
    seconds = time.perf_counter() - start
    return Audit(listing, entries, signatures, unreadable, duplicates, shortcuts, clean, seconds)


def as_record(done: Audit) -> dict[str, Any]:
    """The audit as plain data; the user guide describes the fields."""
    listing, clean = done.listing, done.clean
    counts = Counter((entry.label, entry.split) for entry in listing.entries)
    of_class = Counter(entry.label for entry in listing.entries)
    of_split = Counter(entry.split for entry in listing.entries)
    tested = sum(kept.split == TEST for kept in clean.kept)
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "notice": RESEARCH_ONLY,
        "folder": listing.root.name,
        "pictures": len(listing.entries),
        "readable": len(done.entries),
        "splits": {split: of_split[split] for split in listing.splits},
        "classes": {
            label: {
                "pictures": of_class[label],
                "share": round(of_class[label] / len(listing.entries), 4),
                "splits": {split: counts[label, split] for split in listing.splits},
            }
            for label in listing.classes
        },
        "imbalance": round(max(of_class.values()) / min(of_class.values()), 2),
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
                for entry, signature in zip(done.entries, done.signatures, strict=True)
                if kind in signature.odd
            ]
            for kind in CONSPICUOUS
        },
        "unreadable": [
            {"file": entry.name, "reason": error.message} for entry, error in done.unreadable
        ],
        "other_files": list(listing.others),
        "clean": {
            "kept": len(clean.kept),
            "train": len(clean.kept) - tested,
            "test": tested,
            "left_out": {
                "unreadable": len(done.unreadable),
                "contradicted": clean.contradicted,
                "copies": clean.copies,
                "alike_to_training": clean.moved,
            },
        },
        "notices": list(listing.notices),
        "seconds": round(done.seconds, 1),
    }
    return record | {"findings": findings(record)}


def duplicate_groups(done: Audit) -> list[dict[str, Any]]:
    """Groups of copies, the worst first: those of several classes, of several splits, large."""
    members: dict[int, list[int]] = defaultdict(list)
    for number, group in enumerate(done.duplicates.copies):
        members[int(group)].append(number)
    pairs: dict[int, list[Pair]] = defaultdict(list)
    for pair in done.duplicates.pairs:
        pairs[int(done.duplicates.copies[pair.first])].append(pair)
    found: list[dict[str, Any]] = [
        {
            "files": [done.entries[n].name for n in numbers],
            "classes": sorted({done.entries[n].label for n in numbers}),
            "splits": sorted({done.entries[n].split for n in numbers}),
            "identical": len({done.signatures[n].digest for n in numbers}) == 1,
            "mirrored": any(pair.mirrored for pair in pairs[group]),
            "least_correlation": round(min(pair.correlation for pair in pairs[group]), 4),
        }
        for group, numbers in members.items()
        if len(numbers) > 1
    ]
    found.sort(key=lambda g: (-len(g["classes"]), -len(g["splits"]), -len(g["files"])))
    return found


def _copies(done: Audit) -> dict[str, Any]:
    found = duplicate_groups(done)
    images = sum(len(group["files"]) for group in found)
    return {
        "correlation_at_least": DUPLICATE,
        "groups": len(found),
        "pictures": images,
        "superfluous": images - len(found),
        "identical_groups": sum(group["identical"] for group in found),
        "contradicting_groups": sum(len(group["classes"]) > 1 for group in found),
        "across_splits": [
            _across(done, split, other) for other, split in combinations(done.listing.splits, 2)
        ],
        "list": found,
    }


def _across(done: Audit, split: str, other: str) -> dict[str, Any]:
    """How many images of one split have a copy in another."""
    looked = list(zip(done.entries, done.duplicates.copies, done.signatures, strict=True))
    groups = {int(group) for entry, group, _ in looked if entry.split == other}
    exact = {signature.digest for entry, _, signature in looked if entry.split == other}
    own = [(int(group), one.digest) for entry, group, one in looked if entry.split == split]
    near = [digest for group, digest in own if group in groups]
    return {
        "split": split,
        "other": other,
        "pictures": len(own),
        "with_copy": len(near),
        "with_identical": sum(digest in exact for digest in near),
        "share": round(len(near) / max(len(own), 1), 4),
    }


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
