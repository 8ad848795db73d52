"""Whether a PNG is whole: decoders show it all the same where pixels are missing or do not fit."""

import struct
import zlib
from typing import BinaryIO

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.size_limits import check_size

_SIGNATURE_BYTES = 8
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""By the type of colour (PNG, 11.2.2)."""
_PIECE = 1 << 20
_AGAIN = "Copy it again from its source."


def check_png(file: BinaryIO, name: str) -> None:
    """Look through a PNG, and go back to its start.

    Raises FileError if a part does not fit its checksum (PNG, 5.3), if pixels or the end are
    missing, and if it is too small or too large.
    """
    file.seek(_SIGNATURE_BYTES)
    pixels: _Pixels | None = None
    while len(head := file.read(8)) == 8:
        left, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IEND" and not left:
            if pixels is None or pixels.missing:
                raise _damaged(name, "pixels are missing")
            file.seek(0)
            return
        check = zlib.crc32(kind)
        while left and (piece := file.read(min(left, _PIECE))):
            check, left = zlib.crc32(piece, check), left - len(piece)
            if kind == b"IHDR" and pixels is None:
                pixels = _Pixels(piece, name)
            elif kind == b"IDAT" and pixels is not None:
                pixels.take(piece)
        told = file.read(4)
        if left or len(told) < 4:
            break
        if int.from_bytes(told, "big") != check:
            raise _damaged(name, "a part of it does not fit its checksum")
    raise _damaged(name, "its end is missing")


class _Pixels:
    """Unpacks pixels to count them, and keeps none.

    missing : bytes that are still to come.
    """

    def __init__(self, header: bytes, name: str) -> None:
        self._name = name
        try:
            columns, rows, bits, colour = struct.unpack(">IIBB", header[:10])
            samples = _SAMPLES[colour]
        except (struct.error, KeyError):
            raise _damaged(name, "it does not say what its pixels are") from None
        check_size(name, columns, rows)
        # Rows that are woven together (Adam7) have more bytes beside their pixels.
        self.missing = rows * (1 + (columns * bits * samples + 7) // 8)
        self._unpacker = zlib.decompressobj()

    def take(self, packed: bytes) -> None:
        """The next part of what is packed. Raises FileError if it cannot be unpacked."""
        try:
            while packed and self.missing and not self._unpacker.eof:
                self.missing -= len(self._unpacker.decompress(packed, min(_PIECE, self.missing)))
                packed = self._unpacker.unconsumed_tail
        except zlib.error:
            raise _damaged(self._name, "its pixels cannot be unpacked") from None


def _damaged(name: str, why: str) -> FileError:
    return FileError(f"{name} is damaged or cut off: {why}.", _AGAIN)
