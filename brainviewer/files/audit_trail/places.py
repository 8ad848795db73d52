"""Where the audit trail of all readers lies."""

import re
from pathlib import Path

from brainviewer.files.user_folders import machine_folder, machine_settings_folder

_ASIDE = "audit-until-"
_NAME = re.compile(r"trail-(\d{9})\.jsonl", re.ASCII)


def trail_folder() -> Path:
    """The folder of its files."""
    return machine_folder() / "audit"


def anchor_file() -> Path:
    """The mark of its end; apart from it, so that both have to be changed."""
    return machine_settings_folder() / "audit-end.json"


def key_file() -> Path:
    """Says where the key lies, or holds it where the system has no keyring."""
    return machine_folder() / "audit-key.json"


def aside_folder(time: str) -> Path:
    """The folder of a trail that is put aside. time : as ISO 8601 writes it."""
    return machine_folder() / f"{_ASIDE}{time[:19].replace(':', '-')}"


def aside_folders() -> list[Path]:
    """The folders of trails that were put aside, oldest first. Raises OSError."""
    return sorted(machine_folder().glob(f"{_ASIDE}*"))


def name_of(start: int) -> str:
    """The name of the file that begins with a line."""
    return f"trail-{start:09d}.jsonl"


def trail_files(folder: Path) -> list[tuple[int, Path]]:
    """The files of a trail with the number of their first line, oldest first.

    None where the folder is not there. Raises OSError if it cannot be read.
    """
    try:
        found = [(_NAME.fullmatch(path.name), path) for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    return sorted((int(match[1]), path) for match, path in found if match)
