"""A spread sample of hostile inputs through both doors; ``python -m tests.hostile`` runs all."""

import sys
from pathlib import Path

import pytest

from tests.hostile.case import Case, file_of
from tests.hostile.cli_door import judged
from tests.hostile.corpus import KINDS, all_cases, sample
from tests.hostile.outcome import MEMORY, SECONDS, Outcome, too_much
from tests.hostile.workers import through_doors

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="/proc is Linux's"),
    pytest.mark.timeout(600),
]

_SHORT = ("nifti", "images", "archives")
"""Kinds that are run here; the script runs all."""


def _faults(outcomes: list[Outcome]) -> str:
    """Times are left out: others may be using the computer as well."""
    slow = {fault for one in outcomes for fault in too_much(one.seconds, 0)}
    return "\n".join(
        f"{one.door} {one.case}: {left} ({one.said})"
        for one in outcomes
        if (left := [fault for fault in one.faults if fault not in slow])
    )


@pytest.mark.parametrize(("door", "each"), [("cli", 3), ("window", 1)])
def test_a_sample_ends_in_a_sentence(door: str, each: int, tmp_path: Path) -> None:
    cases = [case for case in sample(each) if case.kind in _SHORT]
    outcomes = list(through_doors(cases, door, tmp_path / "work"))
    assert len(outcomes) == len(cases)
    assert not _faults(outcomes)


def test_there_are_at_least_300_of_all_kinds() -> None:
    cases = all_cases()
    assert len(cases) >= 300
    assert {case.kind for case in cases} == set(KINDS)


def test_mistakes_are_found() -> None:
    case = Case("planted", "text", file_of("a.nii", b"text"), says="no such words")
    said = "brainviewer: a.nii is damaged.\n"
    assert judged(case, 0, "", "") == ["exit code 0"]
    assert judged(case, 2, "", said) == ["does not say 'no such words'"]
    case = Case("planted", "text", file_of("a.nii", b"text"))
    assert judged(case, 2, "", said) == []
    assert judged(case, 2, "", said * 2) == ["2 sentences"]
    assert judged(case, 2, "out", said) == ["output beside the error"]
    assert judged(case, 2, "", said + "\x1b") == ["control codes [27]"]
    assert len(judged(case, 1, "", "Traceback")) == 2
    assert judged(case, 77, "", "") == ["reached for the network"]
    assert too_much(SECONDS + 1, MEMORY + 1) == ["11.0 s", "2.00 GiB"]
