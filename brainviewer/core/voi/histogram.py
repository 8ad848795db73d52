"""How often each value occurs in a sequence, to lay a window over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Volume
from brainviewer.core.voi.voi_window import head_values

_BINS = 160
_MOST_LESION = 100_000
"""Values of a lesion that are counted, about."""
_ENDS = 0.05, 99.95
"""Percentiles of the head between which values are told apart; a few are far brighter."""
_BEYOND = 0.05


@dataclass(frozen=True, eq=False)
class Histogram:
    """Relative heights of classes of values, the highest is 1.

    edges : (n + 1,) stored values between which the classes lie.
    whole : (n,) of the head without air, or of the brain where it is known; of an image all of it.
    lesion : (n,) of the lesion, by its own scale; None without one.
    brain : whether ``whole`` is of the brain.
    """

    edges: NDArray[np.float64]
    whole: NDArray[np.float64]
    lesion: NDArray[np.float64] | None = None
    brain: bool = False


def histogram_of(
    volume: Volume,
    brain: NDArray[np.bool_] | None = None,
    lesion: NDArray[np.bool_] | None = None,
) -> Histogram:
    """The histogram of a sequence or an image.

    brain, lesion : (i, j, k) on the grid of the volume's data; without, or empty, they are left
        out. Of the whole a regular sample is counted.
    """
    data = volume.data
    in_lesion = None if lesion is None else data[lesion]
    if in_lesion is not None and not in_lesion.size:
        in_lesion = None
    values = head_values(data)
    of_brain = None if brain is None else _sampled(data, brain)
    if of_brain is not None:
        # The mask of a stripped brain reaches a voxel into the padding.
        of_brain = of_brain[of_brain >= values.min()]
    if of_brain is not None and of_brain.size:
        values = of_brain
    low, high = (float(v) for v in np.percentile(values, _ENDS))
    if in_lesion is not None:
        in_lesion = in_lesion[:: max(1, in_lesion.size // _MOST_LESION)]
        low, high = min(low, float(in_lesion.min())), max(high, float(np.percentile(in_lesion, 99)))
    if high <= low:
        low, high = low - 0.5, low + 0.5
    room = _BEYOND * (high - low)
    edges = np.linspace(low - room, high + room, _bins(values, high - low + 2 * room) + 1)
    return Histogram(
        edges,
        _heights(values, edges),
        None if in_lesion is None else _heights(in_lesion, edges),
        of_brain is not None and bool(of_brain.size),
    )


def _sampled(data: NDArray[np.generic], mask: NDArray[np.bool_]) -> NDArray[np.generic]:
    """Values of a regular sample of the voxels of a mask, of a brain a hundred thousand or so."""
    step = max(1, round((np.prod(data.shape) / 1_000_000) ** (1 / 3)))
    every = (slice(None, None, step),) * 3
    return np.asarray(data[every][mask[every]])


def _bins(values: NDArray[np.generic], span: float) -> int:
    """As many classes as there is room for, but none narrower than the steps of whole numbers."""
    return max(8, min(_BINS, int(span))) if values.dtype.kind in "iub" else _BINS


def _heights(values: NDArray[np.generic], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Square roots of how often each class occurs, a little smoothed: few voxels are seen, too."""
    counts = np.histogram(values, edges)[0].astype(np.float64)
    smooth = np.convolve(np.pad(counts, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
    heights = np.sqrt(smooth)
    return np.asarray(heights / max(float(heights.max()), 1e-12))
