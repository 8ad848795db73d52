"""What every start puts right: who can read the user's files, and what killed processes left."""

from contextlib import suppress

from brainviewer.files.drafts import remove_abandoned, sweep, sweep_elsewhere
from brainviewer.files.journal.standing import HELD
from brainviewer.files.private_folder import sweep_private
from brainviewer.files.user_folders import (
    ages_folder,
    close_file,
    close_folder,
    data_folder,
    journal_folder,
    reports_folder,
    retrieved_folder,
    settings_folder,
    unpacked_folder,
)

_PATTERNS = ("settings.json*", "settings.tmp", "brainviewer.log*", "verdicts.jsonl*")


def tidy_up() -> None:
    """Close what others could read, and remove what killed processes left; never raises."""
    ours = journal_folder(), ages_folder(), reports_folder()
    for folder in dict.fromkeys((settings_folder(), data_folder(), *ours)):
        with suppress(OSError):
            if folder.is_dir():
                close_folder(folder)
                for pattern in ("*",) if folder in ours else _PATTERNS:
                    for path in folder.glob(pattern):
                        close_file(path)
                sweep(folder)
    with suppress(OSError):
        for path in journal_folder().glob(f"*{HELD}"):
            with suppress(OSError):
                remove_abandoned(path)
    sweep_elsewhere()
    for folder in (retrieved_folder(), unpacked_folder()):
        sweep_private(folder)
