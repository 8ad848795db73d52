"""The header of a DICOM file: read without its pixels, and judged before they are."""

import io
import os
import struct
import zlib
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened
from brainviewer.files.dicom.dataset_values import frames_described, number, text
from brainviewer.files.dicom.pixels.stored_bits import BITS_WORDS, StoredBits
from brainviewer.files.dicom.pixels.transfer_syntaxes import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    loss,
)
from brainviewer.files.file_kind import START_BYTES, dicom_meta, kind_of, starts_as_dicom
from brainviewer.files.image2d.size_limits import check_size, too_large

MOST_VOXELS = 512_000_000
AGAIN = "Export it again from its source, or save the image as PNG."
SURPLUS = "It holds more bytes than its pixels fill; these were left out."
_UNDEFINED = 0xFFFFFFFF
_VRS = ("OB", "OW", "OF", "OD", "UN")
"""Of pixels; none of them is the beginning of a length, which is even."""
_META_LENGTH = b"\2\0\0\0UL\4\0"
"""Of group 0002, its first element; four bytes that say it follow."""
_DEFLATED = b"\2\0\x10\0UI\x16\0" + DEFLATED.encode()
"""The element of group 0002 that says it."""
_MOST_INFLATED = 2**28
_LARGE_VALUE = 2**20  # bytes; longer elements than that are no part of the header
_KEYWORDS = {
    (0x7FE0, 0x0010): "PixelData",
    (0x7FE0, 0x0008): "FloatPixelData",
    (0x7FE0, 0x0009): "DoubleFloatPixelData",
}


@dataclass(frozen=True)
class PixelLayout:
    """How pixels are stored.

    photometric : such as ``MONOCHROME2``
    keyword : of the element that holds them
    vr : of that element, ``OB`` or ``OW``
    notices : sentences about what does not fit together
    """

    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    bits: StoredBits
    planar: int
    keyword: str
    vr: str
    syntax: UID
    notices: tuple[str, ...] = ()

    @property
    def floating(self) -> bool:
        """Whether the pixels are floating-point numbers."""
        return self.keyword != "PixelData"

    @property
    def least_bytes(self) -> int:
        """What the pixels take in the file: exactly, or at least if they are compressed."""
        if self.syntax.is_encapsulated:
            return 8 * self.frames  # each begins with a tag and a length
        bits = self.rows * self.columns * self.samples * self.bits.allocated
        if self.photometric == "YBR_FULL_422":
            bits = bits * 2 // 3
        return (bits * self.frames + 7) // 8

    def options(self) -> dict[str, Any]:
        """What pydicom's decoders want to know; see ``pydicom.pixels.Decoder.iter_array``."""
        return {
            "rows": self.rows,
            "columns": self.columns,
            "number_of_frames": self.frames,
            "samples_per_pixel": self.samples,
            "photometric_interpretation": self.photometric,
            "bits_allocated": self.bits.allocated,
            "bits_stored": self.bits.stored,
            "pixel_representation": int(self.bits.signed),
            "planar_configuration": self.planar,
            "pixel_keyword": self.keyword,
            "pixel_vr": self.vr,
            "transfer_syntax_uid": self.syntax,
        }


def inflated(file: BinaryIO, name: str) -> BinaryIO:
    """The same file; if its dataset is deflated as a whole (PS3.5, A.5), that dataset alone.

    Raises FileError if it is too large, and zlib.error if it is damaged.
    """
    start = file.read(START_BYTES)
    file.seek(0)
    meta = dicom_meta(start)
    if meta is None or not start.startswith(_META_LENGTH, meta) or _DEFLATED not in start:
        return file
    said = meta + len(_META_LENGTH)
    file.seek(said + 4 + int.from_bytes(start[said : said + 4], "little"))
    content = zlib.decompressobj(wbits=-15).decompress(file.read(), _MOST_INFLATED + 1)
    if len(content) > _MOST_INFLATED:
        raise FileError(f"{name} needs too much memory to open.", AGAIN)
    return io.BytesIO(content)


def read_header(file: BinaryIO, name: str) -> tuple[Dataset, PixelLayout]:
    """The elements before the pixels, and how the pixels are stored.

    file : at its beginning, inflated; afterwards at the first byte of the pixels.

    Raises FileError if it holds no image, one that is too small or too large, or fewer pixels than
    it says.
    """
    dataset = _elements(file, name)
    syntax = _syntax(dataset)
    keyword, vr, length = _pixel_element(file, syntax)
    if not keyword or number(dataset, "Rows") is None:
        raise _without_image(dataset, name)
    layout = _layout(dataset, syntax, keyword, vr, name)
    columns, rows, frames = layout.columns, layout.rows, layout.frames
    if columns * rows * frames > MOST_VOXELS:
        raise too_large(name, (columns, rows, frames), MOST_VOXELS)
    check_size(name, columns, rows)
    place = file.tell()
    there = file.seek(0, os.SEEK_END) - place
    file.seek(place)
    if length is not None and not syntax.is_encapsulated:
        there = min(there, length)
    if layout.least_bytes > there:
        raise FileError(f"{name} holds fewer pixels than its header promises.", AGAIN)
    if not syntax.is_encapsulated and there > layout.least_bytes + 1:
        layout = replace(layout, notices=(*layout.notices, SURPLUS))
    described = frames_described(dataset)
    if described is not None and described > frames:
        said = f"The header of {name} says {frames} frames and describes {described}."
        raise FileError(said, AGAIN)
    if described is not None and described < frames:
        # Nobody knows how the others are to be rescaled, or where they lie.
        said = f"{name} describes {described} of its {frames} frames only."
        raise FileError(said, AGAIN)
    return dataset, layout


def _elements(file: BinaryIO, name: str) -> Dataset:
    start = file.read(START_BYTES)
    file.seek(0)
    if not starts_as_dicom(start) and (kind := kind_of(start)):
        raise FileError(f"{name} is no DICOM image but {kind.name}.", kind.advice)
    try:
        dataset = dcmread(file, stop_before_pixels=True, force=True, defer_size=_LARGE_VALUE)
    except InvalidDicomError:
        raise _no_dicom(name) from None
    if not len(dataset):
        raise _no_dicom(name)
    return dataset


def _syntax(dataset: Dataset) -> UID:
    """How it is encoded; files without a preamble do not say it."""
    named = getattr(dataset, "file_meta", {}).get("TransferSyntaxUID")
    if named:
        return UID(named)
    implicit, little = dataset.original_encoding
    if implicit:
        return UID(IMPLICIT)
    return UID(EXPLICIT if little else BIG_ENDIAN)


def _pixel_element(file: BinaryIO, syntax: UID) -> tuple[str, str, int | None]:
    """Keyword, type and length of the element that the file is at; empty at its end.

    The length is None where it is not said.
    """
    order = "<" if syntax.is_little_endian else ">"
    place, head = file.tell(), file.read(12)
    try:
        group, element = struct.unpack_from(f"{order}HH", head)
        vr, length = head[4:6].decode("ascii", "replace"), head[8:]
        if vr not in _VRS:  # implicit, whatever the transfer syntax says
            vr, length = "OW", head[4:8]
            file.seek(place + 8)
        (length,) = struct.unpack(f"{order}L", length)
        return _KEYWORDS[group, element], vr, None if length == _UNDEFINED else length
    except (struct.error, KeyError):
        return "", "", None


def _layout(dataset: Dataset, syntax: UID, keyword: str, vr: str, name: str) -> PixelLayout:
    def whole(word: str, default: int | None = None) -> int:
        value = number(dataset, word, default)
        if value is None or value != int(value) or value < 0:
            raise FileError(f"{name} does not say how its pixels are stored.", AGAIN)
        return int(value)

    floating = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword)
    allocated, stored, high, sign = (number(dataset, word) for word in BITS_WORDS)
    try:
        bits = StoredBits.said(floating or allocated, None if floating else stored, high, sign)
    except ValueError as error:
        raise FileError(f"{name} cannot be shown. {error}", AGAIN) from None
    notices: tuple[str, ...] = ()
    if not floating:
        notices = bits.high_bit_notice(high), _loss(dataset, syntax)
    samples = whole("SamplesPerPixel", 1) or 1
    photometric = str(dataset.get("PhotometricInterpretation") or "").strip().upper()
    if samples == 1 and photometric not in _ONE_SAMPLE:
        said = f"says “{shortened(photometric)}”" if photometric else "is missing"
        notices += (f"Its photometric interpretation {said}: large values are shown bright.",)
    return PixelLayout(
        rows=whole("Rows"),
        columns=whole("Columns"),
        frames=whole("NumberOfFrames", 1) or 1,
        samples=samples,
        photometric=photometric or ("RGB" if samples == 3 else "MONOCHROME2"),
        bits=bits,
        planar=whole("PlanarConfiguration", 0),
        keyword=keyword,
        vr=vr,
        syntax=syntax,
        notices=tuple(filter(None, notices)),
    )


def _loss(dataset: Dataset, syntax: UID) -> str:
    words = ("LossyImageCompression", "LossyImageCompressionRatio")
    return loss(str(syntax), *(text(dataset, word) or "" for word in words))


_ONE_SAMPLE = ("MONOCHROME1", "MONOCHROME2", "PALETTE COLOR")


def _no_dicom(name: str) -> FileError:
    return FileError(f"{name} is no DICOM image, whatever its name says.", AGAIN)


def _without_image(dataset: Dataset, name: str) -> FileError:
    if "DirectoryRecordSequence" in dataset:
        return FileError(
            f"{name} lists what lies on a CD; it holds no image itself.",
            "Open the images in the folders beside it.",
        )
    if "Rows" in dataset:
        return FileError(f"{name} ends before its pixels.", AGAIN)
    kind = UID(str(dataset.get("SOPClassUID") or ""))
    if kind.name == kind or "Image Storage" in kind.name:
        return FileError(f"{name} is no DICOM image that can be shown, or it is damaged.", AGAIN)
    return FileError(
        f"{name} is a DICOM file without an image ({kind.name}).", "Give the images themselves."
    )
