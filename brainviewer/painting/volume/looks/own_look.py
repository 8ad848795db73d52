"""A look that the user has made, under a name: as plain data, and checked where it comes from."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.painting.volume.view import VolumeView
from brainviewer.painting.volume.voxels.look import Blend, Curve, Shading, VolumeLook
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS

LONGEST_NAME = 40
"""Characters."""
_MOST_POINTS = 64
_ANY = (-100.0, 100.0)
_PART = (0.0, 1.0)
_SHADING = {
    "ambient": (0.0, 1.0),
    "diffuse": (0.0, 2.0),
    "specular": (0.0, 2.0),
    "power": (1.0, 200.0),
}
_AGAIN = "Save a look under its name to replace it."
_TAKE_OUT = "Take it out of the file of the settings."


@dataclass(frozen=True)
class OwnLook:
    """A look under a name, which is none of ``PRESETS``."""

    name: str
    look: VolumeLook

    def stored(self) -> dict[str, Any]:
        """As plain data."""
        look = self.look
        return {
            "name": self.name,
            "colours": [list(colour) for colour in look.colours],
            "stops": list(look.stops),
            "opacity": [list(point) for point in look.opacity],
            "edges": [list(point) for point in look.edges],
            "shading": {field: getattr(look.shading, field) for field in _SHADING},
            "blend": look.blend.name.lower(),
            "middle": look.middle,
            "width": look.width,
        }


def read_look(stored: object) -> OwnLook:
    """A look from plain data, as ``OwnLook.stored`` makes it.

    Raises BrainViewerError with a sentence on what is wrong with it.
    """
    if not isinstance(stored, Mapping):
        raise BrainViewerError("A look is no object with fields.", _TAKE_OUT)
    if not isinstance(stored.get("name"), str):
        raise BrainViewerError("A look has no name.", _TAKE_OUT)
    name = checked_name(stored["name"])
    fields = _Fields(name, stored)
    blends = {blend.name.lower(): blend for blend in Blend}
    if not isinstance(blend := stored.get("blend"), str) or blend not in blends:
        raise fields.wrong("blend")
    light = fields.shading()
    colours = fields.rows("colours", (_PART,) * 3, least=1)
    stops = tuple(stop for (stop,) in fields.rows("stops", (_ANY,), single=True))
    if stops and (len(stops) != len(colours) or not _rise(stops)):
        raise fields.wrong("stops")
    look = VolumeLook(
        tuple((r, g, b) for r, g, b in colours),
        fields.curve("opacity", 10.0),
        fields.curve("edges", 1.0),
        light,
        blends[blend],
        fields.number("middle", stored.get("middle"), (-2.0, 3.0)),
        fields.number("width", stored.get("width"), (0.001, 10.0)),
        stops,
    )
    return OwnLook(name, look)


class _Fields:
    """The fields of a stored look; what is wrong with one is a sentence."""

    def __init__(self, name: str, stored: Mapping[str, Any]) -> None:
        self._name, self._stored = name, stored

    def wrong(self, field: str) -> BrainViewerError:
        said = f"'{field}' of the look '{self._name}' is missing or makes no sense."
        return BrainViewerError(said, _AGAIN)

    def number(self, field: str, value: object, within: tuple[float, float]) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.wrong(field)
        low, high = within
        if not (math.isfinite(value) if isinstance(value, float) else True):
            raise self.wrong(field)
        if not low <= value <= high:
            raise self.wrong(field)
        return float(value)

    def rows(
        self,
        field: str,
        limits: tuple[tuple[float, float], ...],
        least: int = 0,
        single: bool = False,
    ) -> list[tuple[float, ...]]:
        """Rows of numbers, each within the limits of its column. single : numbers without rows."""
        rows = self._stored.get(field)
        if not isinstance(rows, (list, tuple)) or not least <= len(rows) <= _MOST_POINTS:
            raise self.wrong(field)
        found = []
        for entry in rows:
            row = [entry] if single else entry
            if not isinstance(row, (list, tuple)) or len(row) != len(limits):
                raise self.wrong(field)
            pairs = zip(row, limits, strict=True)
            found.append(tuple(self.number(field, value, within) for value, within in pairs))
        return found

    def curve(self, field: str, highest: float) -> Curve:
        points = tuple((a, b) for a, b in self.rows(field, (_PART, (0.0, highest)), least=1))
        if not _rise([at for at, _ in points]):
            raise self.wrong(field)
        return points

    def shading(self) -> Shading:
        given = self._stored.get("shading")
        if not isinstance(given, Mapping):
            raise self.wrong("shading")
        parts = {
            part: self.number("shading", given.get(part), limits)
            for part, limits in _SHADING.items()
        }
        return Shading(**parts)


def _rise(values: Iterable[float]) -> bool:
    return all(a <= b for a, b in pairwise(values))


def checked_name(name: str) -> str:
    """The name without spaces at its ends.

    Raises BrainViewerError if it is empty, too long, or that of a look that everybody has.
    """
    name = " ".join(shown_text(name).split())
    if not name:
        raise BrainViewerError("The look has no name.", "Give it one.")
    if len(name) > LONGEST_NAME:
        said = f"The name '{shortened(name, LONGEST_NAME)}' is too long."
        raise BrainViewerError(said, f"Use at most {LONGEST_NAME} characters.")
    taken = {word.casefold() for key, one in PRESETS.items() for word in (key, one.name)}
    if name.casefold() in taken:
        said = f"BrainViewer has a look called '{name}' already."
        raise BrainViewerError(said, "Choose another name.")
    return name


def name_key(name: str) -> str:
    """By what names are told apart: spaces and capitals do not count."""
    return " ".join(name.split()).casefold()


def seen_as(view: VolumeView, name: str, own: Iterable[OwnLook] = ()) -> tuple[VolumeView, str]:
    """The view in the look of a name, and a sentence where nothing has it, or "".

    name : as in ``VolumeView.preset``; capitals do not count. own : the looks of the user.
    """
    wanted = name_key(name)
    for key, preset in PRESETS.items():
        if wanted in (key.casefold(), preset.name.casefold()):
            return replace(view, preset=key, own=None), ""
    for one in own:
        if wanted == one.name.casefold():
            return replace(view, preset=one.name, own=one.look), ""
    called = shortened(shown_text(name), LONGEST_NAME)
    usual = PRESETS[BRAIN].name
    said = f"There is no look called '{called}', and the head is shown in the look '{usual}'."
    return replace(view, preset=BRAIN, own=None), said
