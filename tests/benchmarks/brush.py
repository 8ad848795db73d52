"""How fast the window follows a brush that paints in all slices, and how soon it has measured.

python -m tests.benchmarks.brush [--strokes N]

Prints one JSON object: wall and processor time of a step of the brush, from the pointer's move to
the panes painted, and from the end of a stroke to the new measurements. To compare two commits,
run this file in turn with the one and the other on PYTHONPATH, each with an empty BRAINVIEWER_HOME:
what was painted is kept, and painting it again changes nothing.
"""

import argparse
import json
import math
import time
from statistics import median
from typing import Any

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from brainviewer.app.opening.study import demo_paths
from brainviewer.app.state import Tool
from tests.benchmarks.run import App

BARS = {"step_ms": 50.0, "measured_s": 0.3}
_STEPS, _WIDTH_MM = 12, 12.0


def brush(app: App, strokes: int) -> dict[str, Any]:
    """Strokes on the lesion of the open study, one after another elsewhere."""
    session, steps, measured, told = app.session, [], [], [0.0]
    session.view.set_tool(Tool.PAINT)
    session.correction.set(ball=True, diameter_mm=_WIDTH_MM)
    session.state.finding_changed.connect(lambda: told.append(time.perf_counter()))
    for number in range(strokes):
        pane = app.window.grid.shown[0]
        start = QPointF(pane.rect().center())
        start += QPointF(30 * math.cos(number), 30 * math.sin(number))
        _mouse(pane, QEvent.Type.MouseButtonPress, start)
        for step in range(1, _STEPS + 1):
            before = time.perf_counter(), time.thread_time()
            _mouse(pane, QEvent.Type.MouseMove, start + step * QPointF(4, 3))
            app.qt.processEvents()
            steps.append((time.perf_counter() - before[0], time.thread_time() - before[1]))
            app.rest(0.02)
        app.rest(1.0)
        end, before = start + (_STEPS + 2) * QPointF(4, 3), (0.0, time.process_time())
        _mouse(pane, QEvent.Type.MouseMove, end)
        told.clear()
        begun = time.perf_counter()
        _mouse(pane, QEvent.Type.MouseButtonRelease, end)
        app.wait(lambda: bool(told))
        measured.append((told[0] - begun, time.process_time() - before[1]))
        app.rest(0.5)
    return {
        "bars": BARS,
        "step_ms": _told([1000 * wall for wall, _ in steps]),
        "step_cpu_ms": _told([1000 * cpu for _, cpu in steps]),
        "measured_s": _told([wall for wall, _ in measured]),
        "measured_cpu_s": _told([cpu for _, cpu in measured]),
    }


def _told(values: list[float]) -> dict[str, float]:
    in_order = sorted(values)
    ninth = in_order[int(len(in_order) * 0.9)]
    return {name: round(v, 3) for name, v in (("median", median(values)), ("p90", ninth))}


def _mouse(widget: QWidget, kind: QEvent.Type, at: QPointF) -> None:
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    button = none if kind is QEvent.Type.MouseMove else left
    held = none if kind is QEvent.Type.MouseButtonRelease else left
    no_key = Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, at, widget.mapToGlobal(at), button, held, no_key)
    QApplication.sendEvent(widget, event)


def main() -> None:
    """Open the demo study, and paint."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--strokes", type=int, default=10)
    options, app = parser.parse_args(), App()
    app.window.resize(1680, 1000)
    app.open(demo_paths())
    print(json.dumps(brush(app, options.strokes), indent=1))
    app.window.close()


if __name__ == "__main__":
    main()
