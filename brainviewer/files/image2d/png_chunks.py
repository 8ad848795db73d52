"""Whether a PNG is whole: decoders show pixels that do not fit their checksums as they are."""

import zlib
from typing import BinaryIO

from brainviewer.core.errors import FileError

_SIGNATURE_BYTES = 8
_PIECE = 1 << 20
_AGAIN = "Copy it again from its source."


def check_png(file: BinaryIO, name: str) -> None:
    """Raises FileError if a part does not fit its checksum (PNG, 5.3), or the end is missing."""
    file.seek(_SIGNATURE_BYTES)
    while len(head := file.read(8)) == 8:
        left, kind = int.from_bytes(head[:4], "big"), head[4:]
        check = zlib.crc32(kind)
        while left and (piece := file.read(min(left, _PIECE))):
            check, left = zlib.crc32(piece, check), left - len(piece)
        if kind == b"IEND" and not left:
            file.seek(0)
            return
        told = file.read(4)
        if left or len(told) < 4:
            break
        if int.from_bytes(told, "big") != check:
            said = f"{name} is damaged or cut off: a part of it does not fit its checksum."
            raise FileError(said, _AGAIN)
    raise FileError(f"{name} is damaged or cut off: its end is missing.", _AGAIN)
