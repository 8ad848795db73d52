"""What a reader writes into the report of a study."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from brainviewer.core.shown_text import shown_text

MOST_CHARACTERS = 20_000
"""Of one part; what is longer is cut there."""
TOO_LONG = f"Only the first {MOST_CHARACTERS:,} characters of each text are kept."


@dataclass(frozen=True)
class ReportText:
    """Free text in the parts that a radiology report has; each may have several lines.

    clinical : clinical information and question. findings : what is seen. impression : its summary.
    """

    clinical: str = ""
    findings: str = ""
    impression: str = ""

    def __post_init__(self) -> None:
        for part in fields(self):
            object.__setattr__(self, part.name, _clean(getattr(self, part.name)))

    def __bool__(self) -> bool:
        """Whether anything is written."""
        return any(self.to_json().values())

    def with_part(self, name: str, text: str) -> "ReportText":
        """The same with other words in a part."""
        return replace(self, **{name: text})

    def to_json(self) -> dict[str, str]:
        """Plain data for a JSON file."""
        return {part.name: getattr(self, part.name) for part in fields(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "ReportText":
        """The text that ``to_json`` wrote; parts that are missing are empty.

        Raises TypeError if a part is no text, or ``data`` no object.
        """
        if not isinstance(data, Mapping):
            raise TypeError("the text of a report is an object")
        parts = {part.name: data.get(part.name, "") for part in fields(cls)}
        if not all(isinstance(text, str) for text in parts.values()):
            raise TypeError("the parts of a report are texts")
        return cls(**parts)


def _clean(text: str) -> str:
    """Lines without control codes, and without empty ones at either end."""
    lines = text[:MOST_CHARACTERS].replace("\r\n", "\n").split("\n")
    return "\n".join(shown_text(line).rstrip() for line in lines).strip("\n")
