"""What tests of the window share: a session without threads, a study, and a watch for leaks."""

import gc
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from brainviewer.app.jobs import Jobs, Policy
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.graphics.probe import GraphicsProbe, Outcome
from brainviewer.core.study import Study
from brainviewer.core.voi.voi_window import auto_window
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from brainviewer.gui.panels.result.result import ResultPanel
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.panes.slice_pane import SlicePane
from tests.phantoms import marker_finding, marker_study
from tests.unit.app.desk import a_result

PATIENCE_MS = 60_000
PROBED = GraphicsProbe(
    Outcome.DRAWN, "Mesa", "llvmpipe (LLVM 15)", "4.5 Mesa", (4, 5), 2048, True, 0.3
)
"""What a probe finds on most computers that tests run on; it takes seconds."""


class PatientBot(QtBot):
    """Waits longer than five seconds, since others may be using the computer as well."""

    def waitUntil(self, callback: Callable[[], Any], *, timeout: int = PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE_MS, **how: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **how)

    def waitExposed(self, widget: Any, *, timeout: int = PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    """In place of that of pytest-qt."""
    return PatientBot(request)


class InstantJobs(Jobs):
    """Runs a job to its end before ``start`` returns, on the calling thread."""

    def start(
        self,
        key: str,
        work: Callable[..., Any],
        done: Callable[[Any], None],
        failed: Callable[[BrainViewerError], None],
        stopped: Callable[[], None] = lambda: None,
        policy: Policy = Policy.LATEST,
        shown: bool = True,
    ) -> None:
        tell = self._progress if shown else lambda *_: None
        tell(key, 0.0, "")
        try:
            result = work(lambda fraction, text: tell(key, fraction, text))
        except Cancelled:
            tell(key, None, "")
            stopped()
        except BrainViewerError as error:
            tell(key, None, "")
            failed(error)
        else:
            tell(key, None, "")
            done(result)


def show_study(session: Session, study: Study, finding: TumourFinding | None = None) -> None:
    """Show a study as if it had been opened and searched; nothing runs."""
    real, session.segmentation.find = session.segmentation.find, lambda *_, **__: None
    try:
        session.documents.show(study, {m: auto_window(v.data) for m, v in study.volumes.items()})
    finally:
        session.segmentation.find = real
    if finding is not None:
        session.state.show_finding(finding, Status.DONE)
        session.view.go_to_tumour()


def show_answered(session: Session, study: Study, finding: TumourFinding | None = None) -> None:
    """Show the study of Jane Doe, searched and classified."""
    show_study(session, replace(study, name="Doe^Jane"), finding or marker_finding(study))
    session.state.show_classification(a_result(study), Status.DONE)


@pytest.fixture
def session(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A session that keeps nothing beyond the test and runs its jobs at once."""
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path_factory.mktemp("home")))
    crashes: list[BaseException] = []
    settings = Settings(classify_on_opening=False)
    session = Session(lambda function: function(), settings, crashes.append, InstantJobs)
    session.graphics.use(PROBED)
    yield session
    session.close()
    assert not crashes


@pytest.fixture
def study() -> Study:
    """A head with a bright marker on the patient's left; see ``tests.phantoms``."""
    return marker_study()


@pytest.fixture
def card(qtbot: QtBot, session: Session) -> Iterator[ResultPanel]:
    """The card with the answer, in a window of its own."""
    panel = ResultPanel(session)
    qtbot.addWidget(panel)
    panel.resize(400, 420)
    panel.show()
    yield panel


def _without_engine(qtbot: QtBot, session: Session) -> MainWindow:
    """The window of a session, on the screen."""
    session.engine.start = lambda: None
    window = MainWindow(session)
    window.resize(1200, 760)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def window(qtbot: QtBot, session: Session) -> Iterator[MainWindow]:
    """The whole window with nothing in it, and no engine."""
    window = _without_engine(qtbot, session)
    yield window
    window.close()


@pytest.fixture
def said(window: MainWindow) -> list[tuple[str, str]]:
    """The notices of the window from now on, each a level and a text."""
    notices: list[tuple[str, str]] = []
    window.session.state.noticed.connect(lambda n: notices.append((n.level, n.text)))
    return notices


@pytest.fixture
def shown(session: Session, study: Study) -> Session:
    """A session that shows the study, on the slice of its marker."""
    show_study(session, study, marker_finding(study))
    return session


@pytest.fixture
def grid(qtbot: QtBot, shown: Session) -> PaneGrid:
    """Four panes, 300 × 200 pixels each."""
    grid = PaneGrid(shown)
    grid.resize(602, 402)
    qtbot.addWidget(grid)
    grid.show()
    return grid


@pytest.fixture
def pane(grid: PaneGrid) -> SlicePane:
    """The third of the four panes."""
    return grid.panes[2]


@pytest.fixture(autouse=True)
def _nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fails a test that leaves windows, threads or running timers of the application behind."""
    windows, threads = set(map(id, qapp.topLevelWidgets())), set(threading.enumerate())
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    left = [w for w in qapp.topLevelWidgets() if id(w) not in windows]
    if left:
        # Widgets that only a cycle of Python objects still holds are not leaks.
        del left
        gc.collect()
        gc.freeze()  # the next search need not look again at what is alive after a test
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    names = [repr(w) for w in qapp.topLevelWidgets() if id(w) not in windows]
    assert not names, f"windows left behind: {names}"
    running = [t.name for t in threading.enumerate() if t not in threads and t.is_alive()]
    assert not running, f"threads left behind: {running}"
    timers = [t for t in qapp.findChildren(QTimer) if t.isActive()]
    assert not timers, f"timers left running: {timers}"


@pytest.fixture
def threaded(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    """The whole window with its jobs in threads, as users have it, and no engine."""
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    crashes: list[BaseException] = []
    door = MainThread()
    session = Session(door.post, Settings(classify_on_opening=False), crashes.append)
    session.graphics.use(PROBED)
    window = _without_engine(qtbot, session)
    yield window
    session.close()
    door.drain()
    window.close()
    assert not crashes
