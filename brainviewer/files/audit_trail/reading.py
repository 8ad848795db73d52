"""Reading a trail: whole for verification, and its newest lines first, a block at a time."""

from collections.abc import Iterator
from pathlib import Path

from brainviewer.core.audit_trail.checking import TrailFile
from brainviewer.core.audit_trail.line import LONGEST_LINE, Line, read_line
from brainviewer.core.errors import Report, silent
from brainviewer.files.audit_trail.places import trail_files
from brainviewer.files.ordinary_file import plain_errors

_BLOCK = 1 << 16


def whole_trail(folder: Path, report: Report = silent) -> list[TrailFile]:
    """The files of a trail as long as they are now; lines are read as they are asked for.

    Raises FileError.
    """
    with plain_errors(folder):
        files = [(path, start, path.stat().st_size) for start, path in trail_files(folder)]
    told = _Progress(sum(size for _, _, size in files), report)
    return [TrailFile(path.name, start, _lines_in(path, size, told)) for path, start, size in files]


def newest_first(folder: Path) -> Iterator[Line]:
    """The lines of a trail from the last to the first; what makes no sense is left out.

    Whether their seals are right is not looked at. Raises FileError.
    """
    with plain_errors(folder):
        files = trail_files(folder)
    for _, path in reversed(files):
        for raw in _backwards(path):
            if raw.endswith(b"\n") and (line := read_line(raw)) is not None:
                yield line


def oldest_first(folder: Path) -> Iterator[Line]:
    """The same from the first to the last."""
    for file in whole_trail(folder):
        for raw in file.lines:
            if (line := read_line(raw)) is not None:
                yield line


class _Progress:
    """Reports how much of all bytes was read, now and then."""

    def __init__(self, bytes_of_all: int, report: Report) -> None:
        self._all, self._read, self._told, self._report = max(bytes_of_all, 1), 0, 0, report

    def add(self, count: int) -> None:
        """So many were read. Raises Cancelled when ``report`` does."""
        self._read += count
        if self._read - self._told > _BLOCK:
            self._told = self._read
            self._report(self._read / self._all, "Verifying the audit trail")


def _lines_in(path: Path, size: int, told: _Progress) -> Iterator[bytes]:
    """The lines in so many bytes, with their ends."""
    with plain_errors(path), path.open("rb") as file:
        # None of ours is longer: a file without ends of lines must not fill the memory.
        while size > 0 and (raw := file.readline(min(size, LONGEST_LINE + 1))):
            size -= len(raw)
            told.add(len(raw))
            yield raw


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file from the last one, with their ends."""
    with plain_errors(path), path.open("rb") as file:
        place, rest, end = file.seek(0, 2), b"", b""
        while place > 0:
            count = min(_BLOCK, place)
            place -= count
            file.seek(place)
            first, *lines = (file.read(count) + rest).split(b"\n")
            for line in reversed(lines):
                yield line + end
                end = b"\n"
            rest = first[: LONGEST_LINE + 1]  # none of ours is longer
        if rest:
            yield rest + end
