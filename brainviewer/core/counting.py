"""Numbers, probabilities and lists of things in words: one image, two images; FLAIR, T1 and T2."""

import re
from collections.abc import Iterable, Sequence

_PLURAL = {"is": "are", "was": "were", "has": "have", "does": "do", "holds": "hold", "says": "say"}
_PRONOUN = re.compile(
    rf"(?P<by>\bBy its header it shows\b)|(?P<file>\bThe file's\b)|(?P<its>\b[Ii]ts\b)"
    rf"|(?P<it>(?:^|(?<=[.;:] ))It (?P<verb>{'|'.join(_PLURAL)})\b(?! not said))"
)


def counted(count: int, one: str, many: str = "") -> str:
    """A number and what there is so many of.

    one : its name for one of it; many : for any other number, by default with an s.
    """
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def probability(value: float) -> str:
    """Two decimals; never a certainty that two decimals cannot know."""
    if value < 0.005:
        return "< 0.01"
    return "> 0.99" if value >= 0.995 else f"{value:.2f}"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence, such as ``FLAIR, T1 and T2``; one name stands alone."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def first_few(names: Sequence[str]) -> str:
    """The first three names for a sentence, and a mark where there are more."""
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "")


def of_several(sentence: str) -> str:
    """A sentence about one file, as it is said of several: *Its pixels…*, *Their pixels…*.

    "It" at the beginning of a sentence is the file, unless "it is not said", which is nobody.
    Within a sentence it may be anything, and stays.
    """

    def plural(found: re.Match[str]) -> str:
        if found["by"]:
            return "By their headers they show"
        if found["file"]:
            return "The files'"
        if found["it"]:
            return f"They {_PLURAL[found['verb']]}"
        return "Their" if found["its"][0] == "I" else "their"

    return _PRONOUN.sub(plural, sentence)
