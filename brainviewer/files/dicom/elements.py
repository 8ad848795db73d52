"""The first level of a DICOM data set, read without a decoder: what a table of series needs.

A folder holds thousands of files, and pydicom takes three milliseconds for each. Here only the
bytes of the wanted elements are taken; nothing is decompressed, nested content is stepped over, and
every length is held against the size of the file. Data sets in little-endian order only (PS3.5,
7.1); all others, enhanced files, and those with a table of values are read by pydicom in the child
process (``nested_header``).
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import cast

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.dicom.character_sets import said_by
from brainviewer.files.dicom.keywords import (
    ENCRYPTED,
    ENCRYPTED_ATTRIBUTES,
    PIXEL_DATA,
    WANTED,
    WHOLE_NUMBERS,
)
from brainviewer.files.dicom.pixels.transfer_syntaxes import (
    AS_THEY_LIE,
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
)
from brainviewer.files.file_kind import DICOM_BYTES, dicom_meta, starts_as_dicom
from brainviewer.files.ordinary_file import open_ordinary, plain_errors

_LONG_VR = frozenset((b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR",
                      b"UT", b"UV"))  # fmt: skip
_UNDEFINED = 0xFFFFFFFF
_ELEMENT, _LENGTH = struct.Struct("<HH2sHL"), struct.Struct("<L")
_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_MODALITY_LUT = 0x00283000
_GROUPS_OF_FRAMES = (0x52009229, 0x52009230)
_DIRECTORY_RECORDS, _REFERENCED_FILE = 0x00041220, 0x00041500
_LONGEST_DIRECTORY = 2**28
_LONGEST_VALUE = 4096
_HELD = 16384
_DEEPEST = 16
_AGAIN = "Copy it again from its source."


@dataclass(frozen=True, slots=True)
class Elements:
    """What a file says of itself on the first level.

    said : text of the wanted elements by keyword, several values separated by backslashes
    syntax : UID of the transfer syntax
    offset : of the first byte of the pixels; None where they are compressed, or there are none
    length : bytes of the pixels that are there
    nested : the rest must be read by pydicom: frames described in nested groups, a table of values,
        or another order of bytes
    """

    said: dict[str, str]
    syntax: str
    offset: int | None = None
    length: int = 0
    nested: bool = False


class NotDicom(Exception):
    """The bytes are no DICOM data set."""


class Damaged(NotDicom):
    """They are one that cannot be read; the text says what is wrong with the file."""


class CutOff(NotDicom):
    """They begin as one, and break off or go on as something else."""


def read_elements(path: Path) -> Elements:
    """Read a file up to its pixels.

    Raises NotDicom if it is something else, CutOff if it is damaged, FileError if it is nested
    too deeply, or the system does not give it.
    """
    with open_ordinary(path) as file, plain_errors(path):
        try:
            return _read(_Content(file))
        except Damaged as damage:
            raise FileError(f"{shortened(path.name)} {damage}.", _AGAIN) from None
        except (struct.error, UnicodeDecodeError):
            raise NotDicom from None


class _Content:
    """A file of which pieces are held."""

    def __init__(self, file: BufferedReader) -> None:
        self._file = cast(RawIOBase, file.raw)
        self.size = self._file.seek(0, os.SEEK_END)
        self._start, self._held = 0, b""

    def at(self, offset: int, count: int) -> bytes:
        """The bytes at a place. Raises NotDicom where the file ends before them."""
        if offset + count > self.size:
            raise NotDicom
        begin = offset - self._start
        if begin < 0 or begin + count > len(self._held):
            begin = self._hold(offset, count)
        return self._held[begin : begin + count]

    def element(self, offset: int, implicit: bool) -> tuple[int, int, int]:
        """Tag and length of an element, and where its value begins."""
        # Called for every element of thousands of files: the usual case without a call.
        begin = offset - self._start
        if begin < 0 or begin + 12 > len(self._held):
            begin = self._hold(offset, 12)
        group, element, vr, short, long = _ELEMENT.unpack_from(self._held, begin)
        tag = group << 16 | element
        if implicit or group == 0xFFFE:
            return tag, _LENGTH.unpack_from(self._held, begin + 4)[0], offset + 8
        return (tag, long, offset + 12) if vr in _LONG_VR else (tag, short, offset + 8)

    def _hold(self, offset: int, count: int) -> int:
        """Where in what is held a place is; behind the end of the file stand zeros."""
        if offset + 8 > self.size:
            raise NotDicom
        self._file.seek(offset)
        self._start = offset
        self._held = (self._file.read(max(count, _HELD)) or b"").ljust(count, b"\0")
        return 0


def _read(content: _Content) -> Elements:
    start = content.at(0, DICOM_BYTES)
    if (meta := dicom_meta(start)) is not None:
        try:
            return _behind_meta(content, meta)
        except Damaged:
            raise
        except (NotDicom, struct.error):
            raise CutOff from None
    if not starts_as_dicom(start):
        raise NotDicom
    try:
        return _data_set(content, 0, EXPLICIT if start[4:6].isalpha() else IMPLICIT)
    except Damaged:  # nothing else says that it is one
        raise NotDicom from None


def _behind_meta(content: _Content, meta: int) -> Elements:
    syntax, offset = _syntax(content, meta)
    if syntax in (BIG_ENDIAN, DEFLATED):
        return Elements({}, syntax, nested=True)
    return _data_set(content, offset, syntax)


def _syntax(content: _Content, offset: int) -> tuple[str, int]:
    """The transfer syntax, and where the data set begins. offset : of group 0002"""
    syntax = IMPLICIT
    while content.at(offset, 2) == b"\2\0":
        tag, length, value = content.element(offset, False)
        if length == _UNDEFINED:
            raise NotDicom
        if tag == 0x00020010:
            syntax = content.at(value, min(length, 64)).decode("ascii").strip(" \0")
        offset = value + length
    return syntax, offset


def _data_set(content: _Content, offset: int, syntax: str) -> Elements:
    said: dict[str, str] = {}
    # As it is, since some files are not as they say, and private ways to store it do not say.
    implicit = offset + 8 <= content.size and not content.at(offset + 4, 2).isalpha()
    native = syntax in AS_THEY_LIE
    sets, last = [""], -1
    while offset + 8 <= content.size:
        tag, length, value = content.element(offset, implicit)
        if tag <= last:
            # Zeros stand where a file is still being written.
            raise Damaged("is damaged: its elements are not in order") if tag else NotDicom
        last = tag
        if tag in _GROUPS_OF_FRAMES or (tag == _MODALITY_LUT and length):
            return Elements(said, syntax, nested=True)
        if tag >> 16 == PIXEL_DATA >> 16:
            if tag == PIXEL_DATA and native and length != _UNDEFINED:
                return Elements(said, syntax, value, min(length, content.size - value))
            return Elements(said, syntax, None, content.size - value)
        if tag == ENCRYPTED_ATTRIBUTES:
            said[ENCRYPTED] = "yes"
        if length == _UNDEFINED:
            offset = _after(content, value, implicit, 0)
            continue
        keyword = WANTED.get(tag)
        if keyword is not None and length <= _LONGEST_VALUE:
            if keyword in WHOLE_NUMBERS:
                said[keyword] = _whole_numbers(content.at(value, length))
            else:
                said.update(said_by(content.at(value, length), sets, keyword))
            if keyword == "SpecificCharacterSet":
                sets = [name.strip() for name in said[keyword].split("\\")]
        offset = value + length
    if offset > content.size:
        raise NotDicom
    return Elements(said, syntax)


def _after(content: _Content, offset: int, implicit: bool, depth: int) -> int:
    """Where a sequence of undefined length ends."""
    if depth > _DEEPEST:
        raise Damaged(f"nests its data more than {_DEEPEST} levels deep")
    while True:
        tag, length, value = content.element(offset, implicit)
        if tag == _SEQUENCE_END:
            return value
        if tag != _ITEM:
            raise NotDicom
        offset = value + length if length != _UNDEFINED else value
        while length == _UNDEFINED:
            tag, inner, value = content.element(offset, implicit)
            if tag == _ITEM_END:
                offset = value
                break
            offset = (
                value + inner
                if inner != _UNDEFINED
                else _after(content, value, implicit, depth + 1)
            )


def _whole_numbers(value: bytes) -> str:
    return "\\".join(map(str, struct.unpack(f"<{len(value) // 2}H", value[: len(value) & ~1])))


def read_directory(path: Path) -> list[tuple[str, ...]]:
    """The files that the list of a CD names, each by its folders and its name (PS3.3, F.3).

    Raises NotDicom if it is no such list or damaged, FileError if the system does not give it.
    """
    with open_ordinary(path, _LONGEST_DIRECTORY) as file, plain_errors(path):
        content = _Content(file)
        try:
            meta = dicom_meta(content.at(0, DICOM_BYTES))
            if meta is None:
                raise NotDicom
            _, offset = _syntax(content, meta)
            while True:
                tag, length, value = content.element(offset, False)
                if tag == _DIRECTORY_RECORDS:
                    return list(_named_files(content, value, length))
                if length == _UNDEFINED or tag > _DIRECTORY_RECORDS:
                    raise NotDicom
                offset = value + length
        except (struct.error, UnicodeDecodeError):
            raise NotDicom from None


def _named_files(content: _Content, offset: int, length: int) -> Iterator[tuple[str, ...]]:
    end = content.size if length == _UNDEFINED else min(offset + length, content.size)
    while offset + 8 <= end:
        tag, length, value = content.element(offset, False)
        if tag == _SEQUENCE_END:
            return
        # Items are stepped into, whether or not their lengths are told.
        step_in = tag in (_ITEM, _ITEM_END)
        if tag == _REFERENCED_FILE and length:
            text = content.at(value, length).decode("ascii").strip(" \0")
            yield tuple(text.split("\\"))
        if length == _UNDEFINED and not step_in:
            offset = _after(content, value, False, 0)
        else:
            offset = value if step_in else value + length
