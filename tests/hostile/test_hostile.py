"""A spread sample of hostile inputs through both doors; ``python -m tests.hostile`` runs all."""

import sys
from concurrent.futures import ThreadPoolExecutor

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


def _faults(outcomes: list[Outcome]) -> str:
    """Times are left out: others may be using the computer as well."""
    slow = {fault for one in outcomes for fault in too_much(one.seconds, 0)}
    return "\n".join(
        f"{one.door} {one.case}: {left} ({one.said})"
        for one in outcomes
        if (left := [fault for fault in one.faults if fault not in slow])
    )


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Outcome]]:
    """Outcomes by door; of both at once, since that takes less time on two processors."""
    cases, folder = sample(1), tmp_path_factory.mktemp("doors")

    def through(door: str) -> list[Outcome]:
        return list(through_doors(cases, door, folder / door))

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(("cli", "window"), pool.map(through, ("cli", "window")), strict=True))


@pytest.mark.parametrize("door", ["cli", "window"])
def test_a_case_of_each_kind_ends_in_a_sentence(door: str, ended: dict[str, list[Outcome]]) -> None:
    outcomes = ended[door]
    assert [one.case for one in sorted(outcomes, key=lambda one: one.case)] == sorted(
        case.id for case in sample(1)
    )
    assert not _faults(outcomes)


def test_what_does_not_meet_the_window_says_why() -> None:
    kept_away = [case for case in all_cases() if case.door == "none"]
    assert [case.id for case in kept_away if not case.why_not] == []
    assert len(kept_away) < 0.05 * len(all_cases())


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
