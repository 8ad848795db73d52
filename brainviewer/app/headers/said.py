"""One thing that is told of a header."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from brainviewer.core.counting import of_several


class Check(StrEnum):
    """What was looked at, in the order in which it is told."""

    FORMS = "qform and sform"
    SIDES = "flips between sequences"
    OBLIQUITY = "obliquity"
    VOXELS = "voxel size"
    SCALING = "scaling"
    TEXT = "text"


class Level(StrEnum):
    """How much it matters."""

    FINE = "fine"
    NOTE = "note"
    CAUTION = "caution"


@dataclass(frozen=True)
class Said:
    """What was found, and what was done about it; sentences.

    values : numbers behind it, rounded; see ``docs/schema``. texts : (field, text) that may name
        the patient; ``found`` names the fields alone.
    """

    check: Check
    level: Level
    found: str
    done: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    texts: tuple[tuple[str, str], ...] = ()

    def of_several(self) -> "Said":
        """The same, as it is said of several sequences."""
        return replace(self, found=of_several(self.found), done=of_several(self.done))
