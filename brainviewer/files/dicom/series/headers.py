"""The headers of many files, read in threads before any pixel is; those read last are kept."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from brainviewer.core.errors import Cancelled, FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.decoding.process import DECODERS, DamagedError, decode
from brainviewer.files.dicom.elements import CutOff, Elements, NotDicom, read_elements
from brainviewer.files.dicom.keywords import ENCRYPTED, SYNTAX
from brainviewer.files.dicom.series.frames import Frame, Tags
from brainviewer.files.image2d.folder import DICOM_SUFFIXES

_THREADS, _AT_ONCE = 4, 64
_MOST_FRAMES = 20_000
_ITEM_BYTES = 8
"""The least that a compressed frame takes: tag and length of its item."""
_INCOMPLETE = "It is cut off, or still being written: open it again when it is whole."


@dataclass(frozen=True, eq=False)
class Headers:
    """What files say.

    frames : all slices, in the order of the files.
    refused : one error for each DICOM file that cannot be read.
    incomplete : files that end before their pixels do, as while a series is being written.
    others : how many files are no DICOM images.
    empty : those of them that hold nothing; misnamed : those that are no DICOM and called so.
    encrypted : how many of the incomplete ones say that something in them is encrypted.
    without_rows : how many of the others have pixels and no height.
    """

    frames: tuple[Frame, ...] = ()
    refused: tuple[FileError, ...] = ()
    incomplete: tuple[Path, ...] = ()
    others: int = 0
    empty: tuple[Path, ...] = ()
    misnamed: tuple[Path, ...] = ()
    encrypted: int = 0
    without_rows: int = 0


@dataclass(eq=False)
class _Part:
    frames: list[Frame] = field(default_factory=list)
    refused: list[FileError] = field(default_factory=list)
    incomplete: list[Path] = field(default_factory=list)
    others: int = 0
    empty: list[Path] = field(default_factory=list)
    misnamed: list[Path] = field(default_factory=list)
    encrypted: int = 0
    without_rows: int = 0


def read_headers(files: Sequence[Path], report: Report = silent) -> Headers:
    """Read the headers of files, of which some may be no DICOM.

    Asked for the same files again, as after a question to the user, it answers from memory.
    Raises Cancelled when ``report`` does.
    """
    key = tuple(_state(path) for path in files)
    if _last and _last[0][0] == key:
        return _last[0][1]
    pieces = [files[n : n + _AT_ONCE] for n in range(0, len(files), _AT_ONCE)]
    parts = list(_in_threads(pieces, report))
    headers = Headers(
        tuple(frame for part in parts for frame in part.frames),
        tuple(error for part in parts for error in part.refused),
        tuple(path for part in parts for path in part.incomplete),
        sum(part.others for part in parts),
        tuple(path for part in parts for path in part.empty),
        tuple(path for part in parts for path in part.misnamed),
        sum(part.encrypted for part in parts),
        sum(part.without_rows for part in parts),
    )
    _last[:] = [(key, headers)]
    return headers


_last: list[tuple[object, Headers]] = []


def _in_threads(pieces: Sequence[Sequence[Path]], report: Report) -> Iterator[_Part]:
    with ThreadPoolExecutor(_THREADS, thread_name_prefix="headers") as pool:
        try:
            for done, part in enumerate(pool.map(_read, pieces)):
                report(done / len(pieces), "Reading the headers of the series")
                yield part
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _state(path: Path) -> tuple[str, int, int]:
    try:
        status = os.stat(path)  # noqa: PTH116  # asked thousands of times
    except (OSError, ValueError):
        return str(path), 0, 0
    return str(path), status.st_size, status.st_mtime_ns


def _read(files: Sequence[Path]) -> _Part:
    part = _Part()
    for path in files:
        try:
            _add(part, path, read_elements(path))
        except CutOff:
            part.incomplete.append(path)
        except NotDicom:
            part.others += 1
            if not _state(path)[1]:
                part.empty.append(path)
            elif path.suffix.lower() in DICOM_SUFFIXES:
                part.misnamed.append(path)
        except Cancelled:
            raise
        except FileError as error:
            part.refused.append(error)
    return part


def _add(part: _Part, path: Path, elements: Elements) -> None:
    if elements.nested:
        try:
            with DECODERS:
                about = decode("dicom-header", path).about
        except DamagedError:
            raise FileError(f"{shortened(path.name)} is damaged.", _INCOMPLETE) from None
        tags = Tags({key: str(text) for key, text in about["said"].items()})
        offset = None if about["offset"] is None else int(about["offset"])
        for number, of_frame in enumerate(about["frames"]):
            said = tags.with_frame({key: str(text) for key, text in of_frame.items()})
            part.frames.append(Frame(path, number, said, offset, int(about["length"])))
        return
    tags = Tags(elements.said).with_frame({SYNTAX: elements.syntax})
    if not tags.whole("Rows"):
        part.others += 1  # a directory, a report, a state of presentation
        part.without_rows += elements.length > 0
        return
    count = min(max(tags.whole("NumberOfFrames", 1), 1), _MOST_FRAMES)
    offset = elements.offset if tags.whole("BitsAllocated") in (8, 16) else None
    bits = tags.whole("Rows") * tags.whole("Columns") * tags.whole("BitsAllocated")
    needed = bits * count * tags.whole("SamplesPerPixel", 1) // 8
    if elements.offset is None:
        needed = count * _ITEM_BYTES
    if elements.length < max(needed, 1):
        part.incomplete.append(path)
        part.encrypted += bool(tags.text(ENCRYPTED))
        return
    part.frames += [Frame(path, number, tags, offset, elements.length) for number in range(count)]
