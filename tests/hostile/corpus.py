"""All hostile inputs, by kind."""

from collections import Counter
from functools import cache
from importlib import import_module

from tests.hostile.case import Case
from tests.hostile.outcome import SECONDS

KINDS = (
    "nifti", "dicom", "dicom_files", "images", "archives", "sessions", "annotations", "masks",
    "folders", "names", "settings", "models", "tables", "kept", "pacs",
)  # fmt: skip


_SLOW = ("classify", "pick", "train")
"""Commands that bring much with them before they look at a file."""


def all_cases(kinds: tuple[str, ...] = KINDS) -> list[Case]:
    """Every case; raises AssertionError where two have one name."""
    found = [case for kind in kinds for case in _of(kind)]
    twice = {name for name, count in Counter(case.id for case in found).items() if count > 1}
    assert not twice, twice
    return found


def sample(each: int) -> list[Case]:
    """So many cases of each kind, the same ones always, spread over those that take no time."""
    chosen: list[Case] = []
    for kind in KINDS:
        of_kind = [case for case in _of(kind) if not case.slow and case.longest <= SECONDS]
        of_kind = [case for case in of_kind if case.command[0] not in _SLOW]
        step = max(len(of_kind) / each, 1.0)
        chosen += [of_kind[int(n * step)] for n in range(min(each, len(of_kind)))]
    return chosen


@cache
def _of(kind: str) -> tuple[Case, ...]:
    return tuple(import_module(f"tests.hostile.kinds.{kind}").cases())
