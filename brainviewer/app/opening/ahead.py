"""Studies that were opened ahead, or left a moment ago, so that stepping to them takes no time."""

import threading
from pathlib import Path

from brainviewer.app.opening.opened import Opened, stamp_of
from brainviewer.core.study import Study

MOST_BYTES = 700_000_000
"""Of all volumes that are kept: two or three studies of usual size on each side."""


class OpenedAhead:
    """A few opened studies, bounded by their memory; safe to be called from any thread."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._kept: dict[tuple[Path, ...], Opened] = {}
        self._lock = threading.Lock()

    def __contains__(self, paths: tuple[Path, ...]) -> bool:
        with self._lock:
            return paths in self._kept

    def keep(self, opened: Opened) -> None:
        """Keep a study; the oldest make room. One that is too large, or an image, is not kept."""
        if not opened.stamp or opened.study.is_image2d:
            return
        with self._lock:
            self._kept.pop(opened.paths, None)
            room = self._most_bytes - bytes_of(opened.study)
            if room < 0:
                return
            while self._kept and sum(map(_size, self._kept.values())) > room:
                del self._kept[next(iter(self._kept))]
            self._kept[opened.paths] = opened

    def take(self, paths: tuple[Path, ...]) -> Opened | None:
        """A study that is kept, if its files are what they were; it is kept no longer."""
        with self._lock:
            opened = self._kept.pop(paths, None)
        if opened is None or opened.stamp != stamp_of(paths):
            return None
        return opened

    def clear(self) -> None:
        """Forget all."""
        with self._lock:
            self._kept.clear()


def bytes_of(study: Study) -> int:
    """What the volumes of a study take in memory."""
    labels = 0 if study.segmentation is None else study.segmentation.data.nbytes
    volumes = study.volumes.values()
    scans = sum(int(volume.scan.data.nbytes) for volume in volumes if volume.scan)
    return labels + scans + sum(int(volume.data.nbytes) for volume in volumes)


def _size(opened: Opened) -> int:
    return bytes_of(opened.study)
