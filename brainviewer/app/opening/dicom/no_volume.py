"""DICOM images that make no volume: why, what helps, and which of them can be opened alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.counting import first_few, listed
from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shown_text
from brainviewer.files.dicom.archive import is_archive
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.frames import Frame

_NO_SERIES = "No series can be shown as a volume"
_OPEN_MR = "Only MR is shown as a volume: open the folder of an MR examination."
_MOST_HELPS = 2


@dataclass(frozen=True)
class NoVolume:
    """Why DICOM images are no volume, and what to do; both empty where nothing is known.

    why, helps : sentences
    """

    why: str = ""
    helps: str = ""

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "NoVolume":
        """Of an examination of which no stack can be shown; each reason with its series."""
        reasons: dict[str, list[int]] = {}
        for one in candidates:
            numbers = reasons.setdefault(one.left_out, [])
            if one.number not in numbers:
                numbers.append(one.number)
        said = list(reasons)
        if len(reasons) > 1:
            said = [f"{reason} in series {_few(numbers)}" for reason, numbers in reasons.items()]
        helps = list(dict.fromkeys(one.helps for one in candidates if one.helps))
        return cls(f"{_NO_SERIES}: {first_few(said)}.", " ".join(helps[:_MOST_HELPS]))

    @classmethod
    def not_mr(cls, frames: Iterable[Frame]) -> "NoVolume":
        """Of DICOM images that are no series of MR."""
        kinds = dict.fromkeys(shown_text(frame.tags.text("Modality")) for frame in frames)
        if not kinds:
            return UNKNOWN
        said = f"are {listed(list(kinds))}, not MR" if all(kinds) else "do not say that they are MR"
        return cls(f"{_NO_SERIES}: the images {said}.", _OPEN_MR)

    @property
    def sentences(self) -> str:
        """What is wrong, and what helps."""
        return f"{self.why} {self.helps}".strip()

    def refusal(self, named: Sequence[Path], images: Sequence[Path]) -> FileError:
        """What is said where nothing can be opened at once.

        named : what was to be opened. images : the DICOM images that were found there
        """
        if any(map(is_archive, named)):
            alone = "Its images can be opened one by one when it is unpacked."
        else:
            alone = f"A single image can be opened, for example {images[0]}."
        return FileError(self.why, f"{self.helps} {alone}".strip())


UNKNOWN = NoVolume()


def _few(numbers: Sequence[int]) -> str:
    return listed(map(str, numbers)) if len(numbers) < 4 else first_few(list(map(str, numbers)))
