"""Reads NIfTI files, compressed or not, in their stored number type."""

import math
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from isal import igzip, igzip_lib
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.geometry import Grid
from brainviewer.files.nifti_header import LONGEST, Header, pair_error, parse_header
from brainviewer.files.ordinary_file import open_ordinary, plain_errors
from brainviewer.files.volume_limits import MOST_UNPACKED, check_unpacked, check_volume

_DAMAGED = (igzip.BadGzipFile, igzip_lib.IsalError, zlib.error)
_GZIP = b"\x1f\x8b"
_PIECE = 1 << 22  # bytes between two reports


@dataclass(frozen=True, eq=False)
class NiftiImage:
    """One volume as it lies in its file.

    data : (i, j, k) array in Fortran order (axis i lies together in memory), finite everywhere;
        64-bit numbers are narrowed to 32 bits, scaled ones are float32, all else is as stored.
    dtype : number type in the file, e.g. ``int16``.
    notices : sentences the user must see, without the file's name.
    description : the header's free text.
    """

    data: NDArray[Any]
    grid: Grid
    dtype: str
    notices: tuple[str, ...] = ()
    description: str = ""


def read_nifti(path: Path, report: Report = silent) -> NiftiImage:
    """Read the first volume of a NIfTI file.

    Raises FileError with a sentence that holds the file's name but not its folder, and Cancelled
    when ``report`` does.
    """
    name = path.name
    with _plain_errors(path), _opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        packed, header = _header(file, name)
        _check_size(_unpacked_size(file, header) if packed else size, header, name)
        check_volume(header, name)
        if packed:
            check_unpacked(header, name)
        file.seek(0)
        stream = _unpack(file) if packed else file
        values = _read_values(stream, header, name, report)
        if packed:
            _read_to_the_end(stream, header, name, report)
        return _image(values, header)


def read_header(path: Path) -> Header:
    """What the header alone says; raises FileError, as ``read_nifti``, if that is enough to."""
    with _plain_errors(path), _opened(path) as file:
        return _header(file, path.name)[1]


def check_nifti(path: Path) -> None:
    """Raises FileError, as ``read_nifti`` does, if the header alone says that it cannot be read."""
    read_header(path)


def voxel_sizes(path: Path) -> tuple[float, ...]:
    """The edges of a voxel in mm, by the header alone; raises FileError as ``check_nifti``."""
    return read_header(path).grid.spacing


def _opened(path: Path) -> IO[bytes]:
    name = path.name.lower()
    if name.endswith((".hdr", ".img", ".hdr.gz", ".img.gz")):
        raise pair_error(path.name)
    return open_ordinary(path)


def _header(file: IO[bytes], name: str) -> tuple[bool, Header]:
    """Whether the file is compressed, and its header."""
    start = file.read(2)
    if not start:
        raise FileError(f"{name} is empty (0 bytes).", "Copy or export the file again.")
    file.seek(0)
    packed = start == _GZIP
    return packed, parse_header((_unpack(file) if packed else file).read(LONGEST), name)


def _image(values: NDArray[Any], header: Header) -> NiftiImage:
    """The image of the true values (n,)."""
    data, notices = _finite(_narrowed(values))
    return NiftiImage(
        data.reshape(header.grid.shape, order="F"),
        header.grid,
        header.stored.name,
        header.notices + notices,
        header.description,
    )


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
                f"{name} is incomplete: its compressed data end too early.",
                "Copy or download the file again.",
            ) from None
        except _DAMAGED:  # type: ignore[misc]  # the stubs take IsalError for a value
            raise FileError(
                f"{name} is damaged: it cannot be decompressed.", "Copy or download the file again."
            ) from None


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
            "Copy or download the file again.",
        )
    raise FileError(
        f"The header of {name} does not fit its voxels: it promises {shape}{frames}, "
        "but the file holds more.",
        "Export the file again from its source.",
    )


def _read_values(stream: IO[bytes], header: Header, name: str, report: Report) -> NDArray[Any]:
    """The true values (n,) of the first volume; 64-bit integers as stored.

    Converted piece by piece, so that no second copy of the volume is made.
    """
    stream.seek(header.offset)
    count = math.prod(header.grid.shape)
    values = np.empty(count, header.read_as)
    width = header.stored.itemsize
    step = _PIECE // width
    piece = np.empty(min(step, count), header.stored)
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
    report(1.0, "Reading the voxels")
    return values


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


def _narrowed(values: NDArray[Any]) -> NDArray[Any]:
    """The values in at most 32 bits each."""
    if values.dtype.itemsize <= 4:
        return values
    limits = np.iinfo(np.int32)
    fits = limits.min <= int(values.min()) and int(values.max()) <= limits.max
    return values.astype(np.int32 if fits else np.float32)


def _finite(data: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """The data (n,) without NaN and infinities, and what was found on the way."""
    low, high = data.min(), data.max()
    notices: tuple[str, ...] = ()
    if not (np.isfinite(low) and np.isfinite(high)):
        bad = ~np.isfinite(data)
        count = int(bad.sum())
        least = float(data[~bad].min()) if count < data.size else 0.0
        fill = min(least, 0.0)
        data[bad] = fill
        low, high = data.min(), data.max()
        voxels = "1 voxel was" if count == 1 else f"{count} voxels were"
        notices += (f"{voxels} not a finite number and set to {fill:g}.",)
    if low == high:
        notices += (f"Every voxel has the same value ({float(low):g}); there is nothing to see.",)
    return data, notices
