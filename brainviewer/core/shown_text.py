"""Text from outside, such as a file name, made fit to be shown, printed and stored as UTF-8."""

import re
from collections.abc import Mapping
from typing import Any

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
# Control codes; halves of characters, as Python writes bytes that are no UTF-8; marks that turn
# the direction of writing round; what nobody can see, so that two names look like one. Joiners
# (U+200C, U+200D) stay: Persian and Indic names, and some emoji, are written with them.
_NOT_SHOWN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    r"\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_HALVES = re.compile(r"[\ud800-\udfff]")
_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def shown_text(text: str) -> str:
    """The text on one line, without control codes, with a mark for each byte that is no UTF-8."""
    return _NOT_SHOWN.sub(_INSTEAD, _BREAKS.sub(" ", text))


def storable(value: Any) -> Any:
    """Plain data with a mark for each byte of a text that is no UTF-8, as JSON asks for."""
    if isinstance(value, str):
        return _HALVES.sub(_INSTEAD, value)
    if isinstance(value, Mapping):
        return {storable(key): storable(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [storable(inner) for inner in value]
    return value


def shortened(text: str, longest: int = 120) -> str:
    """At most ``longest`` characters of a text, its middle left out: a name keeps its ending."""
    if len(text) <= longest:
        return text
    start = (longest - 1) // 2
    return f"{text[:start]}…{text[start + 1 - longest :]}"
