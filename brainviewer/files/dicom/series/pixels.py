"""The values of slices: read from the files as they lie there, else by a decoder.

Uncompressed pixels need no decoder: they are bytes at a known place. All others are decoded in the
child process, file by file.
"""

from collections.abc import Iterator, Mapping, Sequence
from io import BufferedReader
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding.process import DECODERS, DamagedError, Promised, decode_into
from brainviewer.files.dicom.pixels.rescale_line import NOT_RESCALED, Line
from brainviewer.files.dicom.pixels.stored_bits import StoredBits, in_type
from brainviewer.files.dicom.series.frames import Frame
from brainviewer.files.dicom.series.values import bits_of
from brainviewer.files.ordinary_file import open_ordinary, plain_errors

AGAIN = "Copy the series again from its source."
REPORT_EVERY = 16
"""Slices."""
_READING = "Reading the series"
_Slice = tuple[Frame, NDArray[Any]]
"""A slice, and where its values, (rows, columns), are read into."""


class DamagedFile(FileError):
    """A file whose pixels cannot be decoded."""


class SliceReader:
    """Reads slices, file by file.

    notices : sentences about what was read
    """

    def __init__(self) -> None:
        self.notices: list[str] = []
        self._spans: dict[Path, Sequence[float] | None] = {}

    def read(self, path: Path, slices: Sequence[_Slice], report: Report = silent) -> None:
        """The values of slices of one file, (rows, columns), each into an array of the type that
        holds them.

        A compressed file is decoded once, and beside these arrays never holds more than a frame.

        Raises DamagedFile if its pixels cannot be decoded, FileError if it is gone, or holds other
        values than its header says, and Cancelled when ``report`` does.
        """
        compressed: dict[int, list[_Slice]] = {}
        for one in slices:
            if one[0].offset is None:
                compressed.setdefault(one[0].number, []).append(one)
        if compressed:
            self._decode(path, compressed, report)
            return
        with open_ordinary(path) as file:
            for index, (frame, into) in enumerate(slices):
                if index % REPORT_EVERY == 0:
                    report(index / len(slices), _READING)
                _put(self._read_native(file, frame), frame, into)

    def ends_of(self, frame: Frame) -> float | None:
        """Sum of the least and the largest value that the bits of a slice allow.

        frame : one that was read

        None of floating-point pixels.
        """
        span = self._spans.get(frame.path, ())
        if span is None or (frame.value_type and span):
            return None if span is None else float(span[0] + span[1])
        (slope, intercept), (low, high) = frame.rescale, bits_of(frame).limits
        return slope * (low + high) + 2 * intercept

    def _read_native(self, file: BufferedReader, frame: Frame) -> NDArray[Any]:
        bits = bits_of(frame)
        stored = np.empty(frame.shape, f"<{'i' if bits.signed else 'u'}{bits.allocated // 8}")
        with plain_errors(frame.path):
            file.seek((frame.offset or 0) + frame.number * stored.nbytes)
            if file.readinto(stored.data.cast("B")) < stored.nbytes:
                raise FileError(f"{shortened(frame.path.name)} ends before its pixels do.", AGAIN)
        values, beyond = bits.numbers(stored)
        if beyond:
            self._say([bits.beyond])
        if frame.rescale == NOT_RESCALED:
            return values
        slope, intercept = map(np.float64, frame.rescale)
        with np.errstate(over="ignore", invalid="ignore"):  # told when all is read
            return values * slope + intercept

    def _decode(self, path: Path, slices: Mapping[int, Sequence[_Slice]], report: Report) -> None:
        """slices : by their numbers in the file"""
        done = 0.0

        def places(promised: Promised) -> Iterator[NDArray[Any]]:
            nonlocal done
            count, *shape = promised.shape
            for frame, _ in chain.from_iterable(slices.values()):
                if frame.number >= count or tuple(shape) != frame.shape:
                    raise _other_pixels(frame)
            one = np.empty(shape, promised.dtype)
            for number in range(count):
                yield one
                for frame, into in slices.get(number, ()):
                    _put(one, frame, into)
                done = (number + 1) / count

        try:
            with DECODERS:
                promised, notices = decode_into(
                    "dicom", path, places, lambda *_: report(done, _READING)
                )
        except DamagedError:
            said = f"{shortened(path.name)} is damaged, or stored in an unknown way."
            raise DamagedFile(said, AGAIN) from None
        self._spans[path] = promised.about["span"]
        self._say(notices)

    def _say(self, notices: Sequence[str]) -> None:
        self.notices += [notice for notice in notices if notice not in self.notices]


def _put(values: NDArray[Any], frame: Frame, into: NDArray[Any]) -> None:
    try:
        into[...] = in_type(values, into.dtype)
    except OverflowError:
        raise _other_pixels(frame) from None


def _other_pixels(frame: Frame) -> FileError:
    return FileError(
        f"{shortened(frame.path.name)} holds other pixels than its header says.", AGAIN
    )


def value_type(frames: Sequence[Frame]) -> np.dtype[Any]:
    """The smallest number type that holds all values as they are meant."""
    kinds = {(bits_of(f), f.rescale) for f in frames if not f.value_type}
    tabled = {np.dtype(f.value_type) for f in frames if f.value_type}
    if tabled:
        return _held(np.result_type(*tabled, *([_of_lines(kinds)] if kinds else [])))
    return _of_lines(kinds)


def _held(kind: np.dtype[Any]) -> np.dtype[Any]:
    return kind if kind.itemsize <= 2 else np.dtype(np.float32)


def _of_lines(kinds: set[tuple[StoredBits, Line]]) -> np.dtype[Any]:
    if all(line == NOT_RESCALED for _, line in kinds):
        signed = {bits.signed for bits, _ in kinds}
        most = max(bits.stored for bits, _ in kinds)
        if len(signed) == 1 and most <= 16:
            return np.dtype(f"{'i' if signed.pop() else 'u'}{1 if most <= 8 else 2}")
    if not all(float(number).is_integer() for _, line in kinds for number in line):
        return np.dtype(np.float32)
    ends = [slope * end + more for bits, (slope, more) in kinds for end in bits.limits]
    return next((np.dtype(n) for n in ("u1", "u2", "i2") if _holds(n, ends)), np.dtype("f4"))


def _holds(name: str, ends: Sequence[float]) -> bool:
    span = np.iinfo(name)
    return span.min <= min(ends) and max(ends) <= span.max
