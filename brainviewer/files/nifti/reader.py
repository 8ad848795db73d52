"""Reads NIfTI files, compressed or not, in their stored number type."""

import io
import math
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from isal import igzip, igzip_lib
from numpy.typing import NDArray

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.nifti.header import LONGEST, Header, pair_error, parse_header
from brainviewer.files.nifti.volume_limits import MOST_UNPACKED, check_unpacked, check_volume
from brainviewer.files.ordinary_file import AGAIN, open_ordinary, plain_errors
from brainviewer.files.stored_volume import StoredVolume

# OverflowError: a name without end in the header of what is packed.
_DAMAGED = (igzip.BadGzipFile, igzip_lib.IsalError, zlib.error, OverflowError)
_DOWNLOAD = "Copy or download the file again."
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 20  # bytes between two reports
_MOST_SEARCHED = 1 << 30
"""Unpacked bytes, in front of junk: to look for it takes as long as to unpack them slowly."""
_BEYOND = "too large for a number of 32 bits"
_NARROWED = "The values are kept to seven digits."
_Made = TypeVar("_Made", "StoredVolume", Header)


def read_nifti(path: Path, report: Report = silent) -> StoredVolume:
    """Read the first volume of a NIfTI file.

    Raises FileError with a sentence that holds the file's name but not its folder, and Cancelled
    when ``report`` does.
    """
    return _of_file(path, lambda file: _read(file, path.name, report))


def read_header(path: Path) -> Header:
    """What the header alone says; raises FileError, as ``read_nifti``, if that is enough to."""
    return _of_file(path, lambda file: _header(file, path.name)[1])


def check_nifti(path: Path) -> None:
    """Raises FileError, as ``read_nifti`` does, if the header alone says that it cannot be read."""
    read_header(path)


def _of_file(path: Path, read: Callable[[IO[bytes]], _Made]) -> _Made:
    """What is read of a file, or of what stands before the junk behind its compressed data."""
    if path.name.lower().endswith((".hdr", ".img", ".hdr.gz", ".img.gz")):
        raise pair_error(path.name)
    with _plain_errors(path), open_ordinary(path) as file:
        try:
            return read(file)
        except (EOFError, *_DAMAGED):  # type: ignore[misc]  # as in _plain_errors
            junk = _bytes_behind(file)
            if not junk:
                raise
            length = file.seek(0, os.SEEK_END) - junk
            file.seek(0)
            made: _Made = read(io.BytesIO(file.read(length)))
            was = "was" if junk == 1 else "were"
            notice = f"{counted(junk, 'byte')} behind the compressed data {was} passed over."
            return replace(made, notices=(*made.notices, notice))


def _read(file: IO[bytes], name: str, report: Report) -> StoredVolume:
    """The first volume of an open file, its true values without NaN and in at most 32 bits."""
    packed, header = _header(file, name)
    size = _unpacked_size(file, header) if packed else file.seek(0, os.SEEK_END)
    _check_size(size, header, name)
    check_volume(header, name)
    if packed:
        check_unpacked(header, name)
    file.seek(0)
    stream = _unpack(file) if packed else file
    values, beyond = _read_values(stream, header, name, report)
    if packed:
        _read_to_the_end(stream, header, name, report)
    values, narrowed = _narrowed(values)
    data, replaced, notices = _finite(values, beyond)
    return StoredVolume(
        data.reshape(header.grid.shape, order="F"),
        header.grid,
        header.stored.name,
        header.notices + narrowed + notices,
        header.description,
        header=header.source,
        replaced=replaced,
    )


def _header(file: IO[bytes], name: str) -> tuple[bool, Header]:
    """Whether the file is compressed, and its header."""
    start = file.read(2)
    if not start:
        raise FileError(f"{name} is empty (0 bytes).", AGAIN)
    file.seek(0)
    packed = start == _GZIP
    return packed, parse_header((_unpack(file) if packed else file).read(LONGEST), name)


def _bytes_behind(file: IO[bytes]) -> int:
    """Bytes behind the last whole part; 0 if a part is damaged, cut off or unpacks to too much."""
    file.seek(0)
    unpacker, packed, size = zlib.decompressobj(wbits=31), b"", 0
    while True:
        packed = packed or file.read(_PIECE)
        if not packed:
            return 0
        try:
            size += len(unpacker.decompress(packed, _PIECE))
        except zlib.error:
            return 0
        if size > _MOST_SEARCHED:
            return 0
        packed = unpacker.unconsumed_tail
        if unpacker.eof:
            packed = unpacker.unused_data + file.read(len(_GZIP))
            if not packed.startswith(_GZIP):
                begin = file.tell() - len(packed)
                return file.seek(0, os.SEEK_END) - begin
            unpacker = zlib.decompressobj(wbits=31)


def _unpack(file: IO[bytes]) -> IO[bytes]:
    stream: IO[bytes] = igzip.IGzipFile(fileobj=file, mode="rb")
    return stream


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turn what the system and the unpacking say about a file into a sentence."""
    name = path.name
    with plain_errors(path):
        try:
            yield
        except EOFError:
            raise FileError(
                f"{name} is incomplete: its compressed data end too early.", _DOWNLOAD
            ) from None
        except _DAMAGED:  # type: ignore[misc]  # the stubs take IsalError for a value
            raise FileError(f"{name} is damaged: it cannot be decompressed.", _DOWNLOAD) from None


def _unpacked_size(file: IO[bytes], header: Header) -> int:
    """Bytes in a compressed file, found without keeping them.

    The size noted in the last four bytes is believed where it is the promised one. Where it is not
    (the file was cut off, was packed in several parts, or is not what it says), they are counted,
    until there are more than promised, or more than would be opened.
    """
    file.seek(-4, os.SEEK_END)
    if int.from_bytes(file.read(4), "little") == header.file_bytes % 2**32:
        return header.file_bytes
    file.seek(0)
    most = min(header.file_bytes, MOST_UNPACKED)
    stream, size = _unpack(file), 0
    while size <= most and (piece := len(stream.read(_PIECE))):
        size += piece
    return header.file_bytes if size > most < header.file_bytes else size


def _check_size(size: int, header: Header, name: str) -> None:
    if size == header.file_bytes:
        return
    shape = "×".join(map(str, header.grid.shape))
    frames = f" in {header.frames} images" if header.frames > 1 else ""
    if size < header.file_bytes:
        raise FileError(
            f"{name} is incomplete: its header promises {shape} voxels{frames}, "
            "but the file holds fewer.",
            _DOWNLOAD,
        )
    raise FileError(
        f"The header of {name} does not fit its voxels: it promises {shape}{frames}, "
        "but the file holds more.",
        "Export the file again from its source.",
    )


def _read_values(
    stream: IO[bytes], header: Header, name: str, report: Report
) -> tuple[NDArray[Any], int]:
    """The true values (n,) of the first volume; 64-bit integers as stored.

    Converted piece by piece, so that no second copy of the volume is made. Also how many numbers
    became infinite that are not: they are too large for what is kept.
    """
    stream.seek(header.offset)
    count = math.prod(header.grid.shape)
    values = np.empty(count, header.read_as)
    width = header.stored.itemsize
    step = _PIECE // width
    piece = np.empty(min(step, count), header.stored)
    grows = header.scaled or (header.stored.kind == "f" and width > values.itemsize)
    beyond = 0
    for first in range(0, count, step):
        report(first / count, "Reading the voxels")
        some = piece[: min(step, count - first)]
        _fill(stream, some.view(np.uint8).data, header.offset + first * width, header, name)
        into = values[first : first + len(some)]
        with np.errstate(over="ignore", invalid="ignore"):
            into[:] = some
            if header.scaled:
                into *= np.float32(header.slope)
                into += np.float32(header.intercept)
        if grows and not np.isfinite(into).all():
            beyond += int((~np.isfinite(into) & np.isfinite(some)).sum())
    report(1.0, "Reading the voxels")
    return values, beyond


def _fill(stream: IO[bytes], view: memoryview, at: int, header: Header, name: str) -> None:
    """Read as many bytes as the view holds, from byte ``at`` of the file."""
    filled = 0
    while filled < len(view):
        got = stream.readinto(view[filled:])  # type: ignore[attr-defined]
        if not got:
            _check_size(at + filled, header, name)
        filled += got


def _read_to_the_end(stream: IO[bytes], header: Header, name: str, report: Report) -> None:
    """Read on to where the checksum is. Raises FileError if there is more than was promised."""
    size = header.offset + header.frame_bytes
    while piece := len(stream.read(_PIECE)):
        size += piece
        if size > header.file_bytes:
            _check_size(size, header, name)
        report(1.0, "Checking the file")


def _narrowed(values: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The values in at most 32 bits each, and what to say if they lose digits."""
    if values.dtype.itemsize <= 4:
        return values, ()
    limits = np.iinfo(np.int32)
    fits = limits.min <= int(values.min()) and int(values.max()) <= limits.max
    if fits:
        return values.astype(np.int32), ()
    kept = values.astype(np.float32)
    same = np.array_equal(kept.astype(np.float64), values.astype(np.float64))
    return kept, () if same else (_NARROWED,)


def _finite(data: NDArray[Any], beyond: int) -> tuple[NDArray[Any], int, tuple[str, ...]]:
    """The data (n,) without NaN and infinities, how many there were, and what to say of them.

    beyond : how many of the infinities are numbers in the file.
    """
    low, high = data.min(), data.max()
    notices: tuple[str, ...] = ()
    count = 0
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = ~np.isfinite(data)
        count = int(bad.sum())
        least = float(data[~bad].min()) if count < data.size else 0.0
        fill = min(least, 0.0)
        data[bad] = fill
        low, high = data.min(), data.max()
        for number, what in ((count - beyond, "not a finite number"), (beyond, _BEYOND)):
            voxels = "1 voxel was" if number == 1 else f"{number:,} voxels were"
            notices += (f"{voxels} {what} and set to {fill:g}.",) if number else ()
    if low == high:
        notices += (f"Every voxel has the same value ({float(low):g}); there is nothing to see.",)
    return data, count, notices
