"""How a result stands, and how far a job is."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a result stands."""

    NOT_RUN = "not run"
    RUNNING = "running"
    DONE = "done"
    STALE = "stale"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """A job that runs: its key (for cancelling), fraction done in 0..1, and a sentence."""

    key: str
    fraction: float
    text: str
