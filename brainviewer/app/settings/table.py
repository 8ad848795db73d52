"""What a setting is: its default, its page and words, what it may be, and the check of it.

The fields of ``settings.Settings`` are the table: each is declared by ``setting`` or ``kept``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as dataclass_fields
from enum import StrEnum
from typing import Any, TypeVar

Value = TypeVar("Value")
Reader = Callable[[Any], Any]
Offered = Callable[[Any], Mapping[str, str]]
"""What a setting may be on this computer, from the settings: text of each value."""
_METADATA = "setting"
_LONGEST = 10_000
"""Characters of a text; longer ones are damaged, whatever they say."""


class Page(StrEnum):
    """The pages of the dialog, in their order."""

    DISPLAY = "Display"
    MOUSE = "Mouse"
    KEYS = "Keys"
    WINDOWS = "Windows"
    MODELS = "Models and engine"
    GRAPHICS = "Graphics"
    EXPORT = "Export"
    PRIVACY = "Privacy"
    PACS = "PACS"
    ACCOUNTS = "Accounts"


@dataclass(frozen=True)
class _About:
    """What a field of the table knows beside its name and default; see ``Setting``."""

    page: Page | None = None
    label: str = ""
    help: str = ""
    choices: Mapping[str, str] | None = None
    offered: Offered | None = None
    low: int = 0
    high: int = 0
    unit: str = ""
    reader: Reader | None = None


@dataclass(frozen=True)
class Setting:
    """A row of the table.

    page : None for what the window remembers by itself, which is on no page and in no export.
    choices : texts of the values there are, by value; None where it is no choice.
    offered : asks for the choices where they depend on what is installed; None elsewhere.
    low, high : bounds of a whole number, both allowed. unit : of the number.
    reader : takes a stored value of another kind; raises TypeError or ValueError.
    """

    key: str
    default: Any
    page: Page | None
    label: str
    help: str
    choices: Mapping[str, str] | None
    offered: Offered | None
    low: int
    high: int
    unit: str
    reader: Reader | None

    def read(self, stored: Any) -> Any:
        """A value as JSON holds it, in the type of the setting.

        Raises TypeError or ValueError if it is none that the setting may have.
        """
        if self.reader is not None:
            return self.reader(stored)
        kind = next(kind for kind in (bool, int, str) if isinstance(self.default, kind))
        if not isinstance(stored, kind) or (kind is int and isinstance(stored, bool)):
            raise TypeError("damaged")
        value = type(self.default)(stored)
        if isinstance(value, int) and kind is int and not self.low <= value <= self.high:
            raise ValueError("out of range")
        if isinstance(value, str) and len(value) > _LONGEST:
            raise ValueError("too long")
        if self.choices is not None and value not in self.choices:
            raise ValueError("no such choice")
        return value

    def texts(self, settings: Any) -> Mapping[str, str] | None:
        """The choices at this moment, by value; None where it is no choice."""
        return self.offered(settings) if self.offered is not None else self.choices

    @property
    def allowed(self) -> str:
        """What the setting may be, for a sentence: ``dark, light or system``."""
        if self.choices:
            *first, last = self.choices
            return f"{', '.join(first)} or {last}" if first else last
        if isinstance(self.default, bool):
            return "true or false"
        if isinstance(self.default, int):
            return f"a whole number from {self.low} to {self.high}"
        return "a list as it is exported" if isinstance(self.default, tuple) else "a text"


def setting(
    default: Value,
    page: Page,
    label: str,
    about: str,
    *,
    choices: Mapping[str, str] | None = None,
    offered: Offered | None = None,
    between: tuple[int, int] = (0, 0),
    unit: str = "",
    reader: Reader | None = None,
) -> Value:
    """Declares a field of the table that is on a page of the dialog; see ``Setting``.

    about : the help, in one or two sentences. between : the bounds of a whole number.
    """
    row = _About(page, label, about, choices, offered, *between, unit, reader)
    made: Value = field(default=default, metadata={_METADATA: row})
    return made


def kept(default: Value, reader: Reader | None = None) -> Value:
    """Declares a field that the window remembers by itself."""
    made: Value = field(default=default, metadata={_METADATA: _About(reader=reader)})
    return made


def rows(settings: type) -> dict[str, Setting]:
    """The table that a dataclass is, by key."""
    return {
        item.name: Setting(item.name, item.default, **vars(item.metadata[_METADATA]))
        for item in dataclass_fields(settings)
        if _METADATA in item.metadata
    }


def count(stored: Any) -> int:
    """Reads a whole number, from 0 on."""
    if type(stored) is not int:
        raise TypeError("damaged")
    return max(stored, 0)


def texts(most: int) -> Reader:
    """Reads a list of texts, without what is none, and at most so many."""

    def read(stored: Any) -> tuple[str, ...]:
        if not isinstance(stored, list):
            raise TypeError("damaged")
        return tuple([each for each in stored if isinstance(each, str)][:most])

    return read


def lists_of_texts(most: int) -> Reader:
    """Reads lists of texts, without those that are damaged, and at most so many."""

    def read(stored: Any) -> tuple[tuple[str, ...], ...]:
        if not isinstance(stored, list):
            raise TypeError("damaged")
        entries = [entry for entry in stored if entry and isinstance(entry, list)]
        return tuple(tuple(map(str, entry)) for entry in entries[:most])

    return read


def objects(most: int) -> Reader:
    """Reads a list of objects as they are, at most so many; who uses them checks them."""

    def read(stored: Any) -> tuple[Mapping[str, Any], ...]:
        if not isinstance(stored, list) or not all(isinstance(one, dict) for one in stored):
            raise TypeError("damaged")
        return tuple(stored[:most])

    return read
