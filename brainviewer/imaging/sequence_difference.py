"""Two sequences subtracted: each in units of normal tissue first, since scanners have no unit.

As in subtraction maps of T1ce and T1 (Ellingson et al., Radiology 2014, 271: 200–210), which divide
each by its spread in the brain; here by the median absolute deviation, which a lesion hardly moves.
The result is relative: it compares places of one study, never two studies.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Volume
from brainviewer.core.voi.voi_window import head_threshold
from brainviewer.imaging.robust_spread import robust_spread

_MOST_VOXELS = 200_000
# Of the difference, in units of normal tissue: made-up images may have no noise of their own.
_LEAST_SPREAD = 0.3


@dataclass(frozen=True)
class SequenceDifference:
    """One sequence minus another, 0 where both have normal tissue, in units of its spread there.

    first, second : the median of each and its spread, in stored values.
    middle, spread : of the difference of both in these units.
    air : stored values of each up to which there is no tissue; where neither has any, they are
        alike.
    """

    first: tuple[float, float]
    second: tuple[float, float]
    middle: float
    spread: float
    air: tuple[float, float]

    def of(self, first: NDArray[Any], second: NDArray[Any]) -> NDArray[np.float32]:
        """The difference of stored values of the same places, of whatever shape."""
        difference = _scaled(first, *self.first) - _scaled(second, *self.second)
        made = (difference - np.float32(self.middle)) / np.float32(self.spread)
        made[(first <= self.air[0]) & (second <= self.air[1])] = 0
        return np.asarray(made)


def sequence_difference(
    first: Volume, second: Volume, brain: NDArray[np.bool_] | None = None
) -> SequenceDifference | None:
    """How two sequences on one grid are subtracted; None where one has nothing to compare.

    brain : (i, j, k) bool, where normal tissue is looked for; by default all that is brighter in
        both than the air round the head.
    """
    step = max(1, round((first.data.size / _MOST_VOXELS) ** (1 / 3)))
    sparse = (slice(None, None, step),) * 3
    one, other = (volume.data[sparse].astype(np.float32) for volume in (first, second))
    air = head_threshold(one), head_threshold(other)
    inside = (one > air[0]) & (other > air[1])
    if brain is not None and (brain[sparse] & inside).any():
        inside &= brain[sparse]
    if not inside.any():
        return None
    one, other = one[inside], other[inside]
    scales = _scale(one), _scale(other)
    usual = _scaled(one, *scales[0]) - _scaled(other, *scales[1])
    middle, spread = _scale(usual)
    return SequenceDifference(*scales, middle, max(spread, _LEAST_SPREAD), air)


def _scale(values: NDArray[np.float32]) -> tuple[float, float]:
    middle = float(np.median(values))
    spread = robust_spread(values, middle)
    return middle, max(spread, 0.05 * abs(middle), 1e-30)


def _scaled(values: NDArray[Any], middle: float, spread: float) -> NDArray[np.float32]:
    return (values.astype(np.float32) - np.float32(middle)) / np.float32(spread)
