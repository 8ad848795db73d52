"""Window presets in a file for another computer: written, and read with suspicion."""

import json
from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.shown_text import shortened
from brainviewer.core.voi.own_presets import OwnPreset, read_preset
from brainviewer.files.structured import read_json
from brainviewer.files.writing import write_whole

FORMAT, VERSION = "brainviewer-window-presets", 1
_MOST_BYTES = 1_000_000
_NOTHING = "Nothing was changed."


def write_presets(path: Path, presets: Sequence[OwnPreset]) -> None:
    """Write presets to a file, whole or not at all. Raises FileError."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "presets": [one.stored() for one in presets],
    }
    write_whole(path, json.dumps(content, indent=1, ensure_ascii=False).encode())


def read_presets(path: Path) -> tuple[list[OwnPreset], str]:
    """The presets of a file, and one sentence on those that were left out, or "".

    Raises FileError if it is no such file, or if none of its presets can be used.
    """
    name = shortened(path.name)
    content = read_json(path, _MOST_BYTES)
    stored = content.get("presets") if isinstance(content, dict) else None
    if stored is None or content.get("format") != FORMAT or not isinstance(stored, list):
        raise FileError(
            f"'{name}' is no file of window presets. {_NOTHING}",
            "Choose a file that BrainViewer has exported.",
        )
    if content.get("version") != VERSION:
        raise FileError(
            f"'{name}' was exported by another version of BrainViewer. {_NOTHING}",
            "Export it again with this version.",
        )
    found: dict[tuple[str, str, str], OwnPreset] = {}
    wrong: list[BrainViewerError] = []
    for entry in stored:
        try:
            one = read_preset(entry)
            found[one.place] = one
        except BrainViewerError as error:
            wrong.append(error)
    if not found:
        said, advice = f"'{name}' holds no window presets.", "Choose another file."
        if wrong:
            said, advice = wrong[0].message, wrong[0].advice
        raise FileError(f"{said} {_NOTHING}", advice)
    if not wrong:
        return list(found.values()), ""
    said = f"{counted(len(wrong), 'preset was', 'presets were')} left out: {wrong[0]}"
    return list(found.values()), said
