"""Check that no image is listed under two patients, which would leak between folds."""

import gzip
import hashlib
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from brainviewer.core.errors import FileError


def check_duplicate_patients(images: Mapping[str, Sequence[Path]]) -> None:
    """Make sure that no two cases hold the same image.

    images : case id to the files that no two patients can share.
    Raises FileError if two do, or if a file cannot be read.
    """
    alike: dict[bytes, list[tuple[str, Path]]] = defaultdict(list)
    for case_id, files in images.items():
        for file in files:
            with _readable(file):
                alike[_key(file)].append((case_id, file))
    for group in alike.values():
        if len({case_id for case_id, _ in group}) < 2:
            continue
        seen: dict[bytes, str] = {}
        for case_id, file in group:
            with _readable(file):
                content = file.read_bytes()
                plain = gzip.decompress(content) if file.suffix.lower() == ".gz" else content
            first = seen.setdefault(hashlib.sha256(plain).digest(), case_id)
            if first != case_id:
                raise FileError(
                    f"The cases {first} and {case_id} hold the same image, so one patient could be "
                    "in two folds.",
                    "Take one of the two out of the table.",
                )


def _key(file: Path) -> bytes:
    """What the same images have in common, and is cheap to tell; packed anew, it stays the same.

    A gzip file ends with checksum and length of what it packs (RFC 1952).
    """
    size = file.stat().st_size
    if file.suffix.lower() != ".gz" or size < 8:
        return str(size).encode()
    with file.open("rb") as content:
        content.seek(-8, os.SEEK_END)
        return content.read(8)


@contextmanager
def _readable(file: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, ValueError):
        raise FileError(
            f"{file.name} in the folder {file.parent.name} cannot be read.",
            "Check the data folder.",
        ) from None
