"""What stands behind the data of a gzip file; gzip itself passes over it with a warning."""

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
