"""How many rays an image has while the head is turned: as many as there is time for."""

import math

from brainviewer.core.graphics.choice import FEWEST_RAYS, MOST_RAYS

_SECONDS = 1 / 30
_STEP = 0.5
"""The part of the way to what the last image asks for: one slow image changes little."""


class TurningRays:
    """Follows how long images take.

    rays : over the longer side of the next image. fewest, most : how many there may be.
    """

    def __init__(self, rays: int, fewest: int = FEWEST_RAYS, most: int = MOST_RAYS) -> None:
        self._fewest, self._most = float(fewest), float(most)
        self.rays = min(self._most, max(self._fewest, rays))

    def took(self, seconds: float, pixels: int) -> None:
        """Take an image into account.

        seconds : that it took. pixels : of its longer side; it has no more rays than those.
        """
        drawn = min(self.rays, pixels)
        wanted = drawn * math.sqrt(_SECONDS / max(seconds, 1e-4))
        if wanted > self.rays and drawn < self.rays:
            return  # every pixel has a ray already; nothing is learned about more
        rays = self.rays + _STEP * (wanted - self.rays)
        self.rays = min(self._most, max(self._fewest, rays))

    def distance(self, pixels: int) -> float:
        """Pixels from one ray to the next in an image of so many pixels on its longer side."""
        return max(1.0, pixels / self.rays)
