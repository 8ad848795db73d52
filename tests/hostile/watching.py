"""What a process and its children take, and what they leave behind."""

import os
from collections.abc import Iterable
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_LEFT_EMPTY = ("unpacked", "retrieved", "unfinished")


def of_session(leader: int) -> list[int]:
    """Processes of a session of the system, which a process leads."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                fields = Path(entry.path, "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[3]) == leader:
                found.append(int(entry.name))
    return found


def resident(processes: Iterable[int]) -> int:
    """Bytes that they have in memory of their own; what they share with others is left out."""
    total = 0
    for process in processes:
        try:
            fields = Path(f"/proc/{process}/statm").read_text().split()
        except OSError:
            continue
        total += (int(fields[1]) - int(fields[2])) * _PAGE
    return total


def waited_for_processors(process: int) -> float:
    """Seconds in which the first thread of a process could have run, and others did."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def content_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file below a folder; of 2,000 at most."""
    found: dict[str, tuple[int, int]] = {}
    for root, _, files in os.walk(folder):
        for name in files:
            path = f"{root}/{name}"
            try:
                seen = os.lstat(path)
            except OSError:
                continue
            found[os.fsencode(os.path.relpath(path, folder)).decode("latin-1")] = (
                seen.st_size,
                seen.st_mtime_ns,
            )
            if len(found) >= 2_000:
                return found
    return found


def changed(before: dict[str, tuple[int, int]], after: dict[str, tuple[int, int]]) -> str:
    """The names of a few files that are not as they were; empty if all are."""
    names = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    return ", ".join(names[:3])


def is_below(folder: Path, content: bytes) -> bool:
    """Whether a file below a folder begins with a content, as what is only written to does."""
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size >= len(content):
            with path.open("rb") as file:
                if file.read(len(content)) == content:
                    return True
    return False


def left_behind(home: Path, temporary: Path) -> list[str]:
    """Files that are unfinished, or unpacked, after the end."""
    left = [str(path.name) for path in temporary.rglob("*")] if temporary.is_dir() else []
    for folder in _LEFT_EMPTY:
        left += [f"{folder}/{path.name}" for path in (home / folder).rglob("*") if path.is_file()]
    left += [path.name for path in home.rglob("*.part")]
    return left
