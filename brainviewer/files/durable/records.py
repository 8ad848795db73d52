"""Files of checked records, one a line: a checksum, a blank, a value as JSON.

A line that was being written when the power went is told from one that was damaged later: it is the
last one. A value that is a list of changes is there whole or not at all.
"""

import json
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

_DIGITS = 16


@dataclass(frozen=True)
class Records:
    """What a file of records holds.

    values : of the lines that are whole, in their order.
    whole : how many bytes there are up to the end of the last line that is whole; what follows was
        being written, and a new line takes its place.
    damaged : how many lines before that make no sense.
    """

    values: tuple[Any, ...] = ()
    whole: int = 0
    damaged: int = 0


def record_line(value: Any) -> bytes:
    """A value, plain data for JSON, as a line."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate, as some keyboards can produce, must not stop the saving.
    told = text.encode("utf-8", errors="replace")
    return _checksum(told) + b" " + told + b"\n"


def records_in(content: bytes) -> Records:
    """What the lines of a file say; never raises."""
    values: list[Any] = []
    whole = place = damaged = since = 0
    for line in content.split(b"\n")[:-1]:
        place += len(line) + 1
        try:
            values.append(_value_of(line))
        except (ValueError, RecursionError):
            since += 1
            continue
        whole, damaged, since = place, damaged + since, 0
    return Records(tuple(values), whole, damaged)


def _value_of(line: bytes) -> Any:
    """Raises ValueError, or RecursionError, if a line is damaged."""
    told = line[_DIGITS + 1 :]
    if line[: _DIGITS + 1] != _checksum(told) + b" ":
        raise ValueError("a record is damaged")
    return json.loads(told)


def _checksum(told: bytes) -> bytes:
    return blake2b(told, digest_size=_DIGITS // 2).hexdigest().encode()
