"""Settings of recipes, as fields of dataclasses or by name, that say what values they may have.

Values are read strictly; whatever is not known or not allowed raises ValueError, TypeError or
KeyError, in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, TypeVar

_Table = TypeVar("_Table")


@dataclass(frozen=True)
class Setting:
    """A value that a key may have.

    kind : int, float, str or bool; default : None if it must be given.
    low, high : limits of a number; allowed : the only words, unless all are.
    """

    kind: type
    default: Any = None
    low: float = 0
    high: float = 0
    allowed: Sequence[str] = ()

    def field(self) -> Any:
        """The field of a dataclass."""
        default = MISSING if self.default is None else self.default
        return field(default=default, metadata={"setting": self})

    def read(self, key: str, value: Any) -> Any:
        """The value, checked."""
        known = type(value) is self.kind or (self.kind is float and type(value) is int)
        if self.kind is bool and not known:
            raise TypeError(f"'{key}' must be true or false")
        if self.kind is str and (not known or (self.default is None and not value)):
            raise TypeError(f"'{key}' must be words in quotes")
        if self.kind in (int, float) and (not known or not self.low <= value <= self.high):
            number = "whole number" if self.kind is int else "number"
            raise ValueError(f"'{key}' must be a {number} from {self.low} to {self.high}")
        if self.allowed and value not in self.allowed:
            words = ", ".join(filter(None, self.allowed))
            raise ValueError(f"there is no {key} '{value}' (known: {words})")
        return self.kind(value)


def whole(low: int, high: int, default: int | None = None) -> Setting:
    """A whole number within limits."""
    return Setting(int, default, low, high)


def number(low: float, high: float, default: float | None = None) -> Setting:
    """A number within limits."""
    return Setting(float, default, low, high)


def words(default: str | None = None, allowed: Sequence[str] = ()) -> Setting:
    """Text, one of some if they are named; not empty unless that is the default."""
    return Setting(str, default, allowed=allowed)


def switch() -> Setting:
    """True or false, by default false."""
    return Setting(bool, False)


SEED = whole(0, 2**31 - 1)
"""What chance begins with."""


def read_table(made: type[_Table], table: Mapping[str, Any], where: str, **more: Any) -> _Table:
    """A dataclass of settings from a table of TOML.

    where : the table in a sentence; more : fields that are no settings.
    """
    settings = {
        f.name: f.metadata["setting"]
        for f in fields(made)  # type: ignore[arg-type]
        if "setting" in f.metadata
    }
    check_keys(table, settings, where)
    given = {
        key: setting.read(key, table[key])
        for key, setting in settings.items()
        if key in table or setting.default is None
    }
    return made(**more, **given)


def check_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raises ValueError for a key that is not known, with the nearest one that is."""
    keys = sorted(known)
    if unknown := sorted(table.keys() - set(keys)):
        guess = get_close_matches(unknown[0], keys, n=1)
        hint = f"did you mean '{guess[0]}'?" if guess else f"known: {', '.join(keys)}"
        raise ValueError(f"{where} has an unknown key '{unknown[0]}' ({hint})")


def sub_table(content: Mapping[str, Any], key: str, needed: bool = False) -> dict[str, Any]:
    """A table within another; empty where it is not there and not needed."""
    if key not in content and needed:
        raise ValueError(f"it has no table [{key}]")
    value = content.get(key, {})
    if not isinstance(value, dict):
        raise TypeError(f"[{key}] must be a table")
    return value
