"""Headers that take pydicom, for ``files.decoding``: enhanced files, and other orders of bytes.

No pixel is read. What nested groups say of a frame is brought to the names of classic files.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from brainviewer.core.errors import FileError
from brainviewer.files.decoding.message import Decoding
from brainviewer.files.dicom.character_sets import is_plain, said_by
from brainviewer.files.dicom.dataset_values import text
from brainviewer.files.dicom.header import inflated, read_header
from brainviewer.files.dicom.keywords import ENCRYPTED, IN_FRAMES, SYNTAX, WANTED, WHOLE_NUMBERS
from brainviewer.files.dicom.pixels.rescaling import rescaling
from brainviewer.files.dicom.pixels.transfer_syntaxes import AS_THEY_LIE

_MOST_FRAMES = 20_000
_TOLD_EMPTY = ("RescaleSlope", "RescaleIntercept")
"""Elements that make a difference by being there without a value."""


def start_decoding(file: BinaryIO, name: str) -> Decoding:
    """``about``: ``said`` of all frames, ``frames`` of each alone, and where their pixels lie.

    ``offset`` is None where the pixels are compressed, turned round or deflated.
    Raises FileError if there is no image, or if it is too large.
    """
    plain = inflated(file, name)
    dataset, layout = read_header(plain, name)
    if layout.frames > _MOST_FRAMES:
        raise FileError(f"{name} holds {layout.frames:,} frames.", "Split it into smaller series.")
    foreign = _foreign_texts(dataset)
    said = {SYNTAX: str(layout.syntax), **dict(_texts(dataset, WANTED.values())), **foreign}
    said.update(_named(dataset))
    said.update(_segments(dataset))
    if ENCRYPTED in dataset:
        said[ENCRYPTED] = "yes"
    shared = _first(dataset.get("SharedFunctionalGroupsSequence"))
    said.update(_of_groups(shared))
    if tabled := "ModalityLUTSequence" in dataset and layout.samples == 1:
        said["ValueType"] = rescaling(dataset, layout, name).dtype
    frames = [_of_groups(group) for group in dataset.get("PerFrameFunctionalGroupsSequence") or ()]
    about: dict[str, Any] = {
        "said": said,
        "frames": frames or [{}] * layout.frames,
        "offset": None,
        "length": 0,
    }
    native = layout.syntax in AS_THEY_LIE and layout.keyword == "PixelData" and plain is file
    if native and not tabled and layout.bits.allocated in (8, 16):
        about["offset"] = plain.tell()
        about["length"] = plain.seek(0, os.SEEK_END) - about["offset"]
    return Decoding((1,), "uint8", 0, iter(()), about)


def _foreign_texts(dataset: Dataset) -> dict[str, str]:
    """The texts beyond ASCII, from their bytes: pydicom decodes those of no known set as well."""
    sets = [name.strip() for name in (text(dataset, "SpecificCharacterSet") or "").split("\\")]
    said: dict[str, str] = {}
    for word in WANTED.values():
        raw = dataset.get_item(word)
        value = raw.value if isinstance(raw, RawDataElement) else None
        if isinstance(value, bytes) and word not in WHOLE_NUMBERS and not is_plain(value):
            said.update(said_by(value, sets, word))
    return said


def _of_groups(groups: Dataset | None) -> dict[str, str]:
    """What the functional groups of a frame, or of all frames, say."""
    said: dict[str, str] = {}
    for sequence in groups or ():
        if sequence.VR == "SQ" and not sequence.tag.is_private:
            for item in sequence.value:
                said.update(_named(item))
    return said


def _named(item: Dataset) -> dict[str, str]:
    return {IN_FRAMES[word]: value for word, value in _texts(item, IN_FRAMES)}


def _segments(dataset: Dataset) -> dict[str, str]:
    """Number, label, and codes of type and category of each segment, in lists of equal length."""
    segments = list(dataset.get("SegmentSequence") or ())

    def listed(keyword: str) -> str:
        return "\\".join((text(one, keyword) or "").replace("\\", " ") for one in segments)

    def codes(keyword: str) -> str:
        coded = (_first(one.get(keyword)) or Dataset() for one in segments)
        return "\\".join(text(one, "CodeValue") or "" for one in coded)

    if not segments:
        return {}
    return {
        "SegmentNumber": listed("SegmentNumber"),
        "SegmentLabel": listed("SegmentLabel"),
        "SegmentType": codes("SegmentedPropertyTypeCodeSequence"),
        "SegmentCategory": codes("SegmentedPropertyCategoryCodeSequence"),
    }


def _texts(item: Dataset, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    for word in words:
        value = text(item, word)
        if value or (value is not None and word in _TOLD_EMPTY):
            yield word, value
        elif word == "ContrastBolusAgent" and item.get("ContrastBolusAgentSequence"):
            yield word, "contrast agent"


def _first(sequence: Any) -> Dataset | None:
    return sequence[0] if sequence else None
