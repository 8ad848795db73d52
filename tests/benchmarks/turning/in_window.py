"""How soon the 3D view follows in the real window: its first picture, opacity and contrast.

python -m tests.benchmarks.turning.in_window STUDY [--rounds N]

Each round drops the study anew. Prints medians as JSON; all times are in milliseconds.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest

from brainviewer.gui.volume.pane import VolumePane
from tests.benchmarks.soak import Reader

_PATIENCE_S = 60.0


class _FirstPaint(QObject):
    """When a widget was painted first after something held; 0 before."""

    def __init__(self, widget: QObject, held: Callable[[], bool]) -> None:
        super().__init__(widget)
        self._held, self.at = held, 0.0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and not self.at and self._held():
            self.at = time.perf_counter()
        return False


class Round:
    """One study in the window of a reader."""

    def __init__(self, reader: Reader, study: Path) -> None:
        self._reader = reader
        self.pane = reader.window.findChild(VolumePane)
        state = reader._session.state
        before = state.study
        slices = _FirstPaint(reader.window.grid.shown[0], lambda: state.study is not before)
        self._pictures: list[float] = []
        self.pane.drawing.drawn.connect(self._picture)
        reader._drop(study)
        shown = self._until(lambda: slices.at)
        self.first_ms = 1000 * (self._until(lambda: self._next(shown)) - shown)
        reader._rest(3.0)

    def step(self, key: Qt.Key) -> float:
        """Milliseconds from a key to the picture that shows it."""
        self._pictures.clear()
        began = time.perf_counter()
        QTest.keyClick(self.pane.image, key)
        took = 1000 * (self._until(lambda: self._next(began)) - began)
        self._reader._rest(1.0)
        return took

    def end(self) -> None:
        """Leave the window as it was."""
        self.pane.drawing.drawn.disconnect(self._picture)

    def _picture(self, _image: object) -> None:
        if self.pane.drawing.delivered.study is self._reader._session.state.study:
            self._pictures.append(time.perf_counter())

    def _next(self, after: float) -> float:
        """When the first picture of the study after a time came; 0 before it has."""
        return next((one for one in self._pictures if one > after), 0.0)

    def _until(self, when: Callable[[], float]) -> float:
        """The time that ``when`` gives once it does."""
        end = time.perf_counter() + _PATIENCE_S
        while not (found := when()):
            if time.perf_counter() > end:
                raise TimeoutError
            self._reader._app.processEvents()
            time.sleep(0.0005)
        return found


def main() -> None:
    """Print the medians of all rounds but the first, which imports what is slow to import."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--rounds", type=int, default=4)
    chosen = parser.parse_args()
    first, opacity, contrast = list[float](), list[float](), list[float]()
    with tempfile.TemporaryDirectory() as place:
        os.environ["BRAINVIEWER_HOME"] = place
        reader = Reader(Path(place))
        reader._rest(3.0)
        for _ in range(chosen.rounds):
            one = Round(reader, chosen.study)
            first.append(one.first_ms)
            for up in (Qt.Key.Key_BracketRight, Qt.Key.Key_BracketLeft):
                opacity.append(one.step(up))
            for up in (Qt.Key.Key_Period, Qt.Key.Key_Comma):
                contrast.append(one.step(up))
            one.end()
        reader.close()
    told = {
        "first_picture_after_slices_ms": [round(ms) for ms in first],
        "opacity_ms": round(median(opacity[2:]), 1),
        "contrast_ms": round(median(contrast[2:]), 1),
    }
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
