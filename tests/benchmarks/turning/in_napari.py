"""Pictures a second of a volume that napari shows in 3D while it is turned.

python in_napari.py VOLUME.npy SIDE SECONDS

Needs napari on the path and nothing of BrainViewer. Prints one line of JSON.
"""

import json
import sys
import time

import napari
import numpy as np
from qtpy.QtCore import QEventLoop, QTimer
from qtpy.QtWidgets import QApplication


def main() -> None:
    """Show the volume in a canvas of SIDE pixels, and set the camera 125 times a second."""
    volume, side, seconds = np.load(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    start = time.perf_counter()
    viewer = napari.Viewer()
    viewer.add_image(volume, contrast_limits=(0, float(np.percentile(volume, 99.5))))
    viewer.dims.ndisplay = 3
    window = viewer.window._qt_window
    canvas = viewer.window._qt_viewer.canvas.native
    for _ in range(4):
        size = window.size()
        window.resize(size.width() + side - canvas.width(), size.height() + side - canvas.height())
        QApplication.processEvents()
    viewer.reset_view()
    pictures: list[float] = []
    scene = viewer.window._qt_viewer.canvas._scene_canvas
    scene.events.draw.connect(lambda _event: pictures.append(time.perf_counter()), position="last")
    _pass(1.0)
    ready = time.perf_counter() - start
    pictures.clear()
    begun = time.perf_counter()
    angle = 0.0
    while time.perf_counter() < begun + seconds:
        angle += 0.7
        viewer.camera.angles = (0.0, angle, 90.0)
        _pass(0.008)
    drawn = len(pictures)
    print(
        json.dumps(
            {
                "pictures_a_second": round(drawn / seconds, 1),
                "size": [canvas.width(), canvas.height()],
                "ready_s": round(ready, 2),
            }
        )
    )
    sys.stdout.flush()
    viewer.close()


def _pass(seconds: float) -> None:
    loop = QEventLoop()
    QTimer.singleShot(round(1000 * seconds), loop.quit)
    loop.exec_()


if __name__ == "__main__":
    main()
