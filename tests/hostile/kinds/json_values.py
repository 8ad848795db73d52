"""Texts of JSON and TOML that no reader may stumble over, and values put into sound ones."""

import json
from collections.abc import Iterator
from typing import Any

TEXTS: dict[str, bytes] = {
    "empty": b"",
    "null": b"null",
    "list": b"[]",
    "number": b"9" * 5_000,
    "string": b'"a"',
    "NaN": b"NaN",
    "lists": b"[" * 100_000,
    "objects": b'{"a":' * 100_000,
    "NUL": b"\0" * 4_096,
    "noise": bytes(range(256)) * 20,
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "BOM": b"\xef\xbb\xbf{}",
    "half a character": b'{"a": "\xe9"}',
    "surrogate": b'{"\\ud800": "\\ud800"}',
    "twice a key": b'{"schema": 1, "schema": "x", "schema": null}',
    "64 MB": b'{"a": "' + b"a" * (64 << 20) + b'"}',
    "millions of values": b"[" + b"0," * 4_000_000 + b"0]",
    "number without end": b'{"schema": ' + b"9" * 5_000 + b"}",
    "exponent": b'{"schema": 1e999999999}',
}
VALUES: dict[str, Any] = {
    "null": None, "true": True, "minus": -1, "large": 2**63, "vast": 10**400, "NaN": float("nan"),
    "endless": float("inf"), "empty": "", "path": "../../etc/passwd", "codes": "\x1b[31m\u202e\0\n",
    "long": "x" * 100_000, "list": [], "object": {}, "deep": [[[[[[[[[[]]]]]]]]]],
}  # fmt: skip


def changed(content: bytes, deepest: int = 3, every: int = 1) -> Iterator[tuple[str, bytes]]:
    """A sound content with a value at one place after the other, and with each place gone.

    deepest : how deep places lie. every : take one of so many.
    """
    sound = json.loads(content)
    names = list(VALUES)
    for n, place in enumerate(_places(sound, deepest)):
        if n % every:
            continue
        name = names[n // every % len(names)]
        copy = json.loads(content)
        holder = copy
        for key in place[:-1]:
            holder = holder[key]
        said = ".".join(map(str, place))
        if n // every % (len(names) + 1) == len(names):
            del holder[place[-1]]
            yield f"{said} gone", json.dumps(copy).encode()
        else:
            holder[place[-1]] = VALUES[name]
            yield f"{said} {name}", json.dumps(copy).encode()


def _places(value: Any, deepest: int, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if len(before) >= deepest or not isinstance(value, dict | list):
        return
    for key in list(value) if isinstance(value, dict) else range(min(len(value), 2)):
        yield (*before, key)
        yield from _places(value[key], deepest, (*before, key))
