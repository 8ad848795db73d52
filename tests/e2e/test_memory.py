"""The window does not grow from opening to opening."""

import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path
from statistics import median

import numpy as np
import pytest
from PIL import Image

from brainviewer.app.prediction.image_cache import ImageResults
from brainviewer.core.findings.classification import Heatmap
from brainviewer.core.slices import Plane
from tests.phantoms import marker_study
from tests.unit.app.desk import a_result

ROOT = Path(__file__).parents[2]
MOST_GROWN_MB = 20

SCRIPT = """
import ctypes, sys, threading, time
from pathlib import Path
from PySide6.QtWidgets import QApplication
from brainviewer.app.location.locating import LOCATE
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.volume.pane import VolumePane

libc = ctypes.CDLL(None) if hasattr(ctypes.CDLL(None), "malloc_trim") else None

def taken():
    if libc is not None:
        libc.malloc_trim(0)  # what is free, but not given back to the system, is no leak
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

def main(app, paths, count):
    session = Session(MainThread(app).post, Settings(classify_on_opening=False))
    session.engine.start = lambda: None
    window = MainWindow(session)
    window.show()
    state = session.state
    head = window.findChild(VolumePane)

    def wait(condition):
        while not condition():
            app.processEvents()
            time.sleep(0.005)

    for number in range(count):
        before = state.study
        session.documents.open([paths[number % len(paths)]])
        wait(lambda: state.study is not before and not session.jobs.running("open"))
        study = state.study
        wait(lambda: study.is_image2d or state.finding_status is Status.DONE)
        # What is at work takes up to seventy megabytes: it has ended before anything is measured.
        session.jobs.cancel(LOCATE)
        wait(lambda: not any(one.name.startswith("job ") for one in threading.enumerate()))
        # What draws the 3D view is loaded beside the first openings, late on a busy machine.
        wait(lambda: study.is_image2d or head.failure or not head.image._image.isNull())
        if not (study.is_image2d or head.failure):
            head.render_image(64, 64)
        until = time.monotonic() + (0.05 if study.is_image2d else 0.5)
        wait(lambda: time.monotonic() > until)
        print(taken(), flush=True)
    window.close()

if __name__ == "__main__":
    main(QApplication([]), [Path(p) for p in sys.argv[2:]], int(sys.argv[1]))
"""


def grown(tmp_path: Path, count: int, paths: list[Path], warm: int) -> float:
    """Megabytes from opening ``warm`` on, when all is loaded that a window needs, to the last four.

    By the median of the slopes between all pairs of openings (Theil and Sen, 1968): single values
    that stand out do not count.
    """
    script = tmp_path / "openings.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script, str(count), *map(str, paths)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "BRAINVIEWER_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    taken = [float(line) for line in done.stdout.split()]
    assert len(taken) == count, done.stderr[-1000:]
    pairs = combinations(enumerate(taken[warm:]), 2)
    slope = median((after - before) / (n - m) for (m, before), (n, after) in pairs)
    return slope * (count - 4 - warm)


@pytest.mark.window
@pytest.mark.timeout(900)  # 20 openings, each with a search
def test_studies(tmp_path: Path) -> None:
    assert grown(tmp_path, 20, [ROOT / "resources" / "demo"], 4) < MOST_GROWN_MB


@pytest.mark.window
def test_images(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    paths = [tmp_path / f"{number}.png" for number in range(50)]
    for path in paths:
        Image.fromarray(random.integers(0, 255, (512, 512), np.uint8)).save(path)
    assert grown(tmp_path, len(paths), paths, 20) < MOST_GROWN_MB


def test_predictions_of_images_that_were_open_take_little() -> None:
    study, kept = marker_study(), ImageResults()
    for number in range(100):
        values = np.zeros((512, 512), np.float32)
        heatmap = Heatmap(Plane.AXIAL, 0, values)
        kept.keep(str(number), 0, a_result(study, heatmap=heatmap))
    sizes = [
        prediction.heatmap.values.nbytes
        for number in range(100)
        if (prediction := kept.of(str(number), 0)) is not None and prediction.heatmap is not None
    ]
    assert sizes, "the newest are kept"
    assert sum(sizes) < MOST_GROWN_MB / 2 * 1024**2
