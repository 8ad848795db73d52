"""How an annotation looks, and what may be done with it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

THINNEST, WIDEST = 0.5, 5.0
_COLOUR = re.compile(r"#[0-9A-F]{6}")


@dataclass(frozen=True)
class Style:
    """The look of one annotation.

    colour : ``#RRGGBB`` in capitals; empty for that of all annotations.
    width : of its lines, as a multiple of the usual one.
    hidden : it is in the list alone. locked : it cannot be moved, changed or deleted.
    """

    colour: str = ""
    width: float = 1.0
    hidden: bool = False
    locked: bool = False

    def __post_init__(self) -> None:
        if self.colour and not _COLOUR.fullmatch(self.colour):
            raise ValueError("a colour is written #RRGGBB")
        if not (math.isfinite(self.width) and THINNEST <= self.width <= WIDEST):
            raise ValueError(f"a width lies between {THINNEST} and {WIDEST}")

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON file: what differs from the usual look alone."""
        told = {name: getattr(self, name) for name in ("colour", "width", "hidden", "locked")}
        return {name: value for name, value in told.items() if value != getattr(USUAL, name)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Style":
        """The look that ``to_json`` wrote, of the usual one where nothing is said.

        Raises TypeError or ValueError if damaged.
        """
        colour, width = data.get("colour", ""), data.get("width", 1.0)
        hidden, locked = data.get("hidden", False), data.get("locked", False)
        if not isinstance(colour, str) or type(width) not in (int, float):
            raise TypeError("a colour is a text and a width a number")
        if type(hidden) is not bool or type(locked) is not bool:
            raise TypeError("hidden and locked are true or false")
        return cls(colour.upper(), float(width), hidden, locked)


USUAL = Style()
