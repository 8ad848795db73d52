"""How many pages a TIFF has, counted along the chain of their directories, and no further."""

import struct
from typing import BinaryIO

MANY_PAGES = 10_000
"""Not counted beyond."""


def page_count(file: BinaryIO) -> int:
    """Number of pages; more than ``MANY_PAGES`` if there are more. A chain that closes ends there.

    Raises struct.error or ValueError if it is no TIFF.
    """
    file.seek(0)
    head = file.read(16)
    order = {b"II": "<", b"MM": ">"}[head[:2]]
    big = struct.unpack(f"{order}H", head[2:4])[0] == 43
    entries, entry, link = ("Q", 20, "Q") if big else ("H", 12, "I")
    place = struct.unpack_from(f"{order}{link}", head, 8 if big else 4)[0]
    seen: set[int] = set()
    while place and place not in seen and len(seen) <= MANY_PAGES:
        seen.add(place)
        try:
            file.seek(place)
            count = _number(file, order + entries)
            file.seek(place + struct.calcsize(order + entries) + entry * count)
            place = _number(file, order + link)
        except (struct.error, OSError, OverflowError, ValueError):
            break  # cut off; the first page may be whole
    return max(len(seen), 1)


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack(kind, file.read(struct.calcsize(kind)))[0])
