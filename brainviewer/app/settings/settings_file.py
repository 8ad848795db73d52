"""The file of the settings: read whatever has happened to it, written whole or not at all."""

import json
import logging
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.own_file import set_damaged_aside
from brainviewer.files.user_folders import OWN_FILE, make_own_folder
from brainviewer.files.writing import write_whole

log = logging.getLogger(__name__)
_MOST_BYTES = 1_000_000
_DAMAGED = (
    "The settings are damaged, and the usual ones hold. The file stays beside the new one, as "
    "'{}.damaged'."
)


def save(path: Path, ours: dict[str, Any], names: Collection[str]) -> None:
    """Bring the settings of these names into the file; the others as far as it has none."""
    known = _stored(path)
    stored = {**ours, **(known or {}), **{name: ours[name] for name in names}}
    try:
        make_own_folder(path.parent)
    except OSError as error:
        said = f"The settings cannot be saved in '{path.parent}': {error.strerror}."
        raise FileError(said, "Choose another folder.") from None
    if known is None:
        set_damaged_aside(path)  # layouts and presets may be saved from it
    write_whole(path, json.dumps(stored, indent=1).encode(), OWN_FILE)


def on_disk(path: Path) -> dict[str, Any]:
    """What a file of settings holds; nothing if there is none, or if it makes no sense.

    Raises FileError if it cannot be read now.
    """
    stored = _stored(path)
    if stored is None:
        log.warning("The settings are damaged; the defaults are used.")
        return {}
    return stored


def problem_of(path: Path) -> str:
    """A sentence where the file makes no sense, so that the usual settings hold; else empty."""
    try:
        damaged = _stored(path) is None
    except FileError:
        return ""  # saving says why
    return _DAMAGED.format(path.name) if damaged else ""


def _stored(path: Path) -> dict[str, Any] | None:
    """The same; None where it makes no sense."""
    if not os.path.lexists(path):
        return {}
    try:
        stored = json.loads(read_ordinary(path, _MOST_BYTES))
    except (ValueError, RecursionError):
        return None
    return stored if isinstance(stored, dict) else None
