"""What every start puts right: who can read the user's files, and what killed processes left."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from brainviewer.files.drafts import sweep, sweep_elsewhere
from brainviewer.files.user_folders import (
    ages_folder,
    close_file,
    close_folder,
    data_folder,
    journal_folder,
    settings_folder,
)

_PATTERNS = ("settings.json*", "settings.tmp", "brainviewer.log*", "verdicts.jsonl*")


def tidy_up() -> None:
    """Close what others could read, and remove what killed processes left; never raises."""
    folders = settings_folder(), data_folder(), journal_folder(), ages_folder()
    for folder in dict.fromkeys(folders):
        with suppress(OSError):
            if folder.is_dir():
                close_folder(folder)
                for path in _files_in(folder):
                    close_file(path)
                sweep(folder)
    sweep_elsewhere()


def _files_in(folder: Path) -> Iterator[Path]:
    if folder in (journal_folder(), ages_folder()):
        yield from folder.iterdir()
        return
    for pattern in _PATTERNS:
        yield from folder.glob(pattern)
