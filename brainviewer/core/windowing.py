"""Window level and width: from stored values to grey levels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Modality, Volume


@dataclass(frozen=True)
class Window:
    """Values from level - width/2 (black) to level + width/2 (white).

    inverted : white and black change places.
    """

    level: float
    width: float
    inverted: bool = False

    @classmethod
    def between(cls, low: float, high: float) -> "Window":
        """The window that shows ``low`` black and ``high`` white."""
        return cls((low + high) / 2, max(high - low, 1e-6))

    @property
    def low(self) -> float:
        """The value shown black."""
        return self.level - self.width / 2

    @property
    def high(self) -> float:
        """The value shown white."""
        return self.level + self.width / 2

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Grey levels 0..255 of stored values, same shape; the values stay as they are."""
        scaled = (values.astype(np.float32) - np.float32(self.low)) * np.float32(255 / self.width)
        grey: NDArray[np.uint8] = np.clip(scaled, 0, 255).astype(np.uint8)
        return np.invert(grey) if self.inverted else grey


# Percentiles of the head's values shown black and white.
PRESETS: Mapping[str, tuple[float, float]] = {
    "Automatic": (1.0, 99.5),
    "Full range": (0.0, 100.0),
    "High contrast": (10.0, 97.0),
    "Lesion": (40.0, 99.9),
    "Soft": (0.0, 99.99),
}
_OWN_PRESETS: Mapping[Modality, Mapping[str, tuple[float, float]]] = {
    Modality.FLAIR: {"Oedema": (30.0, 99.8)},
    Modality.T1: {"Grey/white matter": (15.0, 99.0)},
    Modality.T1CE: {"Enhancement": (50.0, 99.95)},
    Modality.T2: {"Fluid": (20.0, 99.9)},
}


def presets(modality: Modality) -> dict[str, tuple[float, float]]:
    """Names and percentiles (black, white) of the presets of a sequence."""
    return {**PRESETS, **_OWN_PRESETS.get(modality, {})}


def head_threshold(sample: NDArray[Any]) -> float:
    """What lies at or below it is background: a tenth of the way from the 1st to the 99th
    percentile of a sample of the whole volume.

    In skull-stripped studies the background is the zeros, and the few negative values that
    resampling leaves at edges.
    """
    low, top = (float(value) for value in np.percentile(sample, (1, 99)))
    return low + 0.1 * (top - low)


def head_values(data: NDArray[Any], most: int = 200_000) -> NDArray[Any]:
    """A regular sample of the values inside the head, at most about ``most`` of them."""
    step = max(1, round((data.size / most) ** (1 / 3)))
    sample = data[::step, ::step, ::step].ravel()
    inside = sample[sample > head_threshold(sample)]
    return inside if inside.size else sample


def window_from_percentiles(data: NDArray[Any], black: float, white: float) -> Window:
    """The window between two percentiles (0..100) of the values inside the head."""
    values = head_values(data)
    low, high = np.percentile(values, (black, white))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    return Window.between(float(low), float(high))


def auto_window(data: NDArray[Any]) -> Window:
    """The window a study opens with: black is the air, white the head's 99.5th percentile."""
    values = head_values(data)
    low = float(min(0.0, values.min()))
    high = float(np.percentile(values, 99.5))
    return Window.between(low, high if high > low else low + 1)


def opening_window(volume: Volume) -> Window:
    """The window a sequence or a picture opens with: what its file says, else ``auto_window``."""
    if volume.shown is None:
        return auto_window(volume.data)
    black, white = volume.shown
    window = Window.between(min(black, white), max(black, white))
    return replace(window, inverted=black > white)
