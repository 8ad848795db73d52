"""What the elements of a DICOM data set say, whatever stands in them."""

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from brainviewer.core.errors import SENSELESS
from brainviewer.files.dicom.character_sets import utf8_of_latin_1

_LATIN_1 = ("latin_1", "iso8859", "")
"""What pydicom calls it; it takes texts for that where no character set is named."""


def number(dataset: Dataset, keyword: str, default: float | None = None) -> float | None:
    """An element as a number, the first of several; the default if it is absent or no number."""
    try:
        value = dataset.get(keyword)
        if value is not None and not isinstance(value, str | bytes | int | float):
            value = value[0]
        return default if value is None or value == "" else float(value)
    except SENSELESS:
        return default


def text(dataset: Dataset, keyword: str) -> str | None:
    """An element as it is written, several values separated by backslashes; None if it is absent.

    What cannot be converted to its type, such as a word in place of a number, is there as well.
    """
    if keyword not in dataset:
        return None
    try:
        value = dataset.get(keyword)
    except SENSELESS:
        raw = dataset.get_item(keyword).value
        return raw.decode("ascii", "replace").strip(" \0") if isinstance(raw, bytes) else str(raw)
    if value is None or isinstance(value, Dataset | Sequence | bytes):
        return ""
    if isinstance(value, MultiValue | list | tuple):
        return as_meant(dataset, "\\".join(map(str, value)))
    return as_meant(dataset, str(value))


def as_meant(dataset: Dataset, decoded: str) -> str:
    """A text of a data set that pydicom decoded; see ``character_sets``."""
    sets = dataset.original_character_set
    first = sets if isinstance(sets, str) else next(iter(sets), "")
    return utf8_of_latin_1(decoded) if first in _LATIN_1 else decoded


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """An element as several numbers; none if one of them is no number."""
    try:
        value = dataset.get(keyword)
        if value is None:
            return ()
        return tuple(float(item) for item in (value if hasattr(value, "__iter__") else [value]))
    except SENSELESS:
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


def frames_described(dataset: Dataset) -> int | None:
    """How many frames have a group of their own; None where nothing is said frame by frame."""
    groups = dataset.get("PerFrameFunctionalGroupsSequence")
    try:
        return len(groups) if groups else None
    except TypeError:  # something else stands in its place
        return None
