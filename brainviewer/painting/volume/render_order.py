"""An image of the 3D view that a thread waits for."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.render_request import RenderRequest
from brainviewer.painting.volume.voxels.picking import Seen

_NEARLY = 0.97
"""The fraction done of an image that takes longer than was expected."""


@dataclass(eq=False)
class RenderOrder:
    """An image of another size than that on the screen.

    request : what it shows; what is on the screen without.
    began : when its drawing began; None before. image : (height, width, 3) once it is there. seen :
        of its places.
    """

    size: tuple[int, int]
    request: RenderRequest | None = None
    done: threading.Event = field(default_factory=threading.Event)
    image: NDArray[np.uint8] | None = None
    seen: Seen | None = None
    began: float | None = None

    def fraction_done(self, seconds_a_pixel: float) -> float:
        """As far as the time tells. seconds_a_pixel : of earlier images; 0 if there are none."""
        expected = seconds_a_pixel * self.size[0] * self.size[1]
        if self.began is None or not expected:
            return 0.0
        return min(_NEARLY, (time.monotonic() - self.began) / expected)
