"""Two slices of one place as one, by the ways of ``FusionMode``."""

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.view.fusion import Fused, FusionMode
from brainviewer.painting.slice_image import checkerboard, colour_table, is_grey, shown_levels

Levels = NDArray[np.uint8]
DIFFERENCE_MAP = "berlin"
"""Dark where both are alike, blue below and red above; told apart by all eyes (Crameri 2018)."""
ENHANCEMENT_MAP = "hot"
DIFFERENCE_RANGE = 8.0
"""Units of usual difference up to which colours differ."""
ENHANCES = (3.0, 12.0)
"""Units from which the enhancing map begins, and where it is brightest."""
_CLEAR_BELOW = 160
"""Levels of what is laid over from which it is as opaque as was asked for."""


def coloured(levels: Levels, colour_map: str) -> Levels:
    """(rows, columns, 3) the colours of levels (rows, columns)."""
    return np.ascontiguousarray(colour_table(colour_map)[levels])


def mixed(
    levels: Levels,
    colour_map: str,
    second: NDArray[np.generic],
    difference: NDArray[np.float32] | None,
    fused: Fused,
    spacing: tuple[float, float],
) -> Levels:
    """The levels (rows, columns) of a slice with those of a second one, as levels of
    ``colour_map`` where both have it, else as colours (rows, columns, 3).

    second : stored values of the second sequence (rows, columns).
    difference : see ``SequenceDifference.of``; None where there is none to be had.
    spacing : mm of a pixel along rows and columns.
    """
    if fused.mode is FusionMode.CHECKERBOARD:
        one, other = pair_of(levels, colour_map, second, fused)
        return checkerboard(one, other, spacing)
    if fused.mode is FusionMode.BLEND:
        over = shown_levels(second, fused.window)
        alpha = np.minimum(over / np.float32(_CLEAR_BELOW), 1) * np.float32(fused.opacity)
        return _over(levels, colour_map, coloured(over, fused.colour_map), alpha)
    if difference is None:
        return levels
    if fused.mode is FusionMode.DIFFERENCE:
        place = np.clip(difference / DIFFERENCE_RANGE, -1, 1) * 127.5 + 127.5
        made = coloured(np.rint(place).astype(np.uint8), DIFFERENCE_MAP)
        made[difference == 0] = 0  # the middle of the map is not quite black, and air would glow
        return made
    low, high = ENHANCES
    above = np.clip((difference - low) / (high - low), 0, 1)
    alpha = np.clip((difference - low) / (low / 2), 0, 1) * np.float32(fused.opacity)
    # The darkest third of the map would only dim the image.
    tint = coloured((85 + 170 * above).astype(np.uint8), ENHANCEMENT_MAP)
    return _over(levels, colour_map, tint, alpha)


def pair_of(
    levels: Levels, colour_map: str, second: NDArray[np.generic], fused: Fused
) -> tuple[Levels, Levels]:
    """Both slices alike: as levels where both are grey, else as colours."""
    other = shown_levels(second, fused.window)
    if is_grey(colour_map) and is_grey(fused.colour_map):
        return levels, other
    return coloured(levels, colour_map), coloured(other, fused.colour_map)


def swiped(one: Levels, other: Levels, column: int) -> Levels:
    """One slice on the left of a column, another from there on."""
    column = min(max(column, 0), one.shape[1])
    return np.concatenate((one[:, :column], other[:, column:]), axis=1)


def _over(levels: Levels, colour_map: str, tint: Levels, alpha: NDArray[np.float32]) -> Levels:
    under = coloured(levels, colour_map).astype(np.float32)
    made = under + alpha[..., None] * (tint.astype(np.float32) - under)
    return np.ascontiguousarray(np.rint(made).astype(np.uint8))
