"""One slice as its header describes it, in a file of its own or in one of many frames."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from brainviewer.core.study import FileWindow
from brainviewer.files.dicom.pixels.rescale_line import Line, Written, rescale_line
from brainviewer.files.dicom.pixels.voi import WINDOW_WORDS, windows_said

Numbers = tuple[float, ...]
_LEAST_MM, _MOST_MM = 0.01, 100.0
"""Sides of a pixel of a slice."""


class Tags:
    """What a header says: texts by keyword, several values separated by backslashes."""

    __slots__ = ("_said",)

    def __init__(self, said: Mapping[str, str]) -> None:
        self._said = said

    def text(self, keyword: str) -> str:
        """The text as it stands; empty where nothing is said."""
        return self._said.get(keyword, "")

    def written(self, keyword: str) -> str | None:
        """The text as it stands; None where there is no such element."""
        return self._said.get(keyword)

    def words(self, keyword: str) -> tuple[str, ...]:
        """The values in capitals."""
        text = self._said.get(keyword, "")
        return tuple(word.strip().upper() for word in text.split("\\")) if text else ()

    def numbers(self, keyword: str) -> Numbers:
        """The values as finite numbers; none if one of them is none."""
        text = self._said.get(keyword, "")
        return _numbers_of(text) if text else ()

    def number(self, keyword: str) -> float | None:
        """The first value; None where there is none."""
        return next(iter(self.numbers(keyword)), None)

    def whole(self, keyword: str, default: int = 0) -> int:
        """The first value as a whole number."""
        value = self.number(keyword)
        return default if value is None else int(value)

    def with_frame(self, frame: Mapping[str, str]) -> "Tags":
        """The same with what is said of one frame alone."""
        return Tags({**self._said, **frame})


@dataclass(frozen=True, slots=True)
class Frame:
    """A slice of a series.

    number : its place in the file, from 0
    offset : where its pixels begin in the file; None where a decoder must read them
    length : bytes from there to the end of the pixels
    """

    path: Path
    number: int
    tags: Tags
    offset: int | None
    length: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.tags.whole("Rows"), self.tags.whole("Columns")

    @property
    def position(self) -> Numbers:
        """(x, y, z) in mm of the middle of its first pixel, LPS+; empty if unknown."""
        found = self.tags.numbers("ImagePositionPatient")
        return found if len(found) == 3 and max(map(abs, found)) < 1e6 else ()

    @property
    def orientation(self) -> Numbers:
        """Directions of a row and of a column, LPS+; empty if unknown."""
        found = self.tags.numbers("ImageOrientationPatient")
        return found if len(found) == 6 else ()

    @property
    def pixel_spacing(self) -> Numbers:
        """Height and width of a pixel in mm; empty if unknown, or if no scanner has such."""
        found = self.tags.numbers("PixelSpacing")
        fits = len(found) == 2 and all(_LEAST_MM <= side <= _MOST_MM for side in found)
        return found if fits else ()

    @property
    def rescale(self) -> Line:
        """Slope and intercept: true value = slope * stored value + intercept.

        Raises ValueError with a sentence if they are no numbers.
        """
        return rescale_line(*self.rescale_written)

    @property
    def rescale_written(self) -> Written:
        """Slope and intercept as its header says them."""
        return self.tags.written("RescaleSlope"), self.tags.written("RescaleIntercept")

    def windows(self, whole: bool) -> tuple[FileWindow, ...]:
        """Those that its header names; whole : of values that are whole numbers."""
        return windows_said(*map(self.tags.text, WINDOW_WORDS), whole=whole)

    @property
    def value_type(self) -> str:
        """The number type that a table of values leads to; empty where there is none."""
        return self.tags.text("ValueType")

    @property
    def grey(self) -> bool:
        """Whether it says that it holds grey levels, either way round."""
        words = self.tags.words("PhotometricInterpretation")
        return words in (("MONOCHROME1",), ("MONOCHROME2",))

    @property
    def inverted(self) -> bool:
        """Whether small values are bright."""
        return self.tags.words("PhotometricInterpretation") == ("MONOCHROME1",)


@lru_cache(4096)  # slices of one series say the same of most things
def _numbers_of(text: str) -> Numbers:
    try:
        values = tuple(map(float, text.split("\\")))
    except ValueError:
        return ()
    return values if all(map(math.isfinite, values)) else ()
