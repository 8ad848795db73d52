"""DICOM: one file: elements that lie, lengths, nesting, pixels of every coding, bombs."""

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

import pydicom
from pydicom import uid
from pydicom.dataset import Dataset

from tests.hostile.case import Case, Ends, cut, file_of, sweep
from tests.hostile.fuzz.dicom_seeds import series, single_files

_EXPORT = ("export", "{file}", "-o", "{out}/a.png")
_INFO = ("info", "{file}")
_CLASSIFY = ("classify", "{file}")

_SIDE = 16
_VALUES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("Rows", (0, 1, 65535)),
    ("Columns", (0, 1, 65535)),
    ("BitsAllocated", (0, 1, 7, 12, 64, 65535)),
    ("BitsStored", (0, 1, 64, 65535)),
    ("HighBit", (0, 65535)),
    ("PixelRepresentation", (2, 65535)),
    ("SamplesPerPixel", (0, 2, 3, 65535)),
    ("PhotometricInterpretation", ("", "NONSENSE", "RGB", "PALETTE COLOR", "YBR_PARTIAL_420")),
    ("NumberOfFrames", ("0", "-1", "2", "2147483647", "-2147483648")),
    ("PixelSpacing", (["0", "0"], ["-1", "1"], ["1e300", "1e300"], ["1e-300", "1"], ["1"])),
    ("ImagePositionPatient", (["1e308", "0", "0"], ["0"], ["0", "0", "0", "0"])),
    ("ImageOrientationPatient", (["0"] * 6, ["1"] * 6, ["1", "0"])),
    ("SliceThickness", ("-1", "0", "1e300")),
    ("RescaleSlope", ("0", "1e300", "-1e300")),
    ("RescaleIntercept", ("1e300",)),
    ("WindowWidth", ("0", "-5", "1e308")),
    ("SpecificCharacterSet", ("NONSENSE", ["ISO 2022 IR 87", "ISO_IR 192"])),
    ("PatientName", ("x" * 1_000_000, "\x1b[31mred", "\u202egnp.exe", "=" * 9_999)),
    ("StudyDate", ("99999999", "19700230", "\0\0\0\0")),
    ("SOPClassUID", ("", "1.2.840.10008.1.3.10", "9" * 200)),
    ("SeriesInstanceUID", ("", "../../../etc", "1." * 400)),
)  # fmt: skip


@cache
def _sound(syntax: str = uid.ExplicitVRLittleEndian) -> bytes:
    return series(syntax, side=_SIDE)[0]


@cache
def _kinds() -> list[bytes]:
    return single_files(_SIDE)


def _said(keyword: str, value: Any) -> bytes:
    """A sound file in which an element says something else."""
    pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    dataset = pydicom.dcmread(io.BytesIO(_sound()))
    setattr(dataset, keyword, value)
    return _written(dataset)


def _written(dataset: Dataset) -> bytes:
    made = io.BytesIO()
    dataset.save_as(made)
    return made.getvalue()


def _raw(group: int, element: int, kind: bytes, length: int, value: bytes = b"") -> bytes:
    head = struct.pack("<HH", group, element) + kind
    if kind in (b"OB", b"OW", b"SQ", b"UN", b"UT"):
        return head + b"\0\0" + struct.pack("<I", length & 0xFFFFFFFF) + value
    return head + struct.pack("<H", length & 0xFFFF) + value


def _with_raw(element: bytes) -> bytes:
    """A sound file with an element written by hand before its pixels."""
    at = _sound().index(struct.pack("<HH", 0x7FE0, 0x10))
    return _sound()[:at] + element + _sound()[at:]


def _nested(depth: int, ended: bool) -> bytes:
    item = struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    inner = _raw(0x0008, 0x1140, b"SQ", 0xFFFFFFFF) + item
    ends = struct.pack("<HHIHHI", 0xFFFE, 0xE00D, 0, 0xFFFE, 0xE0DD, 0) if ended else b""
    return _with_raw(inner * depth + ends * depth)


def _pixels_as(syntax: str, content: bytes, **said: Any) -> bytes:
    """A file whose pixels are what is given, in a transfer syntax."""
    dataset = pydicom.dcmread(io.BytesIO(_sound()))
    dataset.file_meta.TransferSyntaxUID = uid.UID(syntax)
    for keyword, value in said.items():
        setattr(dataset, keyword, value)
    del dataset.PixelData
    return _written(dataset) + _raw(0x7FE0, 0x10, b"OB", 0xFFFFFFFF) + content


def _items(*contents: bytes, offsets: bytes = b"") -> bytes:
    made = struct.pack("<HHI", 0xFFFE, 0xE000, len(offsets)) + offsets
    for one in contents:
        even = one + bytes(len(one) % 2)
        made += struct.pack("<HHI", 0xFFFE, 0xE000, len(even)) + even
    return made + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)


def jpeg(width: int, height: int, components: int = 1) -> bytes:
    """A JPEG that says its size and holds next to nothing."""
    from PIL import Image

    made = io.BytesIO()
    Image.new("L" if components == 1 else "RGB", (16, 16), 99).save(made, "JPEG")
    content = bytearray(made.getvalue())
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(content)


def _jpeg2000(width: int, height: int) -> bytes:
    import imagecodecs
    import numpy as np

    content = bytearray(imagecodecs.jpeg2k_encode(np.zeros((16, 16), np.uint16), codecformat="J2K"))
    at = content.index(b"\xff\x51") + 6
    content[at : at + 8] = struct.pack(">II", width, height)
    content[at + 16 : at + 24] = struct.pack(">II", width, height)
    return bytes(content)


def _deflated(length: int) -> bytes:
    dataset = pydicom.dcmread(io.BytesIO(_sound()))
    dataset.file_meta.TransferSyntaxUID = uid.DeflatedExplicitVRLittleEndian
    whole = _written(dataset)
    meta = 132 + 12 + int.from_bytes(whole[140:144], "little")
    packer = zlib.compressobj(9, wbits=-15)
    body = packer.compress(_raw(0x0009, 0x1001, b"OB", length))
    for _ in range(length >> 24):
        body += packer.compress(bytes(1 << 24))
    return whole[:meta] + body + packer.flush()


def _others() -> Iterator[tuple[str, bytes | Callable[[], bytes], tuple[str, ...]]]:
    sound = _sound()
    yield "empty", b"", _INFO
    yield "marker alone", bytes(128) + b"DICM", _EXPORT
    yield "no marker", sound[132:], _EXPORT
    yield "meta length lies", sound[:140] + b"\xff\xff\xff\x7f" + sound[144:], _EXPORT
    yield "syntax unknown", sound.replace(b"1.2.840.10008.1.2.1", b"1.2.840.10008.9.9.9"), _EXPORT
    yield "syntax lies", sound.replace(b"1.2.840.10008.1.2.1", b"1.2.840.10008.1.2.2"), _EXPORT
    for length in (0xFFFFFFFF, 0x7FFFFFFF, 0x10000000, 1):
        yield f"private of {length}", _with_raw(_raw(9, 0x1001, b"OB", length, b"x")), _EXPORT
        yield f"sequence of {length}", _with_raw(_raw(8, 0x1140, b"SQ", length)), _EXPORT
    yield "text of 65534", _with_raw(_raw(0x10, 0x4000, b"LT", 65534, b"x")), _INFO
    yield "wrong VR", _with_raw(_raw(0x28, 0x10, b"FD", 8, bytes(8))), _EXPORT
    yield "no VR", _with_raw(_raw(0x28, 0x10, b"??", 2, b"\1\1")), _EXPORT
    yield "VR of rows is text", _with_raw(_raw(0x28, 0x10, b"LO", 4, b"many")), _EXPORT
    yield "elements backwards", _with_raw(_raw(8, 0x60, b"CS", 2, b"CT") * 50_000), _INFO
    for depth in (100, 1_000, 20_000, 200_000):
        yield f"nested {depth}", partial(_nested, depth, False), _INFO
        yield f"nested {depth}, ended", partial(_nested, depth, True), _EXPORT
    pixels = _pixels_as
    big = {"Rows": 65535, "Columns": 65535}
    for name, syntax in (("JPEG", uid.JPEGBaseline8Bit), ("lossless JPEG", uid.JPEGLosslessSV1)):
        said = {"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}
        yield f"{name} of 65535", pixels(syntax, _items(jpeg(65500, 65500)), **big, **said), _EXPORT
        yield f"{name} larger than said", pixels(syntax, _items(jpeg(9000, 9000)), **said), _EXPORT
        yield f"{name} cut", pixels(syntax, _items(jpeg(4, 4)[:200]), **said), _EXPORT
    for name, syntax in (("J2K", uid.JPEG2000Lossless), ("HTJ2K", uid.HTJ2KLossless)):
        yield (
            f"{name} bomb",
            pixels(syntax, _items(_jpeg2000(2**31 - 1, 2**31 - 1)), **big),
            _EXPORT,
        )
        yield f"{name} of 60000", pixels(syntax, _items(_jpeg2000(60_000, 60_000)), **big), _EXPORT
    rle = struct.pack("<16I", 15, *([0xFFFFFFF0] * 15))
    yield "RLE offsets", pixels(uid.RLELossless, _items(rle)), _EXPORT
    yield "RLE bomb", pixels(uid.RLELossless, _items(struct.pack("<16I", 1, 64, *([0] * 14))
                             + b"\x81\0" * 9_000_000), **big), _EXPORT  # fmt: skip
    yield "no items", pixels(uid.RLELossless, b""), _EXPORT
    yield "empty item", pixels(uid.JPEGLSLossless, _items(b"")), _EXPORT
    yield (
        "offsets lie",
        pixels(uid.JPEGBaseline8Bit, _items(jpeg(4, 4), offsets=b"\xff" * 4_000)),
        _EXPORT,
    )
    yield "one item, 10^9 frames", pixels(
        uid.JPEGBaseline8Bit, _items(jpeg(4, 4)), NumberOfFrames="1000000000"), _EXPORT  # fmt: skip
    yield "100k items", pixels(uid.JPEGBaseline8Bit, _items(*[b"ab"] * 100_000)), _EXPORT
    yield "MPEG-4", pixels(uid.MPEG4HP41, _items(b"\0\0\0\x18ftypmp42" * 9)), _EXPORT
    yield "item beyond the end", pixels(
        uid.JPEGBaseline8Bit, struct.pack("<HHIHHI", 0xFFFE, 0xE000, 0, 0xFFFE, 0xE000, 1 << 30)
    ), _EXPORT  # fmt: skip


_NO_MATTER = (
    # What makes no sense is not used, and said where something rests on it.
    "HighBit", "PixelSpacing", "ImagePositionPatient", "ImageOrientationPatient", "SliceThickness",
    "WindowWidth",
    # Texts and UIDs say nothing of the pixels of a single image.
    "SpecificCharacterSet", "PatientName", "StudyDate", "SOPClassUID", "SeriesInstanceUID",
)  # fmt: skip
_AS_GOOD = (
    "BitsStored '1'", "SamplesPerPixel '0'", "NumberOfFrames '0'", "PhotometricInterpretation ''",
    "PhotometricInterpretation 'NONSENSE'", "PhotometricInterpretation 'RGB'",
    "PhotometricInterpretation 'YBR_PARTIAL_420'",
)  # fmt: skip
_SAYS = {
    "HighBit": "Its highest bit", "PixelSpacing": "cannot be and is not used",
    "BitsStored": "than the 1 bits that count", "ImageOrientationPatient": "orientation is invalid",
    "PhotometricInterpretation": "photometric interpretation",
}  # fmt: skip
_NOT_SAID = ("ImageOrientationPatient \"['1', '0']\"",)
"""Two numbers are no direction, as if there were none: no sides are shown."""
_WHOLE = ("no marker", "meta length lies", "private of 1", "elements backwards")
_BROKEN = ("empty", "marker alone", "syntax unknown", "syntax lies", "text of 65534", "wrong VR",
           "no VR", "VR of rows is text", "no items", "empty item", "RLE offsets", "RLE bomb",
           *(f"private of {n}" for n in (0xFFFFFFFF, 0x7FFFFFFF, 0x10000000)),
           *(f"sequence of {n}" for n in (0xFFFFFFFF, 0x7FFFFFFF, 0x10000000, 1)))  # fmt: skip
_END_MARK = (6, 7, 8)
"""Compressed frames of which nothing but the mark of their end is missing."""


def cases() -> Iterator[Case]:
    """All of the kind."""
    number = 0
    for keyword, values in _VALUES:
        for value in values:
            name = f"{keyword} {str(value)[:20]!a}"
            make = file_of("a.dcm", partial(_said, keyword, value))
            command = (_EXPORT, _INFO, _CLASSIFY)[number % 3]
            ends: Ends = "opens" if keyword in _NO_MATTER or name in _AS_GOOD else "refused"
            says = _SAYS.get(keyword, "") if name not in _NOT_SAID else ""
            yield Case("dicom", name, make, command, ends, says=says if ends == "opens" else "")
            number += 1
    for at in sweep(_sound(), 14):
        yield Case("dicom", f"cut at {at}", file_of("a.dcm", cut(_sound, at)), _EXPORT)
    for n, content in enumerate(_kinds()):
        half = file_of("a.dcm", content[: len(content) - 9])
        ends = "opens" if n in _END_MARK else "refused"
        yield Case("dicom", f"coding {n}, cut", half, _EXPORT, ends)
        turned = bytearray(content)
        for at in range(len(content) // 2, len(content), 37):
            turned[at] ^= 255
        # Pixels have no checksum: where only they are hit, nobody can tell.
        yield Case(
            "dicom", f"coding {n}, flipped", file_of("a.dcm", bytes(turned)), _EXPORT, "either"
        )
    for name, content, command in _others():
        # Of nesting and of pixels that lie, readers may make something or nothing: both are right,
        # as long as it ends in time.
        ends = "opens" if name in _WHOLE else "either" if name not in _BROKEN else "refused"
        yield Case("dicom", name, file_of("a.dcm", content), command, ends)
    bomb = file_of("a.dcm", partial(_deflated, 1 << 31))
    yield Case("dicom", "deflated bomb", bomb, _EXPORT, slow=True)
