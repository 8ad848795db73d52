"""The archive that a session is: a ZIP file of entries that are stored as they are.

Nothing of it is ever unpacked to disk, so that no name in it leads anywhere. Entries that ZIP has
compressed are refused: what is read is never larger than the file. Arrays are compressed before
they are stored, and unpacked to the size that is expected of them and no further.
"""

import io
import re
import struct
import weakref
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.ordinary_file import AGAIN, open_ordinary, plain_errors
from brainviewer.files.session_file.plain_values import order_of

MOST_BYTES = 2**30
_MOST_ENTRIES, _MOST_DIRECTORY = 200, 2**16
_END = struct.Struct("<4s4H2LH")
_ORDINARY = re.compile(r"[a-z]+(?:/[0-9]{1,3})?\.[a-z]+")
_LEVEL = 1
_TIME = (1980, 1, 1, 0, 0, 0)


class DamagedSession(FileError):
    """The file is no session, or what it holds makes no sense."""


def damaged(path: Path) -> DamagedSession:
    """The error for a file that is no session."""
    said = f"{shortened(path.name)} is not a session of BrainViewer, or it is damaged."
    return DamagedSession(said, f"{AGAIN} The study itself can be opened without it.")


def archive_of(entries: Mapping[str, bytes]) -> bytes:
    """The content of an archive with these entries."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED, allowZip64=False) as archive:
        for name, entry in entries.items():
            archive.writestr(zipfile.ZipInfo(name, _TIME), entry)
    return content.getvalue()


def read_archive(path: Path, only: str = "") -> dict[str, bytes]:
    """The entries of an archive by name.

    only : the one entry that is read, where not all are needed.
    Raises FileError if the file cannot be read, DamagedSession if it is no such archive.
    """
    with open_ordinary(path, MOST_BYTES) as file, plain_errors(path, damaged(path)):
        _check_end(file.seek(0, 2), file)
        try:
            with zipfile.ZipFile(file) as archive:
                found = archive.infolist()
                names = [entry.filename for entry in found]
                stored = all(
                    entry.compress_type == zipfile.ZIP_STORED
                    and entry.file_size == entry.compress_size
                    and not entry.flag_bits & 1
                    for entry in found
                )
                if not stored or len(set(names)) < len(names):
                    raise ValueError("not as sessions are stored")
                if not all(map(_ORDINARY.fullmatch, names)):
                    raise ValueError("a name that leads elsewhere")
                if only:
                    return {only: archive.read(only)}
                return {name: archive.read(name) for name in names}
        except (zipfile.BadZipFile, zlib.error, RuntimeError, struct.error) as error:
            raise ValueError("no archive") from error


def _check_end(size: int, file: Any) -> None:
    """Raises ValueError if the list of entries is longer than that of any session."""
    if size < _END.size:
        raise ValueError("too short")
    file.seek(size - _END.size)
    mark, _, _, _, entries, length, _, comment = _END.unpack(file.read(_END.size))
    if mark != b"PK\5\6" or entries > _MOST_ENTRIES or length > _MOST_DIRECTORY or comment:
        raise ValueError("no archive of a session")
    file.seek(0)


_packed: dict[int, tuple[weakref.ref[NDArray[Any]], bytes]] = {}
"""Arrays that were packed last: a session is saved often, and most of it stays as it is."""


def packed_array(array: NDArray[Any]) -> bytes:
    """An array compressed, in the order in which it lies in memory.

    Arrays of results are never changed in place: one that was packed before is not packed again.
    """
    if (known := _packed.get(id(array))) is not None and known[0]() is array:
        return known[1]
    flat = array.ravel("F" if order_of(array) == "F" else "C")
    content = zlib.compress(flat.data, _LEVEL)
    for key in [key for key, (there, _) in _packed.items() if there() is None]:
        del _packed[key]
    _packed[id(array)] = weakref.ref(array), content
    return content


def unpacked_array(
    content: bytes, shape: tuple[int, ...], order: str, dtype: np.dtype[Any]
) -> NDArray[Any]:
    """The array that ``packed_array`` packed. Raises ValueError if it is another."""
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    reader = zlib.decompressobj()
    try:
        whole = reader.decompress(content, size + 1)
    except zlib.error as error:
        raise ValueError("an array is damaged") from error
    if len(whole) != size or not reader.eof:
        raise ValueError("an array has another size")
    if dtype == np.bool_:  # a byte that is neither 0 nor 1 is no bool
        values: NDArray[Any] = np.frombuffer(whole, np.uint8) > 0
    else:
        values = np.frombuffer(whole, dtype).copy()
    return values.reshape(shape, order="F" if order == "F" else "C")
