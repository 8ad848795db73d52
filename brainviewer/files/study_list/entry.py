"""What the study list knows of a study: its content, never its name."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from brainviewer.core.study import Modality
from brainviewer.files.ordinary_file import plain_errors, resolved

THUMBNAIL = 64
"""Rows and columns of a thumbnail."""


@dataclass(frozen=True)
class KeptFinding:
    """The last search: when (UTC, ISO 8601), by what, and what was measured.

    method : of the search; network : id and version, empty where none took part. Volumes compare
        only where both are the same.
    volume_ml, enhancing_ml, product_mm2 : of the lesion, and the RANO product of its enhancing
        part; None where not measured.
    cut_off : the lesion reaches the edge of the images: volumes are at least what is measured.
    """

    time: str
    method: str
    network: str
    found: bool
    volume_ml: float | None = None
    enhancing_ml: float | None = None
    product_mm2: float | None = None
    cut_off: bool = False


@dataclass(frozen=True)
class KeptClassification:
    """The last prediction: when, by which model and version, and what it said.

    predicted, name : class code, and its name; probability : of that class.
    """

    time: str
    model: str
    predicted: str
    name: str
    probability: float
    in_scope: bool
    confident: bool


@dataclass(frozen=True)
class StudyEntry:
    """A study that was read before.

    content : sha256 of its voxels and grids, which is its key.
    thumbnail : ``THUMBNAIL`` rows of as many grey levels.
    """

    content: str
    sequences: tuple[Modality, ...]
    thumbnail: bytes = field(repr=False)
    finding: KeptFinding | None = None
    classification: KeptClassification | None = None


def key_of_uid(uid: str) -> str:
    """The same for a study on a PACS node, by its Study Instance UID."""
    return hashlib.sha256(f"study {uid}".encode()).hexdigest()


def place_key(files: Sequence[Path]) -> str:
    """A sha256 that tells files as they are now from others: paths, sizes and times of change.

    The names cannot be read from it. Raises FileError.
    """
    digest = hashlib.sha256()
    # Of hundreds of slices in one folder only links need to be followed one by one.
    folders = {folder: resolved(folder) for folder in {path.parent for path in files}}
    places = [resolved(f) if f.is_symlink() else folders[f.parent] / f.name for f in files]
    for path in sorted(places):
        with plain_errors(path):
            status = path.stat()
        line = f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()
