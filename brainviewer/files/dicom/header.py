"""The header of a DICOM file: read without its pixels, and judged before they are."""

import io
import os
import struct
import zlib
from dataclasses import dataclass
from typing import Any, BinaryIO

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import UID

from brainviewer.core.errors import FileError
from brainviewer.files.file_kind import START_BYTES, kind_of
from brainviewer.files.image2d.size_limits import check_size, too_large

MOST_VOXELS = 512_000_000
AGAIN = "Export it again from its source, or save the image as PNG."
_META_LENGTH, _META_START = b"\2\0\0\0UL\4\0", 144
_DEFLATED = b"\2\0\x10\0UI\x16\x001.2.840.10008.1.2.1.99"
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
    """

    rows: int
    columns: int
    frames: int
    samples: int
    photometric: str
    bits_allocated: int
    bits_stored: int
    high_bit: int
    signed: bool
    planar: int
    keyword: str
    vr: str
    syntax: UID

    @property
    def floating(self) -> bool:
        """Whether the pixels are floating-point numbers."""
        return self.keyword != "PixelData"

    @property
    def least_bytes(self) -> int:
        """What the pixels take in the file: exactly, or at least if they are compressed."""
        if self.syntax.is_encapsulated:
            return 8 * self.frames  # each begins with a tag and a length
        bits = self.rows * self.columns * self.samples * self.bits_allocated
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
            "bits_allocated": self.bits_allocated,
            "bits_stored": self.bits_stored,
            "pixel_representation": int(self.signed),
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
    if start[128:132] != b"DICM" or start[132:140] != _META_LENGTH or _DEFLATED not in start:
        return file
    file.seek(_META_START + int.from_bytes(start[140:144], "little"))
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
    keyword, vr = _pixel_element(file, syntax)
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
    if layout.least_bytes > there:
        raise FileError(f"{name} holds fewer pixels than its header promises.", AGAIN)
    described = _frames_described(dataset)
    if described is not None and described < frames:
        # Nobody knows how the others are to be rescaled, or where they lie.
        said = f"{name} describes {described} of its {frames} frames only."
        raise FileError(said, AGAIN)
    return dataset, layout


def number(dataset: Dataset, keyword: str, default: float | None = None) -> float | None:
    """An element as a number, the first of several; the default if it is absent or no number."""
    try:
        value = dataset.get(keyword)
        if value is not None and not isinstance(value, str | bytes | int | float):
            value = value[0]
        return default if value is None or value == "" else float(value)
    except (ValueError, TypeError, LookupError, OverflowError):
        return default


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """An element as several numbers; none if one of them is no number."""
    try:
        value = dataset.get(keyword)
        if value is None:
            return ()
        return tuple(float(item) for item in (value if hasattr(value, "__iter__") else [value]))
    except (ValueError, TypeError, OverflowError):
        return ()


def frame_group(dataset: Dataset, frame: int, keyword: str) -> Dataset | None:
    """What an enhanced file says of a frame (from 0): in a group of its own, or in one for all.

    keyword : of the group's sequence, such as ``PixelMeasuresSequence``

    Returns the item of that sequence; None if there is none.
    """
    try:
        groups = dataset.get("PerFrameFunctionalGroupsSequence")
        if groups and frame < len(groups) and groups[frame].get(keyword):
            return groups[frame][keyword].value[0]
        shared = dataset.get("SharedFunctionalGroupsSequence")
        if shared and shared[0].get(keyword):
            return shared[0][keyword].value[0]
    except (TypeError, AttributeError, LookupError):  # something else stands in their place
        pass
    return None


def _frames_described(dataset: Dataset) -> int | None:
    """How many frames have a group of their own; None where nothing is said frame by frame."""
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    try:
        return len(groups) if groups else None
    except TypeError:  # something else stands in its place
        return None


def _elements(file: BinaryIO, name: str) -> Dataset:
    start = file.read(START_BYTES)
    file.seek(0)
    if start[128:132] != b"DICM" and (kind := kind_of(start)):
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
        return UID("1.2.840.10008.1.2")
    return UID("1.2.840.10008.1.2.1" if little else "1.2.840.10008.1.2.2")


def _pixel_element(file: BinaryIO, syntax: UID) -> tuple[str, str]:
    """Keyword and type of the element that the file is at; empty at the end of the file."""
    order = "<" if syntax.is_little_endian else ">"
    try:
        if syntax.is_implicit_VR:
            group, element, _ = struct.unpack(f"{order}HHL", file.read(8))
            return _KEYWORDS[group, element], "OW"
        group, element, vr, _, _ = struct.unpack(f"{order}HH2sHL", file.read(12))
        return _KEYWORDS[group, element], vr.decode("ascii")
    except (struct.error, KeyError):
        return "", ""


def _layout(dataset: Dataset, syntax: UID, keyword: str, vr: str, name: str) -> PixelLayout:
    def whole(word: str, default: int | None = None) -> int:
        value = number(dataset, word, default)
        if value is None or value != int(value) or value < 0:
            raise FileError(f"{name} does not say how its pixels are stored.", AGAIN)
        return int(value)

    floating = {"FloatPixelData": 32, "DoubleFloatPixelData": 64}.get(keyword)
    allocated = floating or whole("BitsAllocated")
    stored = whole("BitsStored", allocated)
    if not 0 < stored <= allocated:
        stored = allocated
    samples = whole("SamplesPerPixel", 1) or 1
    photometric = str(dataset.get("PhotometricInterpretation") or "")
    high = whole("HighBit", stored - 1)
    if not stored - 1 <= high < allocated:
        high = stored - 1
    return PixelLayout(
        rows=whole("Rows"),
        columns=whole("Columns"),
        frames=whole("NumberOfFrames", 1) or 1,
        samples=samples,
        photometric=photometric.strip().upper() or ("RGB" if samples == 3 else "MONOCHROME2"),
        bits_allocated=allocated,
        bits_stored=stored,
        high_bit=high,
        signed=whole("PixelRepresentation", 0) == 1,
        planar=whole("PlanarConfiguration", 0),
        keyword=keyword,
        vr=vr,
        syntax=syntax,
    )


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
