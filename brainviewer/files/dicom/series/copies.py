"""Copies of one image: the same SOP Instance UID and the same content, wherever their files lie.

A folder that was copied into itself, or one image in two encodings, holds copies. Other content
under the same UID is another image, whatever the standard says (PS3.5, 9): it is kept.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError
from brainviewer.files.decoding.process import DECODERS, DamagedError, Promised, decode_into
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.ordinary_file import open_ordinary, plain_errors

_DESCRIBED = (
    "Rows", "Columns", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing",
    "RescaleSlope", "RescaleIntercept", "PhotometricInterpretation", "EchoTime", "InversionTime",
    "RepetitionTime", "ContrastBolusAgent", "TemporalPositionIdentifier",
)  # fmt: skip
"""What makes another image of the same pixels."""
_CHUNK = 2**20


def without_copies(frames: Iterable[Frame]) -> tuple[list[Frame], int]:
    """The images, each once, and how many of them share their UID with another image."""
    kept: dict[tuple[str, int], list[Frame]] = {}
    compared: dict[tuple[Path, Path], bool] = {}
    for frame in frames:
        same_uid = kept.setdefault(_identity(frame), [])
        if not any(_same_image(frame, other, compared) for other in same_uid):
            same_uid.append(frame)
    ambiguous = sum(len(group) for group in kept.values() if len(group) > 1)
    return [frame for group in kept.values() for frame in group], ambiguous


def uids_are_unique(frames: Sequence[Frame]) -> bool:
    """Whether each image has a UID of its own, by which results can name it."""
    known = {_identity(frame) for frame in frames if frame.tags.text("SOPInstanceUID")}
    return len(known) == len(frames)


def _identity(frame: Frame) -> tuple[str, int]:
    return frame.tags.text("SOPInstanceUID") or str(frame.path), frame.number


def _same_image(one: Frame, other: Frame, compared: dict[tuple[Path, Path], bool]) -> bool:
    if one.path == other.path:
        return True
    if _described(one) != _described(other):
        return False
    pair = (one.path, other.path)
    if pair not in compared:
        try:
            compared[pair] = _same_pixels(one, other)
        except FileError:
            compared[pair] = False  # said when it is read
    return compared[pair]


def _same_pixels(one: Frame, other: Frame) -> bool:
    """Whether two files hold the same pixels, in whatever encoding."""
    if one.length == other.length and _same_bytes(one, other):
        return True
    if one.offset is not None and other.offset is not None:
        return False
    try:
        with DECODERS:
            return _digest(one.path) == _digest(other.path)
    except DamagedError:
        return False


def _digest(path: Path) -> tuple[tuple[int, ...], str]:
    """Shape of the pixels of a file, and sha256 of their values, of which one frame is held."""
    content = hashlib.sha256()

    def places(promised: Promised) -> Iterator[NDArray[Any]]:
        one = np.empty(promised.shape[1:], promised.dtype)
        for _ in range(promised.shape[0]):
            yield one
            # In a type that holds all that a decoder sends, with one zero: files may differ.
            content.update((one.astype(np.float32) + 0).data)

    promised, _ = decode_into("dicom", path, places)
    return promised.shape, content.hexdigest()


def _same_bytes(one: Frame, other: Frame) -> bool:
    """Of the pixels as they are stored; of the whole file where nobody knows where they begin."""
    with open_ordinary(one.path) as first, open_ordinary(other.path) as second:
        left = _at_pixels(first, one)
        if left != _at_pixels(second, other):
            return False
        while left > 0:
            count = min(left, _CHUNK)
            with plain_errors(one.path):
                piece = first.read(count)
            with plain_errors(other.path):
                if len(piece) < count or piece != second.read(count):
                    return False
            left -= count
    return True


def _at_pixels(file: BufferedReader, frame: Frame) -> int:
    """Go to where a file is compared from; returns how many bytes of it are."""
    with plain_errors(frame.path):
        size = file.seek(0, os.SEEK_END)
        if not frame.length:
            file.seek(0)
            return size
        file.seek(size - frame.length if frame.offset is None else frame.offset)
        return frame.length


def _described(frame: Frame) -> list[object]:
    return [frame.tags.numbers(word) or frame.tags.text(word) for word in _DESCRIBED]
