"""One is one, and many are many."""

import pytest

from brainviewer.core.counting import counted, listed


@pytest.mark.parametrize(
    ("count", "words", "said"),
    [
        (0, ("image",), "0 images"),
        (1, ("image",), "1 image"),
        (2, ("image",), "2 images"),
        (2832, ("image",), "2,832 images"),
        (1, ("copy", "copies"), "1 copy"),
        (3, ("copy", "copies"), "3 copies"),
    ],
)
def test_numbers_of_things(count: int, words: tuple[str, ...], said: str) -> None:
    assert counted(count, *words) == said


def test_names_in_a_sentence() -> None:
    assert listed(["FLAIR"]) == "FLAIR"
    assert listed(["FLAIR", "T1"]) == "FLAIR and T1"
    assert listed(iter(["FLAIR", "T1", "T2"])) == "FLAIR, T1 and T2"
