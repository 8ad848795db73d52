"""Settings of recipes as fields of dataclasses that say what values they may have.

Values are read strictly; whatever is not known or not allowed raises ValueError, TypeError or
KeyError, in words.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, TypeVar

_Table = TypeVar("_Table")


@dataclass(frozen=True)
class Setting:
    """read : checks the value of a key and returns it; default : None if it must be given."""

    read: Callable[[str, Any], Any]
    default: Any = None

    def field(self) -> Any:
        """The field of a dataclass."""
        default = MISSING if self.default is None else self.default
        return field(default=default, metadata={"read": self.read})


def whole(low: int, high: int, default: int | None = None) -> Setting:
    """A whole number within limits."""

    def read(key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"'{key}' must be a whole number from {low} to {high}")
        return value

    return Setting(read, default)


def number(low: float, high: float, default: float | None = None) -> Setting:
    """A number within limits."""

    def read(key: str, value: Any) -> float:
        known = not isinstance(value, bool) and isinstance(value, int | float)
        if not known or not low <= value <= high:
            raise ValueError(f"'{key}' must be a number from {low:g} to {high:g}")
        return float(value)

    return Setting(read, default)


def words(default: str | None = None) -> Setting:
    """Text; not empty unless that is the default."""

    def read(key: str, value: Any) -> str:
        if not isinstance(value, str) or (default is None and not value):
            raise TypeError(f"'{key}' must be words in quotes")
        return value

    return Setting(read, default)


def choice(allowed: Sequence[str], default: str | None = None) -> Setting:
    """One of some words."""

    def read(key: str, value: Any) -> str:
        if words(default).read(key, value) not in allowed:
            known = ", ".join(filter(None, allowed))
            raise ValueError(f"there is no {key} '{value}' (known: {known})")
        return str(value)

    return Setting(read, default)


def switch() -> Setting:
    """True or false, by default false."""

    def read(key: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise TypeError(f"'{key}' must be true or false")
        return value

    return Setting(read, False)


def read_table(made: type[_Table], table: Mapping[str, Any], where: str, **more: Any) -> _Table:
    """A dataclass of settings from a table of TOML.

    where : the table in a sentence; more : fields that are no settings.
    """
    settings = {f.name: f for f in fields(made) if "read" in f.metadata}  # type: ignore[arg-type]
    check_keys(table, settings, where)
    return made(**more, **read_settings(settings.values(), table))


def read_settings(settings: Iterable[Any], table: Mapping[str, Any]) -> dict[str, Any]:
    """Values of those fields that a table gives, or must give."""
    return {
        f.name: f.metadata["read"](f.name, table[f.name])
        for f in settings
        if f.name in table or f.default is MISSING
    }


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
