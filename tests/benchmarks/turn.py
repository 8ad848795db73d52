"""How many images a second the 3D view paints while it is turned, and how soon it is fine again.

python -m tests.benchmarks.turn [STUDY]

To compare two commits, run this file in turn with the one and the other on PYTHONPATH.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.gui.volume.pane import VolumePane
from tests.benchmarks.opened import opened_session

_HELD = Qt.MouseButton.LeftButton


class _Images(QObject):
    """When an image that the worker drew was shown."""

    def __init__(self, pane: VolumePane) -> None:
        super().__init__()
        self.times: list[float] = []
        show = pane.image.show_image

        def shown(image: Any) -> None:
            show(image)
            pane.image.repaint()
            self.times.append(time.perf_counter())

        pane.image.show_image = shown


def turn(pane: VolumePane, seconds: float = 4.0, calm: float = 3.0) -> dict[str, Any]:
    """Images a second during a drag, and seconds from its end to the last, fine image.

    The pane must be on the screen with a study. The mouse moves 125 times a second.
    """
    app, image, images = QApplication.instance(), pane.image, _Images(pane)
    assert app is not None
    _wait(app, lambda: bool(images.times) and time.perf_counter() - images.times[-1] > calm)
    place = QPointF(image.width() / 2, image.height() / 2)
    _mouse(image, QEvent.Type.MouseButtonPress, place)
    images.times.clear()
    start = time.perf_counter()
    while time.perf_counter() < start + seconds:
        place += QPointF(1.5, 0.4)
        _mouse(image, QEvent.Type.MouseMove, place)
        loop = QEventLoop()
        QTimer.singleShot(8, loop.quit)
        loop.exec()
    drawn = len(images.times)
    released = time.perf_counter()
    _mouse(image, QEvent.Type.MouseButtonRelease, place)
    _wait(app, lambda: time.perf_counter() - max(released, images.times[-1]) > calm)
    return {
        "size": list(image.pixels),
        "pictures_a_second": round(drawn / seconds, 1),
        "fine_after_s": round(images.times[-1] - released, 3),
    }


def _mouse(widget: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else _HELD
    none = Qt.KeyboardModifier.NoModifier
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else _HELD
    QApplication.sendEvent(
        widget, QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, none)
    )


def _wait(app: Any, condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(condition)
        app.processEvents()
        time.sleep(0.001)


def main() -> None:
    """Open a study, or the demo, show its tumour, turn it, and print the figures as JSON."""
    app = QApplication.instance() or QApplication([])
    session = opened_session()
    pane = VolumePane(session.state)
    pane.show()
    pane.resize(800, 800 + pane.height() - pane.image.height())
    app.processEvents()
    pane.resize(800, pane.height() + 800 - pane.image.height())
    print(json.dumps(turn(pane)))
    pane.close()
    session.close()


if __name__ == "__main__":
    main()
