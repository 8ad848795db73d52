"""Colours by number: palettes and their segmented form (PS3.3 C.7.6.3.1.5, C.7.9)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from brainviewer.files.dicom.dataset_values import numbers
from brainviewer.files.dicom.header import PixelLayout

_COLOURS = ("Red", "Green", "Blue")


@dataclass(frozen=True, eq=False)
class Table:
    """A lookup table.

    entries : (n,) values, or (n, 3) uint8 colours, for stored values from ``first`` on
    bits : that count of each number in the file
    """

    entries: NDArray[Any]
    first: int
    bits: int

    def apply(self, stored: NDArray[Any]) -> NDArray[Any]:
        """What stored values stand for; beyond the ends of the table the entry at its end."""
        places = np.clip(stored.astype(np.int64) - self.first, 0, len(self.entries) - 1)
        return np.asarray(self.entries[places])


def read_palette(dataset: Dataset, layout: PixelLayout) -> Table:
    """The colours of a header. Raises ValueError if they are incomplete."""
    tables = []
    for colour in _COLOURS:
        descriptor = f"{colour}PaletteColorLookupTableDescriptor"
        plain = table_entries(dataset, descriptor, f"{colour}PaletteColorLookupTableData", layout)
        tables.append(plain or _segmented(dataset, descriptor, colour, layout))
    length = min(len(table.entries) for table in tables)
    entries = np.stack([table.entries[:length] for table in tables], axis=-1)
    # Many write 8-bit colours and call them 16-bit ones.
    deep = tables[0].bits > 8 and int(entries.max()) > 255
    low = entries & 255
    narrowed = deep and not (np.all(low == 0) or np.array_equal(low, entries >> 8))
    colours = (entries >> 8 if deep else entries).astype(np.uint8)
    return Table(colours, tables[0].first, 16 if narrowed else 8)


def table_entries(
    dataset: Dataset, descriptor: str, data: str, layout: PixelLayout
) -> Table | None:
    """A table by the keywords of its descriptor and of its data; None if there is none.

    Raises ValueError if there are fewer entries than the descriptor says.
    """
    if data not in dataset or descriptor not in dataset:
        return None
    count, first, bits = _described(dataset, descriptor, layout)
    element = dataset[data]
    if isinstance(element.value, bytes):
        entries = _entries_of_bytes(element.value, count, element.VR, layout)
    else:
        entries = np.array(numbers(dataset, data), np.int64) & 0xFFFF
    if len(entries) < count:
        raise ValueError("a lookup table is incomplete")
    return Table(entries[:count], first, bits)


def _described(dataset: Dataset, keyword: str, layout: PixelLayout) -> tuple[int, int, int]:
    count, first, bits = (int(n) for n in numbers(dataset, keyword))
    first &= 0xFFFF
    if layout.bits.signed and first >= 2**15:
        first -= 2**16
    return (count & 0xFFFF) or 2**16, first, bits


def _entries_of_bytes(
    content: bytes, count: int, vr: str, layout: PixelLayout
) -> NDArray[np.int64]:
    word = "<u2" if layout.syntax.is_little_endian else ">u2"
    if len(content) >= 2 * count:
        return np.frombuffer(content, word, count).astype(np.int64)
    if word == ">u2" and vr == "OW":  # two entries in a word, the first in its low byte
        content = np.frombuffer(content, word, len(content) // 2).astype("<u2").tobytes()
    return np.frombuffer(content, np.uint8).astype(np.int64)


def _segmented(dataset: Dataset, descriptor: str, colour: str, layout: PixelLayout) -> Table:
    count, first, bits = _described(dataset, descriptor, layout)
    content = dataset[f"Segmented{colour}PaletteColorLookupTableData"].value
    order = "<" if layout.syntax.is_little_endian else ">"
    words = np.frombuffer(content, np.uint8 if bits == 8 else f"{order}u2").astype(np.int64)
    entries = _expand([int(word) for word in words], count)
    if len(entries) < count:
        raise ValueError("a segmented lookup table is incomplete")
    return Table(np.array(entries[:count], np.int64), first, bits)


def _expand(words: list[int], count: int) -> list[int]:
    """Entries of segments: listed (0), on a line (1), or those of earlier segments (2)."""
    entries: list[int] = []
    at = 0
    while at + 1 < len(words) and len(entries) < count:
        kind, length = words[at], words[at + 1]
        if kind == 0:
            entries += words[at + 2 : at + 2 + length]
            at += 2 + length
        elif kind == 1 and entries:
            line = np.linspace(entries[-1], words[at + 2], length + 1)[1:]
            entries += [int(value) for value in np.rint(line)]
            at += 3
        elif kind == 2:
            where = words[at + 2] | words[at + 3] << 16
            entries += _copied(words, where, length, entries, count)
            at += 4
        else:
            raise ValueError("a segment of a lookup table is of no known kind")
    return entries


def _copied(
    words: list[int], where: int, segments: int, before: list[int], count: int
) -> list[int]:
    """The entries of ``segments`` earlier segments, which go on from the last entry."""
    end = where
    for _ in range(segments):
        if words[end] not in (0, 1):
            raise ValueError("a segment of a lookup table leads to another that leads on")
        end += 2 + words[end + 1] if words[end] == 0 else 3
    start = [0, 1, before[-1]] if before else []
    return _expand(start + words[where:end], count)[1 if before else 0 :]
