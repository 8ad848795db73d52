"""Check that no image is listed under two patients, which would leak between folds."""

import gzip
import hashlib
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from brainviewer.core.errors import FileError

_Key = tuple[int, ...]


def check_duplicate_patients(images: Mapping[str, Sequence[Path]]) -> None:
    """Make sure that no two cases hold the same image.

    images : case id to the files that no two patients can share.
    Raises FileError if two do, or if a file cannot be read.
    """
    alike: dict[_Key, list[tuple[str, Path]]] = {}
    for case_id, files in images.items():
        for file in files:
            alike.setdefault(_key(file), []).append((case_id, file))
    for group in alike.values():
        if len({case_id for case_id, _ in group}) < 2:
            continue
        seen: dict[bytes, str] = {}
        for case_id, file in group:
            first = seen.setdefault(_digest(file), case_id)
            if first != case_id:
                raise FileError(
                    f"The cases {first} and {case_id} hold the same image, so one patient could be "
                    "in two folds.",
                    "Take one of the two out of the table.",
                )


def _key(file: Path) -> _Key:
    """What the same images have in common, and is cheap to tell; packed anew, it stays the same.

    A gzip file ends with checksum and length of what it packs (RFC 1952).
    """
    try:
        size = file.stat().st_size
        if file.suffix.lower() != ".gz" or size < 8:
            return (size,)
        with file.open("rb") as content:
            content.seek(-8, 2)
            return struct.unpack("<II", content.read(8))
    except OSError:
        raise _unreadable(file) from None


def _digest(file: Path) -> bytes:
    """sha256 of the unpacked content."""
    try:
        content = file.read_bytes()
        packed = file.suffix.lower() == ".gz"
        return hashlib.sha256(gzip.decompress(content) if packed else content).digest()
    except (OSError, EOFError, ValueError):
        raise _unreadable(file) from None


def _unreadable(file: Path) -> FileError:
    return FileError(
        f"{file.name} in the folder {file.parent.name} cannot be read.", "Check the data folder."
    )
