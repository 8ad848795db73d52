"""Values out of JSON, strictly, and values as plain data for JSON.

What reads raises KeyError, TypeError or ValueError if the content is not what it must be.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import numpy as np

Value = TypeVar("Value")


def plain(value: Any, digits: int | None = None) -> Any:
    """Dataclasses by field, arrays and tuples as lists, words as texts.

    digits : that floats are rounded to; None leaves them.
    """
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name), digits) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner, digits) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(inner, digits) for inner in value]
    if isinstance(value, float | np.floating):
        return float(value) if digits is None else round(float(value), digits)
    return str(value) if isinstance(value, str) else value


def read(kind: type[Value], content: Any) -> Value:
    """A dataclass from entries of the same names, each of its type; one with a default may miss."""
    hints, needed = _fields(cast(Any, kind))
    only(content, hints, needed)
    return kind(**{name: _value(hints[name], entry) for name, entry in content.items()})


@cache
def _fields(kind: Any) -> tuple[dict[str, Any], frozenset[str]]:
    """The types of a dataclass's fields, and which of them have no default."""
    without = (f.name for f in fields(kind) if f.default is f.default_factory is MISSING)
    return get_type_hints(kind), frozenset(without)


def _value(hint: Any, value: Any) -> Any:
    kinds = get_args(hint)
    if get_origin(hint) is UnionType:
        (inner,) = (kind for kind in kinds if kind is not NoneType)
        return None if value is None else _value(inner, value)
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise TypeError(f"a list was expected, not {value!r}")
        if kinds[-1] is Ellipsis:
            kinds = kinds[:1] * len(value)
        return tuple(_value(kind, inner) for kind, inner in zip(kinds, value, strict=True))
    if get_origin(hint) is Mapping:
        return {text(key): _value(kinds[1], inner) for key, inner in value.items()}
    if isinstance(hint, type) and is_dataclass(hint):
        return read(hint, value)
    if hint in (int, bool):
        if type(value) is not hint:
            raise TypeError(f"{hint.__name__} was expected, not {value!r}")
        return value
    return number(value) if hint is float else text(value)


def only(content: Any, known: Collection[str], needed: Collection[str] | None = None) -> None:
    """Check the names of entries: these alone, and all of those that are needed."""
    if not isinstance(content, Mapping):
        raise TypeError(f"named entries were expected, not {content!r}")
    if unknown := content.keys() - set(known):
        raise ValueError(f"it has an unknown entry {min(unknown)!r}")
    if missing := set(known if needed is None else needed) - content.keys():
        raise KeyError(min(missing))


def require(holds: object, why: str) -> None:
    """Raises ValueError with the reason unless something holds."""
    if not holds:
        raise ValueError(why)


def text(value: Any) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value:
        raise TypeError(f"a text was expected, not {value!r}")
    return value


def number(value: Any) -> float:
    """A finite number; true and false are none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"a number was expected, not {value!r}")
    try:
        found = float(value)
    except OverflowError:  # JSON has whole numbers without an end
        found = math.inf
    if not math.isfinite(found):
        raise TypeError(f"a number was expected, not {str(value)[:40]}")
    return found
