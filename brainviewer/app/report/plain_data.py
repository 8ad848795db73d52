"""Values of the core as plain data for JSON."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np


def plain(value: Any, digits: int = 3) -> Any:
    """Dataclasses by field, arrays and tuples as lists, numbers rounded, words as texts."""
    if is_dataclass(value):
        return {item.name: plain(getattr(value, item.name), digits) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(inner, digits) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(inner, digits) for inner in value]
    if isinstance(value, float | np.floating):
        return round(float(value), digits)
    return str(value) if isinstance(value, str) else value
