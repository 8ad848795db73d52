"""What stands behind the data of a gzip file; gzip itself passes over it with a warning."""

import io
import os
import zlib
from typing import IO

_GZIP = b"\x1f\x8b"
_PIECE = 1 << 22


def bytes_behind(file: IO[bytes], most: int) -> int:
    """Bytes behind the last whole part; 0 if a part is damaged, cut off or unpacks to too much.

    most : bytes that all parts may unpack to; they are not kept.
    """
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
        if size > most:
            return 0
        packed = unpacker.unconsumed_tail
        if unpacker.eof:
            packed = unpacker.unused_data + file.read(len(_GZIP))
            if not packed.startswith(_GZIP):
                begin = file.tell() - len(packed)
                return file.seek(0, os.SEEK_END) - begin
            unpacker = zlib.decompressobj(wbits=31)


class FirstPart(io.RawIOBase):
    """The first bytes of a file, as if there were no others."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        super().__init__()
        self._file, self._length, self._at = file, length, 0

    def readable(self) -> bool:
        """It is only read."""
        return True

    def seekable(self) -> bool:
        """And read again."""
        return True

    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        """As of any file."""
        self._file.seek(self._at)
        some = self._file.read(min(len(buffer), max(self._length - self._at, 0)))
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As of any file."""
        starts = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._length}
        self._at = max(0, starts[whence] + offset)
        return self._at
