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


def progressed(
    running: tuple[Progress, ...], key: str, fraction: float | None, text: str
) -> tuple[Progress, ...]:
    """The jobs with what one of them has told, in the order in which they began.

    fraction : None if it has ended. Threads may tell out of order; no job runs back.
    """
    jobs = {one.key: one for one in running}
    if fraction is None:
        jobs.pop(key, None)
    else:
        least = jobs[key].fraction if key in jobs else 0.0
        jobs[key] = Progress(key, max(fraction, least), text)
    return tuple(jobs.values())
