"""What a reading makes goes with it: counted by kind, not by megabytes, so that a few show it."""

import gc
import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPointF
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.signals import Emitter
from brainviewer.app.state import Tool
from brainviewer.core.study import Study
from brainviewer.gui.main_window import MainWindow
from tests.gui.conftest import show_answered
from tests.gui.hands import drag, wheel

pytestmark = pytest.mark.window
READINGS = 3
"""Counted before and after: what each leaves is there as often, what is made once is not."""


def read(window: MainWindow, study: Study, number: int, tmp_path: Path) -> None:
    """A reading from opening to the way back, as in ``tests/benchmarks/soak.py``."""
    session = window.session
    show_answered(session, replace(study, name=f"Case {number % 2}"))
    settle()
    pane = window.grid.shown[0]
    for way in (120, -120):
        wheel(pane, QPointF(pane.rect().center()), way)
    pane = window.grid.shown[-1]
    middle = QPointF(pane.rect().center())
    to = middle + 45 * QPointF(math.cos(2.4 * number), math.sin(2.4 * number))
    session.view.set_tool(Tool.RULER)
    drag(pane, middle, to)
    assert session.state.annotations
    session.view.set_tool(Tool.PAINT)
    session.correction.set(ball=True, diameter_mm=9.0)
    drag(pane, to, to + QPointF(12, 9))
    session.correction.settle()
    session.view.set_tool(Tool.WINDOW)
    window.export_image.save(ExportRequest(ExportSubject.VIEW, tmp_path / "view.png", 1))
    settle()
    session.view.set_tool(Tool.PAINT)
    session.undo()
    session.correction.settle()
    session.view.set_tool(Tool.WINDOW)
    session.annotations.delete_all()
    settle()


def settle() -> None:
    """Paint, and let widgets go that are to be deleted."""
    QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def held(window: MainWindow) -> Counter[str]:
    """How many there are of each kind: our own objects, Qt's below the window, and listeners."""
    gc.collect()
    found: Counter[str] = Counter()
    for one in gc.get_objects():
        kind = type(one)
        if str(kind.__module__).startswith("brainviewer."):
            found[f"{kind.__module__}.{kind.__qualname__}"] += 1
        if kind is Emitter:
            found["listeners"] += len(one._listeners)
    for below in window.findChildren(QObject):
        found[f"Qt's {below.metaObject().className()}"] += 1
    return found


def grown(before: Counter[str], after: Counter[str], least: int = READINGS) -> dict[str, int]:
    """The kinds of which there are at least so many more."""
    return {
        kind: count - before[kind] for kind, count in after.items() if count - before[kind] >= least
    }


def test_a_reading_leaves_no_object(
    qtbot: QtBot, window: MainWindow, study: Study, tmp_path: Path
) -> None:
    for number in range(READINGS):
        read(window, study, number, tmp_path)
    before = held(window)
    for number in range(READINGS, 2 * READINGS):
        read(window, study, number, tmp_path)
    after = held(window)
    assert before["listeners"] > 100
    assert grown(before, after) == {}


def test_what_each_reading_leaves_is_seen(
    qtbot: QtBot, window: MainWindow, study: Study, tmp_path: Path
) -> None:
    left = []
    before = held(window)
    for number in range(READINGS):
        show_answered(window.session, replace(study, name=f"Case {number}"))
        left.append(window.session.state.study)
        QObject(window)
        window.session.state.study_changed.connect(lambda: None)
    seen = grown(before, held(window))
    assert {"brainviewer.core.study.Study", "Qt's QObject", "listeners"} <= set(seen)
