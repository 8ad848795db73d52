"""The main job in the real window on real studies: open, scroll, find, type, mark, export."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from brainviewer.app.exporting.exports import ExportRequest, ExportSubject
from brainviewer.app.session import Session
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.kinds import Kind
from brainviewer.core.findings.classification import Classification
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.gui.main_thread import MainThread
from brainviewer.gui.main_window import MainWindow
from tests.gui.hands import drag, wheel

DATA = Path(os.environ.get("BRAINVIEWER_DATA", Path(__file__).parents[3] / "shared" / "data"))
STUDIES = DATA / "studies"
SOON = 60_000

pytestmark = [
    pytest.mark.data,
    pytest.mark.window,
    pytest.mark.skipif(not STUDIES.is_dir(), reason="the research studies are not here"),
]

# The detector is hardly sure of this head, which was operated on, so it may be refused.
TREATED = "BraTS2024-GLI-00009-000"
# One of each kind: other names and no segmentation, float32 on another grid, raw on four grids.
JOURNEYS = (
    "BraTS-GLI-00027-000",
    "BraTS2021_01476",
    TREATED,
    "native_TCGA-FG-6692",
)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MainWindow]:
    monkeypatch.setenv("BRAINVIEWER_HOME", str(tmp_path / "home"))
    crashes: list[BaseException] = []
    main_thread = MainThread()
    session = Session(main_thread.post, Settings(engine="onnx"), crashes.append)
    window = MainWindow(session)
    window.resize(1280, 800)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    yield window
    window.close()
    main_thread.drain()
    assert not crashes
    left = [t.name for t in threading.enumerate() if t.name.startswith(("job", "volume"))]
    assert not left


def drop(window: MainWindow, folder: Path) -> None:
    content = QMimeData()
    content.setUrls([QUrl.fromLocalFile(str(folder))])
    held = (Qt.DropAction.CopyAction, content, Qt.MouseButton.LeftButton)
    QApplication.sendEvent(
        window, QDragEnterEvent(QPoint(400, 300), *held, Qt.KeyboardModifier.NoModifier)
    )
    QApplication.sendEvent(
        window, QDropEvent(QPointF(400, 300), *held, Qt.KeyboardModifier.NoModifier)
    )


def open_and_wait(qtbot: QtBot, window: MainWindow, name: str) -> Classification:
    """Open a study; the tumour is looked for and typed by itself."""
    state = window.session.state
    before = state.study
    drop(window, STUDIES / name)
    qtbot.waitUntil(lambda: state.study is not before, timeout=SOON)
    ends = (Status.DONE, Status.FAILED)
    qtbot.waitUntil(lambda: state.classification_status in ends, timeout=SOON)
    assert state.finding.found
    assert state.classification is not None, state.classification_message
    return state.classification


def scroll_and_come_back(window: MainWindow) -> None:
    state, pane = window.session.state, window.grid.shown[0]
    assert state.on_tumour_slice
    for _ in range(5):
        wheel(pane, QPointF(pane.rect().center()))
    assert not state.on_tumour_slice
    window.actions_by_id["tumour"].trigger()
    assert state.on_tumour_slice


def measure_by_hand(window: MainWindow) -> Annotation:
    """A ruler on the T1ce."""
    window.session.view.set_tool(Tool.RULER)
    pane = window.grid.shown[2]
    middle = QPointF(pane.rect().center())
    drag(pane, middle - QPointF(40, 0), middle + QPointF(40, 0))
    (annotation,) = window.session.state.annotations
    assert (annotation.kind, annotation.modality) == (Kind.RULER, Modality.T1CE)
    assert annotation.length > 10
    return annotation


def export(qtbot: QtBot, window: MainWindow, path: Path) -> str:
    """Export the tumour slice; the JSON inside the image."""
    window.export_image.save(ExportRequest(ExportSubject.TUMOUR_SLICE, path, 2))
    qtbot.waitUntil(lambda: not window.session.state.progress, timeout=SOON)
    with Image.open(path) as image:
        image.load()
        assert np.asarray(image.convert("L")).std() > 10
        (text,) = (v for v in image.text.values() if v.startswith("{"))
    return json.dumps(json.loads(text))


@pytest.mark.parametrize("name", JOURNEYS)
def test_journey(qtbot: QtBot, window: MainWindow, tmp_path: Path, name: str) -> None:
    state = window.session.state
    errors: list[str] = []
    state.noticed.connect(lambda n: errors.append(n.text) if n.level == "error" else None)

    result = open_and_wait(qtbot, window, name)
    assert state.study.name == name
    assert [pane.modality for pane in window.grid.shown] == list(SEQUENCES)
    for pane in window.grid.shown:
        assert brightest_in_the_middle(pane) > 60, pane.modality
    assert result.study_hash == state.study.content_hash
    if result.in_scope:
        assert result.slice_index == state.finding.index  # the network took part in the answer
        assert sum(result.classes.values()) == pytest.approx(1, abs=1e-3)
        assert result.heatmap.index == state.finding.index
    else:
        assert name == TREATED and result.reason

    scroll_and_come_back(window)
    before = window.volume.view
    window.volume.look("L")
    assert window.volume.view != before
    annotation = measure_by_hand(window)
    inside = export(qtbot, window, tmp_path / "out.png")
    assert state.finding.network.sha256 in inside
    if result.network is not None:
        assert result.network.identity.sha256 in inside
    assert name not in inside

    # Opened again, the annotation is back, and the same answer is given.
    again = open_and_wait(qtbot, window, name)
    assert state.annotations == (annotation,)
    assert again is not result
    assert again.classes == pytest.approx(dict(result.classes), abs=1e-4)
    assert not errors


def brightest_in_the_middle(pane: QWidget) -> int:
    image = pane.grab().toImage()
    y, width = image.height() // 2, image.width()
    return max(image.pixelColor(x, y).lightness() for x in range(width // 3, 2 * width // 3))


def test_a_broken_study_leaves_the_open_one_as_it_is(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    state = window.session.state
    window.session.settings.classify_on_opening = False
    drop(window, STUDIES / "BraTS2021_01480")
    qtbot.waitUntil(lambda: state.finding_status is Status.DONE, timeout=SOON)
    study, finding = state.study, state.finding
    broken = tmp_path / "brökén study"
    broken.mkdir()
    for file in (STUDIES / "BraTS2021_01480").iterdir():
        content = file.read_bytes()
        (broken / file.name).write_bytes(content[:100_000])
    said: list[str] = []
    state.noticed.connect(lambda notice: said.append(notice.text))
    drop(window, broken)
    qtbot.waitUntil(lambda: bool(said), timeout=SOON)
    assert len(said) == 1
    assert "brökén study" in said[0] or "BraTS2021_01480_" in said[0]
    assert state.study is study
    assert state.finding is finding
    assert not state.progress
