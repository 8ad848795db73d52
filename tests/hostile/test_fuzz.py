"""Every reader is fuzzed for some seconds, from seeds and what was found before; see ``fuzz``."""

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.hostile.fuzz.campaign import fuzz
from tests.hostile.fuzz.target import NAMES, target_named

SECONDS = 6
pytestmark = pytest.mark.skipif(
    find_spec("atheris") is None or not sys.platform.startswith("linux"),
    reason="atheris is for Linux on x86",
)


@pytest.mark.parametrize("target", NAMES)
def test_no_input_does_more_than_it_may(target: str, tmp_path: Path) -> None:
    outcome = fuzz(target, SECONDS, 1, tmp_path / "findings")
    assert not outcome.findings, "\n\n".join(map("\n".join, outcome.findings))
    assert outcome.runs > outcome.corpus  # beyond what it began with
    assert outcome.lines > 100


def test_mistakes_are_found(tmp_path: Path) -> None:
    outcome = fuzz("planted", 12, 1, tmp_path)
    found = sorted(what.partition(" planted")[0] for what, _ in outcome.findings)
    assert found == ["IndexError", "memory", "slow"]
    content = {file.read_bytes()[:4] for file in tmp_path.glob("*.bin")}
    assert {b"size", b"slow"} <= content
    assert any(one.startswith(b"s!") for one in content)


@pytest.mark.parametrize("target", NAMES)
def test_seeds_are_sound_and_always_the_same(target: str, tmp_path: Path) -> None:
    one, other = (list(target_named(target).seeds()) for _ in range(2))
    assert one == other
    assert len(one) > 0
    assert max(map(len, one)) <= target_named(target).longest
