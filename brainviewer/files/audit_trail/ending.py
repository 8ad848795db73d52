"""How a trail ends: its last line with a right seal, and what stands behind that."""

from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.audit_trail.checking import INTERRUPTED, KeptAnchor, half_written
from brainviewer.core.audit_trail.key import TrailKey, same_seal
from brainviewer.core.audit_trail.line import LONGEST_LINE
from brainviewer.files.audit_trail.key_place import KeptKey
from brainviewer.files.audit_trail.places import name_of, trail_files
from brainviewer.files.audit_trail.reading import newest_first
from brainviewer.files.durable.appending import read_from

_TAIL = 2 * LONGEST_LINE
_MISSING = "the end mark of the trail was missing"
_ALL_GONE = "all lines before it and the end mark of the trail were gone"
_CHANGED = "the end mark of the trail was changed, or sealed with another key"
_OLDER = "the end mark of the trail was an older one"
_REPLACED = "the trail had been replaced by another copy"


@dataclass(frozen=True)
class Ending:
    """Where the next line goes.

    path : of the newest file; whole : how much of it stays, in bytes. glue : what stands behind
        that has no end of its own.
    number, seal : what the next line follows. action, reader : of the last line.
    behind : the mark of the end names the line before. noticed : what is wrong.
    """

    path: Path
    whole: int = 0
    glue: bytes = b""
    number: int = 0
    seal: str = ""
    action: str = ""
    reader: str = ""
    behind: bool = False
    noticed: tuple[str, ...] = ()


def ending_of(folder: Path, key_kept: KeptKey, kept: KeptAnchor) -> Ending:
    """Read how the trail in a folder ends. kept : its mark. Raises OSError."""
    key = key_kept.key
    files = trail_files(folder)
    path = files[-1][1] if files else folder / name_of(1)
    whole, glue, torn = _end_of_file(path, key) if files else (0, b"", False)
    line = next((one for one in newest_first(folder) if one.intact(key)), None)
    noticed = [INTERRUPTED] if torn else []
    number, seal = (line.number, line.seal) if line else (0, "")
    action, reader = (line.entry.action, line.entry.reader) if line else ("", "")
    anchor = kept.anchor
    if anchor is None:
        if kept.there:
            noticed.append(_CHANGED)
        elif number > 1:
            noticed.append(_MISSING)
        elif number == 0 and key_kept.begun:
            noticed.append(_ALL_GONE)
        return Ending(path, whole, glue, number, seal, action, reader, number == 1, tuple(noticed))
    if anchor.number < number:
        if anchor.number < number - 1:
            noticed.append(_OLDER)
        behind = anchor.number == number - 1
        return Ending(path, whole, glue, number, seal, action, reader, behind, tuple(noticed))
    if not same_seal(anchor.line_seal, seal):
        # Lines are gone. The next one follows what the mark names: they are missed for ever.
        action = reader = ""
        if anchor.number == number:
            noticed.append(_REPLACED)
    return Ending(
        path, whole, glue, anchor.number, anchor.line_seal, action, reader, noticed=tuple(noticed)
    )


def _end_of_file(path: Path, key: TrailKey) -> tuple[int, bytes, bool]:
    """How much of a file stays, what must be put behind it, and whether a write broke off in it."""
    size = path.stat().st_size
    start = max(0, size - _TAIL)
    tail = read_from(path, start)
    if not tail:
        return 0, b"", False
    end = b"\n" if tail.endswith(b"\n") else b""
    *before, last = tail.removesuffix(end).split(b"\n")
    last += end
    # Without a beginning in the tail it is longer than any of ours.
    if (before or start == 0) and half_written(last, key):
        return size - len(last), b"", True
    return size, b"" if end else b"\n", False


def marks_of(path: Path) -> tuple[int, int]:
    """What changes when another process writes into a file: which it is, and its length."""
    found = path.stat()
    return found.st_ino, found.st_size
