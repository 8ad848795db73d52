"""Window level and width: from stored values to grey levels."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Modality, Volume

_EXACT = 2.0**24
"""Up to here single precision tells every whole number from the next."""
_NARROW = 1e-20
_NARROWEST = 1e-30
"""Grey levels of a narrower window would be beyond single precision."""


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
        return cls((low + high) / 2, max(high - low, _NARROWEST) if high > low else 1e-6)

    @property
    def low(self) -> float:
        """The value shown black."""
        return self.level - self.width / 2

    @property
    def high(self) -> float:
        """The value shown white."""
        return self.level + self.width / 2

    def apply(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Grey levels 0..255 of stored values, same shape; the values stay as they are.

        What is no number is as dark as the lowest value.
        """
        kind = np.float64 if self._wide(values.dtype) else np.float32
        # What overflows lies beyond an end of the window; what is no number is cast to 0.
        with np.errstate(over="ignore", invalid="ignore"):
            scaled: NDArray[Any] = values.astype(kind)
            scaled -= kind(self.low)
            scaled *= kind(255 / self.width)
            grey: NDArray[np.uint8] = np.clip(scaled, 0, 255, out=scaled).astype(np.uint8)
        return np.invert(grey) if self.inverted else grey

    def _wide(self, dtype: np.dtype[Any]) -> bool:
        """Whether single precision would merge values of this window, or has no such numbers."""
        largest = max(abs(self.low), abs(self.high))
        return dtype.itemsize > 2 and (largest > _EXACT or self.width < _NARROW)


AUTOMATIC = "Automatic"
OWN = "Own"
"""Stands for the name of a preset where the user has set the window by hand."""
# Percentiles of the head's values shown black and white.
PRESETS: Mapping[str, tuple[float, float]] = {
    AUTOMATIC: (1.0, 99.5),
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


_DARK_END, _BRIGHT_END = 2.0, 99.5
"""Percentiles of the head and of the brain between which the automatic window is laid."""
_ROOM_BELOW, _ROOM_ABOVE = 0.1, 0.15
"""Fractions of what lies between the two ends that the window reaches beyond them."""
_BRIGHTEST = 5.0
"""The bright end is at most so many interquartile ranges above the median: fluid on T2 must not
push grey and white matter into the dark."""
_ABOVE_AIR = 0.02
"""How far black lies above the air, as a fraction of what lies between air and white."""
_INNER = 0.7
"""Size of the ellipsoid that is brain, beside that of the head."""
_SAMPLED = 64
"""Voxels of the sample along an axis, about."""
_PADDED = 0.15
"""A larger fraction of voxels with exactly one value is padding."""
_BELOW_PADDING = 0.1
"""With a larger fraction of the other voxels below it, padding lies amidst the values."""
_RINGING = 0.02
"""What resampling leaves around a stripped brain, as a fraction of its brightest values."""


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
    """The window a sequence opens with: the brain's values fill the greys, air is black.

    data : (i, j, k) stored values of one sequence, with or without the skull.

    The brain is taken to be what is inside the head and in the inner ellipsoid of its box, so that
    scalp, fat and eyes of a scan with skull have no part in it. Room is left beyond its
    percentiles: the bulk of the brain lies in the middle greys, and what is brighter than nearly
    all of it is told from white.
    """
    sample, head, air = _head_sample(data)
    if not head.any() or not (inside := head & _inner_ellipsoid(head)).any():
        return _full_window(sample)
    values = sample[inside]
    quarter, middle, three_quarters, high = (
        float(v) for v in np.percentile(values, (25, 50, 75, _BRIGHT_END))
    )
    low = min(float(np.percentile(sample[head], _DARK_END)), quarter)
    if high <= low:
        return _full_window(sample)
    high += _ROOM_ABOVE * (high - low)
    high = min(high, middle + max(_BRIGHTEST * (three_quarters - quarter), middle - low))
    low -= _ROOM_BELOW * (high - low)
    if air.size and (floor := float(np.percentile(air, 90))) < quarter:
        # Where the brain's own dark end reaches down to the noise of the air, air stays black.
        low = min(max(low, floor + _ABOVE_AIR * (high - floor)), quarter)
    return Window.between(low, high)


def _full_window(values: NDArray[Any]) -> Window:
    """From the smallest to the largest value; one unit wide where all are equal."""
    low, high = float(values.min()), float(values.max())
    return Window.between(low, high if high > low else low + 1)


def _head_sample(data: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.bool_], NDArray[Any]]:
    """A regular sample (i, j, k) of a volume, which of it is head, and the values of the air.

    There are none of the air where padding lies amidst the values of the head.
    """
    i, j, k = (max(1, round(count / _SAMPLED)) for count in data.shape)
    sample = data[::i, ::j, ::k]
    padding, fraction = _commonest(sample)
    if fraction > _PADDED and np.mean(sample < padding) > _BELOW_PADDING * (1 - fraction):
        # Scans that were normalised have the value of the air amidst those of the brain.
        return sample, sample != padding, sample[:0].ravel()
    if fraction > _PADDED:
        # A value that so many voxels share exactly is no measurement; dark tissue is one.
        threshold = padding + _RINGING * (float(np.percentile(sample, 99)) - padding)
    else:
        threshold = head_threshold(sample)
    head: NDArray[np.bool_] = sample > threshold
    return sample, head, sample[~head]


def _commonest(sample: NDArray[Any]) -> tuple[float, float]:
    """The value that most voxels have, and their fraction."""
    values, counts = np.unique(sample, return_counts=True)
    most = int(counts.argmax())
    return float(values[most]), float(counts[most] / sample.size)


def _inner_ellipsoid(head: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The middle of the head's box: brain, whatever lies around it."""
    x, y, z = (_squares(head, axis) for axis in range(3))
    inner = np.empty(head.shape, bool, order="F")
    plane = np.ascontiguousarray(np.add.outer(x, y).T)
    for layer, along in zip(inner.T, z, strict=True):
        np.less_equal(plane + along, _INNER**2, out=layer)
    return inner


def _squares(head: NDArray[np.bool_], axis: int) -> NDArray[np.float64]:
    """Squared distances along an axis from the middle of the head, in half sides of its box."""
    filled = head.mean(axis=tuple(n for n in range(3) if n != axis))
    there = np.flatnonzero(filled > 0.05 * filled.max())
    low, high = int(there[0]), int(there[-1]) + 1
    offset = (np.arange(head.shape[axis]) + 0.5 - (low + high) / 2) / ((high - low) / 2)
    return np.asarray(offset**2, np.float64)


def _image_window(data: NDArray[Any]) -> Window:
    """From nothing to the 99.5th percentile: an image may show anything."""
    values = head_values(data)
    low = float(min(0.0, values.min()))
    high = float(np.percentile(values, 99.5))
    return Window.between(low, high if high > low else low + 1)


def opening_window(volume: Volume) -> Window:
    """The window a sequence or an image opens with: what its file says, else ``auto_window``."""
    if volume.shown is None:
        if volume.modality is Modality.IMAGE:
            return _image_window(volume.data)
        return auto_window(volume.data)
    return _shown_between(*volume.shown)


def presets_of(volume: Volume) -> tuple[str, ...]:
    """Names of the presets of a volume: the automatic one, those of its file, all others."""
    named = (window.name for window in volume.file_windows)
    return tuple(dict.fromkeys((AUTOMATIC, *named, *presets(volume.modality))))


def preset_window(volume: Volume, name: str) -> Window:
    """The window that a preset of ``presets_of`` is."""
    if name == AUTOMATIC:
        return opening_window(volume)
    for window in volume.file_windows:
        if window.name == name:
            return _shown_between(window.black, window.white)
    return window_from_percentiles(volume.data, *presets(volume.modality)[name])


def _shown_between(black: float, white: float) -> Window:
    window = Window.between(min(black, white), max(black, white))
    return replace(window, inverted=black > white)
