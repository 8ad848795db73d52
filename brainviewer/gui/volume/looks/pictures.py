"""Makes pictures of looks in a thread of their own, and keeps them as long as they are true."""

import os
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, Signal

from brainviewer.painting.volume.looks.pictures import PictureSubject, look_pictures
from brainviewer.painting.volume.voxels.look import VolumeLook

Picture = NDArray[np.uint8]
_MOST = 100
"""Pictures that are kept: of a few sequences in all looks, some megabytes."""
_NICE = 10


class LookPictures(QObject):
    """Pictures of what the 3D view shows, made only while somebody looks at them.

    Nothing of a study is kept once another one is asked for, or ``forget`` is called.
    """

    made = Signal(object, object)
    """A ``VolumeLook``, and its picture (side, side, 3) uint8."""
    _ready = Signal(object, object, object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._subject: PictureSubject | None = None
        self._made: dict[tuple[str, int, VolumeLook], Picture] = {}
        self._side = 0
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._ready.connect(self._take)
        # Also when Qt deletes what they are shown in, or the application ends.
        parent.destroyed.connect(self.close)
        if application := QCoreApplication.instance():
            application.aboutToQuit.connect(self.close)

    def show(self, subject: PictureSubject, looks: Sequence[VolumeLook], side: int) -> None:
        """Emit ``made`` for each look: at once for those that are there, then for the others.

        side : of the pictures, in pixels.
        """
        self.stop()
        if self._subject is None or not subject.shows_same_head(self._subject):
            self._made.clear()
        self._subject, self._side = subject, side
        missing = []
        for look in looks:
            if (picture := self._made.get(self._key(look))) is not None:
                self.made.emit(look, picture)
            else:
                missing.append(look)
        if missing:
            self._stop = threading.Event()
            work = (subject, missing, side, self._stop)
            thread = threading.Thread(
                target=self._make, args=work, name="look pictures", daemon=True
            )
            self._threads = [one for one in self._threads if one.is_alive()] + [thread]
            thread.start()

    def stop(self) -> None:
        """Make no more; those that were made are kept."""
        self._stop.set()

    def forget(self) -> None:
        """Let go of all pictures, and of what they show."""
        self.stop()
        self._made.clear()
        self._subject = None

    def close(self) -> None:
        """Make no more, and wait for that."""
        self.stop()
        for thread in self._threads:
            thread.join()

    def _key(self, look: VolumeLook) -> tuple[str, int, VolumeLook]:
        assert self._subject is not None
        return self._subject.modality.value, self._side, look

    def _take(self, subject: PictureSubject, look: VolumeLook, picture: Picture) -> None:
        if subject is self._subject:
            while len(self._made) >= _MOST:
                self._made.pop(next(iter(self._made)))
            self._made[self._key(look)] = picture
            self.made.emit(look, picture)

    # In the thread

    def _make(
        self,
        subject: PictureSubject,
        looks: Sequence[VolumeLook],
        side: int,
        stop: threading.Event,
    ) -> None:
        if sys.platform.startswith("linux"):  # elsewhere it would be the whole process
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        for look, picture in look_pictures(subject, looks, side, lambda: not stop.is_set()):
            if stop.is_set():
                return
            self._ready.emit(subject, look, picture)
