"""Changes that a fuzzer of bytes finds late: of numbers in headers, of values in JSON."""

import json
import struct
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any

_WHOLE = (
    0,
    1,
    -1,
    2,
    3,
    7,
    8,
    127,
    128,
    255,
    256,
    32767,
    32768,
    65535,
    2**31 - 1,
    2**31,
    2**32 - 1,
)
_REAL = (0.0, -0.0, 1.0, -1.0, 1e-30, 1e30, -1e30, 3e38, float("nan"), float("inf"), -float("inf"))
_SIZES = {1: "b", 2: "h", 4: "i", 8: "q"}
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**400, 0.5, 1e308, float("nan"), float("inf"),
    "", "a", "\0", "../a", "/etc/passwd", "T1", "é\ud800", "1" * 300, [], {}, [[]], [None], {"": 0},
)  # fmt: skip


def number_changed(content: bytes, random: Random) -> bytes:
    """A number somewhere in it becomes another that headers rarely hold."""
    if len(content) < 8:
        return content
    order = random.choice("<>")
    if random.random() < 0.5:
        size = random.choice((1, 2, 2, 4, 4, 8))
        value = random.choice(_WHOLE) if random.random() < 0.7 else random.getrandbits(8 * size)
        number = (value % 2 ** (8 * size)).to_bytes(size, "little" if order == "<" else "big")
    else:
        number = struct.pack(order + random.choice("fd"), random.choice(_REAL))
    at = random.randrange(len(content) - len(number) + 1)
    return content[:at] + number + content[at + len(number) :]


def json_changed(content: bytes, random: Random) -> bytes:
    """A value somewhere in it becomes another, goes, or takes the place of a third.

    What is no JSON is changed as bytes are.
    """
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return number_changed(content, random)
    for _ in range(random.choice((1, 1, 2, 3))):
        value = _changed(value, random)
    try:
        return json.dumps(value).encode("utf-8", "surrogatepass")
    except (ValueError, RecursionError):
        return content


def _changed(value: Any, random: Random) -> Any:
    places = list(_places(value))
    if not places:
        return _any_value(random)
    holder, key = random.choice(places)
    change: Callable[[], object] = random.choice(
        (
            lambda: holder.__setitem__(key, _any_value(random)),
            lambda: holder.__setitem__(key, _any_value(random)),
            lambda: holder.__setitem__(key, _near(holder[key], random)),
            lambda: holder.__setitem__(key, _near(holder[key], random)),
            lambda: holder.__setitem__(key, _one_of(places, random)),
            lambda: holder.pop(key),
            lambda: _added(holder, random),
        )
    )
    change()
    return value


def _places(value: Any, deep: int = 0) -> Any:
    """Every place in lists and objects, as what holds it and its key."""
    if deep > 60 or not isinstance(value, dict | list):
        return
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        yield value, key
        yield from _places(value[key], deep + 1)


def _near(value: Any, random: Random) -> Any:
    """Much the same value, of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return random.choice((value + 1, value - 1, -value, value // 2, value * 1000, f"{value}"))
    if isinstance(value, float):
        return random.choice((value + 1, value - 1, -value, value / 2, value * 1000, f"{value}"))
    if isinstance(value, str):
        at = random.randrange(len(value) + 1)
        return (
            value[:at] + random.choice(("", "\0", "0", "-", "e9", "é", "\n", " ")) + value[at + 1 :]
        )
    if isinstance(value, list):
        return random.choice((value[1:], value[:-1], value * 2, value[::-1], dict.fromkeys("ab")))
    return [value]


def _any_value(random: Random) -> Any:
    return deepcopy(random.choice(_VALUES))  # it is changed where it is put


def _one_of(places: list[tuple[Any, Any]], random: Random) -> Any:
    holder, key = random.choice(places)
    return json.loads(json.dumps(holder[key]))  # a copy: no circles


def _added(holder: Any, random: Random) -> None:
    value = _any_value(random)
    if isinstance(holder, dict):
        holder[random.choice(("", "a", "schema", "id", "shape"))] = value
    else:
        holder.insert(random.randrange(len(holder) + 1), value)
