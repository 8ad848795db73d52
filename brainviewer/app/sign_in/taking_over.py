"""What was made before anybody had to sign in goes to the first administrator, as a copy.

The originals stay where nobody sees them while sign-in is on: they are there again when it is
switched off, and nothing is lost if copying fails.
"""

import shutil
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.process.reader import Reader
from brainviewer.files.journal.standing import HELD, OPEN
from brainviewer.files.user_folders import (
    OWN_FILE,
    machine_folder,
    machine_settings_folder,
    make_own_folder,
)

SETTINGS = ("settings.json", "series.json")
DATA = ("journal", "ages", "reports", "sessions", "verdicts.jsonl", "studies.sqlite")


def take_over(reader: Reader) -> None:
    """Copy settings, journals, feedback, sessions and the study list into a reader's folder.

    Raises FileError; then nothing of it is there.
    """
    folder = machine_folder() / "readers" / reader.id
    named = [(machine_settings_folder(), name) for name in SETTINGS]
    named += [(machine_folder(), name) for name in DATA]
    try:
        make_own_folder(folder.parent)
        make_own_folder(folder)
        for home, name in named:
            _copy(home / name, folder / name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        said = f"What was made here before cannot be copied: {error.strerror}."
        raise FileError(said, "Free some space, or add the account with --leave-behind.") from None


def _copy(source: Path, target: Path) -> None:
    """Copy files and folders, for their owner alone; what is unfinished or a link is left.

    So is what says that a window has a study open, or corrects it: it is not this reader's.
    """
    passing = source.name.startswith(".") or source.suffix in (OPEN, HELD)
    if source.is_symlink() or passing or not source.exists():
        return
    if source.is_dir():
        make_own_folder(target)
        for part in sorted(source.iterdir()):
            _copy(part, target / part.name)
    elif source.is_file():
        shutil.copyfile(source, target)
        target.chmod(OWN_FILE)
