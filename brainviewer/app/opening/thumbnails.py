"""Small images of the image strip, made in the background."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from brainviewer.app.jobs import Jobs
from brainviewer.app.state import ViewState
from brainviewer.core.errors import FileError, Report

Ready = Callable[[int, NDArray[np.uint8] | None], None]
"""Takes the place of an image in the image strip, and (rows, columns, 3) uint8; None if it cannot
be read."""

THUMBNAILS = "thumbnails"
_A_FEW = 4


class Thumbnails:
    """Makes them without a word, a few at a time, so that the first are soon there."""

    def __init__(self, state: ViewState, jobs: Jobs) -> None:
        self._state, self._jobs = state, jobs

    def make(self, indices: Sequence[int], size: int, ready: Ready) -> None:
        """Make small images; a new call takes the place of an old one.

        size : longer side in pixels. ready : called for each of them; see ``Ready``.
        """
        image_series, now, later = self._state.image_series, indices[:_A_FEW], indices[_A_FEW:]

        def work(report: Report) -> dict[int, NDArray[np.uint8] | None]:
            from brainviewer.app.opening.image2d import thumbnail

            made: dict[int, NDArray[np.uint8] | None] = dict.fromkeys(now)
            for index in now:
                report(0.0, "")
                with suppress(FileError):
                    made[index] = thumbnail(image_series[index], size)
            return made

        def done(made: dict[int, NDArray[np.uint8] | None]) -> None:
            if self._state.image_series != image_series:
                return
            for index, pixels in made.items():
                ready(index, pixels)
            if later:
                self.make(later, size, ready)

        self._jobs.start(THUMBNAILS, work, done, lambda _: None, shown=False)
