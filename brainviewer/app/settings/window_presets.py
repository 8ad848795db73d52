"""Window presets of the user, as the settings keep them."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.voi.own_presets import read_preset

MOST_PRESETS = 500


def own_presets(stored: Any) -> tuple[Mapping[str, Any], ...]:
    """Reads presets, without those that are damaged, and at most so many.

    Raises TypeError if they are no list.
    """
    if not isinstance(stored, list):
        raise TypeError("damaged")
    found = []
    for entry in stored[:MOST_PRESETS]:
        with suppress(BrainViewerError):
            found.append(read_preset(entry).stored())
    return tuple(found)
