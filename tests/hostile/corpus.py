"""All hostile inputs, by kind."""

from collections.abc import Iterator
from importlib import import_module

from tests.hostile.case import Case

KINDS = (
    "nifti", "dicom", "dicom_files", "images", "archives", "sessions", "annotations", "masks",
    "folders", "names", "settings", "models", "tables", "kept", "pacs",
)  # fmt: skip


def all_cases(kinds: tuple[str, ...] = KINDS) -> list[Case]:
    """Every case; raises AssertionError where two have one name."""
    found = [case for kind in kinds for case in _of(kind)]
    names = [case.id for case in found]
    twice = {name for name in names if names.count(name) > 1}
    assert not twice, twice
    return found


def sample(each: int) -> list[Case]:
    """So many cases of each kind, the same ones always, spread over it."""
    chosen: list[Case] = []
    for kind in KINDS:
        of_kind = [case for case in _of(kind) if not case.slow]
        step = max(len(of_kind) / each, 1.0)
        chosen += [of_kind[int(n * step)] for n in range(min(each, len(of_kind)))]
    return chosen


def _of(kind: str) -> Iterator[Case]:
    yield from import_module(f"tests.hostile.kinds.{kind}").cases()
