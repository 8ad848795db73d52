"""What a report is made of, as values: whatever shows it, on paper or as HTML, shows these."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.footer import LegendEntry
from brainviewer.painting.slice_scene import SliceScene
from brainviewer.painting.text.predictions import EvidenceLine


class Tone(StrEnum):
    """How words are set."""

    BODY = "body"
    QUIET = "quiet"
    CAUTION = "caution"
    STRONG = "strong"
    ANSWER = "answer"


@dataclass(frozen=True)
class Words:
    """A text; its lines are kept."""

    text: str
    tone: Tone = Tone.BODY


@dataclass(frozen=True)
class Facts:
    """Names with their values. rows : name, and what it is.

    columns : how many pairs stand side by side where there is room.
    """

    rows: tuple[tuple[str, str], ...]
    columns: int = 1


@dataclass(frozen=True)
class Table:
    """Rows of cells under a head, each row with as many cells as the head.

    The first column is words; the others are aligned at their right ends if ``numbers``.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True


@dataclass(frozen=True)
class Points:
    """Sentences, each with a mark before it."""

    items: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class VolumePicture:
    """The 3D view. image : (rows, columns, 3). title, warning : in its corner."""

    image: NDArray[np.uint8]
    title: str
    warning: str = ""


@dataclass(frozen=True, eq=False)
class Picture:
    """A slice, or the 3D view, with what is said of it."""

    scene: SliceScene | VolumePicture
    caption: str


@dataclass(frozen=True, eq=False)
class Pictures:
    """Slices, or the 3D view, in rows of so many ``columns``.

    captioned : what is said of each stands under it; else it is for those who do not see it.
    side : of each square pane, in points as on a screen; on paper it is made smaller as a whole.
    """

    items: tuple[Picture, ...]
    columns: int
    side: int
    captioned: bool = True


@dataclass(frozen=True)
class Legend:
    """What the colours over images mean."""

    entries: tuple[LegendEntry, ...]


@dataclass(frozen=True)
class Bar:
    """The probability of a class, 0..1, in words too; ``colour`` is that of the class."""

    code: str
    name: str
    fraction: float
    figure: str
    colour: str


@dataclass(frozen=True)
class Bars:
    """The probabilities of an answer."""

    items: tuple[Bar, ...]


@dataclass(frozen=True)
class Evidence:
    """What an answer rests on: a bar to the right speaks for it, to the left against it."""

    title: str
    lines: tuple[EvidenceLine, ...]


@dataclass(frozen=True)
class Signature:
    """A line for the name of the reader, which may stand on it, and one to sign on."""

    reader: str = ""


Block = Words | Facts | Table | Points | Pictures | Legend | Bars | Evidence | Signature


@dataclass(frozen=True, eq=False)
class Section:
    """Blocks under a head."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class ReportDocument:
    """A whole report.

    subtitle : small, beside the title. warnings : what must be read first.
    foot : at the bottom of every page.
    """

    title: str
    subtitle: str
    warnings: tuple[str, ...]
    identification: Facts
    sections: tuple[Section, ...]
    foot: str
