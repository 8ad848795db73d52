"""The 95 % interval of a fraction: so many of so many."""

import math

Z = 1.959964
"""Of the normal distribution, so that 95 % lie within."""


def wilson(fraction: float, count: float) -> tuple[float, float]:
    """The interval of a fraction of ``count`` things (Wilson 1927), open where all or none are so.

    count : how many independent things it rests on; need not be whole.
    """
    middle = fraction + Z**2 / (2 * count)
    reach = Z * math.sqrt(fraction * (1 - fraction) / count + Z**2 / (4 * count**2))
    whole = 1 + Z**2 / count
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
