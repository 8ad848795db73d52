"""The windows that headers name (PS3.3, C.11.2)."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from statistics import median

from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import FileWindow

WINDOW_WORDS = ("WindowCenter", "WindowWidth", "VOILUTFunction", "WindowCenterWidthExplanation")
"""Elements, in the order in which ``windows_said`` takes their texts."""
UNNAMED = "As in the file"
_LEAST_WIDTH, _LARGEST = 1e-6, 1e30
"""Beyond them the arithmetic of the display ends."""


@lru_cache(1024)
def windows_said(
    centres: str, widths: str, function: str, names: str, *, whole: bool
) -> tuple[FileWindow, ...]:
    """The windows of one header that make sense in themselves.

    centres, widths, names : several separated by backslashes
    function : VOI LUT Function; a sigmoid is taken for the window that rises as it does in its
        middle
    whole : the values are whole numbers. LINEAR, the default, is made for these: it begins and ends
        half a grey level lower and is one level narrower than LINEAR_EXACT.
    """
    titles = [shown_text(name) for name in names.split("\\")]
    exact = not whole or function.strip().upper() in ("LINEAR_EXACT", "SIGMOID")
    found: list[FileWindow] = []
    for n, (centre, width) in enumerate(zip(_numbers(centres), _numbers(widths), strict=False)):
        if not (1.0 if whole else _LEAST_WIDTH) <= width or not abs(centre) + width < _LARGEST:
            continue
        half = width / 2 if exact else max(width - 1, 1) / 2
        middle = centre if exact else centre - 0.5
        title = titles[n] if n < len(titles) else ""
        name = _unlike(f"File: {title}" if title else UNNAMED, [one.name for one in found])
        found.append(FileWindow(name, middle - half, middle + half))
    return tuple(found)


def window_of_slices(windows: Sequence[Sequence[FileWindow]]) -> tuple[FileWindow, ...]:
    """The windows of a whole series: the median of those of its slices, which scanners adapt.

    windows : of each slice; none are taken where some slices name none.
    """
    if not windows:
        return ()
    return tuple(
        FileWindow(one[0].name, median(w.black for w in one), median(w.white for w in one))
        for one in zip(*windows, strict=False)
    )


def telling(windows: Iterable[FileWindow], low: float, high: float) -> tuple[FileWindow, ...]:
    """Those that tell values from ``low`` to ``high`` apart, and not in a few greys only."""
    return tuple(one for one in windows if _greys(one, low, high) >= _LEAST_GREYS)


_LEAST_GREYS = 0.02
"""Of all greys of a window."""


def _greys(window: FileWindow, low: float, high: float) -> float:
    """Which fraction of the greys the values take."""
    dark, bright = sorted((window.black, window.white))
    return (min(bright, high) - max(dark, low)) / (bright - dark)


def _numbers(text: str) -> list[float]:
    """Not-a-number for each that is none."""
    return [_number(part) for part in text.split("\\")] if text.strip() else []


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _unlike(name: str, others: Sequence[str]) -> str:
    """The name, numbered if another window has it."""
    n = sum(other == name or other.startswith(f"{name} (") for other in others)
    return f"{name} ({n + 1})" if n else name
