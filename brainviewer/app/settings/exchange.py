"""Settings in a file that is carried to another computer: written, and read with suspicion."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from brainviewer.app.settings.settings import TABLE, Settings
from brainviewer.app.settings.table import Setting
from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.writing import write_whole

FORMAT, VERSION = "brainviewer-settings", 1
CARRIED = tuple(key for key, row in TABLE.items() if row.page is not None)
"""What goes into a file: no paths of studies, no state of the window."""
_MOST_BYTES = 1_000_000
_NOTHING = "Nothing was changed."
_ANOTHER = "Choose a file that BrainViewer has exported."


@dataclass(frozen=True)
class Imported:
    """What a file holds: values by key, all of them allowed, and the keys that are not known."""

    values: Mapping[str, Any]
    unknown: tuple[str, ...]


def export_settings(settings: Settings, path: Path, keys: Collection[str] = CARRIED) -> None:
    """Write settings to a file, whole or not at all. Raises FileError."""
    values = {key: getattr(settings, key) for key in keys}
    content = {"format": FORMAT, "version": VERSION, "settings": values}
    write_whole(path, json.dumps(content, indent=1).encode())


def read_settings(path: Path, settings: Settings, keys: Collection[str] = CARRIED) -> Imported:
    """Read the settings of a file; those that are not among ``keys`` are left out.

    settings : as they are; what may be chosen on this computer depends on them.
    Raises FileError that says what is wrong, for a file from elsewhere and for each value that a
    setting cannot have. Nothing is changed here.
    """
    stored = _content(path)
    values = {}
    for key, value in stored.items():
        if key in CARRIED:
            values[key] = _value(TABLE[key], value)
    wanted = {key: value for key, value in values.items() if key in keys}
    then = Settings(**{key: getattr(settings, key) for key in TABLE} | wanted)
    for key, value in wanted.items():
        _check_offered(TABLE[key], value, then)
    if not wanted:
        raise FileError(f"'{path.name}' holds no settings of this kind. {_NOTHING}", _ANOTHER)
    unknown = tuple(shortened(key) for key in stored if key not in CARRIED)
    return Imported(wanted, unknown)


def _content(path: Path) -> Mapping[str, Any]:
    try:
        content = json.loads(read_ordinary(path, _MOST_BYTES))
    except (ValueError, RecursionError):
        content = None
    is_ours = isinstance(content, dict) and content.get("format") == FORMAT
    if not is_ours or not isinstance(content.get("settings"), dict):
        raise FileError(f"'{path.name}' is no file of exported settings. {_NOTHING}", _ANOTHER)
    if content.get("version") != VERSION:
        said = f"'{path.name}' was exported by another version of BrainViewer. {_NOTHING}"
        raise FileError(said, "Export it again with this version.")
    return dict(content["settings"])


def _value(row: Setting, stored: Any) -> Any:
    """A value of a file; what would be mended in the own file is an error in one from elsewhere."""
    try:
        value = row.read(stored)
        exact = json.loads(json.dumps(value)) == stored
    except SENSELESS:
        exact = False
    if not exact:
        said = f"'{row.key}' is {_shown(stored)}, but may be {row.allowed}. {_NOTHING}"
        raise FileError(said, "Correct it, or leave it out.")
    return value


def _check_offered(row: Setting, value: Any, then: Settings) -> None:
    if row.offered is not None and value not in row.offered(then):
        said = f"'{row.key}' is {_shown(value)}, which is not installed here. {_NOTHING}"
        raise FileError(said, "Add the model first, or leave the setting out.")


def _shown(stored: Any) -> str:
    return shortened(json.dumps(stored, ensure_ascii=False))
