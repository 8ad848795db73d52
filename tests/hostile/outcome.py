"""How an input ended at a door, and what is too much."""

from dataclasses import dataclass

SECONDS = 10.0
MEMORY = 2 << 30
"""Bytes above what is taken when nothing is done."""


@dataclass(frozen=True)
class Outcome:
    """faults : none where all was right. said : the sentence, or the notices."""

    case: str
    door: str
    faults: tuple[str, ...]
    said: str
    code: int | None
    seconds: float
    memory: int


def too_much(seconds: float, memory: int, longest: float = SECONDS) -> list[str]:
    """What of it is beyond the limits."""
    faults = []
    if seconds > longest:
        faults.append(f"{seconds:.1f} s")
    if memory > MEMORY:
        faults.append(f"{memory / (1 << 30):.2f} GiB")
    return faults
