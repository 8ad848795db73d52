"""What a probe of the graphics found: the words of OpenGL, its limits, and how it ended."""

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from brainviewer.core.shown_text import shown_text

PROBE_FLAG = "--probe-graphics"
"""What a frozen application starts itself with to be the process that probes."""
FRAME_SIDE = 256
"""Pixels along each side of the image that is timed."""
NEEDED = (3, 2)
"""The lowest version of OpenGL that the 3D view is drawn with."""
_LONGEST = 300
_MOST_VOXELS = 1 << 20
_LINE = re.compile(r"^OpenGL (vendor|renderer|version) string:[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_NUMBER = re.compile(r"\s*(\d{1,3})\.(\d{1,3})")
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swr", "osmesa", "software", "gdi generic")


class Outcome(StrEnum):
    """How a probe ended."""

    DRAWN = "drawn"
    NO_OPENGL = "no OpenGL"
    """There is none, or it is older than what is needed."""
    CRASHED = "crashed"
    HUNG = "hung"
    SENSELESS = "senseless"
    """What the probe said could not be understood."""
    NOT_TRIED = "not tried"
    """The process that probes could not be had; nothing is known of the driver."""
    ENDED_PROGRAM = "ended the program"
    """The program itself ended while it started to draw."""


@dataclass(frozen=True)
class GraphicsProbe:
    """What was found.

    vendor, renderer, version : OpenGL's own words; "" where the probe did not come so far.
    number : the version, major and minor; (0, 0) where it is not known.
    largest_3d_texture : voxels along a side; 0 where it is not known.
    software : whether OpenGL runs on the processor.
    seconds : of an image of FRAME_SIDE × FRAME_SIDE pixels with a volume and a surface, drawn by
        the graphics card, or by the processor where OpenGL runs there; 0 where none was drawn.
    problem : what went wrong, one sentence; "" if nothing did.
    """

    outcome: Outcome
    vendor: str = ""
    renderer: str = ""
    version: str = ""
    number: tuple[int, int] = (0, 0)
    largest_3d_texture: int = 0
    software: bool = False
    seconds: float = 0.0
    problem: str = ""

    def record(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {**asdict(self), "outcome": self.outcome.value, "number": list(self.number)}


def probe_of(record: object) -> GraphicsProbe:
    """The probe that ``record`` made plain data of.

    Raises ValueError if it is anything else.
    """
    if not isinstance(record, Mapping) or set(record) != set(GraphicsProbe.__dataclass_fields__):
        raise ValueError("not a probe")
    number, seconds = record["number"], record["seconds"]
    if not isinstance(number, list) or len(number) != 2 or type(record["software"]) is not bool:
        raise ValueError("not a probe")
    if type(seconds) not in (int, float) or not math.isfinite(seconds) or seconds < 0:
        raise ValueError("not a time")
    return GraphicsProbe(
        outcome=Outcome(record["outcome"]),
        vendor=_text(record["vendor"]),
        renderer=_text(record["renderer"]),
        version=_text(record["version"]),
        number=(_whole(number[0]), _whole(number[1])),
        largest_3d_texture=_whole(record["largest_3d_texture"]),
        software=record["software"],
        seconds=float(seconds),
        problem=_text(record["problem"]),
    )


def opengl_words(capabilities: str) -> dict[str, str]:
    """Vendor, renderer and version as OpenGL says them, by these names; "" for what is not said.

    capabilities : VTK's report on a window.
    """
    found = {"vendor": "", "renderer": "", "version": ""}
    for name, value in _LINE.findall(capabilities.replace("\r\n", "\n")):
        found[name] = found[name] or shown_text(value)[:_LONGEST]
    return found


def version_number(version: str) -> tuple[int, int]:
    """Major and minor of a version as OpenGL says it; (0, 0) where it says none, as OpenGL ES."""
    said = _NUMBER.match(version)
    return (int(said[1]), int(said[2])) if said else (0, 0)


def is_software(renderer: str) -> bool:
    """Whether a renderer string is one of OpenGL on the processor."""
    return any(name in renderer.lower() for name in _SOFTWARE)


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ValueError("not a text")
    return shown_text(value)


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_VOXELS:
        raise ValueError("not a number")
    return value
