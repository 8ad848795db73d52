"""The window that a command asks for: a preset by its name, or level and width."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from brainviewer.app.settings.settings import Settings
from brainviewer.app.voi.own_presets import kept_presets
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shortened, shown_text
from brainviewer.core.study import Modality, Volume
from brainviewer.core.voi.own_presets import (
    LARGEST,
    LEAST_WIDTH,
    OwnPreset,
    offered,
    offered_window,
)
from brainviewer.core.voi.voi_window import Window

_PAIR = re.compile(r"\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*,\s*([-+]?[\d.]+(?:e[-+]?\d+)?)\s*", re.I)
_NUMBERS = "give level and width in the values of the file, such as 400,800"


@dataclass(frozen=True)
class ChosenWindow:
    """A window by its name, or by numbers.

    name : of a preset; capitals do not count. Empty where ``numbers`` say the window.
    own : presets of the user.
    """

    name: str
    numbers: Window | None = None
    own: tuple[OwnPreset, ...] = ()

    def window(self, volume: Volume) -> Window:
        """The window of a volume. Raises BrainViewerError if it has no preset of this name."""
        if self.numbers is not None:
            return self.numbers
        names = tuple(offered(volume, self.own))
        if self.name in names:
            return offered_window(volume, self.own, self.name)
        alike = (name for name in names if name.casefold() == self.name.casefold())
        if (name := next(alike, None)) is None:
            of = "images" if volume.modality is Modality.IMAGE else volume.modality
            said = f"There is no window preset '{shortened(shown_text(self.name))}' for {of}."
            raise BrainViewerError(said, f"Choose of {', '.join(names)}; or {_NUMBERS}.")
        return offered_window(volume, self.own, name)


def chosen_window(text: str, own: Iterable[OwnPreset] | None = None) -> ChosenWindow:
    """What a text asks for: ``LEVEL,WIDTH``, or the name of a preset.

    own : presets of the user; by default those of the settings.

    Raises BrainViewerError for numbers that are no window, and for an empty text.
    """
    text = " ".join(text.split())
    if not text:
        raise BrainViewerError("The window is empty.", f"Name a preset, or {_NUMBERS}.")
    if (pair := _PAIR.fullmatch(text)) is not None:
        return ChosenWindow("", _window(text, pair[1], pair[2]))
    if own is None:
        own = kept_presets(Settings.load())
    return ChosenWindow(text, None, tuple(own))


def _window(text: str, level_text: str, width_text: str) -> Window:
    try:
        level, width = float(level_text), float(width_text)
    except ValueError:  # 1.2.3
        level = width = math.nan
    if not (abs(level) <= LARGEST and LEAST_WIDTH <= width <= LARGEST):  # NaN too
        said = f"'{shortened(text)}' is no window: its width must be above 0."
        if not (math.isfinite(level) and math.isfinite(width)) or width > 0:
            said = f"'{shortened(text)}' is no window."
        raise BrainViewerError(said, f"{_NUMBERS[0].upper()}{_NUMBERS[1:]}.")
    return Window(level, width)
