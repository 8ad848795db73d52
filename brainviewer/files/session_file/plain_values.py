"""Values of ``core`` as plain data for JSON, and back; their arrays lie beside them.

What comes back is built from the types that the fields of the dataclasses name, and nothing else:
a file cannot choose what is made of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import SENSELESS

LONGEST_TEXT = 100_000
MOST_ENTRIES = 100_000
TakeArray = Callable[[Any, np.dtype[Any]], NDArray[Any]]
"""The array that was told of, of a number type. Raises LookupError, TypeError or ValueError."""


def plain(value: Any, arrays: list[NDArray[Any]], kind: Any = None) -> Any:
    """A value as data for JSON; its arrays are added to ``arrays``, and named by their place.

    kind : the type that ``built`` will read it as, where arrays need it.
    Raises TypeError if an array holds what its number type there cannot.
    """
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.ndarray):
        value = _as_read(value, kind)
        arrays.append(value)
        return {"array": len(arrays) - 1, "shape": list(value.shape), "order": order_of(value)}
    if is_dataclass(value):
        its: Any = type(value)
        hints = _hints(its)
        return {
            item.name: plain(getattr(value, item.name), arrays, hints[item.name])
            for item in fields(value)
        }
    if isinstance(value, Mapping):
        return [[plain(key, arrays), plain(inner, arrays)] for key, inner in value.items()]
    return [plain(inner, arrays) for inner in value]


def _as_read(array: NDArray[Any], kind: Any) -> NDArray[Any]:
    """The same array, or a copy, in the number type that it is read in again."""
    for one in get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,):
        if get_origin(one) is np.ndarray:
            kept = array.astype(get_args(get_args(one)[1])[0], copy=False)
            # What is rounded from larger floats is what was meant; a label that wraps is not.
            if kept.dtype.kind != "f" and not np.array_equal(kept, array):
                raise TypeError(f"{array.dtype} numbers that {kept.dtype} cannot hold")
            return kept
    return array


def order_of(array: NDArray[Any]) -> str:
    """How an array lies in memory: ``C`` or ``F``; what lies in neither way is copied to C."""
    return "F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C"


def built(kind: Any, told: Any, take: TakeArray) -> Any:
    """The value of a type that ``plain`` made data of; fields that are not told have defaults.

    kind : the type, as ``get_type_hints`` gives it.
    Raises LookupError, TypeError, ValueError or ArithmeticError if the data are of something else.
    """
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _one_of(inner, told, take)
    if origin is np.ndarray:
        return take(told, np.dtype(get_args(inner[1])[0]))
    if origin is tuple:
        return _tuple(inner, told, take)
    if origin is not None and issubclass(origin, Mapping):
        pairs = [(key, value) for key, value in _list(told)]
        return {built(inner[0], k, take): built(inner[1], v, take) for k, v in pairs}
    if is_dataclass(kind):
        return _dataclass(kind, told, take)
    return _single(kind, told)


def _one_of(kinds: tuple[Any, ...], told: Any, take: TakeArray) -> Any:
    if told is None and NoneType in kinds:
        return None
    kinds = tuple(kind for kind in kinds if kind is not NoneType)
    for kind in kinds[:-1]:
        try:
            return built(kind, told, take)
        except SENSELESS:
            continue
    return built(kinds[-1], told, take)


def _tuple(kinds: tuple[Any, ...], told: Any, take: TakeArray) -> tuple[Any, ...]:
    entries = _list(told)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(built(kinds[0], entry, take) for entry in entries)
    if len(entries) != len(kinds):
        raise ValueError("another number of entries")
    return tuple(built(kind, entry, take) for kind, entry in zip(kinds, entries, strict=True))


def _dataclass(kind: Any, told: Any, take: TakeArray) -> Any:
    if not isinstance(told, dict):
        raise TypeError("fields have names")
    hints = _hints(kind)
    return kind(
        **{
            item.name: built(hints[item.name], told[item.name], take)
            for item in fields(kind)
            if item.init and item.name in told
        }
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _single(kind: Any, told: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        if isinstance(told, bool):
            raise TypeError("no value of a choice")
        return kind(told)
    if kind is float and type(told) in (int, float):
        return float(told)
    if kind not in (bool, int, float, str) or type(told) is not kind:
        raise TypeError("another type")
    if kind is str and len(told) > LONGEST_TEXT:
        raise ValueError("a text is too long")
    return told


def _list(told: Any) -> list[Any]:
    if not isinstance(told, list) or len(told) > MOST_ENTRIES:
        raise TypeError("no list, or too long a one")
    return told
