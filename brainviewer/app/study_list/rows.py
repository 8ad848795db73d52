"""A row of the study list: what is said in it, how it is found and sorted."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from brainviewer.app.study_list.listed import ListedStudy
from brainviewer.core.findings.feedback import AGREE
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import Modality
from brainviewer.files.study_list.entry import StudyEntry


class Column(StrEnum):
    """What a row says, in the order of the table, with the heads of the columns."""

    PATIENT = "Patient"
    STUDY = "Study"
    DATE = "Date"
    SEQUENCES = "Sequences"
    RESULT = "Last result"
    VOLUME = "Volume"
    FEEDBACK = "Feedback"


_BARE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i"})
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae"})
NAMES = (Column.PATIENT, Column.STUDY)
"""Columns that say whose study it is."""


@dataclass(eq=False)
class StudyRow:
    """A study of the list.

    entry : what is known of it from before; None until it was read.
    opinion : what the user said last of a prediction: ``agree``, ``disagree`` or empty.
    problem : why it cannot be read, or empty.
    """

    listed: ListedStudy
    entry: StudyEntry | None = None
    opinion: str = ""
    problem: str = ""

    @property
    def unread(self) -> bool:
        """Whether its images were never looked at, and can be without asking a node for them."""
        there = self.listed.on_node is None
        return there and not self.problem and (self.entry is None or not self.entry.thumbnail)

    @property
    def content(self) -> str:
        """Its content hash; empty until it was read."""
        return "" if self.entry is None else self.entry.content

    @property
    def sequences(self) -> tuple[Modality, ...]:
        """As they were read, or else as names say."""
        read = () if self.entry is None else self.entry.sequences
        return read or self.listed.sequences

    @property
    def volume_ml(self) -> float | None:
        """Of the lesion that was found last."""
        finding = None if self.entry is None else self.entry.finding
        return None if finding is None or not finding.found else finding.volume_ml

    def text(self, column: Column) -> str:
        """What stands in a column; empty where nothing is known."""
        return _TEXTS[column](self)

    def origin(self, column: Column) -> str:
        """When and by what a result was found; empty for what is no result."""
        if self.entry is None or not self.text(column):
            return ""
        finding, result = self.entry.finding, self.entry.classification
        if column is Column.RESULT and result is not None:
            return f"{result.model}, {result.time[:10]}"
        if column is Column.VOLUME and finding is not None:
            return f"{finding.network or finding.method}, {finding.time[:10]}"
        return ""


def _date(row: StudyRow) -> str:
    return "" if row.listed.day is None else row.listed.day.isoformat()


def _result(row: StudyRow) -> str:
    if row.problem:
        return "cannot be read"
    if row.entry is None:
        return ""
    result, finding = row.entry.classification, row.entry.finding
    if finding is not None and not finding.found:
        return "no lesion found"
    if result is None:
        return "" if finding is None else "not classified"
    if not result.in_scope:
        return "out of scope"
    said = f"{result.name} {100 * result.probability:.0f} %"
    return said if result.confident else f"not confident: {said}"  # what is cut off is no caveat


def _volume(row: StudyRow) -> str:
    if row.volume_ml is None or row.entry is None or row.entry.finding is None:
        return ""
    return f"{'≥ ' if row.entry.finding.cut_off else ''}{row.volume_ml:.1f} mL"


def _feedback(row: StudyRow) -> str:
    if not row.opinion:
        return ""
    return "agreed" if row.opinion == AGREE else "disagreed"


_TEXTS: dict[Column, Callable[[StudyRow], str]] = {
    Column.PATIENT: lambda row: row.listed.patient,
    Column.STUDY: lambda row: row.listed.study,
    Column.DATE: _date,
    Column.SEQUENCES: lambda row: "  ".join(row.sequences or row.listed.modalities),
    Column.RESULT: _result,
    Column.VOLUME: _volume,
    Column.FEEDBACK: _feedback,
}


def chosen_rows(
    rows: Iterable[StudyRow],
    search: str,
    column: Column | None,
    descending: bool,
    hidden: Collection[Column] = (),
) -> list[StudyRow]:
    """The rows that hold every word of a search, sorted; unknown values come last.

    column : None for the order of the source.
    hidden : columns that nobody may see, by which nothing is found or sorted.
    """
    words = [_spellings(word) for word in search.split()]
    searched = [each for each in Column if each not in hidden]
    found = [row for row in rows if not words or _holds(row, words, searched)]
    if column is None or column in hidden:
        return found
    keys = {id(row): _sort_key(row, column) for row in found}
    known = [row for row in found if keys[id(row)] is not None]
    known.sort(key=lambda row: keys[id(row)], reverse=descending)
    return known + [row for row in found if keys[id(row)] is None]


def limits_of(search: str, shown: int, there: int) -> str:
    """A sentence on what a search leaves out of the order of the studies; empty if it is all."""
    if shown == there or not search.strip():
        return ""
    fit = "fits" if shown == 1 else "fit"
    return (
        f"Next and previous study go through {shown:,} of {there:,} studies: those that {fit} the "
        f"search “{shown_text(search.strip())}” in the study list."
    )


def _holds(row: StudyRow, words: Iterable[tuple[str, ...]], columns: Iterable[Column]) -> bool:
    said = "\n".join(_spellings(" ".join(row.text(column) for column in columns)))
    return all(any(one in said for one in word) for word in words)


def _spellings(text: str) -> tuple[str, ...]:
    """As it is compared, without the marks of its letters, and with German ones written out."""
    plain = _compared(text)
    bare = "".join(one for one in unicodedata.normalize("NFKD", plain) if not _is_mark(one))
    return tuple(dict.fromkeys((plain, bare.translate(_BARE), plain.translate(_WRITTEN_OUT))))


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) == "Mn"


def _sort_key(row: StudyRow, column: Column) -> Any:
    if column is Column.VOLUME:
        return row.volume_ml
    if column is Column.SEQUENCES:
        return len(row.sequences) or None
    text = row.text(column)
    return _natural(text) if text else None


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Numbers in a text by their value: ``visit 2`` before ``visit 10``."""
    parts = re.findall(r"0*(\d+)|(\D+)", _compared(text))
    return [(0, len(digits), digits) if digits else (1, 0, other) for digits, other in parts]


def _compared(text: str) -> str:
    """Without the difference of small and capital letters, and of ``ü`` as one sign or two."""
    return unicodedata.normalize("NFKC", text).casefold()
