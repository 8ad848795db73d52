"""What lies in a folder that the user names, and whether it is too much to be looked through."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.ordinary_file import is_folder, resolved

MOST_ENTRIES = 300_000
"""Files and folders below one that is opened; a large collection has some ten thousands."""
_TOLD_EVERY = 500
_ONE = "Open the folder of one study, or of the studies of one collection."
_NO_SEPARATE_DISKS = os.sep == "/"


def list_folder(folder: Path, wanted: Callable[[str], bool] | None = None) -> list[Path]:
    """Files and folders in a folder, without hidden ones, by name; raises FileError.

    wanted : whether a name is; a path is not made of others, which takes long of many.
    """
    found = _entries(folder, None if wanted is None else lambda entry: wanted(entry.name))
    return [folder / entry.name for entry in found]


def files_in(folder: Path) -> list[Path]:
    """What lies in a folder and is none, as ``list_folder``; raises FileError."""
    return [folder / entry.name for entry in _entries(folder, lambda entry: not _holds(entry))]


def folders_in(places: Iterable[Path]) -> list[Path]:
    """The folders in several folders; raises FileError."""
    return [place / entry.name for place in places for entry in _entries(place, _holds)]


def refuse_whole_disk(paths: Sequence[Path]) -> None:
    """Raises FileError if one of the paths is the root of all that the computer has.

    A drive with a letter of its own may be a CD.
    """
    if _NO_SEPARATE_DISKS and any(resolved(path) == Path("/") for path in paths):
        raise FileError("This is the whole disk, which is not looked through.", _ONE)


def check_searchable(paths: Sequence[Path], report: Report = silent) -> None:
    """Look how much lies in folders, before anything in them is looked at.

    Raises FileError if it is the whole disk, or too much, and Cancelled when ``report`` does.
    """
    refuse_whole_disk(paths)
    for path in filter(is_folder, paths):
        for count, _ in enumerate(_below(path)):
            if count % _TOLD_EVERY == 0:
                report(0.0, "Looking for images")
            if count >= MOST_ENTRIES:
                name = shortened(resolved(path).name)
                raise FileError(f"{name} holds more than {MOST_ENTRIES:,} files and folders.", _ONE)


def _below(folder: Path) -> Iterator[None]:
    """One for each file and folder that a search would meet."""
    waiting = [str(folder)]
    while waiting:
        # What may not be read, or has gone meanwhile, is said where it is looked at.
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    yield
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)


def _entries(
    folder: Path, wanted: "Callable[[os.DirEntry[str]], bool] | None" = None
) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            shown = [entry for entry in entries if not entry.name.startswith(".")]
            shown = [entry for entry in shown if wanted is None or wanted(entry)]
    except OSError:
        raise FileError(
            f"The folder {folder.name} cannot be read.",
            "Check that it is still there and that you have permission to read it.",
        ) from None
    return sorted(shown, key=lambda entry: entry.name)


def _holds(entry: "os.DirEntry[str]") -> bool:
    """Whether it is a folder; what the listing itself says of it spares a look at each file."""
    try:
        return entry.is_dir()
    except OSError:
        return False
