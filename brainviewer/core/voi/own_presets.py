"""Window presets that the user has named: of one sequence, on one scanner or on all.

Units of MR differ from scan to scan, so that a preset usually counts in widths of the automatic
window, and looks the same on other scans. One in stored values is for a scanner whose values mean
the same every time.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.headers.dicom_source import Scanner
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.voi_window import (
    AUTOMATIC,
    OWN,
    Window,
    preset_window,
    presets,
    presets_of,
)

LONGEST_NAME = 60
"""Characters."""
_OF_FILES = ("File: ", "As in the file")
"""How the names of windows of DICOM files begin; see ``files.dicom.pixels.voi``."""
LEAST_WIDTH, LARGEST = 1e-12, 1e15
"""Of a width, and of the amount of a level or width."""
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "sequence": str,
    "name": str,
    "level": (int, float),
    "width": (int, float),
    "relative": bool,
    "inverted": bool,
    "scanner": str,
    "scanner_name": str,
    "opens": bool,
}
_NEEDED = ("sequence", "name", "level", "width")


@dataclass(frozen=True)
class OwnPreset:
    """A window under a name.

    level, width : in stored values; where ``relative``, as multiples of the width of the automatic
        window, the level from the automatic level.
    inverted : black and white change places against the automatic window.
    scanner : ``Scanner.key`` of the one that it is for; empty for all. scanner_name : for people.
    opens : a study opens with it.
    """

    modality: Modality
    name: str
    level: float
    width: float
    relative: bool = True
    inverted: bool = False
    scanner: str = ""
    scanner_name: str = ""
    opens: bool = False

    @classmethod
    def of(
        cls,
        modality: Modality,
        name: str,
        window: Window,
        automatic: Window,
        *,
        relative: bool = True,
        scanner: Scanner | None = None,
        opens: bool = False,
    ) -> "OwnPreset":
        """The preset that a window is; automatic : that of the same volume.

        Raises BrainViewerError for a name that cannot be.
        """
        level, width = window.level, window.width
        if relative:
            level, width = (level - automatic.level) / automatic.width, width / automatic.width
        inverted = window.inverted is not automatic.inverted
        key, called = (scanner.key, scanner.name) if scanner is not None else ("", "")
        name = checked_name(modality, name)
        return cls(modality, name, level, width, relative, inverted, key, called, opens)

    def window(self, automatic: Window) -> Window:
        """The window that it is of a volume; automatic : that of the volume."""
        inverted = self.inverted is not automatic.inverted
        if not self.relative:
            return Window(self.level, self.width, inverted)
        level = automatic.level + self.level * automatic.width
        return Window(level, self.width * automatic.width, inverted)

    @property
    def place(self) -> tuple[str, str, str]:
        """What no two presets have in common."""
        return self.modality.value, self.scanner, self.name.casefold()

    def fits(self, modality: Modality, scanner: Scanner) -> bool:
        """Whether it is offered for a sequence of a scanner."""
        return self.modality is modality and self.scanner in ("", scanner.key)

    def stored(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "sequence": self.modality.value,
            "name": self.name,
            "level": self.level,
            "width": self.width,
            "relative": self.relative,
            "inverted": self.inverted,
            "scanner": self.scanner,
            "scanner_name": self.scanner_name,
            "opens": self.opens,
        }


def read_preset(stored: object) -> OwnPreset:
    """A preset from plain data, as ``OwnPreset.stored`` makes it.

    Raises BrainViewerError with a sentence on what is wrong with it.
    """
    if not isinstance(stored, dict):
        raise BrainViewerError("A preset is no object with fields.", _OBJECT)
    called = _quoted(stored.get("name"))
    for field in _NEEDED:
        if field not in stored:
            raise BrainViewerError(f"The preset {called} has no '{field}'.", "Add it.")
    for field, kind in _FIELDS.items():
        value = stored.get(field)
        numeric = isinstance(value, bool) and kind is not bool
        if field in stored and (numeric or not isinstance(value, kind)):
            said = f"In the preset {called}, '{field}' is {_quoted(value)}."
            raise BrainViewerError(said, f"It must be {_KINDS[field]}.")
    modality = next((m for m in Modality if m.value == stored["sequence"]), None)
    if modality is None:
        said = f"The preset {called} is for {_quoted(stored['sequence'])}, which is no sequence."
        raise BrainViewerError(said, f"It must be {_KINDS['sequence']}.")
    level, width = _number(stored["level"]), _number(stored["width"])
    if not math.isfinite(level) or abs(level) > LARGEST:
        said = f"The level of the preset {called} is {level:g}."
        raise BrainViewerError(said, "It must be a finite number.")
    if not LEAST_WIDTH <= width <= LARGEST:  # NaN too
        said = f"The width of the preset {called} is {width:g}."
        raise BrainViewerError(said, "It must be above 0.")
    return OwnPreset(
        modality,
        checked_name(modality, stored["name"]),
        level,
        width,
        stored.get("relative", True),
        stored.get("inverted", False),
        stored.get("scanner", "")[:LONGEST_NAME],
        shown_text(stored.get("scanner_name", ""))[:LONGEST_NAME],
        stored.get("opens", False),
    )


_OBJECT = "Export presets with BrainViewer to see how they are written."
_NUMBER, _FLAG, _TEXT = "a number", "true or false", "a text"
_KINDS = {
    "sequence": ", ".join(m.value for m in Modality),
    "name": _TEXT,
    "level": _NUMBER,
    "width": _NUMBER,
    "relative": _FLAG,
    "inverted": _FLAG,
    "scanner": _TEXT,
    "scanner_name": _TEXT,
    "opens": _FLAG,
}


def _number(value: float) -> float:
    try:
        return float(value)
    except OverflowError:  # a whole number of hundreds of digits
        return math.inf


def _quoted(value: object) -> str:
    return f"'{shortened(shown_text(str(value)), LONGEST_NAME)}'"


def checked_name(modality: Modality, name: str) -> str:
    """The name without spaces at its ends.

    Raises BrainViewerError if it is empty, too long, or that of a preset that every study has.
    """
    name = " ".join(shown_text(name).split())
    if not name:
        raise BrainViewerError("The preset has no name.", "Give it one.")
    if len(name) > LONGEST_NAME:
        said = f"The name {_quoted(name)} is too long."
        raise BrainViewerError(said, f"Use at most {LONGEST_NAME} characters.")
    taken = name.casefold() in {known.casefold() for known in (*presets(modality), OWN)}
    if taken or name.startswith(_OF_FILES):
        said = f"BrainViewer has a preset called '{name}' already."
        raise BrainViewerError(said, "Choose another name.")
    return name


def scanner_of(volume: Volume) -> Scanner:
    """The scanner of a volume; that of other files than DICOM is not known."""
    return volume.series.scanner if volume.series is not None else Scanner()


def fitting(own: Iterable[OwnPreset], volume: Volume) -> tuple[OwnPreset, ...]:
    """Those that are offered for a volume; one of its scanner stands for one of all scanners."""
    scanner = scanner_of(volume)
    found: dict[str, OwnPreset] = {}
    for one in own:
        if one.fits(volume.modality, scanner):
            key = one.name.casefold()
            if key not in found or one.scanner:
                found[key] = one
    return tuple(found.values())


def offered(volume: Volume, own: Iterable[OwnPreset]) -> dict[str, OwnPreset | None]:
    """The presets of a volume by the names they are offered under, in order; None for those that
    are no own ones.

    Own ones come last, so that the numbers of the others stay when one is added.
    """
    return dict.fromkeys(presets_of(volume)) | {one.name: one for one in fitting(own, volume)}


def offered_window(volume: Volume, own: Iterable[OwnPreset], name: str) -> Window:
    """The window that a preset of ``offered`` is. Raises KeyError for another name."""
    if (preset := offered(volume, own)[name]) is None:
        return preset_window(volume, name)
    return preset.window(preset_window(volume, AUTOMATIC))
