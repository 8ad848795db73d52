"""Measures everything that has a bar, on this machine, and prints one JSON object.

python -m tests.benchmarks.run [--study FOLDER]… [--only NAME]…

Where the machine is busy with other things, wall times say little; so the processor seconds stand
beside them, and for the event loop also the time for which the system let it wait.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from brainviewer.app.opening.study import demo_paths, open_study
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.core.errors import silent
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.theme import apply_theme
from tests.benchmarks.scroll import scroll

BARS = {
    "first_window_s": 2.0,
    "drop_to_painted_s": 0.5,
    "slice_change_p95_ms": 8.0,
    "longest_stand_still_ms": 50.0,
    "picker_s": 1.0,
    "classify_command_s": 3.0,
    "classify_predict_ms": 60.0,
}


class App:
    """The running application, without settings of its own."""

    def __init__(self) -> None:
        self.qt = QApplication.instance() or QApplication([])
        assert isinstance(self.qt, QApplication)
        apply_theme(self.qt, "dark")
        self.session = Session(
            MainThread(self.qt).post, Settings(classify_on_opening=False), self._crashed
        )
        # The window would start it when it is idle; ``stand_still`` does so when it looks.
        self.start_engine, self.session.engine.start = self.session.engine.start, lambda: None
        self.window = MainWindow(self.session)
        self.window.show()

    @staticmethod
    def _crashed(error: BaseException) -> None:
        raise error

    def wait(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Run the event loop until something is so."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                raise TimeoutError(condition)
            self.qt.processEvents()
            time.sleep(0.001)

    def rest(self, seconds: float) -> None:
        """Run the event loop for a while."""
        end = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > end)

    def open(self, paths: list[Path]) -> None:
        """Open a study and wait until its tumour was looked for and the 3D view is at rest."""
        before = self.session.state.study
        self.session.documents.open(paths)
        state = self.session.state
        self.wait(lambda: state.study is not before and state.finding_status is Status.DONE)
        self.rest(3.0)


class Painted(QObject):
    """Notices when every visible pane has been painted with a new study."""

    def __init__(self, app: App) -> None:
        super().__init__()
        self._app, self._panes, self._new = app, set[int](), False
        app.session.state.study_changed.connect(self._begin)
        for pane in app.window.grid.panes:
            pane.installEventFilter(self)

    def _begin(self) -> None:
        self._panes, self._new = set(), True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._new and event.type() == QEvent.Type.Paint:
            self._panes.add(id(watched))
        return False

    @property
    def all(self) -> bool:
        return self._new and len(self._panes) >= len(self._app.window.grid.shown)


class Heartbeat:
    """Beats every 5 ms on the main thread and remembers how long it once stood still.

    The system's own account (schedstat, Linux) says how long the thread was ready to run and did
    not, because other programs ran; the rest is ours.
    """

    def __init__(self) -> None:
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._account = Path(f"/proc/self/task/{os.getpid()}/schedstat")
        self.gaps: list[tuple[float, float, float]] = []

    def start(self) -> None:
        self._last = self._clock()
        self._timer.start(5)

    def stop(self) -> dict[str, float]:
        self._timer.stop()
        worst = max(self.gaps)
        ours = sorted((wall - waited, cpu) for wall, cpu, waited in self.gaps)
        return {
            "longest_ms": round(worst[0], 1),
            "its_cpu_ms": round(worst[1], 1),
            "its_wait_for_a_core_ms": round(worst[2], 1),
            "longest_without_waits_for_a_core_ms": round(ours[-1][0], 1),
            "over_50_ms": sum(gap[0] > 50 for gap in self.gaps),
            "beats": len(self.gaps),
        }

    def _clock(self) -> tuple[float, float, float]:
        waited = 0.0
        if self._account.is_file():
            waited = int(self._account.read_text().split()[1]) / 1e6
        return time.perf_counter() * 1000, time.thread_time() * 1000, waited

    def _beat(self) -> None:
        now = self._clock()
        wall, cpu, waited = (b - a for a, b in zip(self._last, now, strict=True))
        self.gaps.append((wall, cpu, waited))
        self._last = now


def first_window(paths: list[Path]) -> dict[str, float]:
    """Seconds from the start of the command to the first paint; the middle one of three."""
    runs = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as home:
            Path(home, "settings.json").write_text('{"hints_seen": true}')
            start = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.first_window", *map(str, paths)],
                env={**os.environ, "BRAINVIEWER_HOME": home},
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
        clock, cpu = map(float, done.stdout.split()[:2])
        runs.append((clock - start, cpu))
    wall, cpu = sorted(runs)[1]
    return {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}


def drop(app: App, paths: list[Path]) -> dict[str, float]:
    """Seconds from a drop on the window to the last of its panes painted; files are cached."""
    for path in paths:
        for file in path.iterdir() if path.is_dir() else [path]:
            file.read_bytes()
    painted, content = Painted(app), QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    held = (Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton)
    place, no_key = QPoint(500, 300), Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(app.window, QDragEnterEvent(place, *held, no_key))
    event = QDropEvent(QPointF(place), *held, no_key)
    start, cpu = time.perf_counter(), time.process_time()
    QApplication.sendEvent(app.window, event)
    app.wait(lambda: painted.all)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    state = app.session.state
    app.wait(lambda: state.finding_status is Status.DONE)
    app.rest(2.0)
    return {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}


def stand_still(app: App) -> dict[str, float]:
    """How long the event loop stood still while the engine started, loaded and predicted."""
    heart = Heartbeat()
    heart.start()
    app.rest(0.1)
    app.start_engine()
    app.rest(0.2)
    app.session.classification.run()
    state = app.session.state
    # No sleep of ours in between: the loop waits in Qt, as it does in the application.
    end = time.monotonic() + 60
    while state.classification_status is Status.RUNNING and time.monotonic() < end:
        app.qt.processEvents()
        time.sleep(0.0005)
    if state.classification_status is not Status.DONE:
        raise RuntimeError(state.classification_message)
    app.rest(0.1)
    return heart.stop()


def picker(paths: list[Path]) -> dict[str, float]:
    """Seconds of the second of two searches: the first imports what both need."""
    from tests.searching import find_tumour

    study = open_study(paths, silent)
    find_tumour(study, "lesion", report=silent)
    start, cpu = time.perf_counter(), time.process_time()
    find_tumour(study, "lesion", report=silent)
    wall, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"wall_s": round(wall, 3), "cpu_s": round(cpu, 3)}


def classify_command(paths: list[Path]) -> dict[str, float]:
    """Seconds of ``brainviewer classify`` from the shell, and of the network alone."""
    start, before = time.monotonic(), os.times()
    done = subprocess.run(
        [sys.executable, "-m", "brainviewer", "classify", *map(str, paths), "--json"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    wall, after = time.monotonic() - start, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    seconds = json.loads(done.stdout)["seconds"]
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 3),
        "load_s": round(seconds["load"], 3),
        "predict_ms": round(seconds["predict"] * 1000, 1),
    }


def measure(studies: dict[str, list[Path]], only: set[str]) -> dict[str, Any]:
    """Everything, or the parts that are named."""
    names = tuple(studies)
    found: dict[str, Any] = {"load_average": os.getloadavg()}

    def wanted(part: str) -> bool:
        return not only or part in only

    if wanted("first_window"):
        found["first_window"] = {
            "empty": first_window([]),
            "with_study": first_window(studies[names[0]]),
        }
    if only & {"drop", "scroll", "stand_still"} or not only:
        app = App()
        app.rest(0.5)
        app.open(demo_paths())
        if wanted("stand_still"):
            found["stand_still"] = stand_still(app)
        if wanted("drop"):
            found["drop"] = {name: drop(app, studies[name]) for name in names}
        if wanted("scroll"):
            app.rest(3.0)
            found["scroll"] = scroll(app.window.grid, app.session)
        app.window.close()
    if wanted("picker"):
        found["picker"] = {name: picker(paths) for name, paths in studies.items()}
    if wanted("classify"):
        classify_command(studies[names[0]])
        found["classify"] = {name: classify_command(studies[name]) for name in names[:3]}
    found["load_average_after"] = os.getloadavg()
    found["bars"] = BARS
    found["within"] = judge(found)
    return found


def judge(found: dict[str, Any]) -> dict[str, bool]:
    """Which bars are met, by wall time."""
    worst = {
        "first_window_s": lambda: found["first_window"]["empty"]["wall_s"],
        "drop_to_painted_s": lambda: max(d["wall_s"] for d in found["drop"].values()),
        "slice_change_p95_ms": lambda: found["scroll"]["p95_ms"],
        "longest_stand_still_ms": lambda: found["stand_still"]["longest_ms"],
        "picker_s": lambda: max(p["wall_s"] for p in found["picker"].values()),
        "classify_command_s": lambda: median(c["wall_s"] for c in found["classify"].values()),
        "classify_predict_ms": lambda: median(c["predict_ms"] for c in found["classify"].values()),
    }
    judged = {}
    for name, value in worst.items():
        try:
            judged[name] = value() <= BARS[name]
        except KeyError:
            continue
    return judged


def main() -> None:
    """Measure the demo study and the studies that are named; print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--study", type=Path, action="append", default=[])
    parser.add_argument("--only", action="append", default=[])
    arguments = parser.parse_args()
    studies = {"demo": demo_paths(), **{path.name: [path] for path in arguments.study}}
    with tempfile.TemporaryDirectory() as home:
        os.environ["BRAINVIEWER_HOME"] = home
        print(json.dumps(measure(studies, set(arguments.only)), indent=1))


if __name__ == "__main__":
    main()
