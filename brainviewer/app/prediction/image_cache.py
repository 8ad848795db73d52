"""Answers of images that were looked at, so that going back to one needs no network."""

from collections import OrderedDict

from brainviewer.core.findings.classification import Classification

_MOST_BYTES = 8 * 1024**2
"""A heatmap of a large image takes one megabyte; the network is asked again in a moment."""


class ImageResults:
    """The newest answers, as many as their heatmaps leave room for.

    most_bytes : memory that the heatmaps may take together.
    """

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[tuple[str, int], Classification] = OrderedDict()

    def keep(self, content_hash: str, frame: int, result: Classification) -> None:
        """Remember the answer for a frame of an image, in place of an earlier one."""
        self._kept.pop((content_hash, frame), None)
        self._kept[content_hash, frame] = result
        while len(self._kept) > 1 and sum(map(_size, self._kept.values())) > self._most:
            self._kept.popitem(last=False)

    def of(self, content_hash: str, frame: int) -> Classification | None:
        """The answer for a frame of an image; None where there is none."""
        return self._kept.get((content_hash, frame))

    def clear(self) -> None:
        """Forget all: from now on the answers would be others."""
        self._kept.clear()


def _size(result: Classification) -> int:
    return 0 if result.heatmap is None else result.heatmap.values.nbytes
