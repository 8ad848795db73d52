"""Archives: paths that leave them, links, bombs, passwords, many entries, lies of the directory."""

import io
import struct
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import cache, partial

from tests.hostile.case import Case, Ends, file_of, sweep
from tests.hostile.fuzz.dicom_seeds import series

_COMMANDS = (("info", "{file}"), ("export", "{file}", "-o", "{out}/a.png", "--slice", "1"))


@cache
def volume() -> tuple[bytes, ...]:
    """The files of a series that can be shown as a volume."""
    return tuple(series(side=16, slices=12))


def packed(entries: list[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of entries, in their order, under any names."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def _link(target: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        told = zipfile.ZipInfo("IM1")
        told.create_system, told.external_attr = 3, 0o120777 << 16
        archive.writestr(told, target)
    return made.getvalue()


def _bomb(gibibytes: int, name: str = "IM1") -> bytes:
    made = io.BytesIO()
    with (
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open(name, "w", force_zip64=True) as entry,
    ):
        entry.write(bytes(128) + b"DICM" + volume()[0][132:])
        for _ in range(gibibytes * 16):
            entry.write(bytes(1 << 26))
    return made.getvalue()


def _overlapping(count: int) -> bytes:
    """Many entries of the directory that are one and the same bomb."""
    kernel = packed([("IM0", bytes(128) + b"DICM" + bytes(20_000_000))])
    at = kernel.index(b"PK\1\2")
    entry = kernel[at : kernel.index(b"PK\5\6")]
    ends = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(entry) * count, at, 0)
    return kernel[:at] + entry * count + ends


def _poked(mark: bytes, offset: int, value: bytes) -> bytes:
    content = bytearray(packed([(f"IM{n}", one) for n, one in enumerate(volume())]))
    at = content.index(mark) + offset
    content[at : at + len(value)] = value
    return bytes(content)


def _made() -> Iterator[tuple[str, Ends, bytes | Callable[[], bytes]]]:
    images = volume()
    named = [(f"IM{n}", one) for n, one in enumerate(images)]
    yield "sound", "opens", packed(named)
    for name in (
        "../IM",
        "/tmp/IM",
        "..\\..\\IM",
        "C:\\IM",
        "a/../../IM",
        "con",
        "a\n\x1b[31mb",
        "",
        "x" * 255,
        "d/" * 500 + "IM",
        "\u202eIM",
    ):
        entries = [(f"{name}{n}" if name else "", one) for n, one in enumerate(images)]
        yield f"name {name[:20]!a}", "opens", packed(entries)
    yield "duplicate names", "opens", packed([("IM", one) for one in images])
    yield "names that differ in case", "refused", packed([("im", images[0]), ("IM", images[1])])
    yield "link to a file", "refused", _link("/etc/passwd")
    yield "link to a device", "refused", _link("/dev/zero")
    yield "empty", "refused", packed([])
    yield "no bytes", "refused", b""
    yield "text alone", "refused", packed([("README", b"hello")])
    yield "100k entries", "refused", lambda: packed([(f"{n}", b"") for n in range(100_000)], 0)
    yield "archive in archives", "refused", lambda: _within(40)
    yield "overlapping", "refused", partial(_overlapping, 50_000)
    yield "password", "refused", _poked(b"PK\1\2", 8, b"\1\0")
    yield "method", "refused", _poked(b"PK\1\2", 10, b"\x63\0")
    yield "size lies", "refused", _poked(b"PK\1\2", 24, b"\xff\xff\xff\x7f")
    yield "small size lies", "refused", _poked(b"PK\1\2", 24, b"\1\0\0\0")
    yield "checksum", "refused", _poked(b"PK\1\2", 16, b"\1\2\3\4")
    yield "offset lies", "refused", _poked(b"PK\1\2", 42, b"\xff\xff\xff\x7f")
    yield "directory lies", "refused", _poked(b"PK\5\6", 16, b"\xff\xff\xff\x7f")
    yield "count lies", "opens", _poked(b"PK\5\6", 8, b"\xff\xff\xff\xff")
    yield "comment lies", "opens", _poked(b"PK\5\6", 20, b"\xff\xff")
    whole = packed(named)
    for at in sweep(whole, 8):
        yield f"cut at {at}", "refused", whole[:at]
    yield "text in front", "opens", b"#!/bin/sh\n" + whole


def _within(depth: int) -> bytes:
    content = packed([("IM", volume()[0])])
    for _ in range(depth):
        content = packed([("a.zip", content)])
    return content


def cases() -> Iterator[Case]:
    """All of the kind."""
    for n, (name, ends, content) in enumerate(_made()):
        yield Case("archives", name, file_of("a.zip", content), _COMMANDS[n % 2], ends)
    for size in (4, 8):
        make = file_of("a.zip", partial(_bomb, size))
        yield Case("archives", f"bomb of {size} GiB", make, ends="refused", slow=True)
