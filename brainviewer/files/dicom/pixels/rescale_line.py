"""Rescale slope and intercept, as a header says them (PS3.3 C.11.1.1.2)."""

import math
from collections.abc import Iterable
from functools import lru_cache

Line = tuple[float, float]
Written = tuple[str | None, str | None]
"""Slope and intercept as they stand in a header; None where there is no such element."""
NOT_RESCALED: Line = (1.0, 0.0)


@lru_cache(4096)  # slices of one series mostly say the same
def rescale_line(slope: str | None, intercept: str | None) -> Line:
    """Slope and intercept: true value = slope * stored value + intercept.

    slope, intercept : as they are written; None where there is no such element, which means 1 and 0

    Raises ValueError with a sentence where what is written is no such number: nobody knows then
    what the stored values mean.
    """
    return _number("slope", slope, 1.0), _number("intercept", intercept, 0.0)


def partly_rescaled(written: Iterable[Written]) -> bool:
    """Whether some slices or frames say what others leave to be guessed, and it matters.

    written : of each of them

    Raises ValueError as ``rescale_line``.
    """
    different = set(written)
    if len({rescale_line(*pair) for pair in different}) == 1:
        return False
    return any(len({one is None for one in said}) > 1 for said in zip(*different, strict=True))


def _number(name: str, written: str | None, default: float) -> float:
    if written is None:
        return default
    try:
        value = float(written)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (name == "slope" and value == 0):
        said = f"“{written.strip()}”" if written.strip() else "empty"
        raise ValueError(f"Its rescale {name} is {said}, so that its true values are unknown.")
    return value
