"""Whether the window grows: one process that reads studies, one after another, for hours.

    xvfb-run -a -s "-screen 0 1680x1050x24" \\
        python -m tests.benchmarks.soak FOLDER [--cycles N] [--minutes M]

A cycle is a reading: a study is dropped on the window, scrolled, searched, classified, annotated,
corrected, exported, its work taken back, and left for the next; each 20th reader waits until the
lesion is located, the others leave before. Studies have a sixtieth of their voxels
(``soak_studies``), but for each 20th cycle, which is of a whole one. Prints what is held every 50
cycles as a line of JSON, and at the end the growth of memory from the middle on, by the slope of
Theil and Sen, over 2,000 cycles.

Exit code 1: it grew by more than the bar, or threads, processes, descriptors or widgets did, a
socket was there, or the window told of an error. Linux only.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.location.locating import LOCATE
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.theme import apply_theme
from brainviewer.gui.volume.pane import VolumePane
from tests.benchmarks.soak_figures import Held, InternetSteps, held, slope
from tests.benchmarks.soak_studies import small_copies, studies_in
from tests.gui.hands import drag, wheel

MOST_GROWN_MB = 50.0
OVER_CYCLES = 2_000
_NOTCHES = 8
_PATIENCE_S = 300
_ENDS = (Status.DONE, Status.FAILED)


class Reader:
    """Reads studies in the real window.

    folder : where exports go. new_windows : each so many readings the window is closed, and another
        one opened; 0 for never. waits : each so many readings wait until the lesion is located.
    """

    def __init__(self, folder: Path, new_windows: int = 0, waits: int = 1) -> None:
        self._folder, self._new_windows, self._waits = folder, new_windows, waits
        self._app = QApplication.instance() or QApplication([])
        assert isinstance(self._app, QApplication)
        apply_theme(self._app, "dark")
        self.errors: list[str] = []
        self.answers = {"found": 0, "classified": 0}
        self._read = 0
        self._open_window()

    def read(self, study: Path) -> None:
        """One reading, to the end."""
        self._read += 1
        if self._new_windows and self._read % self._new_windows == 0:
            self.close()
            self._open_window()
        self._drop(study)
        self._scroll()
        self._look_for_lesion()
        self._annotate_and_correct()
        self._export()
        self._take_back()
        if failure := self.window.findChild(VolumePane).failure:
            raise RuntimeError(failure)

    def leave_idle(self) -> None:
        """Let all work end, of which some would take up to seventy megabytes at the moment."""
        self._session.jobs.cancel(LOCATE)
        self._wait(lambda: not any(one.name.startswith("job ") for one in threading.enumerate()))
        self.window.findChild(VolumePane).render_image(64, 64)

    def close(self) -> None:
        """Close the window and all that runs for it."""
        self.window.close()
        self._main_thread.drain()
        self.window.deleteLater()
        self._rest(0.05)
        del self.window, self._session

    def _open_window(self) -> None:
        self._main_thread = MainThread(self._app)
        settings = Settings(engine="onnx", hints_seen=True)
        self._session = Session(self._main_thread.post, settings, self._crashed)
        self.window = MainWindow(self._session)
        self.window.resize(1280, 800)
        self.window.show()
        self._session.state.noticed.connect(self._hear)

    def _hear(self, notice: Any) -> None:
        if notice.level == "error":
            self.errors.append(notice.text)

    def _crashed(self, error: BaseException) -> None:
        self.errors.append(repr(error))

    def _drop(self, study: Path) -> None:
        before, content = self._session.state.study, QMimeData()
        content.setUrls([QUrl.fromLocalFile(str(study))])
        held_down = (Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton)
        no_key = Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(400, 300), *held_down, no_key)
        QApplication.sendEvent(self.window, enter)
        QApplication.sendEvent(self.window, QDropEvent(QPointF(400, 300), *held_down, no_key))
        self._wait(lambda: self._session.state.study is not before)

    def _scroll(self) -> None:
        pane = self.window.grid.shown[0]
        for way in (120, -120):
            for _ in range(_NOTCHES):
                wheel(pane, QPointF(pane.rect().center()), way)
                self._app.processEvents()

    def _look_for_lesion(self) -> None:
        state = self._session.state
        self._wait(lambda: state.finding_status in _ENDS)
        self._wait(lambda: state.classification_status in _ENDS)
        self.answers["found"] += state.finding is not None and state.finding.found
        self.answers["classified"] += state.classification is not None
        self.window.actions_by_id["tumour"].trigger()

    def _annotate_and_correct(self) -> None:
        view, correction = self._session.view, self._session.correction
        pane = self.window.grid.shown[-1]
        middle = QPointF(pane.rect().center())
        turn = 2.4 * self._read
        to = middle + 45 * QPointF(math.cos(turn), math.sin(turn))
        view.set_tool(Tool.RULER)
        drag(pane, middle, to)
        if not self._session.state.annotations:
            raise RuntimeError("nothing was annotated")
        view.set_tool(Tool.PAINT)
        correction.set(ball=True, diameter_mm=9.0)
        drag(pane, to, to + QPointF(12, 9))
        correction.settle()
        view.set_tool(Tool.WINDOW)

    def _export(self) -> None:
        path = self._folder / "export.png"
        self.window.export_image.save(ExportRequest(ExportSubject.VIEW, path, 1))
        self._wait(lambda: not self._session.exports.unfinished)
        self._wait(path.is_file)
        path.unlink()

    def _take_back(self) -> None:
        session = self._session
        session.view.set_tool(Tool.PAINT)
        session.undo()
        session.correction.settle()
        session.view.set_tool(Tool.WINDOW)
        session.annotations.delete_all()
        self._wait(lambda: not session.jobs.unsaved)
        if self._read % self._waits == 0:
            self._wait(lambda: not session.jobs.running(LOCATE))

    def _wait(self, until: Callable[[], bool]) -> None:
        end = time.monotonic() + _PATIENCE_S
        while not until():
            if time.monotonic() > end:
                raise TimeoutError("the window did not get there")
            self._app.processEvents()
            # Widgets that are to be deleted go in an event loop that runs, and not by these calls.
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            time.sleep(0.002)

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self._wait(lambda: time.monotonic() > end)


def soak(
    reader: Reader,
    small: Sequence[Path],
    whole: Sequence[Path],
    cycles: int,
    each: int = 0,
    seconds: float = math.inf,
    line: int = 50,
) -> list[Held]:
    """Read so many studies, each ``each``-th a whole one; what was held after each.

    All whole ones are read before the first, until what is kept for the way back is full.

    seconds : no reading begins after so many. line : how often what is held is printed.
    """
    samples: list[Held] = []
    for study in whole if each else ():
        reader.read(study)
    begun = time.monotonic()
    for number in range(1, cycles + 1):
        if time.monotonic() - begun > seconds:
            break
        is_whole = each and number % each == 0
        among, turn = (whole, number // each) if is_whole else (small, number)
        reader.read(among[turn % len(among)])
        reader.leave_idle()
        samples.append(held(len(QApplication.allWidgets())))
        if number % line == 0 or number == cycles:
            told = {"cycle": number, "seconds": round(time.monotonic() - begun)}
            told |= {"median_mb": median(one.own_mb for one in samples[-line:])}
            print(json.dumps({**told, **asdict(samples[-1]), **reader.answers}), flush=True)
    return samples


def judged(samples: Sequence[Held]) -> dict[str, Any]:
    """Growth from the middle on, for 2,000 cycles, and whether it is within the bars."""
    late = samples[len(samples) // 2 :]
    counts = ("threads", "children", "descriptors", "widgets")
    grown = {
        name: round(slope([getattr(one, name) for one in late]) * OVER_CYCLES, 1)
        for name in ("own_mb", "children_mb", "blocks", *counts)
    }
    memory = grown["own_mb"] + grown["children_mb"]
    within = memory <= MOST_GROWN_MB and all(grown[name] < 1 for name in counts)
    sockets = max(one.sockets for one in samples)
    return {
        "cycles": len(samples),
        f"grown_over_{OVER_CYCLES}": grown,
        "measured_growth_mb": round(
            slope([one.own_mb + one.children_mb for one in late]) * len(late), 1
        ),
        "most": {name: max(getattr(one, name) for one in late) for name in counts},
        "sockets": sockets,
        "bar_mb": MOST_GROWN_MB,
        "within": within and not sockets,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cycles", type=int, default=OVER_CYCLES)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin none after these")
    parser.add_argument("--line", type=int, default=50, help="print a line each so many")
    parser.add_argument("--whole", type=int, default=20, help="each so many is a whole study")
    parser.add_argument("--waits", type=int, default=20, help="each so many waits for the location")
    parser.add_argument("--windows", type=int, default=0, help="each so many the window is new")
    parser.add_argument("--home", type=Path, help="where the program keeps its files, to be seen")
    options, steps = parser.parse_args(), InternetSteps()
    with tempfile.TemporaryDirectory() as place:
        os.environ["BRAINVIEWER_HOME"] = str(options.home or Path(place, "home"))
        whole = studies_in(options.folder)
        small = small_copies(whole, Path(place, "studies"))
        reader = Reader(Path(place), options.windows, options.waits)
        seconds = 60 * options.minutes
        how = options.cycles, options.whole, seconds, options.line
        samples = soak(reader, small, whole, *how)
        reader.close()
    found = {**judged(samples), **reader.answers, "errors": sorted(set(reader.errors))}
    found["steps_towards_a_network"] = steps.count
    found["within"] = found["within"] and not (reader.errors or steps.count)
    print(json.dumps(found, indent=1))
    sys.exit(0 if found["within"] else 1)


if __name__ == "__main__":
    main()
