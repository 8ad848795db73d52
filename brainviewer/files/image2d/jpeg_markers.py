"""What stands in the markers of a JPEG file, read without decoding anything (ITU-T T.81, B.1)."""

from collections.abc import Iterator
from dataclasses import dataclass

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BASELINE = frozenset((0xC0, 0xC1, 0xC2))
_LOSSLESS = frozenset((0xC3, 0xC7, 0xCB, 0xCF))
_JPEG_LS = 0xF7
_ALONE = frozenset((0x01, *range(0xD0, 0xD9)))
_SCAN, _EXIF, _ADOBE = 0xDA, 0xE1, 0xEE


@dataclass(frozen=True)
class JpegFrame:
    """The start of a frame.

    bits : of each sample
    huffman : baseline, extended or progressive, which every decoder knows
    lossless : the lossless process of 1992
    near_lossless : JPEG-LS
    """

    columns: int
    rows: int
    components: int
    bits: int
    huffman: bool
    lossless: bool
    near_lossless: bool


def jpeg_frame(source: bytes) -> JpegFrame:
    """What the first frame of a JPEG codestream says. Raises ValueError if there is none."""
    for code, content in _segments(source):
        if code in _FRAMES or code == _JPEG_LS:
            if len(content) < 6:
                break
            return JpegFrame(
                columns=int.from_bytes(content[3:5], "big"),
                rows=int.from_bytes(content[1:3], "big"),
                components=content[5],
                bits=content[0],
                huffman=code in _BASELINE,
                lossless=code in _LOSSLESS,
                near_lossless=code == _JPEG_LS,
            )
    raise ValueError("no frame in the JPEG codestream")


def adobe_transform(source: bytes) -> int | None:
    """How Adobe's marker says that colours are stored: 0 as they are, 1 YCbCr, 2 YCCK."""
    for code, content in _segments(source):
        if code == _ADOBE and content.startswith(b"Adobe") and len(content) >= 12:
            return content[11]
    return None


def exif(source: bytes) -> bytes:
    """What the camera says of the image, as it stands in the file; empty if it says nothing."""
    for code, content in _segments(source):
        if code == _EXIF and content.startswith(b"Exif\0\0"):
            return content
    return b""


def scan_count(source: bytes) -> int:
    """How many scans there are, at most: a decoder goes over all pixels for each."""
    return source.count(b"\xff\xda")


def is_whole(source: bytes) -> bool:
    """Whether the end marker stands behind the last scan: decoders paint what is missing grey."""
    return source.rfind(b"\xff\xd9") > source.rfind(b"\xff\xda") >= 0


def _segments(source: bytes) -> Iterator[tuple[int, bytes]]:
    """Markers with their contents, up to the first scan."""
    at = 2
    while at + 4 <= len(source) and source[at] == 0xFF:
        code = source[at + 1]
        if code == 0xFF:  # padding
            at += 1
            continue
        if code in _ALONE:
            at += 2
            continue
        length = int.from_bytes(source[at + 2 : at + 4], "big")
        if code == _SCAN or length < 2:
            return
        yield code, source[at + 4 : at + 2 + length]
        at += 2 + length
