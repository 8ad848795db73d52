"""The last probe of the graphics, kept between starts."""

import json
import logging
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome, probe_of
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.own_file import write_own_file
from brainviewer.files.user_folders import graphics_folder

log = logging.getLogger(__name__)
_FORMAT = 1
_MOST_BYTES = 20_000
_KEPT = (Outcome.DRAWN, Outcome.CRASHED, Outcome.SENSELESS, Outcome.ENDED_PROGRAM)
"""What is not asked again at the next start. A driver that was missing may have been installed,
and one that was slow to answer may have had to wait for others."""


def probe_file() -> Path:
    """Where it lies."""
    return graphics_folder() / "probe.json"


def kept_probe(conditions: str) -> GraphicsProbe | None:
    """The probe that was made under these conditions.

    None without one, and where the file is damaged, of another version, or cannot be read.
    """
    try:
        stored = json.loads(read_ordinary(probe_file(), _MOST_BYTES))
        if stored["format"] != _FORMAT or stored["conditions"] != conditions:
            return None
        probe = probe_of(stored["probe"])
    except (FileError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return probe if probe.outcome in _KEPT else None


def keep_probe(probe: GraphicsProbe, conditions: str) -> None:
    """Keep a probe for the next start; one that cannot be kept is made again there."""
    content = {"format": _FORMAT, "conditions": conditions, "probe": probe.record()}
    try:
        write_own_file(
            probe_file(), json.dumps(content, indent=1).encode(), "The probe is not kept", ""
        )
    except FileError:
        log.warning("The probe of the graphics could not be kept.")
