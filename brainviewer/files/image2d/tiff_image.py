"""TIFF, decoded by tifffile: every depth, and each photometric interpretation exactly once."""

import struct
from dataclasses import replace
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from tifffile import TiffFile, TiffFileError, TiffPage

from brainviewer.core.errors import FileError
from brainviewer.files.image2d.decoded_image import ORIENTATION, DecodedImage, upright
from brainviewer.files.image2d.photometric import mirrored, rgb_of_ycc, to_eight_bits
from brainviewer.files.image2d.pillow_image import decode_with_pillow
from brainviewer.files.image2d.pixel_size import pixel_size, whole_slide
from brainviewer.files.image2d.plain_pixels import AS_IMAGE2D, plain_pixels
from brainviewer.files.image2d.size_limits import MOST_PIXELS, check_size, too_large

_WHITE, _BLACK, _RGB, _PALETTE, _MASK, _INKS, _YCC = range(7)
_JPEG = (7, 33003, 33005, 33007, 34712)
"""Compressions whose codecs give RGB for luma and colour differences."""
_BY_LIBTIFF = (6,)
"""Compressions that only libtiff, in Pillow, knows: JPEG as it was stored before 1995."""
_NOT_DECODED = ("not supported", "not implemented", "requires the", "unknown")
"""What tifffile says of compressions and kinds of numbers that it does not know."""
_MANY_PAGES = 10_000
"""Not counted beyond."""
_CHANNELS = "It holds {} channels; the first is shown."


def decode_tiff(file: BinaryIO, name: str) -> DecodedImage:
    """Decode the first page.

    Raises FileError if it is too large or stored in a way that is not known here, and almost
    anything if it is damaged.
    """
    count = _page_count(file)
    file.seek(0)
    with TiffFile(file) as tiff:
        page = tiff.pages.first
        size = page.imagewidth, page.imagelength
        if whole_slide([tiff.pages[n] for n in range(min(count, 4))]):
            raise FileError(
                f"{name} is a whole-slide image, which BrainViewer does not open.",
                "Export the part that is meant as TIFF or PNG.",
            )
        check_size(name, *size)
        if page.is_tiled and page.tilewidth * page.tilelength > MOST_PIXELS:
            raise too_large(name, (page.tilewidth, page.tilelength))
        notices = []
        if count > 1:
            many = f"more than {_MANY_PAGES:,}" if count > _MANY_PAGES else f"{count:,}"
            notices.append(f"It holds {many} pages; the first is shown.")
        millimetres, about_size = pixel_size({tag.code: tag.value for tag in page.tags})
        notices += about_size
        if page.compression in _BY_LIBTIFF:
            file.seek(0)
            image = decode_with_pillow(file, name)
        else:
            image = _decode_page(page, name)
    return replace(image, notices=(*notices, *image.notices), pixel_size=millimetres)


def _decode_page(page: TiffPage, name: str) -> DecodedImage:
    if page.dtype is None or page.dtype.kind == "c" or _subsampled(page):
        raise _unknown(page, name)
    try:
        values = np.asarray(page.asarray(maxworkers=1))
    except (TiffFileError, ValueError, NotImplementedError) as error:
        if any(words in str(error) for words in _NOT_DECODED):
            raise _unknown(page, name) from None
        raise
    values = _channels_last(values, page)
    bits = page.bitspersample
    if values.dtype.kind == "b":
        values, bits = values.astype(np.uint8), 1
    values, bits, alpha, notices = _meant(values, bits, page, name)
    pixels, said = plain_pixels(values, bits, name, alpha)
    orientation = page.tags.valueof(ORIENTATION)
    size = page.imagewidth, page.imagelength
    return DecodedImage(upright(pixels, orientation), "TIFF", size, (*notices, *said))


def _channels_last(values: NDArray[Any], page: TiffPage) -> NDArray[Any]:
    """(rows, columns) or (rows, columns, channels), of a stack of slices the first."""
    channels, depth = page.samplesperpixel, page.imagedepth
    rows, columns = page.imagelength, page.imagewidth
    if page.planarconfig == 2 and channels > 1:
        values = np.moveaxis(values.reshape(channels, depth, rows, columns), 0, -1)
    values = values.reshape(depth, rows, columns, channels)[0]
    return values[..., 0] if channels == 1 else values


def _meant(
    values: NDArray[Any], bits: int, page: TiffPage, name: str
) -> tuple[NDArray[Any], int, bool, list[str]]:
    """Grey or RGB in which 0 is black, with an alpha channel or without, and what to say."""
    kind = int(page.photometric)
    own = {_RGB: 3, _YCC: 3, _INKS: 4}.get(kind, 1)
    channels = 1 if values.ndim == 2 else values.shape[2]
    if channels < own or kind not in (_WHITE, _BLACK, _RGB, _PALETTE, _MASK, _INKS, _YCC):
        raise _unknown(page, name)
    notices = []
    extra = page.extrasamples[0] if page.extrasamples else 0
    alpha = channels == own + 1 and extra == 2
    # Alpha of kind 1 is multiplied into the colours already: they stand on black as they are.
    if own == 1 and channels > 1 and not extra:
        notices.append(_CHANNELS.format(channels))
    if channels > own and not alpha:
        values = values[..., :own]
    if own == 1 and values.ndim == 3 and not alpha:
        values = values[..., 0]
    if kind == _WHITE:
        if alpha:
            values = np.dstack([mirrored(values[..., 0], bits), values[..., 1]])
        else:
            values = mirrored(values, bits)
    elif kind == _PALETTE:
        values, bits, alpha = _coloured(values[..., 0] if alpha else values, page), 8, False
    elif kind == _INKS:
        values, bits = _without_inks(values, bits), 8
    elif kind == _YCC and page.compression not in _JPEG:
        values = rgb_of_ycc(values, 2**bits - 1)
    return values, bits, alpha, notices


def _coloured(values: NDArray[Any], page: TiffPage) -> NDArray[np.uint8]:
    """Colours by number; some writers put 8-bit colours into the 16-bit map."""
    table = np.asarray(page.colormap)
    deep = int(table.max()) > 255
    colours = (table >> 8 if deep else table).astype(np.uint8).T
    return np.asarray(colours[np.minimum(values, len(colours) - 1)])


def _without_inks(values: NDArray[Any], bits: int) -> NDArray[np.uint8]:
    """RGB of cyan, magenta, yellow and black, as screens show them without a profile."""
    inks = to_eight_bits(values[..., :4], bits).astype(np.uint16)
    light = (255 - inks[..., :3]) * (255 - inks[..., 3:])
    return np.asarray((light + 127) // 255, np.uint8)


def _subsampled(page: TiffPage) -> bool:
    """Whether several pixels share their colour differences, outside JPEG."""
    luma = page.photometric == _YCC and page.compression not in _JPEG
    return luma and tuple(page.subsampling or (2, 2)) != (1, 1)  # 2 × 2 where nothing is said


def _unknown(page: TiffPage, name: str) -> FileError:
    colours, compression = (
        getattr(value, "name", value) for value in (page.photometric, page.compression)
    )
    return FileError(
        f"{name} is a TIFF stored in a way that is not known here "
        f"(colours {colours}, compression {compression}, {page.bitspersample} bits).",
        AS_IMAGE2D,
    )


def _page_count(file: BinaryIO) -> int:
    """Number of pages; more than ``_MANY_PAGES`` if there are more. A closed chain ends there.

    Raises struct.error or ValueError if it is no TIFF.
    """
    file.seek(0)
    start = file.read(16)
    order = {b"II": "<", b"MM": ">"}[start[:2]]
    big = struct.unpack(f"{order}H", start[2:4])[0] == 43
    entries, entry, link = ("Q", 20, "Q") if big else ("H", 12, "I")
    place = struct.unpack_from(f"{order}{link}", start, 8 if big else 4)[0]
    seen: set[int] = set()
    while place and place not in seen and len(seen) <= _MANY_PAGES:
        seen.add(place)
        try:
            file.seek(place)
            count = _number(file, order + entries)
            file.seek(place + struct.calcsize(order + entries) + entry * count)
            place = _number(file, order + link)
        except (struct.error, OSError, OverflowError, ValueError):
            break  # cut off; the first page may be whole
    return max(len(seen), 1)


def _number(file: BinaryIO, kind: str) -> int:
    return int(struct.unpack(kind, file.read(struct.calcsize(kind)))[0])
