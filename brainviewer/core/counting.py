"""Numbers, probabilities and lists of things in words: one image, two images; FLAIR, T1 and T2."""

from collections.abc import Iterable, Sequence


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
