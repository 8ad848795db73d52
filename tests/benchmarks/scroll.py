"""How long a slice change takes with four panes and with nine, from the event to the last paint.

python -m tests.benchmarks.scroll [STUDY]
"""

import json
import time
from statistics import median
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from brainviewer.app.session import Session
from brainviewer.gui.panes.pane_grid import PaneGrid
from tests.benchmarks.opened import opened_session

_REST_S = 8.0


class _Paints(QObject):
    """Counts what is painted."""

    def __init__(self, grid: PaneGrid) -> None:
        super().__init__()
        self.painted: set[int] = set()
        for pane in grid.shown:
            pane.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted.add(id(watched))
        return False


def scroll(grid: PaneGrid, session: Session, changes: int = 300) -> dict[str, Any]:
    """Milliseconds of slice changes by the wheel: median, 95th percentile, worst.

    ``cpu_…`` is what this process itself computes, whatever else the machine is busy with.

    The grid must be on the screen with a study. Sweeps through the study and back, so that
    contours are worked out as well as remembered.
    """
    app, paints = QApplication.instance(), _Paints(grid)
    assert app is not None
    view = session.state.view()
    target = grid.shown[0]
    at = QPointF(target.rect().center())
    session.view.go_to_slice(view.plane, 0 if view.ascending else view.count - 1)
    app.processEvents()
    up, times, cpu = 1, [], []
    for _ in range(changes):
        index = session.state.slice_index()
        if index in (0, view.count - 1):
            up = 1 if (index == 0) == view.ascending else -1
        event = QWheelEvent(
            at,
            target.mapToGlobal(at),
            QPoint(),
            QPoint(0, 120 * up),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        paints.painted.clear()
        start, cpu_start = time.perf_counter(), time.process_time()
        QApplication.sendEvent(target, event)
        while len(paints.painted) < len(grid.shown):
            app.processEvents()
        times.append((time.perf_counter() - start) * 1000)
        cpu.append((time.process_time() - cpu_start) * 1000)
        assert session.state.slice_index() != index
    times.sort()
    cpu.sort()
    return {
        "changes": changes,
        "panes": len(grid.shown),
        "pane_px": [grid.shown[0].width(), grid.shown[0].height()],
        "median_ms": round(median(times), 2),
        "p95_ms": round(times[int(0.95 * len(times))], 2),
        "worst_ms": round(times[-1], 2),
        "cpu_median_ms": round(median(cpu), 2),
        "cpu_p95_ms": round(cpu[int(0.95 * len(cpu))], 2),
    }


def rest(app: QCoreApplication) -> None:
    """Let the window work while nobody touches it."""
    rested = time.perf_counter() + _REST_S
    while time.perf_counter() < rested:
        app.processEvents()
        time.sleep(0.002)


def main() -> None:
    """Open a study, or the demo, find its tumour, and print the figures as JSON.

    ``at_once``: nobody has seen a slice yet; ``rested``: the window had a few seconds to make
    contours ahead, as it has while the first slice is looked at; ``nine``: three sequences in three
    planes, also with cross-reference lines.
    """
    app = QApplication.instance() or QApplication([])
    session = opened_session()
    grid = PaneGrid(session)
    grid.resize(1030, 874)
    grid.show()
    app.processEvents()
    at_once = scroll(grid, session)
    rest(app)
    figures = {"at_once": at_once, "rested": scroll(grid, session)}
    session.hangings.make_grid(3, 3)
    app.processEvents()
    figures["nine_at_once"] = scroll(grid, session)
    rest(app)
    figures["nine_rested"] = scroll(grid, session)
    session.view.set_overlay(cross_reference=True)
    figures["nine_with_lines"] = scroll(grid, session)
    print(json.dumps(figures, indent=1))
    session.close()


if __name__ == "__main__":
    main()
